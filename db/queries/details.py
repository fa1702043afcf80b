"""One run, or a few that are compared: the record and its parts."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, func, select

from db.engine import reading
from db.frames import FLAG, ID, NUMBER, SECONDS, TEXT, WHOLE, frame
from db.loading import load_record
from db.models import Cache, Count, Phase, Profile, Run, RunEnvironment, RunFinding, Tag, Task, TaskPhase
from db.problems import UnknownRow
from db.queries.history import shown_path
from db.rows import clean

if TYPE_CHECKING:
    import pandas as pd

    from profiles.records import RunRecord

RunIds = int | Iterable[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyedRun:
    """Where the run of a key is: its id, its status, and whether it was deleted."""

    id: int
    status: str
    deleted: bool


def run_of_key(engine: Engine, key: str) -> KeyedRun | None:
    """The run that is stored under a key, a deleted one too."""
    columns = (Run.id, Run.status, Run.deleted_at)
    with reading(engine) as connection:
        row = connection.execute(select(*columns).where(Run.key == clean(key))).first()
    return None if row is None else KeyedRun(id=row.id, status=row.status, deleted=row.deleted_at is not None)


def run(engine: Engine, run_id: int) -> RunRecord:
    """The record, equal to what was stored, under the label that it has now, with what people state of it.

    Raises:
        UnknownRow: there is no such run.
        DatabaseProblem: what is read is not what was written: the file is damaged.
    """
    with reading(engine) as connection:
        record = load_record(connection, int(run_id), stated=True)
    if record is None:
        raise UnknownRow(f"there is no run {run_id}")
    return record


def task_seconds(engine: Engine, run_id: int) -> dict[str, float]:
    """What each finished task of a run took, by its id; a task that failed or has no seconds is not there."""
    timed = (Task.run_id == int(run_id), Task.status == "finished", Task.seconds.is_not(None))
    with reading(engine) as connection:
        rows = connection.execute(select(Task.task_id, Task.seconds).where(*timed)).all()
    return {row.task_id: float(row.seconds) for row in rows}


_PHASES = {
    "run_id": ID,
    "path": TEXT,
    "name": TEXT,
    "parent": TEXT,
    "depth": ID,
    "category": TEXT,
    "basis": TEXT,
    "total_seconds": SECONDS,
    "self_seconds": SECONDS,
    "calls": ID,
}


def phases(engine: Engine, run_ids: RunIds) -> pd.DataFrame:
    """The phases of runs, in the order of their record; of a run without any of its own, the sum of its tasks'.

    Columns: run_id, path (names joined by "/"), name, parent (its path; empty for an outermost phase), depth (1 for an
    outermost phase), category, basis, total_seconds, self_seconds, calls.
    """
    columns = (Phase.category, Phase.basis, Phase.total_seconds, Phase.self_seconds, Phase.calls)
    statement = select(Phase.run_id, Phase.path, *columns).where(Phase.run_id.in_(_ids(run_ids)), Phase.part != "task")
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(Phase.run_id, Phase.number)).all()
    return frame([(row[0], *_path_columns(row[1]), *row[2:]) for row in rows], _PHASES)


def _path_columns(stored: str) -> tuple[str, str, str, int]:
    path = shown_path(stored)
    parent, _, name = path.rpartition("/")
    return path, name, parent, path.count("/") + 1


_TASKS = {
    "run_id": ID,
    "position": ID,
    "task_id": TEXT,
    "index": ID,
    "seconds": SECONDS,
    "solved": FLAG,
    "status": TEXT,
    "errors": ID,
    "timeouts": ID,
    "reason": TEXT,
}


def tasks(
    engine: Engine,
    run_ids: RunIds,
    *,
    sort: str = "position",
    descending: bool = False,
    status: str | None = None,
    limit: int = 2000,
    offset: int = 0,
) -> pd.DataFrame:
    """The tasks of runs, run by run; ``sort="seconds", descending=True, limit=10`` gives the ten slowest.

    Columns: run_id, position (in the run), task_id, index, seconds, solved, status, errors, timeouts, reason.

    Raises:
        ValueError: there is no column of that name to sort by.
    """
    if sort not in _TASKS:
        raise ValueError(f"tasks can not be sorted by {sort!r}; known: {', '.join(_TASKS)}")
    table = Task.__table__
    column = table.c[sort]
    order = column.desc().nulls_last() if descending else column.asc().nulls_last()
    statement = select(*(table.c[name] for name in _TASKS)).where(Task.run_id.in_(_ids(run_ids)))
    if status is not None:
        statement = statement.where(Task.status == status)
    statement = statement.order_by(order, Task.run_id, Task.position).limit(limit).offset(offset)
    with reading(engine) as connection:
        return frame(connection.execute(statement).all(), _TASKS)


_TASK_PHASES = {
    "run_id": ID,
    "task_id": TEXT,
    "path": TEXT,
    "category": TEXT,
    "basis": TEXT,
    "total_seconds": SECONDS,
    "self_seconds": SECONDS,
    "calls": ID,
}


def task_phases(
    engine: Engine, run_ids: RunIds, *, task_id: str | None = None, limit: int = 20_000, offset: int = 0
) -> pd.DataFrame:
    """The phases of each task of runs, or of one task.

    Columns: run_id, task_id, path (joined by "/"), category, basis, total_seconds, self_seconds, calls.
    """
    amounts = (TaskPhase.total_seconds, TaskPhase.self_seconds, TaskPhase.calls)
    of_task = (Task.run_id == TaskPhase.run_id) & (Task.position == TaskPhase.task)
    of_phase = (Phase.run_id == TaskPhase.run_id) & (Phase.number == TaskPhase.phase)
    statement = select(TaskPhase.run_id, Task.task_id, Phase.path, Phase.category, Phase.basis, *amounts)
    statement = statement.join(Task, of_task).join(Phase, of_phase).where(TaskPhase.run_id.in_(_ids(run_ids)))
    if task_id is not None:
        statement = statement.where(Task.task_id == task_id)
    order = (TaskPhase.run_id, TaskPhase.task, TaskPhase.position)
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(*order).limit(limit).offset(offset)).all()
    return frame([(*row[:2], shown_path(row[2]), *row[3:]) for row in rows], _TASK_PHASES)


_CACHES = {
    "run_id": ID,
    "name": TEXT,
    "hits": ID,
    "misses": ID,
    "entries": WHOLE,
    "miss_seconds": SECONDS,
    "hit_seconds": SECONDS,
    "claimed_hit_rate": NUMBER,
    "claimed_saved_seconds": SECONDS,
    "hit_rate": NUMBER,
    "saved_seconds": SECONDS,
}


def caches(engine: Engine, run_ids: RunIds) -> pd.DataFrame:
    """The caches of runs.

    Columns: run_id, name, hits, misses, entries, miss_seconds, hit_seconds (cost of one, where measured),
    claimed_hit_rate (0-1), claimed_saved_seconds (what an imported log says), hit_rate (0-1, from hits and misses),
    saved_seconds (hits x (miss - hit), where measured).
    """
    statement = select(*Cache.__table__.columns).where(Cache.run_id.in_(_ids(run_ids)))
    with reading(engine) as connection:
        rows_found = connection.execute(statement.order_by(Cache.run_id, Cache.position)).all()
    rows = [(row.run_id, *row[2:], _rate(row.hits, row.misses), _saved(row)) for row in rows_found]
    return frame(rows, _CACHES)


def _rate(hits: int, misses: int) -> float | None:
    return hits / (hits + misses) if hits + misses else None


def _saved(row: Any) -> float | None:
    return None if row.miss_seconds is None else row.hits * (row.miss_seconds - (row.hit_seconds or 0.0))


_COUNTS = {"run_id": ID, "name": TEXT, "value": ID}


def counts(engine: Engine, run_ids: RunIds) -> pd.DataFrame:
    """The counts of runs by name. Columns: run_id, name, value."""
    return frame(count_rows(engine, run_ids), _COUNTS)


def count_rows(engine: Engine, run_ids: RunIds) -> list[tuple[int, str, int]]:
    """As ``counts``, but plain rows."""
    statement = select(Count.run_id, Count.name, Count.value).where(Count.run_id.in_(_ids(run_ids)))
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(Count.run_id, Count.name))
        return [(row.run_id, row.name, row.value) for row in rows]


_FINDINGS = {"run_id": ID, "rule": TEXT, "severity": TEXT, "claimed": TEXT, "follows": TEXT, "line": WHOLE}


def findings(engine: Engine, run_ids: RunIds) -> pd.DataFrame:
    """What the audit found in runs. Columns: run_id, rule, severity, claimed, follows, line (from 1)."""
    columns = [RunFinding.__table__.c[name] for name in _FINDINGS]
    statement = select(*columns).where(RunFinding.run_id.in_(_ids(run_ids)))
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(RunFinding.run_id, RunFinding.position))
        return frame(rows.all(), _FINDINGS)


_ENVIRONMENT = {"run_id": ID, "name": TEXT, "value": TEXT}


def environment(engine: Engine, run_ids: RunIds) -> pd.DataFrame:
    """Where runs took place, one row for each thing known, packages as ``package NAME``; ready to show what differs.

    Columns: run_id, name, value (text).
    """
    statement = select(Run.machine, *RunEnvironment.__table__.columns).join(Run, Run.id == RunEnvironment.run_id)
    with reading(engine) as connection:
        rows_found = connection.execute(
            statement.where(Run.id.in_(_ids(run_ids))).order_by(RunEnvironment.run_id)
        ).mappings()
        rows = [(row["run_id"], name, value) for row in rows_found for name, value in _known(dict(row)).items()]
    return frame(rows, _ENVIRONMENT)


def _known(row: dict[str, Any]) -> dict[str, str]:
    packages = {f"package {name}": version for name, version in sorted(row.pop("packages").items())}
    del row["run_id"]
    return {name: str(value) for name, value in {**row, **packages}.items() if value is not None}


_TAGS = {"tag": TEXT, "runs": ID}


def tags(engine: Engine, run_id: int | None = None) -> pd.DataFrame:
    """All tags of runs that are not deleted, or those of one run, by name. Columns: tag, runs (how many have it)."""
    return frame(tag_rows(engine, run_id), _TAGS)


def tag_rows(engine: Engine, run_id: int | None = None) -> list[tuple[str, int]]:
    """As ``tags``, but plain rows."""
    chosen = Run.deleted_at.is_(None) if run_id is None else Run.id == int(run_id)
    statement = select(Tag.tag, func.count()).join(Run, Run.id == Tag.run_id).where(chosen)
    with reading(engine) as connection:
        return [(tag, many) for tag, many in connection.execute(statement.group_by(Tag.tag).order_by(Tag.tag))]


def profile(engine: Engine, run_id: int) -> str | None:
    """The pyinstrument session kept with the run, as JSON text; None where there is none."""
    with reading(engine) as connection:
        body = connection.scalar(select(Profile.body).where(Profile.run_id == int(run_id)))
    return None if body is None else zlib.decompress(body).decode()


def imported(engine: Engine, file_digest: str) -> list[int]:
    """The ids of the runs that were imported from the file with this digest; empty for a new file."""
    with reading(engine) as connection:
        return list(connection.scalars(select(Run.id).where(Run.file_digest == file_digest).order_by(Run.id)))


def _ids(run_ids: RunIds) -> list[int]:
    return [int(run_id) for run_id in run_ids] if isinstance(run_ids, Iterable) else [int(run_ids)]
