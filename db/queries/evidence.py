"""Measurements, their blocks, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, String, cast, func, select

from db.engine import reading
from db.frames import FLAG, ID, MOMENT, NUMBER, SECONDS, TEXT, WHOLE, frame
from db.models import (
    MOVED,
    UNDER_WAY,
    AttemptRow,
    BlockRun,
    DecisionRow,
    Document,
    MeasurementRow,
    Run,
    RunEnvironment,
    StatedFact,
    Tag,
    TrackingRow,
)
from db.parts import parts
from db.problems import UnknownRow
from db.seals import (
    ALTERED,
    COLUMNS,
    broken_measurements,
    finder,
    is_altered,
    missing_columns,
    not_as_written,
    without_figures,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """One measurement: its spec and its verdict (None as long as there is none) as they were written."""

    id: int
    kind: str
    cache_state: str
    spec: Mapping[str, Any]
    status: str
    verdict: Mapping[str, Any] | None
    pid: int | None
    created_at: datetime
    updated_at: datetime


def measurement(engine: Engine, measurement_id: int) -> Measurement:
    """One measurement; where it or one of its blocks' runs is not what the store wrote, its verdict says so.

    Raises:
        UnknownRow: there is none.
    """
    with reading(engine) as connection:
        statement = select(*MeasurementRow.__table__.columns).where(MeasurementRow.id == int(measurement_id))
        believed = _believed(connection, connection.execute(statement).all())
        if not believed:
            raise UnknownRow(f"there is no measurement {measurement_id}")
        runs = select(*COLUMNS, Run.id).join(BlockRun, BlockRun.run_id == Run.id)
        of_blocks = connection.execute(runs.where(BlockRun.measurement_id == int(measurement_id)).order_by(Run.id))
        broken = next((row.id for row in of_blocks if is_altered(row)), None)
    return believed[0] if broken is None else replace(believed[0], verdict=not_as_written(f"Run {broken} of it"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Owned:
    """Which process a measurement belongs to (see ``profiles.processes``), as it was last said."""

    id: int
    status: str
    pid: int | None
    owner: str | None


def owned_measurements(engine: Engine, measurement_id: int | None = None) -> list[Owned]:
    """The owners of all measurements that are under way, or of one that is named, whatever it does."""
    chosen = MeasurementRow.status.in_(UNDER_WAY) if measurement_id is None else MeasurementRow.id == measurement_id
    columns = (MeasurementRow.id, MeasurementRow.status, MeasurementRow.pid, MeasurementRow.owner)
    with reading(engine) as connection:
        rows = connection.execute(select(*columns).where(chosen).order_by(MeasurementRow.id)).mappings()
        return [Owned(**row) for row in rows]


def whole_blocks(engine: Engine, measurement_id: int) -> int:
    """How many blocks of a measurement hold all of its arms."""
    with reading(engine) as connection:
        spec = connection.scalar(select(MeasurementRow.spec).where(MeasurementRow.id == measurement_id)) or {}
        sizes = _block_sizes(connection, [measurement_id]).get(measurement_id, [])
    return sum(size >= len(spec.get("arms", ())) for size in sizes)


def finished_measurements(engine: Engine) -> list[Measurement]:
    """All finished measurements, the newest first; the verdict of one that is not what the store wrote says so."""
    return _measurements_that_are(engine, ("finished",))


def ended_measurements(engine: Engine) -> list[Measurement]:
    """All that are over, finished or not, the newest first; as ``finished_measurements``."""
    return _measurements_that_are(engine, ("finished", "stopped", "interrupted", "failed"))


def _measurements_that_are(engine: Engine, statuses: Sequence[str]) -> list[Measurement]:
    statement = select(*MeasurementRow.__table__.columns).where(MeasurementRow.status.in_(statuses))
    with reading(engine) as connection:
        return _believed(connection, connection.execute(statement.order_by(MeasurementRow.id.desc())).all())


def _believed(connection: Connection, rows: Sequence[Any]) -> list[Measurement]:
    broken = broken_measurements(connection, rows)
    names = [field.name for field in fields(Measurement)]
    measurements = [Measurement(**{name: getattr(row, name) for name in names}) for row in rows]
    return [
        replace(measurement, verdict=not_as_written(f"Measurement {measurement.id}"), spec=_readable(measurement.spec))
        if measurement.id in broken
        else measurement
        for measurement in measurements
    ]


def _readable(spec: Any) -> Mapping[str, Any]:
    """An altered spec as far as it has the form of one."""
    arms = spec.get("arms") if isinstance(spec, Mapping) else None
    good = isinstance(arms, list) and all(isinstance(arm, Mapping) and {"name", "config"} <= set(arm) for arm in arms)
    return spec if good else {"arms": []}


_MEASUREMENTS = {
    "id": ID,
    "kind": TEXT,
    "status": TEXT,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "cache_state": TEXT,
    "arms": TEXT,
    "config_a": TEXT,
    "config_b": TEXT,
    "tasks": WHOLE,
    "blocks": ID,
    "max_blocks": WHOLE,
    "verdict": TEXT,
    "speedup": NUMBER,
    "low": NUMBER,
    "high": NUMBER,
    "reason": TEXT,
    "pid": WHOLE,
}


def measurements(
    engine: Engine, *, kind: str | None = None, status: str | None = None, limit: int = 100, offset: int = 0
) -> pd.DataFrame:
    """Measurements, the newest first; without those that were moved to another database.

    Columns: id, kind (``pair`` or ``attribution``), status, created_at, updated_at, cache_state, arms (``A=none,
    B=NAME``), config_a, config_b (of the first two arms), tasks, blocks (that hold all arms), max_blocks, verdict,
    speedup, low, high, reason, pid.
    """
    statement = select(*MeasurementRow.__table__.columns).order_by(MeasurementRow.id.desc()).limit(limit).offset(offset)
    statement = statement.where(MeasurementRow.kind == kind) if kind else statement
    statement = statement.where(MeasurementRow.status == status if status else MeasurementRow.status != MOVED)
    with reading(engine) as connection:
        rows = connection.execute(statement).all()
        sizes = _block_sizes(connection, [row.id for row in rows])
        broken = broken_measurements(connection, rows)
        rows_shown = [_altered(row) if row.id in broken else _summary(row, sizes.get(row.id, [])) for row in rows]
        return frame(rows_shown, _MEASUREMENTS)


def _altered(row: Any) -> tuple[Any, ...]:
    """The line of a measurement that is not what the store wrote: when it was, and no figure."""
    plain = {name: getattr(row, name) for name in ("id", "kind", "created_at", "updated_at")}
    known = plain | not_as_written(f"Measurement {row.id}") | {"status": ALTERED, "cache_state": "unknown"}
    return tuple(known.get(name, {"blocks": 0, "arms": ""}.get(name)) for name in _MEASUREMENTS)


def _block_sizes(connection: Connection, ids: list[int]) -> dict[int, list[int]]:
    statement = select(BlockRun.measurement_id, func.count()).where(BlockRun.measurement_id.in_(ids))
    sizes: dict[int, list[int]] = {}
    for measurement_id, size in connection.execute(statement.group_by(BlockRun.measurement_id, BlockRun.block)):
        sizes.setdefault(measurement_id, []).append(size)
    return sizes


def _summary(row: Any, sizes: list[int]) -> tuple[Any, ...]:
    arms = [(str(arm.get("name", "")), str(arm.get("config", ""))) for arm in row.spec.get("arms", ())]
    configs = [config for _, config in arms] + [None, None]
    verdict = row.verdict or {}
    return (
        *(row.id, row.kind, row.status, row.created_at, row.updated_at, row.cache_state),
        ", ".join(f"{name}={config}" for name, config in arms),
        *configs[:2],
        # Version 1 kept it beside the arms.
        (row.spec.get("parameters") or row.spec).get("tasks"),
        sum(size >= len(arms) for size in sizes),
        row.spec.get("max_blocks"),
        *(verdict.get(name) for name in ("verdict", "speedup", "low", "high", "reason")),
        row.pid,
    )


_SAME_RUN = (AttemptRow.run_id == BlockRun.run_id) & (AttemptRow.measurement_id == BlockRun.measurement_id)
_BLOCKS: dict[str, tuple[Any, str]] = {
    "block": (BlockRun.block, ID),
    "arm": (BlockRun.arm, TEXT),
    "config": (Run.config, TEXT),
    "pipeline": (Run.pipeline, TEXT),
    "position": (BlockRun.position, ID),
    "run_id": (BlockRun.run_id, ID),
    # What counted of a run; of a duet's it is less than the run's own wall-clock.
    "wall_seconds": (func.coalesce(AttemptRow.wall_seconds, Run.wall_seconds), SECONDS),
    "cpu_seconds": (Run.cpu_seconds, SECONDS),
    "peak_bytes": (AttemptRow.peak_bytes, WHOLE),
    "busy_cores": (AttemptRow.busy_cores, NUMBER),
    "results_fingerprint": (Run.results_fingerprint, TEXT),
    "errors": (Run.errors, ID),
    "timeouts": (Run.timeouts, ID),
    "failed": (Run.failed, ID),
    "status": (Run.status, TEXT),
    "cache_state": (Run.cache_state, TEXT),
    "workload": (Run.workload, TEXT),
    "machine": (Run.machine, TEXT),
    "profiled": (Run.profiled, FLAG),
    "started_at": (Run.started_at, MOMENT),
}


_ALL_OF_BLOCK: dict[str, Any] = {
    "measurement_id": BlockRun.measurement_id,
    **{name: column for name, (column, _) in _BLOCKS.items()},
    "git_commit": RunEnvironment.git_commit,
    "git_dirty": RunEnvironment.git_dirty,
}
_OF_BLOCK = [*_ALL_OF_BLOCK.values(), *missing_columns(_ALL_OF_BLOCK.values())]
_is_altered = finder(_OF_BLOCK)


def blocks(engine: Engine, measurement_id: int) -> pd.DataFrame:
    """The runs of a measurement, block by block in the order in which they ran.

    Columns: block, arm, config, pipeline, position, run_id, wall_seconds, cpu_seconds, peak_bytes and busy_cores
    (missing where nobody looked), results_fingerprint, errors, timeouts, failed, status, cache_state, workload,
    machine, profiled, started_at.
    """
    with reading(engine) as connection:
        rows = [tuple(row[name] for name in _BLOCKS) for row in _block_rows(connection, [int(measurement_id)])]
        return frame(rows, {name: dtype for name, (_, dtype) in _BLOCKS.items()})


def _block_rows(connection: Connection, ids: Iterable[int]) -> Iterator[dict[str, Any]]:
    """The runs of measurements in their blocks; one that was altered behind our back has that status and no figures."""
    statement = select(*_OF_BLOCK).join(Run, Run.id == BlockRun.run_id).outerjoin(AttemptRow, _SAME_RUN)
    statement = statement.outerjoin(RunEnvironment, RunEnvironment.run_id == BlockRun.run_id)
    statement = statement.order_by(BlockRun.measurement_id, BlockRun.block, BlockRun.position, BlockRun.arm)
    for part in parts(list(ids)):
        for row in connection.execute(statement.where(BlockRun.measurement_id.in_(part))).all():
            values = dict(zip(_ALL_OF_BLOCK, row, strict=False))
            yield without_figures(values) if _is_altered(row) else values


def blocks_by_measurement(engine: Engine, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The runs of several measurements as plain rows, by measurement; as ``blocks``, git_commit, git_dirty."""
    by_measurement: dict[int, list[dict[str, Any]]] = {measurement_id: [] for measurement_id in ids}
    with reading(engine) as connection:
        for row in _block_rows(connection, ids):
            by_measurement[row["measurement_id"]].append(row)
    return by_measurement


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """What changes whenever something is recorded, decided, tagged or written: a key for what was read before."""

    runs: str
    marks: str
    measurements: str
    decisions: str
    documents: str
    tracking: str


