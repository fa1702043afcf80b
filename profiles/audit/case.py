"""What a rule of the audit is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from profiles.records import Finding, RunRecord
from profiles.runlog.facts import RunLog


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRun:
    """A run that is there already: its key, what it is called, and its wall-clock in seconds."""

    key: str
    label: str
    wall_seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One run under audit. ``log`` is None for formats that state no claims."""

    record: RunRecord
    log: RunLog | None = None
    known: tuple[KnownRun, ...] = ()

    @property
    def wall(self) -> float | None:
        return self.record.wall_seconds


Rule = Callable[[Case], Iterator[Finding]]
