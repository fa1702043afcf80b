"""Results of pure DSL operations shared between all candidates of a task on the same sample.

All candidates are one expression graph: every distinct operation is run once for each sample, operations that do not
depend on the sample once for the task, or for the run where all tasks have them. Shared are expressions, not values: an
equal frozenset that was built another way may iterate in another order, and a program may depend on that. An operation
that is not pure, or that returns something that can change anywhere in it (a list, an iterator, a closure over one), is
not shared: the candidates that need it run on their own. A candidate's time limit covers what is run for it, not what
was there already.

Memory is bounded by bytes, about: values live for one task, the oldest are given up when ``Settings.cache_bytes`` are
held, and all of them when memory runs out. What is needed again is run again. What is shared changes what a program
needs: a candidate gets a part of a call's memory here, and one that wants more is run on its own with all of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from optim.arc.baseline import PROGRAM_ERRORS, CompiledEvaluator, count_timeout
from optim.arc.graph import INPUT, TUPLE
from optim.arc.inline import InlineProblem
from optim.arc.known import known_functions
from optim.arc.parts import Bench, Candidate, Parts
from optim.arc.purity import impure_functions, is_immutable
from optim.arc.score import score_output
from optim.arc.sizes import approximate_bytes
from optim.arc.tasks import Task
from optim.arc.workers.guard import TimeLimit
from optim.project.wins import Win

#: Of the bytes that may be held: what stays when the oldest are given up, and what constants may take for the run.
_STAYS, _CONSTANTS = 0.75, 0.25
#: Of a call's memory: so little that whatever runs here, in whatever order, also would on its own.
_PART = 0.25
#: Types of values that can not change and hold nothing: most values that are looked at are of these.
_FIXED = frozenset({int, bool, str, float, type(None)})


class _Outcome:
    """Stands for a value that there is none of."""


_ERROR, _TIMEOUT, _NO_MEMORY, _CHANGEABLE = (_Outcome() for _ in range(4))


def _pack(*values: Any) -> tuple[Any, ...]:
    return values


class Changeable(Exception):
    """An operation returned something that can change."""


class Holding:
    """How many bytes about the values of a task's samples take, so that the oldest can be given up."""

    def __init__(self, most: int) -> None:
        self._most = self._patience = most
        self._entries: deque[tuple[dict[int, Any], int, int]] = deque()
        self._bytes = 0
        #: How many values were given up since the task began.
        self.dropped = 0

    def clear(self) -> None:
        """All are given up, or a task begins."""
        self._entries.clear()
        self._bytes, self._patience = 0, self._most

    def add(self, values: dict[int, Any], node: int, size: int) -> bool:
        """A node's value is held in ``values``; gives whether that is too much now."""
        self._entries.append((values, node, size))
        self._bytes += size
        return self._bytes > self._patience

    def drop(self, values: dict[int, Any], needed: Collection[int]) -> None:
        """Gives up the oldest, but of ``values`` not those that are needed right now."""
        kept = []
        while self._entries and self._bytes > self._most * _STAYS:
            entry = holder, node, size = self._entries.popleft()
            if holder is values and node in needed:
                kept.append(entry)
                continue
            del holder[node]
            self._bytes -= size
            self.dropped += 1
        self._entries.extendleft(reversed(kept))
        # One program may need more than may be held: not every value of it is worth another look at all.
        self._patience = max(self._most, self._bytes + self._most // 4)

    def settle(self) -> None:
        """A program has come to its end: what it alone needed may go."""
        if self._bytes > self._most:
            self.drop({}, ())
        self._patience = self._most


class Sample:
    """What is known of one sample: values by node, nodes that failed and how, scores by root."""

    def __init__(self, constants: dict[int, Any], given: Any, expected: Any) -> None:
        self.values = constants.copy()
        self.values[INPUT] = given
        self.expected = expected
        self.failed: dict[int, _Outcome] = {}
        self.scores: dict[int, int | None] = {}


class GraphEvaluator:
    """Evaluates candidates as parts of one expression graph; a program is its root node."""

    def __init__(self, bench: Bench) -> None:
        self._bench, self._graph = bench, bench.graph
        self._alone = CompiledEvaluator(bench)
        self._impure = impure_functions(bench.dsl.functions, bench.dsl.constants)
        self._strangers = frozenset(bench.dsl.functions) - known_functions(bench.dsl.functions)
        #: Nodes whose values need not be looked through: only known functions had a part in them.
        self._sure = [True]
        self._constants: dict[int, Any] = {TUPLE: _pack}
        self._samples: list[Sample] = []
        self._spent, self._calls = 0.0, 0
        self._known = self._needed = self._dropped = self._given = self._constant_bytes = 0
        self._constant_sizes: dict[int, int] = {}
        self._most_constant = int(bench.settings.cache_bytes * _CONSTANTS)
        self._holding = Holding(bench.settings.cache_bytes)
        self._unshared: set[int] = set()
        self._checked: dict[int, Any] = {}
        self._cache = bench.recorder.cache("dsl")

    def begin(self, task: Task) -> None:
        self._alone.begin(task)
        self._bench.guard.allow(_PART)
        self._forget_nodes()
        self._phase = self._bench.recorder.phase("dsl", "dsl")
        self._spent, self._calls = 0.0, 0
        self._samples = [Sample(self._constants, given, expected) for given, expected in task.samples]
        self._given = len(self._samples) * (len(self._constants) + 1)

    def _forget_nodes(self) -> None:
        """Numbers of nodes that only the last task needed stand for others now."""
        kept = self._graph.kept
        for node in [node for node in self._constants if node >= kept]:
            del self._constants[node]
            self._constant_bytes -= self._constant_sizes.pop(node, 0)
        del self._sure[kept:]
        self._known = min(self._known, kept)
        self._unshared = {root for root in self._unshared if root < kept}

    def end(self) -> None:
        self._account()
        # Entering the phase for each of the many short calls would cost about as much as the shortest of them.
        self._phase.add(self._spent, self._calls)
        self._spent, self._calls = 0.0, 0
        self._samples = []
        self._holding.clear()
        self._holding.dropped = 0
        self._checked.clear()
        self._bench.guard.allow(1.0)

    def program(self, candidate: Candidate) -> Any:
        # Not before it is asked for: a candidate whose scores are known already need not be read at all.
        root = self._root(candidate)
        self._read_leaves()
        return self._alone.program(candidate) if root in self._unshared else root

    def score(self, program: Any, sample: int) -> int | None:
        if type(program) is not int:
            return self._score_alone(program, sample)
        state = self._samples[sample]
        if program in state.scores:
            self._cache.hits += 1
            return state.scores[program]
        try:
            score = self._evaluate(program, state)
        except Changeable:
            self._unshared.add(program)
            return self._score_alone(self._compiled(program), sample)
        except MemoryError:
            self._forget()
            score = self._score_alone(self._compiled(program), sample)
        state.scores[program] = score
        return score

    def _score_alone(self, program: Any, sample: int) -> int | None:
        """On its own, with all the memory of a call."""
        self._bench.guard.allow(1.0)
        try:
            return self._alone.score(program, sample)
        finally:
            self._bench.guard.allow(_PART)

    def held(self, sample: int) -> Mapping[int, Any]:
        return self._samples[sample].values

    def _root(self, candidate: Candidate) -> int | None:
        if candidate.body is None:
            return None
        try:
            root = self._graph.root(candidate.source)
        except InlineProblem:
            return None
        if self._impure and self._uses_impure(root):
            self._unshared.add(root)
        return root

    def _uses_impure(self, root: int) -> bool:
        names = self._graph.names
        calls = [self._graph.calls[node] for node in (root, *self._graph.order(root))]
        return any(names[part] in self._impure for call in calls if call for part in call if part >= 0)

    def _compiled(self, root: int) -> Any:
        return self._alone.program(Candidate(0, "", self._graph.text(root)))

    def _read_leaves(self) -> None:
        """Values of the names that are new with a candidate; an unknown name stays out and fails when used."""
        if self._strangers:
            self._extend_sure()
        for node in range(max(self._known, 1), len(self._graph)):
            if self._graph.calls[node] is None:
                try:
                    self._hand_out(node, self._graph.leaf_value(node))
                except NameError:
                    continue
        self._known = len(self._graph)

    def _extend_sure(self) -> None:
        sure, graph = self._sure, self._graph
        for node in range(len(sure), len(graph)):
            call = graph.calls[node]
            if call is None:
                sure.append(graph.names[node] not in self._strangers)
            else:
                sure.append(all(part == TUPLE or sure[part] for part in call))

    def _hand_out(self, node: int, value: Any) -> None:
        """Hands a value that does not depend on the sample to all samples, and to the tasks to come."""
        self._constants[node] = value
        for state in self._samples:
            state.values[node] = value
        self._given += len(self._samples)

    def _evaluate(self, root: int, state: Sample) -> int | None:
        guard, order = self._bench.guard, self._order(root, state)
        guard.begin()
        try:
            output = self._run(root, order, state)
            self._spent += guard.passed()
            score = score_output(output, state.expected)
        except TimeLimit:
            output, score = _TIMEOUT, 0
        except Exception:
            output, score = _ERROR, 0
        seconds = guard.end()
        self._calls += 1
        self._needed += len(order)
        self._cache.miss_sum += seconds
        self._holding.settle()
        if type(output) is not _Outcome and guard.over is None:
            return score
        return self._failure(output)

    def _order(self, root: int, state: Sample) -> Sequence[int]:
        """What must be run or held; where values were given up, only what is missing for those that are held."""
        if not self._holding.dropped:
            return self._graph.order(root)
        return self._graph.missing(root, state.values)

    def _failure(self, output: Any) -> int | None:
        """The score of a call that gave no value in time, counted as what it was.

        Raises:
            Changeable: the output can not be had from shared values.
            MemoryError: nor with so little memory.
        """
        if output is _CHANGEABLE:
            raise Changeable
        if output is _NO_MEMORY and not self._bench.guard.over:
            raise MemoryError
        if output is _TIMEOUT or self._bench.guard.over:
            count_timeout(self._bench)
            return None
        self._bench.recorder.count(PROGRAM_ERRORS)
        return 0

    def _account(self) -> None:
        """Counts the task's lookups: what was held was run, all else that was needed was there."""
        held = sum(len(state.values) for state in self._samples) - self._given
        cache, run = self._cache, held + self._dropped + self._holding.dropped
        cache.misses += run
        cache.misses_timed += run
        cache.hits += max(self._needed - run, 0)
        cache.entries = max(cache.entries or 0, held)
        self._needed = self._dropped = 0

    def _forget(self) -> None:
        """Gives up the task's values; what is needed again is run again."""
        for state in self._samples:
            given = state.values[INPUT]
            self._dropped += len(state.values) - len(self._constants) - 1
            state.values = self._constants.copy()
            state.values[INPUT] = given
        self._holding.clear()

    def _run(self, root: int, order: Sequence[int], state: Sample) -> Any:
        """The root's value, or an ``_Outcome``. Failures are values too: raising costs more than most operations."""
        values, failed = state.values, state.failed
        calls, constant = self._graph.calls, self._graph.constant
        unsure, sure = bool(self._strangers), self._sure
        node, known = root, len(state.values)
        try:
            for node in order:
                if node not in values:
                    if node in failed:
                        return failed[node]
                    call = calls[node]
                    assert call is not None  # only calls are in an order
                    if len(call) == 2:
                        function, first = call
                        value = values[function](values[first])
                    elif len(call) == 3:
                        function, first, two = call
                        value = values[function](values[first], values[two])
                    else:
                        value = values[call[0]](*[values[part] for part in call[1:]])
                    if (
                        unsure
                        and type(value) not in _FIXED
                        and not sure[node]
                        and not is_immutable(value, self._checked)
                    ):
                        return _CHANGEABLE
                    values[node] = value
                    size = approximate_bytes(value)
                    if constant[node] and self._constant_bytes + size <= self._most_constant:
                        self._constant_bytes += size
                        self._constant_sizes[node] = size
                        self._hand_out(node, value)
                        self._given -= 1  # this sample's was run
                    elif self._holding.add(values, node, size):
                        to_run = [part for part in order if part not in values]
                        self._holding.drop(values, {root} | self._graph.parts_of(to_run))
        except MemoryError:
            return _NO_MEMORY
        except TimeLimit:
            if len(values) == known:  # else those before it took their part of the time, and alone it may be in time
                failed[node] = _TIMEOUT
            return _TIMEOUT
        except Exception:
            failed[node] = _ERROR
            return _ERROR
        return values.get(root, _ERROR)


def install(bench: Bench, parts: Parts) -> None:
    """Replaces the parts that this win is about."""
    parts.evaluator = GraphEvaluator(bench)


WIN = Win(
    name="dsl_cache",
    number=4,
    title="DSL operation caching",
    addresses=(("score",),),
    label="DSL cache",
    colour="#8A6FC4",
)
