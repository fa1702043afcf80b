"""An output that can not have the expected shape scores nothing, and need not be made.

What shape a call gives is often known before its expensive arguments are run: painting keeps the shape of the grid,
halves and mirrors follow from it, a set is no grid at all. Where the shape that must come out is not the expected one,
the score is 0 by definition, whether the program would have run, raised or hung. A rule holds for one function whose
source was read (``optim.arc.known``): a function that was changed has none, so that for a DSL that is not known this
win does nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from optim.arc.graph import INPUT, Graph
from optim.arc.inline import InlineProblem
from optim.arc.known import known_functions
from optim.arc.parts import Bench, Candidate, Evaluator, Parts
from optim.arc.tasks import Task
from optim.project.wins import Win

#: Rows and columns of a grid: a tuple of so many tuples of so many cells each, both at least 1.
Shape = tuple[int, int]
#: Stands for the shape of what scores 0 against any grid: no tuple, no rows, rows of several lengths, no cells.
NO_GRID: Shape = (0, 0)
#: A shape, or None where it is not known.
Known = Shape | None
#: Numbers from here on are not calculated with.
_LARGEST = 10_000


def _shape(rows: int, columns: int) -> Shape:
    return (rows, columns) if rows > 0 and columns > 0 else NO_GRID


def _half(length: int) -> int:
    return length // 2


def _vconcat(a: Shape, b: Shape) -> Shape:
    return (a[0] + b[0], a[1]) if a[1] == b[1] else NO_GRID


def _crop(grid: Shape, start: Any, size: Any) -> Known:
    if not (_is_pair(start) and _is_pair(size)):
        return None
    rows, columns = (range(grid[at])[start[at] : start[at] + size[at]] for at in (0, 1))
    return _shape(len(rows), len(columns))


def _canvas(color: Any, size: Any) -> Known:
    return _shape(*size) if _is_pair(size) else None


def _scaled(rows: bool, columns: bool) -> Callable[[Shape, Any], Known]:
    def rule(grid: Shape, factor: Any) -> Known:
        if not _is_number(factor) or factor < 1:
            return None
        return grid[0] * (factor if rows else 1), grid[1] * (factor if columns else 1)

    return rule


def _downscale(grid: Shape, factor: Any) -> Known:
    return (-(-grid[0] // factor), -(-grid[1] // factor)) if _is_number(factor) and factor >= 1 else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and -_LARGEST < value < _LARGEST


def _is_pair(value: Any) -> bool:
    return type(value) is tuple and len(value) == 2 and all(map(_is_number, value))


def _same(grid: Shape, *others: Any) -> Shape:
    return grid


def _turned(grid: Shape) -> Shape:
    return grid[1], grid[0]


#: By function: which arguments are wanted (``g`` as a shape, ``v`` as a value, ``-`` not at all), and the rule.
RULES: Mapping[str, tuple[str, Callable[..., Known]]] = {
    **dict.fromkeys(("identity", "hmirror", "vmirror", "rot180"), ("g", _same)),
    **dict.fromkeys(("fill", "underfill", "move", "replace", "switch", "cellwise"), ("g--", _same)),
    **dict.fromkeys(("paint", "underpaint", "cover"), ("g-", _same)),
    **dict.fromkeys(("dmirror", "cmirror", "rot90", "rot270"), ("g", _turned)),
    "hconcat": ("gg", lambda a, b: (min(a[0], b[0]), a[1] + b[1])),
    "vconcat": ("gg", _vconcat),
    "combine": ("gg", _vconcat),
    "branch": ("-gg", lambda a, b: a if a == b else None),
    "crop": ("gvv", _crop),
    "canvas": ("vv", _canvas),
    "upscale": ("gv", _scaled(True, True)),
    "hupscale": ("gv", _scaled(False, True)),
    "vupscale": ("gv", _scaled(True, False)),
    "downscale": ("gv", _downscale),
    "tophalf": ("g", lambda grid: _shape(_half(grid[0]), grid[1])),
    "bottomhalf": ("g", lambda grid: _shape(_half(grid[0]), grid[1])),
    "lefthalf": ("g", lambda grid: _shape(grid[0], _half(grid[1]))),
    "righthalf": ("g", lambda grid: _shape(grid[0], _half(grid[1]))),
    "trim": ("g", lambda grid: _shape(grid[0] - 2, grid[1] - 2)),
}
#: Functions that never give a grid, whatever they are given.
NEVER_GRIDS = frozenset(
    """
    adjacent asindices asobject backdrop bordering box center chain colorcount colorfilter compose connect contained
    corners delta dneighbors equality even fgpartition flip fork frontiers gravitate greater height hfrontier hline
    hmatching hperiod hsplit inbox ineighbors initset insert intersection interval lbind manhattan matcher neighbors
    normalize numcolors objects occurrences ofcolor outbox palette partition position positive prapply product rbind
    recolor shape shift shoot size sizefilter toivec tojvec toobject vfrontier vline vmatching vperiod vsplit width
    """.split()  # noqa: SIM905
)
#: Functions of numbers and pairs that cost nothing: calculated where their arguments are known.
ARITHMETIC = frozenset(
    """
    add subtract multiply divide double halve increment decrement crement sign invert toivec tojvec astuple
    """.split()  # noqa: SIM905
)
#: Functions of a grid's shape alone.
_MEASURES: Mapping[str, Callable[[Shape], Any]] = {
    "height": lambda shape: shape[0],
    "width": lambda shape: shape[1],
    "shape": lambda shape: shape,
}


def shape_of(value: Any) -> Known:
    """The shape of a value that is there: ``NO_GRID`` where it is none."""
    if type(value) is not tuple or not value or type(value[0]) is not tuple:
        return NO_GRID
    width = len(value[0])
    if width == 0 or not all(type(row) is tuple and len(row) == width for row in value):
        return NO_GRID
    return len(value), width


#: What is wanted of which argument, and the rule; empty where the node has none.
Plan = tuple[tuple[tuple[str, int], ...], Callable[..., Known]]
_NO_PLAN: Plan = ((), lambda: None)
_NEVER: Plan = ((), lambda: NO_GRID)


class Rules:
    """The rules of a graph's nodes, found once for each node: most candidates are those of all tasks."""

    def __init__(self, graph: Graph, functions: Mapping[str, Any]) -> None:
        self.graph, self.functions = graph, functions
        self._plans: dict[int, Plan] = {}

    def forget(self) -> None:
        """A task begins: numbers of nodes that only the last one needed stand for others now."""
        for node in [node for node in self._plans if node >= self.graph.kept]:
            del self._plans[node]

    def plan(self, node: int) -> Plan:
        """How the shape of a node's value follows from its arguments."""
        plan = self._plans.get(node)
        if plan is None:
            plan = self._plans[node] = self._find(node)
        return plan

    def _find(self, node: int) -> Plan:
        name, arguments = self.call(node)
        if name in NEVER_GRIDS:
            return _NEVER
        wanted, rule = RULES.get(name, ("", _same))
        if not wanted or len(wanted) != len(arguments):
            return _NO_PLAN
        return tuple((kind, argument) for kind, argument in zip(wanted, arguments, strict=True) if kind != "-"), rule

    def call(self, node: int) -> tuple[str, tuple[int, ...]]:
        """The name of the known function that a node calls, and its arguments; else no name."""
        call = self.graph.calls[node]
        name = self.graph.names[call[0]] if call and call[0] > 0 else None
        return (name, call[1:]) if call and name is not None and name in self.functions else ("", ())


