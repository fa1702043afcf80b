"""Seals: a short hash over what lists and evidence take of a run, so that one that was altered is known without reading
all of it.

A run's ``checksum`` is over all of its record, and reading that costs milliseconds: too long for a list.
``seal`` is over its row in ``runs`` and costs microseconds, ``phase_seal`` is over its phases. Both are taken anew
whenever the store itself writes. A run that does not fit its seal has the status ``altered`` and no figures: it is
listed, and counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, select, update

from db.models import Phase, Run

ALTERED = "altered"
#: What no person changes, but by statements, which seal anew. ``id`` and ``key`` may differ in another database.
_SEALED = (
    *("source", "pipeline", "source_name", "status", "config", "wins", "cache_state"),
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
    return lambda row: row[status] != "running" and row[own] != digest(sealed(row))


is_altered = finder(COLUMNS)


def without_figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """An altered run's row as it is shown: its name, and no figure."""
    return {
        name: _INSTEAD[name] if name in _INSTEAD else None if name in FIGURES else 0 if name in _COUNTS else value
        for name, value in row.items()
    }


def phase_digest(rows: Sequence[Sequence[Any]]) -> str:
    """The seal of a run's phases: ``(path, category, basis, total_seconds, self_seconds, calls)`` in their order."""
    return digest([list(row) for row in rows])


def seal(connection: Connection, run_id: int) -> None:
    """Seals a run as it stands now; one under way has no seal."""
    run = connection.execute(select(*COLUMNS).where(Run.id == run_id)).mappings().one()
    phases = select(*_PHASE).where(Phase.run_id == run_id, Phase.part != "task").order_by(Phase.number)
    values: dict[str, Any] = {"phase_seal": None, "seal": None}
    if run["status"] != "running":
        values["phase_seal"] = phase_digest(connection.execute(phases).all())
        values["seal"] = digest([{**run, **values}[name] for name in _SEALED])
    connection.execute(update(Run).where(Run.id == run_id).values(**values))


def altered(connection: Connection, run_id: int) -> bool:
    """Whether a run is not what the store wrote, as far as its row tells."""
    run = connection.execute(select(*COLUMNS).where(Run.id == run_id)).first()
    return run is not None and is_altered(run)


def seal_all(connection: Connection) -> None:
    """Seals the runs that have none: those of an earlier version."""
    for run_id in connection.scalars(select(Run.id).where(Run.seal.is_(None), Run.status != "running")).all():
        seal(connection, run_id)
