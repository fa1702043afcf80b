"""A run record as rows of the tables and back: pure functions, no database.

The rows say exactly what the record says, so that ``to_record(to_rows(record)) == record``. Characters that a
database can not hold (NUL, lone surrogates) become U+FFFD, before the checksum is taken.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC
from typing import Any

from profiles.configs import config_text
from profiles.records import (
    CacheStats,
    Environment,
    Finding,
    PhaseTiming,
    RecordError,
    RunRecord,
    TaskRecord,
    Workload,
    sum_of_tasks,
)
from profiles.secrets import kept

Row = tuple[Any, ...]

_LARGEST = 2**63 - 1
#: The columns of a run that its checksum is taken of.
_CHECKED = (
    *("key", "source", "source_name", "status", "wins", "cache_state"),
    *("workload", "workload_tasks", "workload_candidates", "workload_description", "results_fingerprint"),
    *("machine", "started_at", "wall_seconds", "cpu_seconds", "workers", "profiled", "pid"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRows:
    """One run as rows, without the run's id. The columns of each are those of the table, in its order."""

    run: Mapping[str, Any]
    environment: Mapping[str, Any] | None
    phases: Sequence[Row]
    tasks: Sequence[Row]
    task_phases: Sequence[Row]
    caches: Sequence[Row]
    counts: Sequence[Row]
    findings: Sequence[Row]

    def checksum(self) -> str:
        """SHA-256 over all that a record says, but for what people may change (label, notes, pipeline).

        The config is in it by its wins.
        """
        return self._checksum({name: self.run[name] for name in _CHECKED})

    def matches(self, checksum: str) -> bool:
        """Whether the rows are those that ``checksum`` was taken of.

        ``1:WORD:...`` is one of version 1, which was taken over the word for the config as well.
        """
        if not checksum.startswith("1:"):
            return checksum == self.checksum()
        word, _, digest = checksum.removeprefix("1:").rpartition(":")
        return digest == self._checksum({**{name: self.run[name] for name in _CHECKED}, "config": word or None})

    def _checksum(self, run: Mapping[str, Any]) -> str:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        values["run"], values["counts"] = run, sorted(self.counts)
        return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def to_rows(record: RunRecord) -> RunRows:
    """The rows of ``record``.

    Raises:
        RecordError: a whole number is too large to be stored.
    """
    phases = phase_rows(record)
    numbers = {phase_key(row): number for number, row in reversed(list(enumerate(phases)))}
    return RunRows(
        run=run_values(record),
        environment=None if record.environment is None else environment_values(record.environment),
        phases=[(number, *row) for number, row in enumerate(phases)],
        tasks=[task_row(position, task) for position, task in enumerate(record.tasks)],
        task_phases=[
            row for position, task in enumerate(record.tasks) for row in task_phase_rows(position, task, numbers)
        ],
        caches=[_cache_row(position, cache) for position, cache in enumerate(record.caches)],
        counts=[(clean(name), whole(value)) for name, value in record.counts.items()],
        findings=[_finding_row(position, finding) for position, finding in enumerate(record.findings)],
    )


def run_values(record: RunRecord) -> dict[str, Any]:
    """The columns of ``runs`` that a record gives by itself, without the rollups."""
    work = record.workload
    return {
        "key": clean(record.key),
        "label": clean(record.label),
        "source": clean(record.source),
        "pipeline": clean(record.pipeline),
        "source_name": clean(record.source_name),
        "status": record.status,
        "config": clean(config_text(record.config)),
        "wins": None if record.config is None else sorted(clean(win) for win in record.config),
        "cache_state": record.cache_state,
        "workload": work and clean(work.fingerprint),
        "workload_tasks": work and whole(work.tasks),
        "workload_candidates": work and whole(work.candidates),
        "workload_description": work and said(work.description),
        "results_fingerprint": clean(record.results_fingerprint),
        "machine": record.environment and clean(record.environment.machine),
        "started_at": record.started_at and record.started_at.astimezone(UTC),
        "wall_seconds": seconds(record.wall_seconds),
        "cpu_seconds": seconds(record.cpu_seconds),
        "workers": whole(record.workers),
        "profiled": bool(record.profiled),
        "pid": whole(record.pid),
        "notes": [said(note) for note in record.notes],
    }


def environment_values(environment: Environment) -> dict[str, Any]:
    """The columns of ``environments``."""
    return {
        "cpu_model": clean(environment.cpu_model),
        "cpu_count": whole(environment.cpu_count),
        "memory_bytes": whole(environment.memory_bytes),
        "platform": clean(environment.platform),
        "python": clean(environment.python),
        "packages": {clean(name): clean(version) for name, version in environment.packages.items()},
        "git_commit": clean(environment.git_commit),
        "git_dirty": environment.git_dirty,
        "load_at_start": seconds(environment.load_at_start),
    }


def phase_rows(record: RunRecord) -> list[Row]:
    """The run's own phases, or the sum of its tasks' where it has none, and then those that occur in tasks only."""
    part = "run" if record.phases else "sum"
    rows = [phase_row(phase, part) for phase in record.phases]
    known = {phase_key(row) for row in rows}
    rest = [timing for timing in sum_of_tasks(record.tasks) if timing_key(timing) not in known]
    return rows + [phase_row(timing, "task" if record.phases else "sum") for timing in rest]


def phase_row(phase: PhaseTiming, part: str) -> Row:
    """``(path, category, basis, part, total_seconds, self_seconds, calls)``, the path as JSON."""
    return (path_text(phase.path), phase.category, phase.basis, part, *_amounts(phase))


