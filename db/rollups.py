"""What a history list shows of a run, computed once when the run is written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from db.rows import sum_of_tasks
from profiles.breakdown import overhead_share
from profiles.records import CATEGORIES, PhaseTiming, RunRecord


def rollups(record: RunRecord) -> dict[str, Any]:
    """The columns ``task_count`` to ``finding_count`` of ``runs``.

    Seconds are self seconds by category, over phases that hold seconds of the whole run; None without any.
    """
    phases = list(record.phases) or sum_of_tasks(record.tasks)
    return {
        "task_count": len(record.tasks),
        "solved": sum(task.solved is True for task in record.tasks),
        "failed": sum(task.status == "failed" for task in record.tasks),
        "errors": record.errors,
        "timeouts": record.timeouts,
        "finding_count": len(record.findings),
        **category_seconds(phases, record.wall_seconds, record.workers),
        "overhead_share": overhead_share(record),
    }


def category_seconds(
    phases: Iterable[PhaseTiming], wall_seconds: float | None, workers: int
) -> dict[str, float | None]:
    """Seconds per category and ``unaccounted_seconds``: wall-clock less self seconds, known only of a serial run."""
    timed = [phase for phase in phases if phase.basis in ("sum", "workers")]
    if workers == 1:
        # An imported run can have seconds added up over threads beside its sums: only the sums are parts of it.
        timed = [phase for phase in timed if phase.basis == "sum"] or timed
    spent = {name: math.fsum(one.self_seconds for one in timed if one.category == name) for name in CATEGORIES}
    covered = math.fsum(one.self_seconds for one in timed)
    serial = workers == 1 and wall_seconds is not None and all(phase.basis == "sum" for phase in timed)
    return {
        **{f"{name}_seconds": spent[name] if timed else None for name in CATEGORIES},
        "unaccounted_seconds": wall_seconds - covered if serial and timed and wall_seconds is not None else None,
    }
