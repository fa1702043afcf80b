"""Runs as they are recorded: one commit per finished task, so that what was committed survives kill -9."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from db import stated
from db.engine import reading, writing
from db.loading import children, load_record
from db.models import Document, Phase, Run, RunEnvironment, Task, TaskPhase
from db.problems import UnknownRow
from db.rollups import rollups
from db.rows import RunRows, clean, phase_key, phase_row, task_phase_rows, task_row, timing_key, to_rows
from db.seals import seal
from db.store.bulk import insert_rows
from db.store.measurements import interrupt_measurements
from profiles.completeness import completed, fits, together
from profiles.processes import SILENT_SECONDS, is_over, owner_of
from profiles.records import PhaseTiming, RunRecord, TaskRecord, sum_of_tasks


def begin_run(engine: Engine, record: RunRecord) -> int:
    """Stores ``record`` as a running run of the process ``record.pid`` (this one by default); gives its id.

    A run of the same key that did not finish is begun anew, with what it had taken away.

    Raises:
        ValueError: a run with this key has finished already.
    """
    pid = record.pid or os.getpid()
    record = record.replace(status="running", pid=pid)
    with writing(engine) as connection:
        known = connection.execute(select(Run.id, Run.status).where(Run.key == clean(record.key))).first()
        if known is not None and known.status == "finished":
            raise ValueError(f"run {known.id} with the key {record.key!r} has finished already; begin one with another")
        begun = _write(connection, record, run_id=known and known.id, owner=owner_of(pid))
        connection.execute(update(Run).where(Run.id == begun).values(deleted_at=None))
        return begun


def add_task(
    engine: Engine,
    run_id: int,
    task: TaskRecord,
    *,
    phases: Sequence[PhaseTiming] | None = None,
    wall_seconds: float | None = None,
    cpu_seconds: float | None = None,
) -> None:
    """Commits one finished task of a running run, so that it survives whatever happens next.

    Args:
        phases: the run's phases so far; without them the task's phases are added to what the run had.
        wall_seconds: the run's wall-clock so far, kept as what an interrupted run took.

    Raises:
        UnknownRow: there is no such run, or it is over.
    """
    with writing(engine) as connection:
        _add_task(connection, run_id, task, {"wall_seconds": wall_seconds, "cpu_seconds": cpu_seconds}, phases)


def add_tasks(engine: Engine, run_id: int, tasks: Sequence[TaskRecord]) -> None:
    """Commits several finished tasks of a running run at once: all of them, or none.

    Raises:
        UnknownRow: there is no such run, or it is over.
    """
    with writing(engine) as connection:
        for task in tasks:
            _add_task(connection, run_id, task, {"wall_seconds": None, "cpu_seconds": None}, None)


def _add_task(
    connection: Connection,
    run_id: int,
    task: TaskRecord,
    seconds: Mapping[str, float | None],
    phases: Sequence[PhaseTiming] | None,
) -> None:
    position = _count_task(connection, run_id, task, seconds)
    insert_rows(connection, _table(Task), [(run_id, *task_row(position, task))])
    numbers = _add_phases(connection, run_id, task, phases)
    rows = [(run_id, *row) for row in task_phase_rows(position, task, numbers)]
    insert_rows(connection, _table(TaskPhase), rows)


def finish_run(engine: Engine, run_id: int, record: RunRecord) -> None:
    """Stores the whole record of a run that was begun; its status is the record's (``finished``, ``failed``, ...).

    Tasks that were committed and that the record lacks are kept, behind its own.

    Raises:
        UnknownRow: there is no such run.
    """
    with writing(engine) as connection:
        lost = _lost_tasks(connection, run_id, {(clean(task.task_id), task.index) for task in record.tasks})
        _write(connection, record.replace(tasks=record.tasks + lost), run_id=run_id)


class Imported(NamedTuple):
    """What became of a record: the run's id, and ``new``, ``completed`` (it told more of a run that was there) or
    ``known`` (it added nothing)."""

    run_id: int
    outcome: str


def store_run(engine: Engine, record: RunRecord, file_digest: str | None = None) -> tuple[int, bool]:
    """Stores a whole record at once; gives the run's id and whether it is new; as ``import_run``."""
    imported = import_run(engine, record, file_digest)
    return imported.run_id, imported.outcome == "new"


