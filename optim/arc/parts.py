"""The parts that a task is processed with. The baseline's stand in ``optim.arc.baseline``; a win replaces some of them.

Whatever the parts, a task's accepted solvers and their scores are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from optim.arc.dsl import Dsl
from optim.arc.graph import Graph
from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.workers.guard import Guard
from profiles.recorder import Recorder


@dataclass(slots=True)  # not frozen: 13,200 are made in a run, and that takes three times as long
class Candidate:
    """A candidate of a task: its source, and its inlined body, None where it can not be inlined."""

    index: int
    source: str
    body: str | None


@dataclass
class Bench:
    """What all parts of a worker share. ``shared`` are the sources that every task has among its candidates."""

    settings: Settings
    dsl: Dsl
    scope: str
    recorder: Recorder
    guard: Guard
    shared: Sequence[str] = ()

    @cached_property
    def graph(self) -> Graph:
        """The expression graph of a task's candidates, made when the first part asks for it."""
        return Graph(self.dsl, self.shared)

    def forget(self) -> None:
        """A task begins: what only the last one needed goes."""
        if "graph" in self.__dict__:
            self.graph.forget()

    @cached_property
    def namespace(self) -> dict[str, Any]:
        return self.dsl.namespace()

    def cache_file(self, name: str) -> Path:
        return Path(self.settings.caches_dir, f"{name}.sqlite")


class Inliner(Protocol):
    """Gives programs' bodies."""

    def bodies(self, sources: Sequence[str]) -> list[str | None]:
        """The inlined body of each source, None where it can not be inlined."""

    def close(self) -> None:
        """The run is over."""


class Evaluator(Protocol):
    """Runs candidates on samples and scores the outputs."""

    def begin(self, task: Task) -> None:
        """A task's scoring begins."""

    def program(self, candidate: Candidate) -> Any:
        """What ``score`` takes to run this candidate; None when it can not run at all."""

    def score(self, program: Any, sample: int) -> int | None:
        """0 to 1000; an error scores 0, a timeout None (which counts as 0)."""

    def held(self, sample: int) -> Mapping[int, Any]:
        """What is known already of a sample: values by the node of ``Bench.graph``, as they come in; maybe none."""

    def end(self) -> None:
        """The task's scoring is over."""


class ExitRule(Protocol):
    """When scoring a candidate may stop."""

    def begin(self, task: Task) -> Sequence[int]:
        """A task's scoring begins; gives its samples in the order in which they are to be scored."""

    def hopeless(self, body: str, lost: int) -> bool:
        """Whether a candidate that lost ``lost`` points so far can not be among those kept any more."""

    def finished(self, body: str, lost: int) -> None:
        """A candidate was scored on all samples."""


class Memory(Protocol):
    """What is known already of solvers' scores."""

    def begin(self, task: Task) -> None:
        """A task begins."""

    def known_score(self, body: str, sample: int) -> int | None:
        """The score of a body on a sample, for scoring; None when it is not known."""

    def learn(self, body: str, sample: int, score: int) -> None:
        """A body was scored on a sample, without a timeout."""

    def validated(self, candidate: Candidate, samples: int) -> list[int] | None:
        """The scores of an earlier validation, one a sample; None when not all are known."""

    def remember(self, candidate: Candidate, scores: list[int]) -> None:
        """A candidate was validated."""

    def end(self) -> None:
        """The task is over."""

    def close(self) -> None:
        """The run is over."""


class Validator(Protocol):
    """Runs inlined solvers again, each call under its limit."""

    def validate(self, task: Task, bodies: Sequence[str]) -> list[list[int]]:
        """For each body its score on each sample; errors and timeouts score 0."""


@dataclass
class Parts:
    """What a task is processed with; ``notes`` say what a part could not do."""

    inliner: Inliner
    evaluator: Evaluator
    exit_rule: ExitRule
    memory: Memory
    validator: Validator
    notes: list[str] = field(default_factory=list)
