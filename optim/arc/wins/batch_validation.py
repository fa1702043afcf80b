"""One compilation and one watchdog for a task's whole batch of solvers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from optim.arc.baseline import compile_body, guarded_score
from optim.arc.parts import Bench, Parts
from optim.arc.tasks import Task
from optim.project.wins import Win


class Batch:
    """Validates all solvers of a task together: compiled as one tuple of functions, under one ticking alarm."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def validate(self, task: Task, bodies: Sequence[str]) -> list[list[int]]:
        if not bodies:
            return []
        with self._bench.recorder.phase("compile"):
            functions = self._compile(bodies)
        dsl = self._bench.recorder.phase("dsl", "dsl")
        with self._bench.guard.ticking():
            return [
                [guarded_score(self._bench, dsl, function, given, expected) or 0 for given, expected in task.samples]
                for function in functions
            ]

    def _compile(self, bodies: Sequence[str]) -> Sequence[Any]:
        source = "".join(f"lambda I: {body},\n" for body in bodies)
        try:
            functions: Sequence[Any] = eval(compile(f"({source})", "<batch>", "eval"), self._bench.namespace)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            # One of them is too deep for Python's compiler: the others must not suffer for it.
            return [compile_body(body, self._bench.namespace) for body in bodies]
        return functions


def install(bench: Bench, parts: Parts) -> None:
    """Replaces the parts that this win is about."""
    parts.validator = Batch(bench)


WIN = Win(
    name="batch_validation",
    number=5,
    title="Batch validation processing",
    addresses=(("validate", "compile"), ("validate", "watchdog")),
    label="Batch validation",
    colour="#2A9D8F",
)
