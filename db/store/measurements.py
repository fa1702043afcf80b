"""Measurements and their blocks, as they go on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Delete, Engine, Update, bindparam, delete, insert, select, update

from db.engine import reading, writing
from db.models import MOVED, UNDER_WAY, AttemptRow, BlockRun, MeasurementRow, Run
from db.problems import NotOwner, UnknownRow
from db.seals import changing_measurement, seal_measurement
from profiles.processes import SILENT_SECONDS, host_of, is_gone, is_over, owner_of
from profiles.secrets import hidden_values

#: What a measurement can be: ``stopping`` was asked to stop, ``stopped`` did, ``interrupted`` lost its process.
MEASUREMENT_STATUSES = ("planned", "running", "stopping", "stopped", "interrupted", "finished", "failed", MOVED)

#: Block, arm, position in it, and the run.
BlockPlace = tuple[int, str, int, int]


def begin_measurement(
    engine: Engine, spec: Mapping[str, Any], *, status: str = "running", pid: int | None = None
) -> int:
    """Stores a measurement as its process (``pid``, this one by default) begins it; gives its id.

    Raises:
        ValueError: the spec has no ``arms``, or the status is none of MEASUREMENT_STATUSES.
    """
    if not spec.get("arms"):
        raise ValueError(f"a measurement's spec must name its arms, got {dict(spec)!r}")
    pid, now = pid or os.getpid(), datetime.now(UTC)
    values = {
        "kind": str(spec.get("kind", "pair")),
        "cache_state": str(spec.get("cache_state", "unknown")),
        "spec": _stored(spec),
        "status": _status(status),
        "pid": pid,
        "owner": owner_of(pid),
        "created_at": now,
        "updated_at": now,
    }
    with writing(engine) as connection:
        number = connection.scalars(insert(MeasurementRow).returning(MeasurementRow.id), [values]).one()
        seal_measurement(connection, number)
        return number


def take_measurement(
    engine: Engine, measurement_id: int, spec: Mapping[str, Any], *, silent_seconds: float = SILENT_SECONDS
) -> None:
    """Makes this process the owner of a measurement that is planned from now on; of several at once, of one.

    Raises:
        NotOwner: it is under way in another process that lives, or can not be looked at and was not silent for long.
        UnknownRow: there is no such measurement.
    """
    with writing(engine) as connection:
        row = _locked(connection, measurement_id)
        if not _is_this_process(row) and _is_owned(row, silent_seconds):
            raise NotOwner(f"measurement {measurement_id} is under way in {_place(row)}: stop that first")
        mine = {"pid": os.getpid(), "owner": owner_of(os.getpid())}
        with changing_measurement(connection, measurement_id):
            _touch(connection, measurement_id, {**mine, "status": "planned", "spec": _stored(spec)})


def add_blocks(
    engine: Engine,
    measurement_id: int,
    rows: Sequence[BlockPlace],
    *,
    status: str | None = None,
    verdict: Mapping[str, Any] | None = None,
    owned: bool = False,
) -> None:
    """Says which runs are the blocks', and what follows from them: all in one transaction, or nothing.

    Args:
        rows: block, arm, position and run. Said again of an arm in a block, the later run counts.
        owned: only as long as this process owns the measurement.

    Raises:
        UnknownRow: there is no such measurement, or no such run.
        NotOwner: another process has taken the measurement over.
    """
    with writing(engine) as connection, changing_measurement(connection, measurement_id):
        _touch(connection, measurement_id, _changes(status=status, verdict=verdict), owned)
        for block, arm, position, run_id in rows:
            if connection.scalar(_run(), {"run": run_id}) is None:
                raise UnknownRow(f"there is no run {run_id}")
            values = {"measurement_id": measurement_id, "block": block, "arm": arm}
            connection.execute(_removing(BlockRun, *values), values)
            connection.execute(insert(BlockRun), [{**values, "position": position, "run_id": run_id}])


def add_block_run(engine: Engine, measurement_id: int, block: int, arm: str, position: int, run_id: int) -> None:
    """One row of ``add_blocks``."""
    add_blocks(engine, measurement_id, [(block, arm, position, run_id)])


def add_attempt(engine: Engine, measurement_id: int, values: Mapping[str, Any], *, owned: bool = False) -> None:
    """Keeps a run that a measurement began; ``values`` are the other columns of ``attempts``.

    Raises:
        UnknownRow: there is no such measurement.
        NotOwner: ``owned``, and another process has taken the measurement over.
    """
    place = {"measurement_id": measurement_id} | {name: values[name] for name in ("block", "attempt", "arm")}
    with writing(engine) as connection, changing_measurement(connection, measurement_id):
        _touch(connection, measurement_id, {}, owned)
        connection.execute(_removing(AttemptRow, *place), place)
        connection.execute(insert(AttemptRow), [{**values, "measurement_id": measurement_id}])


def update_measurement(
    engine: Engine,
    measurement_id: int,
    *,
    status: str | None = None,
    verdict: Mapping[str, Any] | None = None,
    pid: int | None = None,
    spec: Mapping[str, Any] | None = None,
    owned: bool = False,
) -> None:
    """Changes what is given of a measurement; ``pid`` is the process that goes on with it.

    Raises:
        ValueError: the status is none of MEASUREMENT_STATUSES.
        UnknownRow: there is no such measurement.
        NotOwner: ``owned``, and another process has taken the measurement over.
    """
    stored = None if spec is None else _stored(spec)
    given = _changes(status=status, verdict=verdict, pid=pid, owner=pid and owner_of(pid), spec=stored)
    with writing(engine) as connection, changing_measurement(connection, measurement_id):
        _touch(connection, measurement_id, given, owned)


def mark_stopping(engine: Engine, measurement_id: int, pid: int | None, owner: str | None) -> None:
    """Says that the measurement was asked to stop; nothing where it has stopped, or is another process's, by now."""
    is_theirs = (MeasurementRow.id == measurement_id, MeasurementRow.pid == pid, MeasurementRow.owner == owner)
    at_work = MeasurementRow.status.in_(("planned", "running"))
    with writing(engine) as connection:
        stopping = update(MeasurementRow).where(at_work, *is_theirs)
        connection.execute(stopping.values(status="stopping", updated_at=datetime.now(UTC)))


