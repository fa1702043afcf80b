"""A run's record from the facts of its log: only what can be trusted becomes a phase, each with its basis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from profiles.importers.base import content_key
from profiles.records import CacheStats, PhaseTiming, RunRecord, TaskRecord, Workload
from profiles.runlog.facts import CacheFacts, RunLog, TaskFacts
from profiles.runlog.keys import WHOLE, Key, key
from profiles.runlog.merge import EXTRAS, fingerprint

#: The system that writes the logs which this package reads.
PIPELINE = "run_batt"
#: Arrival times that cover less of the wall-clock than this come from buffered output and say nothing of tasks.
COVERED = 0.5
_MOST_COUNT = 2**53
_TASK_COUNTS = ("candidates", "kept", "validated", "outputs")


def build(log: RunLog, label: str) -> RunRecord:
    """The record of one run; ``label`` is what it is called until somebody names it."""
    tasks = _tasks(log)
    return RunRecord(
        key=fingerprint(log),
        label=f"{label}: {log.title}" if log.title else label,
        source=f"imported:{log.form}",
        pipeline=PIPELINE,
        source_name=log.name,
        status="interrupted" if _is_unfinished(log) else "finished",
        cache_state=cache_state(log),
        workload=_workload(log),
        started_at=log.started_at or (log.stamp.at if log.stamp else None),
        wall_seconds=_wall(log),
        cpu_seconds=sum(log.cpu.values()) if len(log.cpu) == 2 else None,
        phases=_phases(log),
        caches=tuple(filter(None, (_cache(cache) for cache in log.caches.values()))),
        tasks=tasks,
        counts=_counts(log),
        profiled=log.profiled,
        notes=_notes(log, tasks),
    )


def _is_unfinished(log: RunLog) -> bool:
    if log.interrupted:
        return True
    if log.announced or log.keys or log.caches or log.wall:
        return False
    if log.form == "timing-stats":
        return any(task.seconds is None for task in log.tasks.values())
    return log.breaks_off or _stops_in_a_task(log)


def _stops_in_a_task(log: RunLog) -> bool:
    """Whether the last task began and nothing says that it ended; without an end a log may only be a part of one."""
    last = next(reversed(log.tasks.values()), None)
    return last is not None and not (last.done or last.seconds is not None or last.validated is not None)


def _lacks_its_end(log: RunLog) -> bool:
    return bool(log.tasks or log.validations) and not (log.announced or log.keys or log.wall or log.form in EXTRAS)


def _wall(log: RunLog) -> float | None:
    figure = log.wall_figure
    if figure is not None:
        return figure.value
    if log.first_arrival is not None and log.last_arrival is not None:
        return max(log.last_arrival - log.first_arrival, 0.0)
    if log.started_at and log.ended_at and log.form == "timing-stats":
        return max((log.ended_at - log.started_at).total_seconds(), 0.0)
    return None


def _workload(log: RunLog) -> Workload | None:
    count = log.task_count
    if count is None:
        return None
    if log.tasks and len(log.tasks) == count:
        fingerprint_ = content_key("run_batt tasks", list(log.tasks))
    else:
        fingerprint_ = content_key("run_batt tasks not listed", fingerprint(log))
    return Workload(fingerprint=fingerprint_, tasks=count, candidates=None, description=f"run_batt: {count:,} tasks")


def version(log: RunLog) -> str | None:
    """A guess at the pipeline's version, by its final line and its keys."""
    checks = {"october" for name in log.keys if name == "run_batt.check_solver_speed"}
    checks |= {"november" for name in log.keys if name == "run_batt.check_solver"}
    marks = checks | ({log.final_form} if log.final_form else set())
    if marks == {"october"}:
        return "October 2025"
    if marks == {"november"}:
        return "November 2025"
    return "between October and November 2025" if marks else None


def cache_state(log: RunLog) -> str:
    """Cold where every cache began empty, warm where none had to compute anything, else unknown."""
    states = {_began(cache) for cache in log.caches.values()}
    if states == {"warm"}:
        return "warm"
    return "cold" if states - {"in use"} == {"cold"} else "unknown"


def _began(cache: CacheFacts) -> str:
    """How one cache began; ``in use`` where its figures do not say."""
    if not cache.hits or not cache.misses or not cache.hits.value + cache.misses.value:
        return "in use"
    if not cache.misses.value:
        return "warm"
    if cache.entries is not None:
        return "cold" if cache.entries.value <= cache.misses.value else "primed"
    return "in use" if cache.hits.value else "cold"


def _phases(log: RunLog) -> tuple[PhaseTiming, ...]:
    count = log.task_count
    timed = {name: figure.value for name, figure in log.keys.items() if name != WHOLE}
    known: dict[tuple[str, ...], tuple[Key, float]] = {}
    for name, value in timed.items():
        timing_key = key(name, count)
        if timing_key.basis != "count":
            known.setdefault(timing_key.path, (timing_key, value))
    return tuple(_phase(path, known) for path in sorted(known, key=lambda path: (_root_order(path, known), path)))


def _root_order(path: tuple[str, ...], known: Mapping[tuple[str, ...], tuple[Key, float]]) -> float:
    return -max((value for other, (_, value) in known.items() if other[0] == path[0]), default=0.0)


def _phase(path: tuple[str, ...], known: Mapping[tuple[str, ...], tuple[Key, float]]) -> PhaseTiming:
    this, total = known[path]
    inner = sum(value for other, (_, value) in known.items() if _owner(other, this.basis, known) == path)
    return PhaseTiming(
        path=path,
        category=this.category,
        total_seconds=total,
        self_seconds=max(total - inner, 0.0),
        basis=this.basis,
    )


