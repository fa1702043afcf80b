"""One shared expression graph of all candidates: each distinct expression is one node, however many programs hold it.

Node 0 is the input ``I``. A node is a leaf (a name of the DSL or an integer) or a call of a node with nodes as
arguments. Nodes are numbered so that arguments come before the calls that use them.

The programs of all tasks stay in it; what only one task's programs need is forgotten when the next task begins, so that
a run of any length takes the memory of one task.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from operator import itemgetter
from typing import Any

from optim.arc.dsl import Dsl
from optim.arc.inline import InlineProblem, check_limits
from optim.arc.programs import ProgramProblem, parse_statement, returned_name

#: The function node of a tuple display.
TUPLE = -1
INPUT = 0


#: Nodes: of a call the function's, or ``TUPLE``, then the arguments'.
Parts = tuple[int, ...]
_PartsIn = Callable[[dict[str, int]], Parts]


def _parts_of(function: str, arguments: tuple[str, ...]) -> _PartsIn:
    """A getter of a call's nodes from the nodes by name."""
    if arguments:  # itemgetter gives a tuple for two names or more, and is several times as fast as a loop
        return itemgetter(function, *arguments)
    return lambda node_of: (node_of[function],)


class _Names(dict[str, int]):
    """The nodes of a program's variables; any other name is a leaf."""

    def __init__(self, leaves: dict[str, int], leaf: Callable[[str], int]) -> None:
        super().__init__(leaves)
        self._leaf = leaf

    def __missing__(self, name: str) -> int:
        return self._leaf(name)