def _amounts(phase: PhaseTiming) -> Row:
    return (seconds(phase.total_seconds), seconds(phase.self_seconds), whole(phase.calls))


def path_text(path: Sequence[str]) -> str:
    """The path as it is stored: a JSON array."""
    return json.dumps([clean(name) for name in path], ensure_ascii=False, separators=(",", ":"))


def timing_key(phase: PhaseTiming) -> Row:
    """What tells this phase apart from the others of its run, as ``phase_key`` of its row."""
    return (path_text(phase.path), phase.category, phase.basis)


def phase_key(row: Row) -> Row:
    """``(path, category, basis)`` of a row as ``phase_row`` gives it."""
    return row[:3]


def task_row(position: int, task: TaskRecord) -> Row:
    """One row of ``tasks``, without the run's id."""
    counts = {clean(name): whole(value) for name, value in task.counts.items()}
    return (
        position,
        clean(task.task_id),
        whole(task.index),
        seconds(task.seconds),
        task.solved,
        task.status,
        whole(task.errors),
        whole(task.timeouts),
        said(task.reason),
        json.dumps(counts, separators=(",", ":")) if counts else None,
    )


def task_phase_rows(position: int, task: TaskRecord, numbers: Mapping[Row, int]) -> list[Row]:
    """The rows of ``task_phases`` of one task, without the run's id; ``numbers`` by ``timing_key``."""
    return [(position, place, numbers[timing_key(phase)], *_amounts(phase)) for place, phase in enumerate(task.phases)]


def _cache_row(position: int, cache: CacheStats) -> Row:
    amounts = (whole(cache.hits), whole(cache.misses), whole(cache.entries))
    times = (
        cache.miss_seconds,
        cache.hit_seconds,
        cache.claimed_hit_rate,
        cache.claimed_saved_seconds,
    )
    return (position, clean(cache.name), *amounts, *(seconds(time) for time in times))


def _finding_row(position: int, finding: Finding) -> Row:
    texts = (clean(finding.rule), finding.severity, said(finding.claimed), said(finding.follows))
    return (position, *texts, whole(finding.line))


def clean(text: Any) -> Any:
    """The text without what no database holds: NUL and lone surrogates become U+FFFD. None stays None."""
    if text is None:
        return None
    text = str(text).replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def said(text: Any) -> Any:
    """As ``clean``, for what a program printed or an error said: without what looks like a secret or a home."""
    return None if text is None else clean(kept(str(text)))


def whole(value: Any) -> Any:
    """The value as an int that fits into 64 bits. None stays None."""
    if value is None:
        return None
    if abs(int(value)) > _LARGEST:
        raise RecordError(f"a whole number must be below 2**63 to be stored, got {str(value)[:40]}")
    return int(value)


def seconds(value: Any) -> Any:
    """The value as a float, -0.0 as 0.0, which SQLite does not tell apart. None stays None, nan becomes None."""
    return None if value is None or value != value else float(value) + 0.0


def to_record(rows: RunRows) -> RunRecord:
    """The record that ``to_rows`` made these rows of."""
    run = rows.run
    phases = [_phase(*row[1:4], *row[5:]) for row in rows.phases]
    by_number = {row[0]: phase for row, phase in zip(rows.phases, phases, strict=True)}
    return RunRecord(
        **{name: run[name] for name in _AS_THEY_ARE},
        config=None if run["wins"] is None else frozenset(run["wins"]),
        workload=_workload(run),
        phases=tuple(phase for row, phase in zip(rows.phases, phases, strict=True) if row[4] == "run"),
        caches=tuple(_make(CacheStats, row[1:]) for row in rows.caches),
        tasks=_tasks(rows, by_number),
        counts=dict(rows.counts),
        environment=None if rows.environment is None else Environment(machine=run["machine"], **rows.environment),
        findings=tuple(_make(Finding, row[1:]) for row in rows.findings),
        notes=tuple(run["notes"]),
    )


_AS_THEY_ARE = (
    *(
        "key",
        "label",
        "source",
        "pipeline",
        "source_name",
        "status",
        "cache_state",
        "results_fingerprint",
        "started_at",
    ),
    *("wall_seconds", "cpu_seconds", "workers", "profiled", "pid"),
)


def _make(kind: Any, values: Row) -> Any:
    return kind(**dict(zip((field.name for field in fields(kind)), values, strict=True)))


def _workload(run: Mapping[str, Any]) -> Workload | None:
    if run["workload"] is None:
        return None
    return Workload(
        fingerprint=run["workload"],
        tasks=run["workload_tasks"],
        candidates=run["workload_candidates"],
        description=run["workload_description"],
    )


def _phase(path: str, category: str, basis: str, total: float, own: float, calls: int) -> PhaseTiming:
    return PhaseTiming(
        path=tuple(json.loads(path)),
        category=category,
        basis=basis,
        total_seconds=total,
        self_seconds=own,
        calls=calls,
    )


def _tasks(rows: RunRows, by_number: Mapping[int, PhaseTiming]) -> tuple[TaskRecord, ...]:
    phases: dict[int, list[PhaseTiming]] = {}
    for task, _, number, total, own, calls in rows.task_phases:
        kind = by_number[number]
        timing = PhaseTiming(
            path=kind.path, category=kind.category, basis=kind.basis, total_seconds=total, self_seconds=own, calls=calls
        )
        phases.setdefault(task, []).append(timing)
    return tuple(
        _make(TaskRecord, (*row[1:9], tuple(phases.get(row[0], ())), json.loads(row[9] or "{}"))) for row in rows.tasks
    )
