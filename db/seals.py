"""Seals: a short hash over what lists and evidence take of a run, so that one that was altered is known without reading
all of it.

A run's ``checksum`` is over all of its record, and reading that costs milliseconds: too long for a list.
``seal`` is over its row in ``runs`` and costs microseconds, ``phase_seal`` is over its phases. Both are taken anew
whenever the store itself writes. A run that does not fit its seal has the status ``altered`` and no figures: it is
listed, and counts for nothing. A measurement's ``seal`` is over its spec, its verdict, and which runs its blocks are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, select, update

from db.models import AttemptRow, BlockRun, MeasurementRow, Phase, Run
from db.parts import parts

ALTERED = "altered"
#: What no person changes, but by statements, which seal anew. ``id`` and ``key`` may differ in another database, and
#: ``wins`` are the config once more.
_SEALED = (
    *("source", "pipeline", "source_name", "status", "config", "cache_state"),
    *("workload", "workload_tasks", "workload_candidates", "workload_description", "results_fingerprint"),
    *("machine", "started_at", "wall_seconds", "cpu_seconds", "workers", "profiled", "checksum", "phase_seal"),
    *("task_count", "solved", "failed", "errors", "timeouts", "finding_count"),
    *("dsl_seconds", "framework_seconds", "io_seconds", "unaccounted_seconds", "overhead_share"),
)
#: The columns that tell whether a run is what the store wrote.
COLUMNS = tuple(Run.__table__.columns[name] for name in (*_SEALED, "seal"))
#: What an altered run shows nothing of.
FIGURES = frozenset(
    (
        *("wall_seconds", "cpu_seconds", "started_at", "results_fingerprint", "config", "workload", "machine"),
        *("dsl_seconds", "framework_seconds", "io_seconds", "unaccounted_seconds", "overhead_share"),
        *("workload_tasks", "workload_candidates", "peak_bytes", "wins"),
    )
)
#: Those that are always there.
_COUNTS = frozenset(("task_count", "tasks", "solved", "failed", "errors", "timeouts", "findings", "finding_count"))
_INSTEAD = {"status": ALTERED, "workers": 1, "profiled": False, "cache_state": "unknown"}
_PHASE = (Phase.path, Phase.category, Phase.basis, Phase.total_seconds, Phase.self_seconds, Phase.calls)


def digest(values: Sequence[Any]) -> str:
    """16 hexadecimal digits over plain values and moments."""
    return hashlib.sha256(json.dumps(values, default=str).encode("utf-8", "surrogatepass")).hexdigest()[:16]


#: Rows that fitted their seal, by a hash of all of both: a list is read again and again, and a seal takes 20 times
#: as long. It says nothing of rows that differ in anything.
_WHOLE: set[int] = set()
_MOST = 200_000


def missing_columns(chosen: Iterable[Any]) -> list[Any]:
    """What has to be selected beside the columns ``chosen`` for ``finder`` to tell."""
    known = set(chosen)
    return [column for column in COLUMNS if column not in known]


def finder(chosen: Iterable[Any]) -> Callable[[Sequence[Any]], bool]:
    """Gives the function that tells of a row of these columns whether its run is not what the store wrote.

    A run under way has no seal yet. By position, because a list asks it of every row.
    """
    place = {column: number for number, column in enumerate(chosen)}
    sealed = itemgetter(*(place[column] for column in COLUMNS[:-1]))
    status, own = place[COLUMNS[_SEALED.index("status")]], place[COLUMNS[-1]]

    def is_altered(row: Sequence[Any]) -> bool:
        if row[status] == "running":
            return False
        values = sealed(row)
        if bytes in map(type, values):  # no column holds any, and bytes and their text have one hash
            return True
        known = hash((row[own], values))
        if known in _WHOLE:
            return False
        if row[own] != digest(values):
            return True
        if len(_WHOLE) >= _MOST:
            _WHOLE.clear()
        _WHOLE.add(known)
        return False

    return is_altered


is_altered = finder(COLUMNS)


def without_figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """An altered run's row as it is shown: its name, and no figure."""
    return {
        name: _INSTEAD.get(name, None if name in FIGURES else 0 if name in _COUNTS else value)
        for name, value in row.items()
    }


def phase_digest(rows: Sequence[Sequence[Any]]) -> str:
    """The seal of a run's phases: ``(path, category, basis, total_seconds, self_seconds, calls)`` in their order."""
    return digest([list(row) for row in rows])


def seal(connection: Connection, run_id: int) -> None:
    """Seals a run as it stands now; one under way has no seal."""
    run = connection.execute(_row(), {"run": run_id}).mappings().one()
    values: dict[str, Any] = {"phase_seal": None, "seal": None}
    if run["status"] != "running":
        values["phase_seal"] = phase_digest(connection.execute(_phases(), {"run": run_id}).all())
        values["seal"] = digest([{**run, **values}[name] for name in _SEALED])
    connection.execute(_sealing(), {"run": run_id, **values})