def import_run(
    engine: Engine, record: RunRecord, file_digest: str | None = None, *, into: int | None = None
) -> Imported:
    """Stores a record under its key. Of a run that is there it takes what is more complete, and never replaces that by
    less (``profiles.completeness``). A deleted run of the same key comes back.

    Args:
        file_digest: the digest of the file that the record was imported from.
        into: the run that the record tells of under another key: a log and its JSON lines. The log's key stays.
    """
    try:
        return _store_once(engine, record, file_digest, into)
    except IntegrityError:
        # On PostgreSQL another process can store the same key between the question and the insert.
        return _store_once(engine, record, file_digest, into)


def _store_once(engine: Engine, record: RunRecord, file_digest: str | None, into: int | None) -> Imported:
    with writing(engine) as connection:
        known = into or connection.scalar(select(Run.id).where(Run.key == clean(record.key)))
        if known is None:
            _keep_digest(connection, record, file_digest)
            return Imported(_write(connection, record, file_digest=file_digest), "new")
        connection.execute(update(Run).where(Run.id == known).values(deleted_at=None))
        before = load_record(connection, known)
        more = before and (completed(before, record) if into is None else _joined(before, record))
        if more is None or more == before:
            return Imported(known, "known")
        _keep_digest(connection, record, file_digest)
        _write(connection, more, run_id=known)
        connection.execute(update(Run).where(Run.id == known).values(key=clean(more.key)))
        return Imported(known, "completed")


def _joined(before: RunRecord, record: RunRecord) -> RunRecord | None:
    if fits(record, before):
        return together(record, before)
    return together(before, record).replace(label=before.label) if fits(before, record) else None


def mark_interrupted(engine: Engine, silent_seconds: float = SILENT_SECONDS) -> int:
    """Marks running runs and measurements whose process is gone as interrupted, with what they had; gives how many.

    Args:
        silent_seconds: after how long without a commit it counts as gone when its process can not be looked at.
    """
    with reading(engine) as connection:
        owners = connection.execute(_RUNNING).all()
    gone = [row for row in owners if is_over(row.pid, row.owner, row.updated_at, silent_seconds)]
    marked = sum(_interrupt(engine, row) for row in gone)
    return marked + interrupt_measurements(engine, silent_seconds)


_RUNNING = select(Run.id, Run.pid, Run.owner, Run.updated_at).where(Run.status == "running")


def _interrupt(engine: Engine, seen: Any) -> bool:
    """Marks a run as it was seen; one that another process has begun anew since then is left to it."""
    with writing(engine) as connection:
        now = connection.execute(_RUNNING.where(Run.id == seen.id).with_for_update()).first()
        record = load_record(connection, seen.id)
        if record is None or now is None or (now.pid, now.owner) != (seen.pid, seen.owner):
            return False
        phases = record.phases or tuple(sum_of_tasks(record.tasks))
        _write(connection, record.replace(status="interrupted", phases=phases), run_id=seen.id)
        return True


def _write(
    connection: Connection,
    record: RunRecord,
    run_id: int | None = None,
    owner: str | None = None,
    file_digest: str | None = None,
) -> int:
    rows, now = to_rows(record), datetime.now(UTC)
    checksum = None if record.status == "running" else rows.checksum()
    values = {**rows.run, **rollups(record), "checksum": checksum, "updated_at": now}
    if run_id is None:
        values |= {"owner": owner, "note": "", "file_digest": file_digest, "stored_at": now}
        run_id = connection.scalars(insert(Run).returning(Run.id), [values]).one()
    else:
        values |= {"owner": owner} if owner else {}
        # The name that a person gave in the meantime stays.
        values = {name: value for name, value in values.items() if name not in ("key", "label")}
        if connection.execute(update(Run).where(Run.id == run_id).values(values)).rowcount == 0:
            raise UnknownRow(f"there is no run {run_id}")
        _clear(connection, run_id)
    _write_children(connection, run_id, rows)
    stated.forget(connection, run_id)
    stated.apply(connection, run_id)
    seal(connection, run_id)
    return run_id


