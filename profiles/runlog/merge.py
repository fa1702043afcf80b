"""Which logs tell of the same run, and one run from them.

Logs belong together when their summaries are equal, or, where one has no summary (JSON lines of tasks, telemetry),
when its tasks or attempts are those that the other one shows.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

from profiles.importers.base import content_key
from profiles.runlog.facts import RunLog, TaskFacts

#: How far the sum of the tasks' seconds may be from the wall-clock of the run that they belong to.
_CLOSE = 0.01
#: Forms without a summary of their own, which go with the run that they fit.
EXTRAS = ("timing-stats", "inlining-telemetry")


def fingerprint(log: RunLog) -> str:
    """A key over the run's own figures, the same in whatever form its log came: timing keys where there are any,
    else caches, else tasks."""
    return content_key("run_batt", _figures(log))


def _figures(log: RunLog) -> Any:
    if log.keys:
        return {name: round(figure.value, 6) for name, figure in log.keys.items()}
    announced = log.announced.value if log.announced else None
    if log.caches or log.wall:
        wall = log.wall.value if log.wall else None
        return [announced, wall, {name: cache.figures() for name, cache in log.caches.items()}]
    rows = [(task.task_id, task.scored_samples, task.candidates, task.validated, task.seconds) for task in _tasks(log)]
    started = log.started_at.isoformat() if log.started_at else None
    final = log.final_seconds.value if log.final_seconds else None
    return [
        announced,
        final,
        rows,
        [validation[:2] for validation in log.validations],
        sorted(log.telemetry.items()),
        started,
    ]


def _tasks(log: RunLog) -> list[TaskFacts]:
    return log.ordered_tasks()


def is_part_of(part: RunLog, whole: RunLog) -> bool:
    """Whether ``part`` holds nothing but figures that ``whole`` has too: a block that was printed twice."""
    if part.tasks or part.validations or not (part.keys or part.caches):
        return False
    if part.announced and (not whole.announced or part.announced.value != whole.announced.value):
        return False
    keys_known = all(name in whole.keys and whole.keys[name].value == key.value for name, key in part.keys.items())
    return keys_known and all(
        name in whole.caches and whole.caches[name].figures() == cache.figures() for name, cache in part.caches.items()
    )


def _same_tasks(run_log: RunLog, two: RunLog) -> bool:
    """Whether the tasks that both name, if they do, are the same in the same order."""
    return not run_log.tasks or not two.tasks or list(run_log.tasks) == list(two.tasks)


def misfit(extra: RunLog, main: RunLog) -> float | None:
    """How badly ``extra``, a file of JSON lines, fits the run ``main`` (0 is exact); None where it is another run's."""
    if extra.form == "timing-stats":
        return _tasks_misfit(extra, main)
    cache, attempts = main.caches.get("inlining"), extra.telemetry.get("inlining.attempts")
    return 0.0 if cache and cache.total and attempts and cache.total.value == attempts else None


def _tasks_misfit(extra: RunLog, main: RunLog) -> float | None:
    wall, spent = main.wall_figure, sum(task.seconds or 0.0 for task in extra.tasks.values())
    same_tasks = list(extra.tasks) == list(main.tasks) if main.tasks else len(extra.tasks) == main.task_count
    if not same_tasks or (wall is None and not main.tasks):
        return None
    distance = abs(spent / wall.value - 1.0) if wall and wall.value else 0.0
    return distance if distance <= _CLOSE else None


def merge(logs: Sequence[RunLog]) -> list[tuple[RunLog, tuple[str, ...]]]:
    """The runs that ``logs`` tell of, each with the names of the logs that were put together for it."""
    by_figures: dict[str, list[list[RunLog]]] = {}
    for log in (part for part in logs if part.form not in EXTRAS):
        equal = by_figures.setdefault(fingerprint(log), [])
        home = next((group for group in equal if _same_tasks(log, group[0])), None)
        equal.append([log]) if home is None else home.append(log)
    mains = [group for equal in by_figures.values() for group in equal]
    groups = list(mains)
    for extra in (part for part in logs if part.form in EXTRAS):
        home = _home(extra, mains)
        groups.append([extra]) if home is None else home.append(extra)
    return [(_joined(group), tuple(dict.fromkeys(log.name for log in group))) for group in groups]


def _home(extra: RunLog, mains: Sequence[list[RunLog]]) -> list[RunLog] | None:
    """The run that ``extra`` fits best, one with a wall-clock before one without; each takes one file of a form."""
    fits = [
        (group[0].wall_figure is None, fit, number)
        for number, group in enumerate(mains)
        if (fit := misfit(extra, group[0])) is not None and all(log.form != extra.form for log in group)
    ]
    return mains[min(fits)[2]] if fits else None


def _joined(group: Sequence[RunLog]) -> RunLog:
    """One log of several: the fullest one, with what only the others have."""
    ordered = sorted(group, key=_fullness, reverse=True)
    best = dataclasses.replace(ordered[0], tasks=_join_tasks(ordered), telemetry=dict(ordered[0].telemetry))
    for other in ordered[1:]:
        best.telemetry = {**other.telemetry, **best.telemetry}
        for name in ("announced", "claimed_timeouts", "final_seconds", "started_at", "ended_at", "final_form"):
            if getattr(best, name) is None:
                setattr(best, name, getattr(other, name))
        for name in ("keys", "caches", "validations", "timed_out_lines", "cpu", "peak_bytes"):
            if not getattr(best, name):
                setattr(best, name, getattr(other, name))
        best.profiled = best.profiled or other.profiled
        best.profiles = best.profiles or other.profiles
        if best.first_arrival is None:
            best.first_arrival, best.last_arrival, best.stamp = other.first_arrival, other.last_arrival, other.stamp
    _name_validations(best)
    return best


def _name_validations(log: RunLog) -> None:
    """Gives the tasks the validations of a log that does not name tasks: they come in the same order."""
    tasks = log.ordered_tasks()
    if len(tasks) == len(log.validations) and all(task.validated is None for task in tasks):
        for task, (solvers, seconds, line) in zip(tasks, log.validations, strict=True):
            changed = dataclasses.replace(task, validated=solvers, validate_seconds=seconds, validated_line=line)
            log.tasks[task.task_id] = changed


def _fullness(log: RunLog) -> tuple[int, int, int, int]:
    return (len(log.keys), len(log.caches), len(log.tasks), int(log.first_arrival is not None))


def _join_tasks(logs: Iterable[RunLog]) -> dict[str, TaskFacts]:
    joined: dict[str, TaskFacts] = {}
    for log in logs:
        for name, task in log.tasks.items():
            known = joined.get(name)
            joined[name] = task if known is None else _join_task(known, task)
    return joined


def _join_task(task_facts: TaskFacts, two: TaskFacts) -> TaskFacts:
    changes: dict[str, Any] = {}
    for item in dataclasses.fields(TaskFacts):
        mine, other = getattr(task_facts, item.name), getattr(two, item.name)
        if mine in (None, 0, False) and other not in (None, 0, False) and item.name not in ("index", "line"):
            changes[item.name] = other
    return dataclasses.replace(task_facts, **changes)
