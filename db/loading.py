"""Reads a run's rows back into a record; shared by the store and the queries."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from db.models import Cache, Count, Phase, Run, RunEnvironment, RunFinding, Task, TaskPhase
from db.problems import database_name, problem
from db.rows import RunRows, environment_values, run_values, to_record
from db.stated import as_read, counting
from profiles.records import Environment, RecordError, RunRecord


@cache
def children() -> dict[Any, str]:
    """The tables whose rows a run owns as plain values, and the field of RunRows that holds them."""
    return {
        Phase: "phases",
        Task: "tasks",
        TaskPhase: "task_phases",
        Cache: "caches",
        Count: "counts",
        RunFinding: "findings",
    }


def load_record(connection: Connection, run_id: int, *, stated: bool = False) -> RunRecord | None:
    """The record of a run as it was stored; None where there is no such run.

    Args:
        stated: with what people state of it where it says nothing itself.

    Raises:
        DatabaseProblem: what is read is not what was written: the file is damaged.
    """
    run = connection.execute(_of_run(Run), {"run": run_id}).mappings().first()
    if run is None:
        return None
    now = {name: run[name] for name in run if name in _RECORDED}
    rows = RunRows(
        run=as_read(now, counting(connection, run_id)),
        environment=_environment(connection, run_id),
        **{name: _rows(connection, child, run_id) for child, name in children().items()},
    )
    if run["checksum"] is not None and not rows.matches(run["checksum"]):
        raise _damaged(connection, run_id)
    if stated:
        rows = replace(rows, run=now, environment=_stated_place(rows, now))
    try:
        return to_record(rows)
    except (RecordError, KeyError, ValueError) as error:
        raise _damaged(connection, run_id) from error


def _stated_place(rows: RunRows, run: dict[str, Any]) -> Any:
    """The environment's columns; empty ones where only the machine's name is known, by a statement."""
    if rows.environment is None and run["machine"]:
        return environment_values(Environment(machine=run["machine"]))
    return rows.environment


_RECORDED = frozenset(run_values(RunRecord(key="", label="")))


def _damaged(connection: Connection, run_id: int) -> Exception:
    name = database_name(connection.engine.url)
    return problem("damaged", name, f"run {run_id} is not what was written")


def _environment(connection: Connection, run_id: int) -> dict[str, Any] | None:
    row = connection.execute(_of_run(RunEnvironment), {"run": run_id}).mappings().first()
    return None if row is None else dict(row)


def _rows(connection: Connection, child: Any, run_id: int) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(_of_run(child), {"run": run_id})]


@cache
def _of_run(model: Any) -> Select[Any]:
    """A run's row, or its rows in another table without its number, in their order. The run is the parameter ``run``.

    Made once: that takes longer than SQLite needs for it.
    """
    table = model.__table__
    own, *order = table.primary_key.columns
    columns = [column for column in table.columns if column.name != "run_id"]
    return select(*columns).where(own == bindparam("run")).order_by(*order)