class Graph:
    """A hash-consed expression graph; it grows with each program that it is asked for.

    ``calls[node]`` is None for a leaf, else ``(function node or TUPLE, argument node, ...)``. ``constant[node]`` says
    that the node does not depend on the input. ``names[node]`` is a leaf's name. ``kept`` nodes, the first ones, stay
    when a task is forgotten: those of the ``shared`` programs, which are read before the first one is asked for.
    """

    def __init__(self, dsl: Dsl, shared: Sequence[str] = ()) -> None:
        self._shared: Sequence[str] | None = shared
        self.kept = 1
        self.names: list[str | None] = ["I"]
        self.calls: list[Parts | None] = [None]
        self.constant: list[bool] = [False]
        self._sizes: list[tuple[int, int]] = [(1, 0)]
        self._texts: list[str | None] = ["I"]
        self._leaves: dict[str, int] = {"I": INPUT, "": TUPLE}
        self._nodes: dict[Parts, int] = {}
        self._parsed: dict[str, tuple[str, _PartsIn]] = {}
        self._lines: list[str] = []
        self._bound: list[tuple[str, int]] = []
        self._roots: dict[str, int | InlineProblem] = {}
        self._kept_roots = 0
        self._orders: dict[int, tuple[int, ...]] = {}
        self._values = dsl.names

    def __len__(self) -> int:
        return len(self.calls)

    def root(self, source: str) -> int:
        """The node of a program's result.

        Raises:
            InlineProblem: its body would be too large or too deep, or it is no straight-line program.
        """
        node = self._roots.get(source)
        if node is None:
            self._read_shared()
            node = self._roots[source] = self._read(source)
        if isinstance(node, InlineProblem):
            raise node
        return node

    def forget(self) -> None:
        """A task is over: gives up all nodes but the ``kept`` ones; their numbers will stand for others."""
        for call in self.calls[self.kept :]:
            if call is not None:
                del self._nodes[call]
        for name in self.names[self.kept :]:
            if name is not None:
                del self._leaves[name]
        for column in (self.names, self.calls, self.constant, self._sizes, self._texts):
            del column[self.kept :]
        for source in list(self._roots)[self._kept_roots :]:
            del self._roots[source]
        for node in [node for node in self._orders if node >= self.kept]:
            del self._orders[node]
        self._lines, self._bound = [], []

    def text(self, node: int) -> str:
        """The expression that a node stands for, as ``ast.unparse`` prints it."""
        known = self._texts[node]
        if known is None:
            for part in self._below(node, self._texts):
                known = self._texts[part] = self._join(part)
            assert known is not None  # the last one is the node itself
        return known

    def order(self, node: int) -> tuple[int, ...]:
        """All calls that a node needs, itself included, each after its arguments."""
        known = self._orders.get(node)
        if known is None:
            is_leaf = self.calls[node] is None
            known = self._orders[node] = () if is_leaf else tuple(self._below(node, self.names))
        return known

    def missing(self, root: int, held: Container[int]) -> list[int]:
        """The calls that ``root`` needs, itself included, where what stands in ``held`` need not be run again.

        Each stands after its arguments; ``root`` stands there also if it is held.
        """
        needed, stack = {root}, [root]
        while stack:
            for part in self.calls[stack.pop()] or ():
                if part > 0 and part not in held and self.calls[part] is not None and part not in needed:
                    needed.add(part)
                    stack.append(part)
        return sorted(needed) if self.calls[root] is not None else []

    def parts_of(self, nodes: Iterable[int]) -> set[int]:
        """All nodes that calls are made from."""
        return {part for node in nodes for part in self.calls[node] or ()}

    def leaf_value(self, node: int) -> Any:
        """The value of a leaf other than the input.

        Raises:
            NameError: the DSL does not have that name.
        """
        name = self.names[node]
        assert name is not None
        if name in self._values:
            return self._values[name]
        if name.lstrip("-").isdigit():
            return int(name)
        raise NameError(f"name {name!r} is not defined")

    def _read_shared(self) -> None:
        if self._shared is None:
            return
        shared, self._shared = self._shared, None
        for source in shared:
            self._roots[source] = self._read(source)
        self.kept, self._kept_roots = len(self), len(self._roots)

    def _read(self, source: str) -> int | InlineProblem:
        try:
            *lines, returned = source.split("\n")
            node = self._read_lines(lines)(returned_name(returned))
            check_limits(*self._sizes[node])
        except ProgramProblem as problem:
            return InlineProblem(str(problem))
        except InlineProblem as problem:
            return problem
        return node

    def _read_lines(self, lines: list[str]) -> Callable[[str], int]:
        parsed, nodes = self._parsed, self._nodes
        same = self._common_lines(lines)
        bound = self._bound[:same]
        node_of = _Names(self._leaves, self._leaf)
        node_of.update(bound)
        for line in lines[same:]:
            target, parts_in = parsed.get(line) or self._parse(line)
            call = parts_in(node_of)
            node = nodes.get(call)
            if node is None:
                node = self._call(call)
            node_of[target] = node
            bound.append((target, node))
        self._lines, self._bound = lines, bound
        return node_of.__getitem__

    def _common_lines(self, lines: list[str]) -> int:
        """How many lines a program shares with the beginning of the one before it: mutants come one after the other."""
        count = 0
        for line, last in zip(lines, self._lines, strict=False):
            if line != last:
                break
            count += 1
        return count

    def _parse(self, line: str) -> tuple[str, _PartsIn]:
        statement = parse_statement(line)
        parsed = self._parsed[line] = (statement.target, _parts_of(statement.function, statement.arguments))
        return parsed

    def _leaf(self, name: str) -> int:
        leaf = self._leaves.get(name)
        if leaf is None:
            leaf = self._leaves[name] = self._add(None, True, (1, 0), name)
        return leaf

    def _call(self, call: Parts) -> int:
        size, depth, constant = 0, 0, True
        for part in call[1:] if call[0] == TUPLE else call:
            part_size, part_depth = self._sizes[part]
            size += part_size
            if part_depth > depth:
                depth = part_depth
            if not self.constant[part]:
                constant = False
        node_id = self._nodes[call] = self._add(call, constant, (size, depth + 1), None)
        return node_id

    def _add(self, call: Parts | None, constant: bool, size: tuple[int, int], name: str | None) -> int:
        self.names.append(name)
        self.calls.append(call)
        self.constant.append(constant)
        self._sizes.append(size)
        self._texts.append(name)
        return len(self.calls) - 1

    def _below(self, root: int, known: list[str | None]) -> list[int]:
        """``root`` and the calls below it that can be reached over nodes without an entry in ``known``.

        Each stands after its arguments.
        """
        calls = self.calls
        needed, stack = {root}, [root]
        while stack:
            for part in calls[stack.pop()] or ():
                if part > 0 and known[part] is None and part not in needed:
                    needed.add(part)
                    stack.append(part)
        return sorted(needed)

    def _join(self, node: int) -> str:
        call = self.calls[node]
        assert call is not None
        inner = ", ".join([self._texts[part] or "" for part in call[1:]])
        if call[0] == TUPLE:
            return f"({inner},)" if len(call) == 2 else f"({inner})"
        return f"{self._texts[call[0]]}({inner})"
