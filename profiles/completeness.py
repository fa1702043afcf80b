"""Two records of one run: whether they tell the same, and the one that tells more.

A run can arrive twice: a journal after the database was full, a log that was pasted before the file came. What is more
complete takes the place of what is less so, and never the other way round.
"""

from __future__ import annotations

from typing import Any

from profiles.records import RunRecord

_NOT_GIVEN: tuple[Any, ...] = (None, {}, [])
#: What one record may fill in for another: ``unknown`` and empty are nothing.
_SINGLE = ("config", "workload", "results_fingerprint", "started_at", "wall_seconds", "cpu_seconds", "environment")
_LISTS = ("phases", "caches")


def same_figures(one: RunRecord, two: RunRecord) -> bool:
    """Whether two records give the same figures, as far as both give them: forms differ in what they can hold."""
    pairs = zip(_figures(one), _figures(two), strict=True)
    return all(mine == other or mine in _NOT_GIVEN or other in _NOT_GIVEN for mine, other in pairs)


def _figures(record: RunRecord) -> tuple[Any, ...]:
    return (
        record.results_fingerprint,
        record.config,
        _rounded(record.wall_seconds),
        {phase.path: (phase.basis, _rounded(phase.total_seconds)) for phase in record.phases},
        {cache.name: (cache.hits, cache.misses) for cache in record.caches},
        [(task.task_id, _rounded(task.seconds)) for task in record.tasks if task.seconds is not None],
        [task.task_id for task in record.tasks],
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)


def completed(known: RunRecord, other: RunRecord) -> RunRecord | None:
    """What ``known`` becomes now that ``other`` tells of the same run; None where it adds nothing, or contradicts.

    A run that did not finish takes all of a record that goes further, and keeps the tasks that this one lacks. One that
    finished only gets what it does not say yet, and only from a record that agrees with it.
    """
    if known.status == "finished":
        if other.status != "finished" or not same_figures(known, other):
            return None
        filled = _filled(known, other)
        return None if _amount(filled) <= _amount(known) else filled
    further = other.status == "finished" or len(other.tasks) > len(known.tasks)
    if known.status == "running" or not further:
        return None
    own = {(task.task_id, task.index) for task in other.tasks}
    kept = tuple(task for task in known.tasks if (task.task_id, task.index) not in own)
    return _filled(other.replace(tasks=other.tasks + kept, key=known.key, label=known.label), known)


def _filled(record: RunRecord, more: RunRecord) -> RunRecord:
    """The record with what only ``more`` says; findings and notes of both."""
    changes: dict[str, Any] = {
        name: getattr(more, name)
        for name in (*_SINGLE, *_LISTS, "tasks")
        if getattr(record, name) in (None, ()) and getattr(more, name) not in (None, ())
    }
    if record.cache_state == "unknown":
        changes["cache_state"] = more.cache_state
    findings = tuple(dict.fromkeys((*record.findings, *more.findings)))
    notes = tuple(dict.fromkeys((*record.notes, *more.notes)))
    return record.replace(**changes, counts={**more.counts, **record.counts}, findings=findings, notes=notes)


def _amount(record: RunRecord) -> int:
    """How much a record tells of a run's figures."""
    single = sum(getattr(record, name) is not None for name in _SINGLE) + (record.cache_state != "unknown")
    timed = sum(task.seconds is not None for task in record.tasks)
    return single + len(record.phases) + len(record.caches) + len(record.tasks) + timed + len(record.counts)
