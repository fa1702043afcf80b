"""What runs are made of, from their rows in the database; the account itself is ``profiles.breakdown``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, func, select

from db.engine import reading
from db.frames import ID, NUMBER, SECONDS, TEXT, frame
from db.models import Phase, Run, Task
from db.seals import finder, missing_columns, phase_digest
from profiles.breakdown import Breakdown, breakdown_of, covered_seconds
from profiles.records import PhaseTiming

if TYPE_CHECKING:
    import pandas as pd


def breakdowns(engine: Engine, run_ids: Iterable[int]) -> dict[int, Breakdown]:
    """What each of these runs is made of, by its id; a run that is not there is left out.

    Of one that is not what the store wrote (``db.seals``) nothing is known.
    """
    ids = [int(run_id) for run_id in run_ids]
    columns = (Phase.run_id, Phase.path, Phase.category, Phase.basis, Phase.total_seconds, Phase.self_seconds)
    statement = select(*columns, Phase.calls).where(Phase.run_id.in_(ids), Phase.part != "task")
    with reading(engine) as connection:
        phases: dict[int, list[Any]] = {}
        for row in connection.execute(statement.order_by(Phase.run_id, Phase.number)):
            phases.setdefault(row.run_id, []).append(row)
        runs = {row.id: row for row in connection.execute(select(*_RUN).where(Run.id.in_(ids)))}
        whole = {run_id for run_id, run in runs.items() if _is_whole(run, phases.get(run_id, []))}
        asked = [run_id for run_id in whole if runs[run_id].workers > 1 and runs[run_id].unaccounted_seconds is None]
        tasks = _task_seconds(connection, asked)
        timings = {run_id: [_timing(row) for row in phases.get(run_id, [])] for run_id in whole}
    nothing = breakdown_of([], wall_seconds=None, workers=1)
    known = {run_id: _made(runs[run_id], timings[run_id], tasks) for run_id in whole}
    return {run_id: known.get(run_id, nothing) for run_id in ids if run_id in runs}


_RUN = [Run.id, Run.wall_seconds, Run.workers, Run.unaccounted_seconds]
_RUN += missing_columns(_RUN)
_is_altered = finder(_RUN)


def _is_whole(run: Any, phases: Sequence[Any]) -> bool:
    """Whether row and phases are what the store wrote; a run under way is taken as it is."""
    return run.status == "running" or not (
        _is_altered(run) or run.phase_seal != phase_digest([row[1:] for row in phases])
    )


def _made(run: Any, phases: Sequence[PhaseTiming], tasks: Mapping[int, float]) -> Breakdown:
    """A run of several workers keeps its unaccounted seconds; one of an earlier version has its tasks' seconds."""
    busy = tasks.get(run.id)
    if run.workers > 1 and run.unaccounted_seconds is not None:
        busy = covered_seconds(phases) + run.unaccounted_seconds
    return breakdown_of(phases, wall_seconds=run.wall_seconds, workers=run.workers, busy=busy)


def _task_seconds(connection: Connection, run_ids: Sequence[int]) -> dict[int, float]:
    """The seconds of all tasks of each run; runs of which not every task's are known are left out."""
    if not run_ids:
        return {}
    counts = (func.sum(Task.seconds), func.count(), func.count(Task.seconds))
    statement = select(Task.run_id, *counts).where(Task.run_id.in_(run_ids)).group_by(Task.run_id)
    return {run_id: total or 0.0 for run_id, total, tasks, timed in connection.execute(statement) if tasks == timed}


def _timing(row: Any) -> PhaseTiming:
    return PhaseTiming(
        path=tuple(json.loads(row.path)),
        category=row.category,
        basis=row.basis,
        total_seconds=row.total_seconds,
        self_seconds=row.self_seconds,
        calls=row.calls,
    )


_SHARES = {"run_id": ID, "path": TEXT, "category": TEXT, "self_seconds": SECONDS, "share": NUMBER}


def phase_shares(engine: Engine, run_ids: Iterable[int]) -> pd.DataFrame:
    """What part each phase had of its run, for bars and sparklines of many runs; shares of a run add up to 1.

    Idle workers and what no phase covers are the rows with the path and category ``idle`` and ``unaccounted``.
    Columns: run_id, path (joined by "/"), category, self_seconds, share (0-1), in the order of the phases.
    """
    breakdown_of = breakdowns(engine, run_ids)
    rows = [
        (run_id, path_words(part.path), part.category, part.self_seconds, _share(part.self_seconds, made))
        for run_id, made in breakdown_of.items()
        for part in made.parts
    ]
    return frame(rows, _SHARES)


def _share(seconds: float, made: Breakdown) -> float:
    return seconds / made.whole_seconds if made.whole_seconds else 0.0


def path_words(path: Iterable[str]) -> str:
    """A path as it is shown: its names joined by "/", a "/" within a name as U+2215."""
    return "/".join(name.replace("/", "\u2215") for name in path)
