"""Two arms at once, one on each core: what of their time counts.

What disturbs a machine disturbs both while both are at work, so it drops out of their ratio (L. Bulej, V. Horky,
P. Tuma, F. Farquet and A. Prokopec, "Duet Benchmarking: Improving Measurement Accuracy in the Cloud", ICPE 2020). Where
runs keep in step, each of their tasks begins at the same time on both sides, and the seconds of a run are those of the
tasks that both did: start-up, waits for the partner and what one did without the other are left out.
"""

from __future__ import annotations

import math

from optim.evidence.statistics import Interval, percent
from profiles.records import RunRecord, TaskRecord

#: Said with every verdict of a duet.
NOTE = "Both configs ran at the same time, a core for each (duet): the ratio is that of two runs side by side."
#: From this share of the slower one's time on it is said that it was alone.
_ALONE = 0.2
#: A task that cost a worker was begun again, without the partner.
_KILLED = "killed"


def seconds_in_step(first: RunRecord, second: RunRecord) -> tuple[float | None, float | None]:
    """The seconds of two runs over the tasks that both did side by side; None where there is no such task."""
    one, two = (_whole(run) for run in (first, second))
    both = [task for task in one if task in two]
    if not both:
        return None, None
    return math.fsum(one[task] for task in both), math.fsum(two[task] for task in both)


def duet_notes(interval: Interval | None) -> list[str]:
    """What is said with a duet's verdict: how it was measured, and how much of the time only one was at work."""
    if interval is None:
        return [NOTE]
    alone = 1 - min(interval.speedup, 1 / interval.speedup)
    if alone < _ALONE:
        return [NOTE]
    return [NOTE, f"In about {percent(alone)} of the time the slower one was at work alone, undisturbed by the other."]


def _whole(run: RunRecord) -> dict[str, float]:
    """The seconds of each task that was done at the first try."""
    return {task.task_id: task.seconds for task in run.tasks if _counts(task) and task.seconds is not None}


def _counts(task: TaskRecord) -> bool:
    return task.status == "finished" and not task.counts.get(_KILLED)
