"""Two records of one run: whether they tell the same, and the one that tells more.

A run can arrive twice: a journal after the database was full, a log that was pasted before the file came. What is more
complete takes the place of what is less so, and never the other way round.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from profiles.records import RunRecord, TaskRecord

_NOT_GIVEN: tuple[Any, ...] = (None, {}, [])
#: What one record may fill in for another: ``unknown`` and empty are nothing.
_SINGLE = ("config", "workload", "results_fingerprint", "started_at", "wall_seconds", "cpu_seconds", "environment")
_LISTS = ("phases", "caches")


def same_figures(run_record: RunRecord, two: RunRecord) -> bool:
    """Whether two records give the same figures, as far as both give them: forms differ in what they can hold."""
    pairs = zip(_figures(run_record), _figures(two), strict=True)
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
    here = {name: getattr(known, name) for name in ("key", "label", "source", "source_name", "pid")}
    return _filled(other.replace(tasks=other.tasks + kept, **here), known)


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


#: Forms that tell of a run beside its log: the seconds of its tasks, the counts of its inlining.
EXTRAS = ("imported:timing-stats", "imported:inlining-telemetry")
#: How far the wall-clocks of a log and of its JSON lines may be apart, as a share and in seconds.
_CLOSE, _CLOSE_SECONDS = 0.001, 0.1


def is_extra(record: RunRecord) -> bool:
    """Whether a record was read from a file that goes with a log."""
    return record.source in EXTRAS


def close(one: float | None, two: float | None) -> bool:
    """Whether two wall-clocks may be of one run: a log prints its own, JSON lines only show when they came."""
    return one is not None and two is not None and abs(one - two) <= max(_CLOSE * two, _CLOSE_SECONDS)


def fits(extra: RunRecord, main: RunRecord) -> bool:
    """Whether ``extra`` tells of the run of ``main``, a log: the same tasks and wall-clock, or the same inlinings."""
    if not is_extra(extra) or is_extra(main):
        return False
    if extra.source.endswith("telemetry"):
        attempts, caches = (
            extra.counts.get("inlining.attempts"),
            [cache for cache in main.caches if cache.name == "inlining"],
        )
        return bool(attempts and caches and caches[0].lookups == attempts)
    ids, timed = [task.task_id for task in extra.tasks], [task for task in main.tasks if task.seconds is not None]
    known = {task.task_id: _rounded(task.seconds) for task in timed}
    same_seconds = not timed or known == {task.task_id: _rounded(task.seconds) for task in extra.tasks}
    count = main.workload.tasks if main.workload else None
    same_tasks = [task.task_id for task in main.tasks] == ids if main.tasks else count == len(ids)
    return bool(ids) and same_tasks and same_seconds and close(extra.wall_seconds, main.wall_seconds)


def together(extra: RunRecord, main: RunRecord) -> RunRecord:
    """The run of a log with what its JSON lines add: the seconds of its tasks, its start, its counts."""
    timed = {task.task_id: task for task in extra.tasks}
    tasks = tuple(_timed(task, timed.get(task.task_id)) for task in main.tasks) or extra.tasks
    named = bool(extra.tasks) and not main.tasks
    return main.replace(
        tasks=tasks,
        started_at=main.started_at or extra.started_at,
        workload=extra.workload if named and extra.workload else main.workload,
        counts={**extra.counts, **main.counts},
    )


def _timed(task: TaskRecord, other: TaskRecord | None) -> TaskRecord:
    if other is None:
        return task
    return replace(
        task,
        seconds=other.seconds if task.seconds is None else task.seconds,
        solved=other.solved if task.solved is None else task.solved,
        status=other.status if task.status == "finished" else task.status,
        reason=task.reason or other.reason,
        errors=max(task.errors, other.errors),
        timeouts=max(task.timeouts, other.timeouts),
    )
