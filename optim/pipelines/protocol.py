"""What a measurement needs of a pipeline, whatever it runs.

A pipeline tells its name, its wins and its parameters with their defaults. A *session* is a sitting with it: it
prepares what the runs need (a lock, caches set aside, folders), executes one run after the other, and puts everything
back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from profiles.configs import Config
from profiles.records import RunRecord


class RunProblem(Exception):
    """A run or a session can not begin; the sentence says why and what would work."""


class Interrupted(Exception):
    """A run was asked to stop, and all of its processes are gone. ``record`` is what it had come to."""

    def __init__(self, record: RunRecord | None = None) -> None:
        super().__init__("interrupted")
        self.record = record


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What an arm runs: a config, and where arms differ in their code, the git ref that holds it."""

    config: Config
    ref: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What a session is for. ``cache_state`` is ``cold``, ``warm``, or None for caches as they are found.

    ``targets`` are all that will be run in it; ``scratch`` is a folder for what the session keeps meanwhile, ``output``
    one for what a run makes and nobody keeps; ``stop`` tells, asked many times a second, whether to stop; ``on_begin``
    hears of each run that counts, as it begins, unless the run stores itself. ``wake`` is a descriptor that can be read
    as soon as ``stop`` is true, for who may not ask many times a second.
    """

    targets: Sequence[Target]
    parameters: Mapping[str, Any]
    cache_state: str | None
    scratch: Path
    output: Path | None = None
    stop: Callable[[], bool] = lambda: False
    on_begin: Callable[[RunRecord], object] = lambda record: None
    wake: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lane:
    """Where one of two runs at once goes: a core of its own, and how it keeps in step with its partner.

    ``meet`` waits until both are about to begin, ``leave`` says that this one is over; ``hear`` and ``tell`` are
    descriptors of pipes from and to the partner for a pipeline that keeps in step within the run.
    """

    core: int
    meet: Callable[[], None]
    leave: Callable[[], None]
    hear: int
    tell: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """A run that was executed. ``run_id`` where it stored itself as it went, else ``record``.

    ``ended``: ``finished``, ``died`` (by a signal or with an exit code), or ``timeout``. ``in_step``: it began each of
    its tasks together with its partner.
    """

    record: RunRecord | None = None
    run_id: int | None = None
    ended: str = "finished"
    in_step: bool = False


class Session(Protocol):
    """A sitting with a pipeline; used as a context manager, it prepares and puts back."""

    def prime(self, target: Target) -> None:
        """Fills the target's caches by a run that does not count.

        Raises:
            RunProblem, Interrupted: it could not be done.
        """

    def run(self, target: Target, label: str, lane: Lane | None = None) -> Ran:
        """Executes one run. One that dies or takes too long is an outcome: its record says so.

        Args:
            lane: where it goes when another one runs at the same time, in another thread.

        Raises:
            RunProblem: it could not be started at all.
            Interrupted: the job was asked to stop.
        """


class Pipeline(Protocol):
    """A program that is made faster."""

    @property
    def name(self) -> str:
        """What runs of it are called."""

    @property
    def wins(self) -> Sequence[str]:
        """The names of its wins, in the order of the plan."""

    def no_duet(self, targets: Sequence[Target], parameters: Mapping[str, Any]) -> str | None:
        """Why two of these can not run at the same time, in a clause; None where they can."""

    def parameters(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters: the defaults, and ``changes`` (texts are read in the kind of the default).

        Raises:
            RunProblem: there is no such parameter, or it can not be what was given.
        """

    def code(self, targets: Sequence[Target]) -> str | None:
        """A fingerprint of the code that these run, committed or not; None where it can not be told."""

    def session(self, job: Job) -> AbstractContextManager[Session]:
        """A sitting.

        Raises:
            RunProblem: it can not be prepared.
        """
