"""One shared expression graph of all candidates: each distinct expression is one node, however many programs hold it.

Node 0 is the input ``I``. A node is a leaf (a name of the DSL or an integer) or a call of a node with nodes as
arguments. Nodes are numbered so that arguments come before the calls that use them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optim.dsl import Dsl
from optim.inline import InlineProblem, check_limits
from optim.programs import ProgramProblem, parse_statement, returned_name

#: The function node of a tuple display.
TUPLE = -1
INPUT = 0


class _Names(dict[str, int]):
    """The nodes of a program's variables; any other name is a leaf."""

    def __init__(self, leaves: dict[str, int], leaf: Callable[[str], int]) -> None:
        super().__init__(leaves)
        self._leaf = leaf

    def __missing__(self, name: str) -> int:
        return self._leaf(name)


class Graph:
    """A hash-consed expression graph; it grows with each program that it is asked for.

    ``calls[node]`` is None for a leaf, else ``(function node or TUPLE, argument nodes)``. ``constant[node]`` says that
    the node does not depend on the input. ``names[node]`` is a leaf's name.
    """

    def __init__(self, dsl: Dsl) -> None:
        self.names: list[str | None] = ["I"]
        self.calls: list[tuple[int, tuple[int, ...]] | None] = [None]
        self.constant: list[bool] = [False]
        self._sizes: list[tuple[int, int]] = [(1, 0)]
        self._texts: list[str | None] = ["I"]
        self._leaves: dict[str, int] = {"I": INPUT}
        self._nodes: dict[tuple[int, tuple[int, ...]], int] = {}
        self._parsed: dict[str, tuple[str, str, tuple[str, ...]]] = {}
        self._lines: list[str] = []
        self._bound: list[tuple[str, int]] = []
        self._roots: dict[str, int | InlineProblem] = {}
        self._orders: dict[int, tuple[int, ...]] = {}
        self._values = dsl.names

    def __len__(self) -> int:
        return len(self.calls)

    def root(self, source: str) -> int:
        """The node of a program's result.

        Raises:
            InlineProblem: its body would be too large or too deep, or it is no straight-line program.
        """
        found = self._roots.get(source)
        if found is None:
            found = self._roots[source] = self._read(source)
        if isinstance(found, InlineProblem):
            raise found
        return found

    def text(self, node: int) -> str:
        """The expression that a node stands for, as ``ast.unparse`` prints it."""
        known = self._texts[node]
        if known is None:
            for one in self.order(node):
                if self._texts[one] is None:
                    self._texts[one] = self._join(one)
            known = self._texts[node]
            assert known is not None
        return known

    def order(self, node: int) -> tuple[int, ...]:
        """All calls that a node needs, itself included, each after its arguments."""
        known = self._orders.get(node)
        if known is None:
            known = self._orders[node] = self._needed(node)
        return known

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
            target, function, arguments = parsed.get(line) or self._parse(line)
            call = (node_of[function] if function else TUPLE, tuple([node_of[name] for name in arguments]))
            node = nodes.get(call)
            node_of[target] = node = self._call(call) if node is None else node
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

    def _parse(self, line: str) -> tuple[str, str, tuple[str, ...]]:
        statement = parse_statement(line)
        found = self._parsed[line] = (statement.target, statement.function, statement.arguments)
        return found

    def _leaf(self, name: str) -> int:
        found = self._leaves.get(name)
        if found is None:
            found = self._leaves[name] = self._add(name, None, True, (1, 0), name)
        return found

    def _call(self, call: tuple[int, tuple[int, ...]]) -> int:
        function, arguments = call
        size, depth, constant = 0, 0, True
        for part in arguments if function == TUPLE else (function, *arguments):
            part_size, part_depth = self._sizes[part]
            size += part_size
            depth = max(depth, part_depth)
            constant = constant and self.constant[part]
        found = self._nodes[call] = self._add(None, call, constant, (size, depth + 1), None)
        return found

    def _add(
        self,
        name: str | None,
        call: tuple[int, tuple[int, ...]] | None,
        constant: bool,
        size: tuple[int, int],
        text: str | None,
    ) -> int:
        self.names.append(name)
        self.calls.append(call)
        self.constant.append(constant)
        self._sizes.append(size)
        self._texts.append(text)
        return len(self.calls) - 1

    def _needed(self, root: int) -> tuple[int, ...]:
        calls = self.calls
        if calls[root] is None:
            return ()
        needed, stack = {root}, [root]
        while stack:
            function, arguments = calls[stack.pop()]  # type: ignore[misc]  # only calls are put there
            for part in (function, *arguments):
                if part > 0 and part not in needed and calls[part] is not None:
                    needed.add(part)
                    stack.append(part)
        return tuple(sorted(needed))

    def _join(self, node: int) -> str:
        call = self.calls[node]
        assert call is not None
        function, arguments = call
        inner = ", ".join([self._texts[part] or "" for part in arguments])
        if function == TUPLE:
            return f"({inner},)" if len(arguments) == 1 else f"({inner})"
        return f"{self._texts[function]}({inner})"
