"""What a comparison needs of a run, in plain values: a few queries for all runs, no frames."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, select

from db.engine import reading
from db.models import BlockRun, Count, Profile, Run, RunEnvironment, StatedFact, Task
from db.seals import finder, without_figures

_is_altered = finder(Run.__table__.columns)


def run_facts(engine: Engine, run_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The columns of ``runs`` by id, deleted ones too, and: python, packages, git_commit, git_dirty, peak_bytes,
    stated (names of facts that a person said and no log), failure (why a task failed), has_profile. A run that is not
    what the store wrote has the status ``altered`` and no figures.
    """
    ids = [int(run_id) for run_id in run_ids]
    with reading(engine) as connection:
        runs = connection.execute(select(*Run.__table__.columns).where(Run.id.in_(ids))).all()
        facts: dict[int, dict[str, Any]] = {row.id: {**_shown(row), **_nothing()} for row in runs}
        for name, values in _more(connection, ids):
            for run_id, value in values:
                facts[run_id][name] = value
    return {run_id: facts[run_id] for run_id in ids if run_id in facts}


def _shown(row: Any) -> dict[str, Any]:
    values = dict(row._mapping)
    return without_figures(values) if _is_altered(row) else values


def _nothing() -> dict[str, Any]:
    unknown = dict.fromkeys(("python", "git_commit", "git_dirty", "peak_bytes", "failure"))
    return {**unknown, "packages": {}, "stated": (), "has_profile": False}


def _more(connection: Connection, ids: Sequence[int]) -> Iterable[tuple[str, list[tuple[int, Any]]]]:
    place = RunEnvironment
    rows = connection.execute(
        select(place.run_id, place.python, place.packages, place.git_commit, place.git_dirty).where(
            place.run_id.in_(ids)
        )
    ).all()
    for name in ("python", "packages", "git_commit", "git_dirty"):
        yield name, [(row.run_id, getattr(row, name)) for row in rows]
    peak = select(Count.run_id, Count.value).where(Count.run_id.in_(ids), Count.name == "peak_bytes")
    yield "peak_bytes", [(row.run_id, row.value) for row in connection.execute(peak)]
    yield "stated", list(_stated(connection, ids).items())
    failed = select(Task.run_id, Task.reason).where(Task.run_id.in_(ids), Task.reason.is_not(None))
    reasons = connection.execute(failed.order_by(Task.run_id, Task.position.desc())).all()
    yield "failure", [(row.run_id, row.reason) for row in reasons]
    profiles = connection.scalars(select(Profile.run_id).where(Profile.run_id.in_(ids)))
    yield "has_profile", [(run_id, True) for run_id in profiles]


def _stated(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    chosen = (StatedFact.run_id.in_(ids), StatedFact.counts.is_(True))
    statement = select(StatedFact.run_id, StatedFact.name).where(*chosen).order_by(StatedFact.name)
    stated: dict[int, tuple[str, ...]] = {}
    for run_id, name in connection.execute(statement):
        stated[run_id] = (*stated.get(run_id, ()), name)
    return stated


def task_outcomes(engine: Engine, run_id: int) -> dict[str, tuple[int, tuple[Any, ...]]]:
    """Of each task of a run its timeouts, and what shows of its answer: solved, status, counts."""
    columns = (Task.task_id, Task.timeouts, Task.solved, Task.status, Task.counts)
    with reading(engine) as connection:
        rows = connection.execute(select(*columns).where(Task.run_id == int(run_id)).order_by(Task.position)).all()
    return {row.task_id: (row.timeouts, (row.solved, row.status, json.loads(row.counts or "{}"))) for row in rows}


def answers_beside(engine: Engine, run_id: int) -> set[str]:
    """The results fingerprints that a run's config gave in the measurements that hold the run."""
    own = select(Run.config).where(Run.id == int(run_id)).scalar_subquery()
    holding = select(BlockRun.measurement_id).where(BlockRun.run_id == int(run_id))
    statement = select(Run.results_fingerprint).distinct().join(BlockRun, BlockRun.run_id == Run.id)
    statement = statement.where(
        BlockRun.measurement_id.in_(holding), Run.config == own, Run.results_fingerprint.is_not(None)
    )
    with reading(engine) as connection:
        return set(connection.scalars(statement))