def _clear(connection: Connection, run_id: int) -> None:
    for child in (RunEnvironment, *children()):
        connection.execute(delete(child).where(child.run_id == run_id))


def _write_children(connection: Connection, run_id: int, rows: RunRows) -> None:
    if rows.environment is not None:
        connection.execute(insert(RunEnvironment), [{"run_id": run_id, **rows.environment}])
    for child, name in children().items():
        insert_rows(connection, _table(child), [(run_id, *row) for row in getattr(rows, name)])


def _table(model: Any) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _add_phases(
    connection: Connection, run_id: int, task: TaskRecord, phases: Sequence[PhaseTiming] | None
) -> dict[Any, int]:
    """Brings the run's phases up to date; gives the number of each phase by its key."""
    given = [phase_row(phase, "run") for phase in phases or ()]
    known = connection.execute(
        select(Phase.path, Phase.category, Phase.basis, Phase.number).where(Phase.run_id == run_id)
    ).all()
    numbers: dict[Any, int] = {tuple(row[:3]): row[3] for row in known}
    part = "sum" if phases is None else "task"
    own = {phase_key(row) for row in given}
    added = [phase_row(sum_of_task, part) for sum_of_task in sum_of_tasks([task]) if timing_key(sum_of_task) not in own]
    for row in given + added:
        numbers.setdefault(phase_key(row), len(numbers))
    _upsert(connection, [(run_id, numbers[phase_key(row)], *row) for row in given], add=False)
    _upsert(connection, [(run_id, numbers[phase_key(row)], *row) for row in added], add=True)
    return numbers


def _upsert(connection: Connection, rows: list[tuple[Any, ...]], *, add: bool) -> None:
    if not rows:
        return
    table = _table(Phase)
    # Loaded when a run is written: that of PostgreSQL costs a command that only reads a tenth of its time.
    dialect = importlib.import_module(f"sqlalchemy.dialects.{connection.dialect.name}")
    statement = dialect.insert(table)
    new, amounts = statement.excluded, ("total_seconds", "self_seconds", "calls")
    changes = {name: table.c[name] + new[name] if add else new[name] for name in amounts}
    statement = statement.on_conflict_do_update(
        index_elements=[table.c.run_id, table.c.number], set_={**changes, "part": new["part"]}
    )
    connection.execute(statement, [dict(zip(table.columns.keys(), row, strict=True)) for row in rows])


def _count_task(connection: Connection, run_id: int, task: TaskRecord, so_far: Mapping[str, float | None]) -> int:
    """Adds the task to the run's rollups; gives the task's position."""
    changes: dict[str, Any] = {name: value for name, value in so_far.items() if value is not None}
    statement = update(Run).where(Run.id == run_id, Run.status.in_(("running", "interrupted")))
    count = connection.scalar(
        statement.returning(Run.task_count).values(
            task_count=Run.task_count + 1,
            solved=Run.solved + int(task.solved is True),
            failed=Run.failed + int(task.status == "failed"),
            errors=Run.errors + task.errors,
            timeouts=Run.timeouts + task.timeouts,
            updated_at=datetime.now(UTC),
            status="running",
            checksum=None,
            seal=None,
            phase_seal=None,
            **changes,
        )
    )
    if count is None:
        raise UnknownRow(f"no run {run_id} is under way")
    return count - 1


def _lost_tasks(connection: Connection, run_id: int, own: set[tuple[Any, int]]) -> tuple[TaskRecord, ...]:
    """The run's committed tasks that are not among ``own``. Nearly always there are none, and nothing more is read."""
    committed = connection.execute(select(Task.task_id, Task.index).where(Task.run_id == run_id))
    if all(tuple(row) in own for row in committed):
        return ()
    record = load_record(connection, run_id)
    tasks = () if record is None else record.tasks
    return tuple(task for task in tasks if (task.task_id, task.index) not in own)


def _keep_digest(connection: Connection, record: RunRecord, digest: str | None) -> None:
    if digest is None:
        return
    known = connection.scalar(select(Document.id).where(Document.kind == "import", Document.name == digest))
    if known is None:
        values = {"kind": "import", "name": digest, "digest": digest, "body": record.source_name}
        connection.execute(insert(Document), [{**values, "stored_at": datetime.now(UTC)}])