# Statements that are executed again and again are made once: that takes longer than SQLite needs for them.
@cache
def _row() -> Select[Any]:
    return select(*COLUMNS).where(Run.id == bindparam("run"))


@cache
def _phases() -> Any:
    return select(*_PHASE).where(Phase.run_id == bindparam("run"), Phase.part != "task").order_by(Phase.number)


@cache
def _sealing() -> Update:
    return update(Run).where(Run.id == bindparam("run"))


def altered(connection: Connection, run_id: int) -> bool:
    """Whether a run is not what the store wrote, as far as its row tells."""
    run = connection.execute(_row(), {"run": run_id}).first()
    return run is not None and is_altered(run)


def not_as_written(what: str) -> dict[str, str]:
    """The verdict of a measurement that can not be believed any more."""
    reason = (
        f"{what} is not what was stored: it was altered behind Quickwin's back, so this is no evidence; "
        "quickwin check-db reads all of it, and a backup may hold it as it was."
    )
    return {"verdict": "not comparable", "reason": reason}


#: What is sealed with a measurement of its blocks and of the runs that it began, in order; which run an attempt was
#: goes when that run is removed.
_PARTS: tuple[tuple[Any, ...], ...] = (
    (BlockRun.measurement_id, BlockRun.block, BlockRun.arm, BlockRun.position, BlockRun.run_id),
    (
        *(AttemptRow.measurement_id, AttemptRow.block, AttemptRow.attempt, AttemptRow.arm, AttemptRow.position),
        *(AttemptRow.status, AttemptRow.wall_seconds, AttemptRow.cpu_seconds, AttemptRow.peak_bytes),
        *(AttemptRow.busy_cores, AttemptRow.errors, AttemptRow.timeouts, AttemptRow.failed, AttemptRow.backstops),
    ),
)
_MEASUREMENT = (MeasurementRow.kind, MeasurementRow.cache_state, MeasurementRow.spec, MeasurementRow.verdict)


def _measurement_seals(connection: Connection, rows: Iterable[Any]) -> dict[int, str]:
    """What the seals of these rows of ``measurements`` should be, by id."""
    known = {row.id: [row.kind, row.cache_state, row.spec, row.verdict] for row in rows}
    ids = list(known)
    for columns in _PARTS:
        rows_of: dict[int, list[Any]] = {number: [] for number in ids}
        for part in parts(ids):
            for number, *values in connection.execute(_parts_of(columns), {"ids": part}).all():
                rows_of[number].append(values)
        for number in ids:
            known[number].append(rows_of[number])
    return {number: digest(values) for number, values in known.items()}


@cache
def _parts_of(columns: tuple[Any, ...]) -> Select[Any]:
    return select(*columns).where(columns[0].in_(bindparam("ids", expanding=True))).order_by(*columns[:4])


@cache
def _measurement() -> Select[Any]:
    columns = (MeasurementRow.id, MeasurementRow.seal, *_MEASUREMENT)
    return select(*columns).where(MeasurementRow.id == bindparam("measurement"))


@cache
def _sealing_measurement() -> Update:
    return update(MeasurementRow).where(MeasurementRow.id == bindparam("measurement"))


def broken_measurements(connection: Connection, rows: Sequence[Any]) -> set[int]:
    """Those of the rows of ``measurements`` that are not what the store wrote, by id."""
    sealed = {row.id: row.seal for row in rows}
    return {number for number, own in _measurement_seals(connection, rows).items() if own != sealed[number]}


def seal_measurement(connection: Connection, measurement_id: int) -> None:
    """Seals a measurement as it stands now."""
    row = connection.execute(_measurement(), {"measurement": measurement_id}).one()
    value = _measurement_seals(connection, [row])[measurement_id]
    connection.execute(_sealing_measurement(), {"measurement": measurement_id, "seal": value})


@contextmanager
def changing_measurement(connection: Connection, measurement_id: int) -> Iterator[None]:
    """Seals a measurement anew after the block; what was altered before is not made good by that."""
    rows = connection.execute(_measurement(), {"measurement": measurement_id}).all()
    whole = bool(rows) and not broken_measurements(connection, rows)
    yield
    if whole:
        seal_measurement(connection, measurement_id)


def seal_all(connection: Connection) -> None:
    """Seals the runs and measurements that have none: those of an earlier version."""
    for run_id in connection.scalars(select(Run.id).where(Run.seal.is_(None), Run.status != "running")).all():
        seal(connection, run_id)
    for number in connection.scalars(select(MeasurementRow.id).where(MeasurementRow.seal.is_(None))).all():
        seal_measurement(connection, number)