class Shapes:
    """Shapes of one sample's nodes, by rule or from values that are held already."""

    def __init__(self, rules: Rules, given: Any, held: Callable[[], Mapping[int, Any]]) -> None:
        self._rules, self._held = rules, held
        self._shapes: dict[int, Known] = {INPUT: shape_of(given)}

    def of(self, node: int) -> Known:
        """The shape that a node's value has if it has one at all; None where no rule tells."""
        if node in self._shapes:
            return self._shapes[node]
        plan = self._rules.plan(node)
        shape = self._from_held(node) if plan is _NO_PLAN else self._by(plan)
        self._shapes[node] = shape
        return shape

    def _from_held(self, node: int) -> Known:
        held = self._held()
        return shape_of(held[node]) if node in held else None

    def _by(self, plan: Plan) -> Known:
        wanted, rule = plan
        given = []
        for kind, argument in wanted:
            if kind == "v":
                given.append(self.value(argument))
                continue
            shape = self.of(argument)
            if shape is None or shape is NO_GRID:
                return None
            given.append(shape)
        return rule(*given)

    def value(self, node: int) -> Any:
        """A number or a pair, where it is known without running more than arithmetic; else None."""
        held = self._held()
        if node in held:
            return held[node]
        if self._rules.graph.calls[node] is None:
            return self._leaf(node)
        name, arguments = self._rules.call(node)
        if name in _MEASURES and len(arguments) == 1:
            shape = self.of(arguments[0])
            return None if shape is None or shape is NO_GRID else _MEASURES[name](shape)
        return self._calculated(name, arguments) if name in ARITHMETIC else None

    def _leaf(self, node: int) -> Any:
        try:
            return None if node == INPUT else self._rules.graph.leaf_value(node)
        except NameError:
            return None

    def _calculated(self, name: str, arguments: tuple[int, ...]) -> Any:
        values = [self.value(argument) for argument in arguments]
        if not all(_is_number(value) or _is_pair(value) for value in values):
            return None
        try:
            return self._rules.functions[name](*values)
        except Exception:
            return None


