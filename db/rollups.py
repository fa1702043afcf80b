"""What a history list shows of a run, computed once when the run is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from profiles.breakdown import Breakdown, breakdown, breakdown_of, overhead_share, unaccounted_of
from profiles.records import PhaseTiming, RunRecord


def rollups(record: RunRecord) -> dict[str, Any]:
    """The columns ``task_count`` to ``finding_count`` of ``runs``.

    Seconds are self seconds by category, over phases that hold seconds of the whole run; None without any.
    """
    return {
        "task_count": len(record.tasks),
        "solved": sum(task.solved is True for task in record.tasks),
        "failed": sum(task.status == "failed" for task in record.tasks),
        "errors": record.errors,
        "timeouts": record.timeouts,
        "finding_count": len(record.findings),
        **_columns(breakdown(record)),
        "overhead_share": overhead_share(record),
    }


def category_seconds(
    phases: Iterable[PhaseTiming], wall_seconds: float | None, workers: int
) -> dict[str, float | None]:
    """Seconds per category and ``unaccounted_seconds``, as ``profiles.breakdown`` has them."""
    return _columns(breakdown_of(phases, wall_seconds=wall_seconds, workers=workers))


def _columns(made: Breakdown) -> dict[str, float | None]:
    """``dsl_seconds`` holds the work of any pipeline; what is idle or of unknown kind follows from the phases."""
    spent, timed = made.seconds, bool(made.parts)
    return {
        "dsl_seconds": (made.work_seconds or 0.0) if timed else None,
        **{f"{name}_seconds": spent.get(name, 0.0) if timed else None for name in ("framework", "io")},
        "unaccounted_seconds": unaccounted_of(made),
    }
