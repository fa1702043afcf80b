"""The records that a run leaves: frozen, checked where they enter, the same for measured and imported runs.

Times are seconds as floats, sizes bytes as ints, moments timezone-aware datetimes in UTC.
An impossible value is refused with its name: ``phase 'validate': self_seconds must be >= 0, got -1``.

Errors:
    RecordError (a ValueError): a field holds a value that can not be true.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

#: What the pipeline is for; ``dsl`` is its name in the ARC pipeline.
WORK_CATEGORIES = ("work", "dsl")
#: What a phase can be. ``idle``: a worker waits for a task. ``unknown``: nobody said.
CATEGORIES = (*WORK_CATEGORIES, "framework", "io", "unknown", "idle")
#: How a phase's seconds came about. ``sum``: wall-clock seconds, summed over all tasks. ``last_task``: the last
#: task's seconds only. ``workers``: seconds summed over workers that ran at the same time. ``count``: no seconds.
BASES = ("sum", "last_task", "workers", "count")
STATUSES = ("running", "finished", "interrupted", "failed")
CACHE_STATES = ("cold", "warm", "unknown")
SEVERITIES = ("error", "warning", "note")


class RecordError(ValueError):
    """A record was given a value that can not be true."""


def _require(condition: bool, what: str, wanted: str, got: object) -> None:
    if not condition:
        raise RecordError(f"{what} must be {wanted}, got {got!r}")


def _require_amount(what: str, value: float | None) -> None:
    if value is not None:
        _require(math.isfinite(value) and value >= 0, what, ">= 0", value)


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseTiming:
    """One phase of a run or of a task: ``path`` from the outermost phase to this one.

    ``total_seconds`` include the children, ``self_seconds`` do not.
    """

    path: tuple[str, ...]
    category: str = "framework"
    total_seconds: float
    self_seconds: float
    calls: int = 1
    basis: str = "sum"

    def __post_init__(self) -> None:
        name = f"phase {'/'.join(self.path)!r}"
        _require(bool(self.path) and all(self.path), name + ": path", "a name or more", self.path)
        _require(self.category in CATEGORIES, name + ": category", f"one of {CATEGORIES}", self.category)
        _require(self.basis in BASES, name + ": basis", f"one of {BASES}", self.basis)
        _require_amount(name + ": total_seconds", self.total_seconds)
        _require_amount(name + ": self_seconds", self.self_seconds)
        _require_amount(name + ": calls", self.calls)

    @property
    def name(self) -> str:
        return self.path[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheStats:
    """What one cache did in a run. ``miss_seconds`` is the measured cost of a miss, None where not measured.

    ``claimed_hit_rate`` (0-1) and ``claimed_saved_seconds`` are what an imported log says of itself.
    """

    name: str
    hits: int
    misses: int
    entries: int | None = None
    miss_seconds: float | None = None
    hit_seconds: float | None = None
    claimed_hit_rate: float | None = None
    claimed_saved_seconds: float | None = None

    def __post_init__(self) -> None:
        for what in ("hits", "misses", "entries", "miss_seconds", "hit_seconds"):
            _require_amount(f"cache {self.name!r}: {what}", getattr(self, what))

    @property
    def lookups(self) -> int:
        return self.hits + self.misses

    @property
    def hit_rate(self) -> float | None:
        """Hits / lookups in 0-1; None without lookups."""
        return self.hits / self.lookups if self.lookups else None

    @property
    def saved_seconds(self) -> float | None:
        """Hits x (measured cost of a miss - of a hit); None where the cost of a miss was not measured."""
        if self.miss_seconds is None:
            return None
        return self.hits * (self.miss_seconds - (self.hit_seconds or 0.0))


@dataclass(frozen=True, slots=True)  # not by keyword alone: a hundred thousand are made out of columns
class TaskRecord:
    """One task of a run. ``solved`` is None where unknown; ``reason`` says why a task failed."""

    task_id: str
    index: int
    seconds: float | None
    solved: bool | None = None
    status: str = "finished"
    errors: int = 0
    timeouts: int = 0
    reason: str | None = None
    phases: tuple[PhaseTiming, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # There may be a hundred thousand of them, and almost all are right: the words are made for the others.
        spent, top = 0.0 if self.seconds is None else self.seconds, math.inf
        is_right = 0 <= spent < top and 0 <= self.index < top and 0 <= self.errors < top and 0 <= self.timeouts < top
        if is_right and self.status in STATUSES:
            return
        name = f"task {self.task_id!r}"
        _require(self.status in STATUSES, name + ": status", f"one of {STATUSES}", self.status)
        for what in ("index", "seconds", "errors", "timeouts"):
            _require_amount(f"{name}: {what}", getattr(self, what))


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What the claim audit found: what is claimed, what follows from the log's own numbers, and where.

    ``line`` counts from 1; None where the finding concerns the whole file.
    """

    rule: str
    severity: str
    claimed: str
    follows: str
    line: int | None = None

    def __post_init__(self) -> None:
        _require(self.severity in SEVERITIES, f"finding {self.rule!r}: severity", f"one of {SEVERITIES}", self.severity)


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """Where a run took place. ``machine`` is a stable fingerprint: runs are comparable only where it is equal."""

    machine: str
    cpu_model: str | None = None
    cpu_count: int | None = None
    memory_bytes: int | None = None
    platform: str | None = None
    python: str | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    git_commit: str | None = None
    git_dirty: bool | None = None
    load_at_start: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Workload:
    """What is run on. Equal ``fingerprint`` means the same work; None where a number is not known."""

    fingerprint: str
    tasks: int | None = None
    candidates: int | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """One execution of a pipeline over a workload, measured here or imported.

    ``key`` identifies the run for good: storing the same key twice changes nothing. ``source`` is ``measured`` or
    ``imported:<format>``, ``pipeline`` the name of the program that ran, None where unknown. ``config`` holds the
    names of the wins that were on; None where unknown.
    """

    key: str
    label: str
    source: str = "measured"
    pipeline: str | None = None
    source_name: str | None = None
    status: str = "finished"
    config: frozenset[str] | None = None
    cache_state: str = "unknown"
    workload: Workload | None = None
    results_fingerprint: str | None = None
    started_at: datetime | None = None
    wall_seconds: float | None = None
    cpu_seconds: float | None = None
    workers: int = 1
    profiled: bool = False
    phases: tuple[PhaseTiming, ...] = ()
    caches: tuple[CacheStats, ...] = ()
    tasks: tuple[TaskRecord, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    environment: Environment | None = None
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    pid: int | None = None

    def __post_init__(self) -> None:
        name = f"run {self.label!r}"
        _require(self.status in STATUSES, name + ": status", f"one of {STATUSES}", self.status)
        _require(self.cache_state in CACHE_STATES, name + ": cache_state", f"one of {CACHE_STATES}", self.cache_state)
        for what in ("wall_seconds", "cpu_seconds"):
            _require_amount(f"{name}: {what}", getattr(self, what))
        _require(self.workers >= 1, name + ": workers", ">= 1", self.workers)
        moment = self.started_at
        _require(moment is None or moment.tzinfo is not None, name + ": started_at", "timezone-aware", moment)

    @property
    def errors(self) -> int:
        return sum(task.errors for task in self.tasks)

    @property
    def timeouts(self) -> int:
        return sum(task.timeouts for task in self.tasks)

    def replace(self, **changes: Any) -> Self:
        """The same record with some fields changed."""
        return dataclasses.replace(self, **changes)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dict; ``from_json`` gives an equal record back."""
        plain = dataclasses.asdict(self)
        plain["config"] = None if self.config is None else sorted(self.config)
        plain["started_at"] = None if self.started_at is None else self.started_at.isoformat()
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Reads what ``to_json`` wrote, also of earlier versions: fields that are not known are left out.

        Raises:
            RecordError: a field is missing or holds a value that can not be true.
        """
        try:
            return cls(**_read_run(plain))
        except (TypeError, KeyError, AttributeError) as error:
            raise RecordError(f"not a run record: {error}") from error


def merge_phases(parts: Iterable[PhaseTiming]) -> tuple[PhaseTiming, ...]:
    """Phases with equal path added up, in order of first appearance; of two bases the weaker one stays."""
    merged: dict[tuple[str, ...], PhaseTiming] = {}
    for part in parts:
        known = merged.get(part.path)
        merged[part.path] = part if known is None else _add(known, part)
    return tuple(merged.values())


def sum_of_tasks(tasks: Iterable[TaskRecord]) -> tuple[PhaseTiming, ...]:
    """The phases of all tasks added up, one for each path, category and basis, in order of first appearance."""
    merged: dict[tuple[tuple[str, ...], str, str], PhaseTiming] = {}
    for task in tasks:
        for phase in task.phases:
            key = phase.path, phase.category, phase.basis
            known = merged.get(key)
            merged[key] = phase if known is None else _add(known, phase)
    return tuple(merged.values())


def _add(phase_timing: PhaseTiming, two: PhaseTiming) -> PhaseTiming:
    return dataclasses.replace(
        phase_timing,
        total_seconds=phase_timing.total_seconds + two.total_seconds,
        self_seconds=phase_timing.self_seconds + two.self_seconds,
        calls=phase_timing.calls + two.calls,
        basis=max(phase_timing.basis, two.basis, key=BASES.index),
    )


def _known(cls: type[Any], plain: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(cls)}
    return {name: value for name, value in plain.items() if name in names}


def _read_phase(plain: Mapping[str, Any]) -> PhaseTiming:
    return PhaseTiming(**{**_known(PhaseTiming, plain), "path": tuple(plain["path"])})


def _read_task(plain: Mapping[str, Any]) -> TaskRecord:
    phases = tuple(_read_phase(phase) for phase in plain.get("phases", ()))
    return TaskRecord(**{**_known(TaskRecord, plain), "phases": phases})


def _read_run(plain: Mapping[str, Any]) -> dict[str, Any]:
    values = _known(RunRecord, plain)
    started = plain.get("started_at")
    values["config"] = _read_config(plain.get("config"))
    values["started_at"] = None if started is None else _read_moment(started)
    values["phases"] = tuple(_read_phase(phase) for phase in plain.get("phases", ()))
    values["tasks"] = tuple(_read_task(task) for task in plain.get("tasks", ()))
    values["caches"] = tuple(CacheStats(**_known(CacheStats, cache)) for cache in plain.get("caches", ()))
    values["findings"] = tuple(Finding(**_known(Finding, finding)) for finding in plain.get("findings", ()))
    notes = plain.get("notes", ())
    _require(not isinstance(notes, str), "notes", "a list", notes)
    values["notes"] = tuple(notes)
    for name, cls in (("environment", Environment), ("workload", Workload)):
        part = plain.get(name)
        values[name] = None if part is None else cls(**_known(cls, part))
    return values


def _read_config(value: Any) -> frozenset[str] | None:
    """The wins that were on. A text is one name, never its letters; ``none`` is the name of no win."""
    if isinstance(value, str):
        return frozenset() if value in ("", "none") else frozenset({value})
    if value is None:
        return None
    is_list = isinstance(value, list | tuple | set | frozenset) and all(isinstance(name, str) for name in value)
    _require(is_list, "config", "a list of names", value)
    return frozenset(value)


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