def interrupt_measurements(engine: Engine, silent_seconds: float) -> int:
    """Marks measurements under way whose process is gone as interrupted; gives how many."""
    with reading(engine) as connection:
        owners = connection.execute(_OWNERS.where(_IS_UNDER_WAY)).all()
    gone = [row for row in owners if is_over(row.pid, row.owner, row.updated_at, silent_seconds)]
    return sum(_interrupt(engine, row) for row in gone)


def _interrupt(engine: Engine, seen: Any) -> int:
    """Marks a measurement as it was seen: one that another process has taken over since then is left to it."""
    pid, owner = MeasurementRow.pid, MeasurementRow.owner
    same = (pid.is_not_distinct_from(seen.pid), owner.is_not_distinct_from(seen.owner))
    with writing(engine) as connection:
        changed = update(MeasurementRow).where(MeasurementRow.id == seen.id, _IS_UNDER_WAY, *same)
        return connection.execute(changed.values(status="interrupted")).rowcount


_IS_UNDER_WAY = MeasurementRow.status.in_(UNDER_WAY)
_OWNERS = select(
    MeasurementRow.id, MeasurementRow.status, MeasurementRow.pid, MeasurementRow.owner, MeasurementRow.updated_at
)


def bring_back(connection: Connection, run_ids: Iterable[int]) -> None:
    """Measurements that were moved away with these runs are here again."""
    held = select(BlockRun.measurement_id).where(BlockRun.run_id.in_(list(run_ids)))
    chosen = select(MeasurementRow.id, MeasurementRow.spec).where(
        MeasurementRow.status == MOVED, MeasurementRow.id.in_(held)
    )
    for row in connection.execute(chosen).all():
        spec = {name: value for name, value in row.spec.items() if name != MOVED}
        values = {"spec": spec, "status": _status(row.spec[MOVED]["status"]), "updated_at": datetime.now(UTC)}
        with changing_measurement(connection, row.id):
            connection.execute(update(MeasurementRow).where(MeasurementRow.id == row.id).values(**values))


def _stored(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A spec as it is kept: without the values of parameters that look like secrets."""
    parameters = spec.get("parameters")
    return {**spec, "parameters": hidden_values(parameters)} if isinstance(parameters, Mapping) else dict(spec)


def _status(status: str) -> str:
    if status not in MEASUREMENT_STATUSES:
        raise ValueError(f"a measurement's status must be one of {MEASUREMENT_STATUSES}, got {status!r}")
    return status


def _changes(*, status: str | None = None, **values: Any) -> dict[str, Any]:
    """What is given, as values of columns."""
    values |= {"status": status and _status(status)}
    plain = {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _locked(connection: Connection, measurement_id: int) -> Any:
    """Whose a measurement is; nobody else changes it before this transaction ends."""
    row = connection.execute(_owner(), {"measurement": measurement_id}).first()
    if row is None:
        raise UnknownRow(f"there is no measurement {measurement_id}")
    return row


def _is_owned(row: Any, silent_seconds: float) -> bool:
    """Whether a process is at work on it, also one that another machine took for gone."""
    if row.status == "interrupted":
        return is_gone(row.pid, row.owner) is False
    return row.status in UNDER_WAY and not is_over(row.pid, row.owner, row.updated_at, silent_seconds)


def _is_this_process(row: Any) -> bool:
    return bool(row.pid == os.getpid() and row.owner == owner_of(os.getpid()))


def _place(row: Any) -> str:
    host = host_of(row.owner)
    return f"process {row.pid}" + ("" if host == "this machine" else f" on {host}")


def _touch(connection: Connection, measurement_id: int, values: dict[str, Any], owned: bool = False) -> None:
    if owned and not _is_this_process(row := _locked(connection, measurement_id)):
        raise NotOwner(f"measurement {measurement_id} goes on in {_place(row)}, which has taken it over; this one ends")
    values = {**values, "updated_at": datetime.now(UTC)}
    if connection.execute(_changing(), {**values, "measurement": measurement_id}).rowcount == 0:
        raise UnknownRow(f"there is no measurement {measurement_id}")


# Statements that are executed with each run of a measurement are made once: that takes longer than SQLite needs for
# them. The columns' names are the parameters, and ``run`` or ``measurement`` its number.
@cache
def _run() -> Any:
    return select(Run.id).where(Run.id == bindparam("run"))


@cache
def _removing(model: Any, *names: str) -> Delete:
    return delete(model).where(*(getattr(model, name) == bindparam(name) for name in names))


@cache
def _owner() -> Any:
    return _OWNERS.where(MeasurementRow.id == bindparam("measurement")).with_for_update()


@cache
def _changing() -> Update:
    return update(MeasurementRow).where(MeasurementRow.id == bindparam("measurement"))
