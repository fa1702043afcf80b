"""How long a run that begins will take, by the runs of its config that are stored.

Runs of the same pipeline, config, cache state and machine tell; of the built-in pipeline task by task, also where they
were over other tasks of as many candidates, of a command where the workload is the same.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from db import queries
from optim.arc.outlook import Earlier, Outlook
from profiles.configs import stored_text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from profiles.records import RunRecord

#: Runs that are looked at: the newest ones.
_LOOKED_AT = 50
#: Runs of a command whose median is told.
_TOLD = 5
#: The only "task" of a command as a whole.
_COMMAND = "command"


def earlier_tasks(engine: Engine, record: RunRecord) -> Earlier:
    """Seconds of tasks in the largest of the newest runs that are like the one that begins; nothing where none is."""
    rows = [row for row in _alike(engine, record) if row["workers"] and _candidates(row) == _candidates_of(record)]
    if not rows:
        return Earlier()
    run_id = max(rows, key=lambda row: (row["tasks"], row["id"]))["id"]
    return Earlier(source=f"by run {run_id}", seconds=queries.task_seconds(engine, run_id))


def outlook_of_command(engine: Engine, record: RunRecord) -> Outlook | None:
    """What runs of the same command and workload took; None where there is none."""
    if record.workload is None:
        return None
    rows = _alike(engine, record, workload=record.workload.fingerprint)[:_TOLD]
    walls = [row["wall_seconds"] for row in rows if row["wall_seconds"]]
    if not walls:
        return None
    source = f"by run {rows[0]['id']}" if len(walls) == 1 else f"by its last {len(walls)} runs"
    return Outlook([(_COMMAND, 1)], earlier=Earlier(source=source, seconds={_COMMAND: median(walls)}))


def _alike(engine: Engine, record: RunRecord, **filters: Any) -> list[dict[str, Any]]:
    machine = record.environment and record.environment.machine
    if not machine or not record.pipeline or record.config is None:
        return []
    return queries.run_rows(
        engine,
        limit=_LOOKED_AT,
        pipeline=record.pipeline,
        config=stored_text(record.config),
        cache_state=record.cache_state,
        machine=machine,
        status="finished",
        source="measured",
        profiled=False,
        **filters,
    )


def _candidates(row: dict[str, Any]) -> float | None:
    tasks, candidates = row["workload_tasks"], row["workload_candidates"]
    return candidates / tasks if tasks and candidates else None


def _candidates_of(record: RunRecord) -> float | None:
    workload = record.workload
    return workload.candidates / workload.tasks if workload and workload.tasks and workload.candidates else None