class _Program:
    """A candidate, its node, and the program that runs it, once it is needed."""

    __slots__ = ("candidate", "made", "program", "root")

    def __init__(self, candidate: Candidate, root: int) -> None:
        self.candidate, self.root = candidate, root
        self.made, self.program = False, None


class BoundedEvaluator:
    """Asks another evaluator only for outputs that can have the expected shape."""

    def __init__(self, bench: Bench, inner: Evaluator) -> None:
        self._graph, self._inner = bench.graph, inner
        known = known_functions(bench.dsl.functions)
        self._rules = Rules(bench.graph, {name: bench.dsl.functions[name] for name in known})
        self._count = bench.recorder.count
        self._samples: list[tuple[Shapes, Shape]] = []
        self._spared = 0

    def begin(self, task: Task) -> None:
        self._inner.begin(task)
        self._rules.forget()
        self._samples = [
            (Shapes(self._rules, given, partial(self._inner.held, number)), (len(wanted), len(wanted[0])))
            for number, (given, wanted) in enumerate(task.samples)
        ]

    def program(self, candidate: Candidate) -> Any:
        if candidate.body is None or not self._rules.functions:
            return self._inner.program(candidate)
        try:
            return _Program(candidate, self._graph.root(candidate.source))
        except InlineProblem:
            return self._inner.program(candidate)

    def score(self, program: Any, sample: int) -> int | None:
        if not isinstance(program, _Program):
            return self._inner.score(program, sample)
        plan = self._rules.plan(program.root)
        if plan is not _NO_PLAN:
            shapes, expected = self._samples[sample]
            shape = shapes.of(program.root)
            if shape is not None and shape != expected:
                self._spared += 1
                return 0
        if not program.made:
            program.made, program.program = True, self._inner.program(program.candidate)
        return None if program.program is None else self._inner.score(program.program, sample)

    def held(self, sample: int) -> Mapping[int, Any]:
        return self._inner.held(sample)

    def end(self) -> None:
        if self._spared:
            self._count("spared by shape", self._spared)
        self._spared = 0
        self._samples = []
        self._inner.end()


def install(bench: Bench, parts: Parts) -> None:
    """Replaces the parts that this win is about."""
    parts.evaluator = BoundedEvaluator(bench, parts.evaluator)


WIN = Win(
    name="shape_bound",
    number=6,
    title="Shape bound",
    addresses=(("score",),),
    label="Shape bound",
    colour="#7A8B2E",
)