def state(engine: Engine) -> State:
    """The state of the database, in a few lookups; tags as they are: one off and another on are as many."""
    tags = func.coalesce(func.aggregate_strings(cast(Tag.run_id, String).concat(":").concat(Tag.tag), ","), "")
    measured = select(func.count(), func.max(MeasurementRow.id), func.max(MeasurementRow.updated_at))
    statements = {
        "runs": select(func.count(), func.max(Run.id), func.max(Run.updated_at), func.count(Run.deleted_at)),
        "marks": select(select(tags).scalar_subquery(), func.max(StatedFact.stated_at)),
        "measurements": measured,
        "decisions": select(func.max(DecisionRow.id)),
        "documents": select(func.count(), func.max(Document.id)),
        "tracking": select(func.max(TrackingRow.id)),
    }
    with reading(engine) as connection:
        return State(
            **{name: str(tuple(connection.execute(statement).one())) for name, statement in statements.items()}
        )


def attempts(engine: Engine, measurement_id: int) -> list[dict[str, Any]]:
    """Every run that the measurement began, in order, as the columns of ``attempts``."""
    columns = [column for column in AttemptRow.__table__.columns if column.name != "measurement_id"]
    statement = select(*columns).where(AttemptRow.measurement_id == int(measurement_id))
    order = (AttemptRow.block, AttemptRow.attempt, AttemptRow.position)
    with reading(engine) as connection:
        return [dict(row) for row in connection.execute(statement.order_by(*order)).mappings()]


