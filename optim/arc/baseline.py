"""The baseline's parts: what a competent first version does, with nothing in it that only exists to be removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from optim.arc.inline import InlineProblem, inline_with_ast
from optim.arc.parts import Bench, Candidate, Parts
from optim.arc.score import score_output
from optim.arc.tasks import Task
from optim.arc.workers.guard import TimeLimit, Watchdog

#: The count of calls of candidate programs that raised.
PROGRAM_ERRORS = "program.errors"
#: The count of calls that the wall-clock backstop ended, among the timeouts: no evidence, as the load may be the cause.
BACKSTOPS = "backstops"


def baseline_parts(bench: Bench) -> Parts:
    """The parts of the config ``none``."""
    return Parts(AstInliner(bench), CompiledEvaluator(bench), NeverExit(), SourceMemory(bench), OneByOne(bench))


class AstInliner:
    """Inlines with ``ast`` behind an in-memory cache keyed by the candidate's source."""

    def __init__(self, bench: Bench) -> None:
        self._known: dict[str, str | None] = {}
        self._cache = bench.recorder.cache("inlining")

    def bodies(self, sources: Sequence[str]) -> list[str | None]:
        return [self._body(source) for source in sources]

    def _body(self, source: str) -> str | None:
        if source in self._known:
            self._cache.hit()
        else:
            start = perf_counter()
            self._known[source] = body_or_none(source)
            self._cache.miss(perf_counter() - start)
            self._cache.entries = len(self._known)
        return self._known[source]

    def close(self) -> None:
        pass


def body_or_none(source: str) -> str | None:
    """The body by ``ast``, None where the program can not be inlined."""
    try:
        return inline_with_ast(source)
    except InlineProblem:
        return None


def compile_body(body: str, namespace: dict[str, Any]) -> Any:
    """A function of one grid from an inlined body; None where Python can not compile it."""
    try:
        return eval(compile(f"lambda I: {body}", "<solver>", "eval"), namespace)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class CompiledEvaluator:
    """Compiles each candidate's body and runs it on its own."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._task: Task | None = None

    def begin(self, task: Task) -> None:
        self._task = task
        self._compile = self._bench.recorder.phase("compile")
        self._dsl = self._bench.recorder.phase("dsl", "dsl")

    def program(self, candidate: Candidate) -> Any:
        if candidate.body is None:
            return None
        with self._compile:
            return compile_body(candidate.body, self._bench.namespace)

    def score(self, program: Any, sample: int) -> int | None:
        assert self._task is not None
        given, expected = self._task.samples[sample]
        return guarded_score(self._bench, self._dsl, program, given, expected)

    def held(self, sample: int) -> Mapping[int, Any]:
        return {}

    def end(self) -> None:
        pass


def guarded_score(bench: Bench, phase: Any, function: Any, given: Any, expected: Any) -> int | None:
    """Runs a program on a sample under the guard and scores its output: an error scores 0, a timeout None.

    That a candidate raises is an everyday result, and counted as ``program.errors``, not as an error of the task.
    """
    guard = bench.guard
    guard.begin()
    try:
        with phase:
            output = function(given)
        score: int | None = score_output(output, expected)
    except TimeLimit:
        score = None
    except Exception as error:
        if isinstance(error, MemoryError):
            guard.ran_out()
        bench.recorder.count(PROGRAM_ERRORS)
        score = 0
    guard.end()
    if guard.over or score is None:
        count_timeout(bench)
        return None
    return score


def count_timeout(bench: Bench) -> None:
    """Counts a call that was ended: at the backstop it says nothing of the program, and is counted apart as well."""
    bench.recorder.timeout()
    if bench.guard.over == "backstop":
        bench.recorder.count(BACKSTOPS)


class NeverExit:
    """Every candidate is run on all samples."""

    def begin(self, task: Task) -> Sequence[int]:
        return range(len(task.samples))

    def hopeless(self, body: str, lost: int) -> bool:
        return False

    def finished(self, body: str, lost: int) -> None:
        pass


class SourceMemory:
    """A validation cache keyed by the solver's exact source and the task, for this run."""

    def __init__(self, bench: Bench) -> None:
        self._known: dict[tuple[str, str], list[int]] = {}
        self._cache = bench.recorder.cache("validation")
        self._task_id = ""

    def begin(self, task: Task) -> None:
        self._task_id = task.task_id

    def known_score(self, body: str, sample: int) -> int | None:
        return None

    def learn(self, body: str, sample: int, score: int) -> None:
        pass

    def validated(self, candidate: Candidate, samples: int) -> list[int] | None:
        known = self._known.get((self._task_id, candidate.source))
        if known is None:
            self._cache.miss()
        else:
            self._cache.hit()
        return known

    def remember(self, candidate: Candidate, scores: list[int]) -> None:
        self._known[self._task_id, candidate.source] = scores
        self._cache.entries = len(self._known)

    def end(self) -> None:
        pass

    def close(self) -> None:
        pass


class OneByOne:
    """Validates solvers one at a time, each compiled on its own, each call under its own watchdog thread."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def validate(self, task: Task, bodies: Sequence[str]) -> list[list[int]]:
        with self._bench.guard.interruptible():
            return [self._scores(task, body) for body in bodies]

    def _scores(self, task: Task, body: str) -> list[int]:
        with self._bench.recorder.phase("compile"):
            function = compile_body(body, self._bench.namespace)
        return [self._watched(function, given, expected) for given, expected in task.samples]

    def _watched(self, function: Any, given: Any, expected: Any) -> int:
        phase, guard = self._bench.recorder.phase, self._bench.guard
        with phase("watchdog"):
            guard.look()
            watchdog = Watchdog(guard.limit)
        try:
            return guarded_score(self._bench, phase("dsl", "dsl"), function, given, expected) or 0
        finally:
            with phase("watchdog"):
                watchdog.stop()
