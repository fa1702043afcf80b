"""Stated facts and the columns of ``runs`` that hold them: a statement counts where what was read says nothing.

A record's checksum is over what was read. So the columns that hold statements are emptied again before it is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from db.models import Run, StatedFact
from db.seals import altered, seal
from profiles.configs import read_config

Columns = dict[str, Any]

#: What can be stated of a run, and the role that it has in the plan, which is a tag.
FACTS = ("pipeline", "config", "machine", "cache_state", "started_at", "workload")
ROLE = "role"

_NOTHING: dict[str, Columns] = {
    "pipeline": {"pipeline": None},
    "config": {"config": None, "wins": None},
    "machine": {"machine": None},
    "cache_state": {"cache_state": "unknown"},
    "started_at": {"started_at": None},
    "workload": {"workload": None, "workload_tasks": None, "workload_candidates": None, "workload_description": None},
}
_UNKNOWN = (None, "", "unknown")


def workload_fingerprint(description: str) -> str:
    """The fingerprint of a workload of which only a description in words is known: equal words are the same work."""
    return "stated:" + hashlib.sha256(" ".join(description.lower().split()).encode()).hexdigest()[:16]


def _config(value: str, row: Any) -> Columns:
    return {"config": value, "wins": sorted(read_config(value) or ())}


def _workload(value: str, row: Any) -> Columns:
    tasks = row["task_count"] or 0
    return {**_NOTHING["workload"], "workload": workload_fingerprint(value), "workload_tasks": tasks,
            "workload_description": value}  # fmt: skip


_COLUMNS: dict[str, Callable[[str, Any], Columns]] = {
    "pipeline": lambda value, row: {"pipeline": value},
    "config": _config,
    "machine": lambda value, row: {"machine": value},
    "cache_state": lambda value, row: {"cache_state": value},
    "started_at": lambda value, row: {"started_at": datetime.fromisoformat(value)},
    "workload": _workload,
}


def as_read(run: Mapping[str, Any], counting: Iterable[str]) -> Columns:
    """The columns of a run without what statements put there; ``counting`` are the names of those that count."""
    emptied: Columns = {}
    for name in counting:
        emptied |= _NOTHING.get(name, {})
    return {name: emptied.get(name, value) for name, value in run.items()}


def counting(connection: Connection, run_id: int) -> list[str]:
    """The names of the statements that count for a run."""
    return list(connection.scalars(_counting(), {"run": run_id}))


def put(connection: Connection, run_id: int, facts: Mapping[str, str | None], who: str | None, at: datetime) -> None:
    """Writes statements, None to take one back, and brings the run's columns up to date."""
    was_whole = not altered(connection, run_id)
    for name, value in facts.items():
        _take_back(connection, run_id, name)
        if value is not None:
            row = {"run_id": run_id, "name": name, "value": value, "counts": False, "who": who, "stated_at": at}
            connection.execute(insert(StatedFact), [row])
    apply(connection, run_id)
    if was_whole:  # else a statement would make good what was altered
        seal(connection, run_id)


def _take_back(connection: Connection, run_id: int, name: str) -> None:
    if name in counting(connection, run_id) and name in _NOTHING:
        connection.execute(update(Run).where(Run.id == run_id).values(**_NOTHING[name]))
    connection.execute(delete(StatedFact).where(StatedFact.run_id == run_id, StatedFact.name == name))


def forget(connection: Connection, run_id: int) -> None:
    """Says that no statement counts: the run's columns were just written as they were read."""
    connection.execute(_forgetting(), {"run": run_id, "counts": False})


def apply(connection: Connection, run_id: int) -> None:
    """Puts the statements that do not count yet into the columns that say nothing."""
    stated = connection.execute(_waiting(), {"run": run_id}).all()
    if not stated:
        return
    row = connection.execute(select(*Run.__table__.columns).where(Run.id == run_id)).mappings().one()
    for name, value in stated:
        first = next(iter(_NOTHING[name]))
        if row[first] in _UNKNOWN:
            connection.execute(update(Run).where(Run.id == run_id).values(**_COLUMNS[name](value, row)))
            same = (StatedFact.run_id == run_id, StatedFact.name == name)
            connection.execute(update(StatedFact).where(*same).values(counts=True))


# Statements that are executed for each run that is stored or read are made once.
@cache
def _counting() -> Any:
    return select(StatedFact.name).where(StatedFact.run_id == bindparam("run"), StatedFact.counts.is_(True))


@cache
def _forgetting() -> Any:
    return update(StatedFact).where(StatedFact.run_id == bindparam("run"))


@cache
def _waiting() -> Any:
    of_run = StatedFact.run_id == bindparam("run")
    chosen = select(StatedFact.name, StatedFact.value)
    return chosen.where(of_run, StatedFact.name.in_(FACTS), StatedFact.counts.is_(False))