def attempts_by_measurement(engine: Engine, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Every run that several measurements began, by measurement; as ``attempts``."""
    order = (AttemptRow.measurement_id, AttemptRow.block, AttemptRow.attempt, AttemptRow.position)
    statement = select(AttemptRow.__table__).order_by(*order)
    by_measurement: dict[int, list[dict[str, Any]]] = {measurement_id: [] for measurement_id in ids}
    with reading(engine) as connection:
        for part in parts(ids):
            for row in connection.execute(statement.where(AttemptRow.measurement_id.in_(part))).mappings().all():
                by_measurement[row["measurement_id"]].append(dict(row))
    return by_measurement


def block_places(engine: Engine, run_ids: Sequence[int]) -> list[tuple[int, int, int, dict[str, Any]]]:
    """Of runs that are in blocks (run id, measurement id, block, the measurement's spec), older measurements first."""
    columns = (BlockRun.run_id, BlockRun.measurement_id, BlockRun.block, MeasurementRow.spec)
    statement = select(*columns).join(MeasurementRow, MeasurementRow.id == BlockRun.measurement_id)
    places: list[tuple[int, int, int, dict[str, Any]]] = []
    with reading(engine) as connection:
        for part in parts([int(run_id) for run_id in run_ids]):
            rows = connection.execute(statement.where(BlockRun.run_id.in_(part)))
            places += [(row[0], row[1], row[2], row[3]) for row in rows]
    return sorted(places, key=lambda row: row[1])


_DECISIONS = {
    "id": ID,
    "win": TEXT,
    "decision": TEXT,
    "because": TEXT,
    "measurement_id": WHOLE,
    "seen_decision_id": WHOLE,
    "forced": FLAG,
    "who": TEXT,
    "decided_at": MOMENT,
    "overruled": FLAG,
}


def decisions(engine: Engine, win: str | None = None, *, limit: int = 500, offset: int = 0) -> pd.DataFrame:
    """The log of decisions, the newest first, those that came too late (``overruled``) among them.

    Columns: id, win, decision, because, measurement_id, seen_decision_id, forced, who, decided_at, overruled.
    """
    rows = decision_rows(engine, win, limit=limit, offset=offset)
    return frame([tuple(row.values()) for row in rows], _DECISIONS)


def decision_rows(engine: Engine, win: str | None = None, *, limit: int = 500, offset: int = 0) -> list[dict[str, Any]]:
    """As ``decisions``, but plain rows, None where something is unknown."""
    statement = _decided().order_by(DecisionRow.id.desc()).limit(limit).offset(offset)
    with reading(engine) as connection:
        rows = connection.execute(statement if win is None else statement.where(DecisionRow.win == win))
        return [dict(row) for row in rows.mappings()]


def current_decisions(engine: Engine) -> pd.DataFrame:
    """The decision that holds for each win that was decided about; columns as ``decisions``."""
    newest = select(func.max(DecisionRow.id)).where(DecisionRow.overruled.is_(False)).group_by(DecisionRow.win)
    with reading(engine) as connection:
        rows = connection.execute(_decided().where(DecisionRow.id.in_(newest)).order_by(DecisionRow.win))
        return frame(rows.all(), _DECISIONS)


def _decided() -> Any:
    return select(*(DecisionRow.__table__.c[name] for name in _DECISIONS))


def kept_wins(engine: Engine) -> frozenset[str]:
    """The wins whose decision is keep."""
    newest = select(func.max(DecisionRow.id)).where(DecisionRow.overruled.is_(False)).group_by(DecisionRow.win)
    kept = select(DecisionRow.win).where(DecisionRow.id.in_(newest), DecisionRow.decision == "keep")
    with reading(engine) as connection:
        return frozenset(connection.scalars(kept))


def measurements_of(engine: Engine, run_id: int) -> list[int]:
    """The ids of the measurements in which a run is, the oldest first."""
    chosen = select(BlockRun.measurement_id).where(BlockRun.run_id == int(run_id)).distinct()
    with reading(engine) as connection:
        return list(connection.scalars(chosen.order_by(BlockRun.measurement_id)))
