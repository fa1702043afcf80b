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

#: How far the tasks' seconds may stay below the wall-clock of the run that they belong to.
_CLOSE = 0.05


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
    rows = [(one.task_id, one.scored_samples, one.candidates, one.validated, one.seconds) for one in _tasks(log)]
    started = log.started_at.isoformat() if log.started_at else None
    final = log.final_seconds.value if log.final_seconds else None
    return [announced, final, rows, [one[:2] for one in log.validations], sorted(log.telemetry.items()), started]


def _tasks(log: RunLog) -> list[TaskFacts]:
    return log.ordered_tasks()


def is_part_of(part: RunLog, whole: RunLog) -> bool:
    """Whether ``part`` holds nothing but figures that ``whole`` has too: a block that was printed twice."""
    if part.tasks or part.validations or not (part.keys or part.caches):
        return False
    if part.announced and (not whole.announced or part.announced.value != whole.announced.value):
        return False
    keys_known = all(name in whole.keys and whole.keys[name].value == one.value for name, one in part.keys.items())
    return keys_known and all(
        name in whole.caches and whole.caches[name].figures() == one.figures() for name, one in part.caches.items()
    )


def belong_together(one: RunLog, two: RunLog) -> bool:
    """Whether two logs tell of the same run."""
    if (one.keys and two.keys) or (one.caches and two.caches):
        return fingerprint(one) == fingerprint(two) and _ids_agree(one, two)
    return _supplements(one, two) or _supplements(two, one)


def _ids_agree(one: RunLog, two: RunLog) -> bool:
    return not one.tasks or not two.tasks or list(one.tasks) == list(two.tasks)


def _supplements(extra: RunLog, main: RunLog) -> bool:
    """Whether ``extra``, without a summary of its own, has the tasks or the attempts of ``main``."""
    if extra.keys or extra.caches or extra.form == main.form:
        return False
    if extra.tasks and extra.form == "timing-stats":
        return _tasks_fit(extra, main)
    if extra.telemetry and not extra.tasks:
        cache = main.caches.get("inlining")
        attempts = extra.telemetry.get("inlining.attempts")
        return bool(attempts and cache and cache.total and cache.total.value == attempts)
    return False


def _tasks_fit(extra: RunLog, main: RunLog) -> bool:
    wall = main.wall_figure
    spent = sum(task.seconds or 0.0 for task in extra.tasks.values())
    fits_wall = wall is not None and (1 - _CLOSE) * wall.value <= spent <= wall.value * (1 + 0.01) + 0.5
    if main.tasks:
        return list(extra.tasks) == list(main.tasks) and (fits_wall or wall is None)
    return fits_wall and len(extra.tasks) == (main.task_count or len(extra.tasks))


def merge(logs: Sequence[RunLog]) -> list[tuple[RunLog, tuple[str, ...]]]:
    """The runs that ``logs`` tell of, each with the names of the logs that were put together for it."""
    groups: list[list[RunLog]] = []
    for log in logs:
        home = next((group for group in groups if any(belong_together(log, other) for other in group)), None)
        if home is None:
            groups.append([log])
        else:
            home.append(log)
    return [(_joined(group), tuple(dict.fromkeys(log.name for log in group))) for group in groups]


def _joined(group: Sequence[RunLog]) -> RunLog:
    """One log of several: the fullest one, with what only the others have."""
    ordered = sorted(group, key=_fullness, reverse=True)
    best = dataclasses.replace(ordered[0], tasks=_join_tasks(ordered), telemetry=dict(ordered[0].telemetry))
    for other in ordered[1:]:
        best.telemetry = {**other.telemetry, **best.telemetry}
        for name in ("announced", "claimed_timeouts", "final_seconds", "started_at", "ended_at", "final_form"):
            if getattr(best, name) is None:
                setattr(best, name, getattr(other, name))
        for name in ("keys", "caches", "validations", "timed_out_lines"):
            if not getattr(best, name):
                setattr(best, name, getattr(other, name))
        if best.first_arrival is None:
            best.first_arrival, best.last_arrival = other.first_arrival, other.last_arrival
    return best


def _fullness(log: RunLog) -> tuple[int, int, int, int]:
    return (len(log.keys), len(log.caches), len(log.tasks), int(log.first_arrival is not None))


def _join_tasks(logs: Iterable[RunLog]) -> dict[str, TaskFacts]:
    joined: dict[str, TaskFacts] = {}
    for log in logs:
        for name, task in log.tasks.items():
            known = joined.get(name)
            joined[name] = task if known is None else _join_task(known, task)
    return joined


def _join_task(one: TaskFacts, two: TaskFacts) -> TaskFacts:
    changes: dict[str, Any] = {}
    for item in dataclasses.fields(TaskFacts):
        mine, other = getattr(one, item.name), getattr(two, item.name)
        if mine in (None, 0, False) and other not in (None, 0, False) and item.name not in ("index", "line"):
            changes[item.name] = other
    return dataclasses.replace(one, **changes)