def _owner(
    path: tuple[str, ...], basis: str, known: Mapping[tuple[str, ...], tuple[Key, float]]
) -> tuple[str, ...] | None:
    """The nearest phase around ``path`` whose seconds have the same basis: only such can be subtracted."""
    if known[path][0].basis != basis:
        return None
    for end in range(len(path) - 1, 0, -1):
        around = known.get(path[:end])
        if around and around[0].basis == basis:
            return path[:end]
    return None


def _cache(cache: CacheFacts) -> CacheStats | None:
    if not cache.hits or not cache.misses:
        return None
    return CacheStats(
        name=cache.name,
        hits=int(cache.hits.value),
        misses=int(cache.misses.value),
        entries=int(cache.entries.value) if cache.entries else None,
        claimed_hit_rate=cache.hit_rate.value / 100 if cache.hit_rate else None,
        claimed_saved_seconds=cache.saved.value if cache.saved else None,
    )


def arrivals_cover(log: RunLog) -> bool | None:
    """Whether the moments of arrival spread over the run; None where there are none."""
    if log.first_arrival is None or log.last_arrival is None:
        return None
    wall = log.wall_figure
    return wall is None or log.last_arrival - log.first_arrival >= COVERED * wall.value


def _tasks(log: RunLog) -> tuple[TaskRecord, ...]:
    timed = bool(arrivals_cover(log)) and not (log.stamp and log.stamp.is_whole)
    return tuple(_task(task, index, timed, log) for index, task in enumerate(log.tasks.values()))


def _task(task: TaskFacts, index: int, timed: bool, log: RunLog) -> TaskRecord:
    seconds = task.seconds
    if seconds is None and timed and task.started is not None and task.ended is not None:
        seconds = max(task.ended - task.started, 0.0)
    amounts = (task.candidates, task.kept, task.validated, task.outputs)
    counts = {name: value for name, value in zip(_TASK_COUNTS, amounts, strict=True) if value is not None}
    return TaskRecord(
        task_id=task.task_id,
        index=index,
        seconds=seconds,
        status=_task_status(task, log),
        reason=task.reason,
        timeouts=task.timed_out_samples,
        counts=counts,
    )


def _task_status(task: TaskFacts, log: RunLog) -> str:
    if task.success is False:
        return "failed"
    has_end = task.done or task.seconds is not None or task.ended is not None or task.validated is not None
    return "finished" if has_end or log.announced else "interrupted"


def _counts(log: RunLog) -> dict[str, int]:
    """Counts, never seconds. Sums over tasks are there only where the log shows tasks."""
    counts = {name: int(figure.value) for name, figure in log.keys.items() if key(name, None).basis == "count"}
    counts = {name.removeprefix("run_batt."): value for name, value in counts.items()}
    named = {
        "tasks.announced": log.announced.value if log.announced else None,
        "tasks.seen": len(log.tasks) or None,
        "timeouts.claimed": log.claimed_timeouts.value if log.claimed_timeouts else None,
        "errors.claimed": log.claimed_errors.value if log.claimed_errors else None,
        "peak_bytes": log.peak_bytes,
        "solvers": log.claimed_solvers.value if log.claimed_solvers else None,
        "candidates": _total(task.candidates for task in log.tasks.values()),
        "validated": sum(validation[0] for validation in log.validations) if log.validations else None,
        "score.timeouts": len(log.timed_out_lines) if shows_samples(log) else None,
    }
    counts |= {name: int(value) for name, value in named.items() if value is not None}
    return {name: min(value, _MOST_COUNT) for name, value in (log.telemetry | counts).items()}


def shows_samples(log: RunLog) -> bool:
    """Whether the log has the lines that report samples, so that none reporting a timeout means there was none."""
    return any(task.scored_samples or task.timed_out_samples for task in log.tasks.values())


def _total(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _notes(log: RunLog, tasks: tuple[TaskRecord, ...]) -> tuple[str, ...]:
    notes = []
    guess = version(log)
    if guess:
        notes.append(f"pipeline version: {guess}, by its final line and keys")
    if log.wall_figure is None and _wall(log) is not None:
        notes.append("wall-clock from the first task's start to the last line that came, as the log prints none")
    if log.first_arrival is not None and (log.last_arrival or 0.0) < log.first_arrival:
        notes.append("the moments of arrival run backwards, so the tasks have no seconds")
    elif log.stamp and log.stamp.is_whole:
        notes.append("the moments before its lines are to the second, too coarse for the seconds of tasks")
    elif arrivals_cover(log) is False:
        notes.append("the lines arrived together at the end, so the tasks have no seconds")
    elif log.first_arrival is not None and any(task.seconds is not None for task in tasks):
        notes.append("seconds of tasks by the moments at which their lines arrived")
    if log.stamp and log.stamp.at and not log.started_at:
        zone = "" if log.stamp.is_zoned else "; they name no zone, so they count as UTC"
        notes.append(f"it began at the moment of its first task, by what stands before its lines{zone}")
    if any(path.basis == "last_task" for path in _phases(log)):
        notes.append("phases marked last_task hold the last task only; they are no part of the wall-clock's sum")
    if _lacks_its_end(log):
        notes.append("the text holds no final line and no timing summary: it may be a part of the run's log")
    if log.profiled:
        notes.append("a profiler ran beside it: its seconds are no evidence")
    if log.listed:
        lines = "line names" if len(log.listed) == 1 else "lines name"
        notes.append(f"{len(log.listed):,} {lines} no key of the pipeline and became no phase: {log.listed[0].name}")
    if log.printed_again:
        notes.append(f"figures printed again from line {log.printed_again:,} on were counted once")
    return tuple(notes)
