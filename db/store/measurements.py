"""Measurements and their blocks, as they go on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from db.engine import reading, writing
from db.models import MOVED, AttemptRow, BlockRun, MeasurementRow, Run
from db.problems import UnknownRow
from db.processes import is_over, owner_of

#: What a measurement can be: ``stopping`` was asked to stop, ``stopped`` did, ``interrupted`` lost its process.
MEASUREMENT_STATUSES = ("planned", "running", "stopping", "stopped", "interrupted", "finished", "failed", MOVED)


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
        "spec": dict(spec),
        "status": _status(status),
        "pid": pid,
        "owner": owner_of(pid),
        "created_at": now,
        "updated_at": now,
    }
    with writing(engine) as connection:
        return connection.scalars(insert(MeasurementRow).returning(MeasurementRow.id), [values]).one()


def add_block_run(engine: Engine, measurement_id: int, block: int, arm: str, position: int, run_id: int) -> None:
    """Says that ``run_id`` is the run of this arm in this block. Said again, the later run counts.

    Raises:
        UnknownRow: there is no such measurement, or no such run.
    """
    values = {"measurement_id": measurement_id, "block": block, "arm": arm, "position": position, "run_id": run_id}
    with writing(engine) as connection:
        _touch(connection, measurement_id, {})
        if connection.scalar(select(Run.id).where(Run.id == run_id)) is None:
            raise UnknownRow(f"there is no run {run_id}")
        same = (BlockRun.measurement_id == measurement_id, BlockRun.block == block, BlockRun.arm == arm)
        connection.execute(delete(BlockRun).where(*same))
        connection.execute(insert(BlockRun), [values])


def add_attempt(engine: Engine, measurement_id: int, values: Mapping[str, Any]) -> None:
    """Keeps a run that a measurement began; ``values`` are the other columns of ``attempts``.

    Raises:
        UnknownRow: there is no such measurement.
    """
    place = (
        AttemptRow.measurement_id == measurement_id,
        AttemptRow.block == values["block"],
        AttemptRow.attempt == values["attempt"],
        AttemptRow.arm == values["arm"],
    )
    with writing(engine) as connection:
        _touch(connection, measurement_id, {})
        connection.execute(delete(AttemptRow).where(*place))
        connection.execute(insert(AttemptRow), [{**values, "measurement_id": measurement_id}])


def update_measurement(
    engine: Engine,
    measurement_id: int,
    *,
    status: str | None = None,
    verdict: Mapping[str, Any] | None = None,
    pid: int | None = None,
    spec: Mapping[str, Any] | None = None,
) -> None:
    """Changes what is given of a measurement; ``pid`` is the process that goes on with it.

    Raises:
        ValueError: the status is none of MEASUREMENT_STATUSES.
        UnknownRow: there is no such measurement.
    """
    given = {
        "status": status and _status(status),
        "verdict": verdict and dict(verdict),
        "pid": pid,
        "owner": pid and owner_of(pid),
        "spec": spec and dict(spec),
    }
    with writing(engine) as connection:
        _touch(connection, measurement_id, {name: value for name, value in given.items() if value is not None})


def interrupt_measurements(engine: Engine, silent_seconds: float) -> int:
    """Marks measurements under way whose process is gone as interrupted; gives how many."""
    under_way = MeasurementRow.status.in_(("planned", "running", "stopping"))
    columns = (MeasurementRow.id, MeasurementRow.pid, MeasurementRow.owner, MeasurementRow.updated_at)
    with reading(engine) as connection:
        found = connection.execute(select(*columns).where(under_way)).all()
    gone = [row.id for row in found if is_over(row.pid, row.owner, row.updated_at, silent_seconds)]
    if not gone:
        return 0
    with writing(engine) as connection:
        changed = update(MeasurementRow).where(MeasurementRow.id.in_(gone), under_way).values(status="interrupted")
        return connection.execute(changed).rowcount


def bring_back(connection: Connection, run_ids: Iterable[int]) -> None:
    """Measurements that were moved away with these runs are here again."""
    held = select(BlockRun.measurement_id).where(BlockRun.run_id.in_(list(run_ids)))
    chosen = select(MeasurementRow.id, MeasurementRow.spec).where(
        MeasurementRow.status == MOVED, MeasurementRow.id.in_(held)
    )
    for row in connection.execute(chosen).all():
        spec = {name: value for name, value in row.spec.items() if name != MOVED}
        values = {"spec": spec, "status": _status(row.spec[MOVED]["status"]), "updated_at": datetime.now(UTC)}
        connection.execute(update(MeasurementRow).where(MeasurementRow.id == row.id).values(**values))


def _status(status: str) -> str:
    if status not in MEASUREMENT_STATUSES:
        raise ValueError(f"a measurement's status must be one of {MEASUREMENT_STATUSES}, got {status!r}")
    return status


def _touch(connection: Any, measurement_id: int, values: dict[str, Any]) -> None:
    changed = update(MeasurementRow).where(MeasurementRow.id == measurement_id)
    if connection.execute(changed.values(**values, updated_at=datetime.now(UTC))).rowcount == 0:
        raise UnknownRow(f"there is no measurement {measurement_id}")
