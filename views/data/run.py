"""One run: what the page says and shows of it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from db import queries
from profiles.breakdown import UNACCOUNTED, Breakdown
from profiles.records import SEVERITIES
from services.facts import stated_words
from views.data import phases
from views.data.connection import cached, engine
from views.data.phases import Parts
from views.frames import unknown


@cached("runs", ttl=30, until_written=True)
def newest() -> int | None:
    """The run that was stored last; None in an empty database."""
    newest_run = queries.runs(engine(), sort="id", limit=1)
    return None if newest_run.empty else int(newest_run["id"].iloc[0])


@cached("runs", ttl=30, until_written=True)
def row(run_id: int) -> dict[str, Any]:
    """The run's row of ``db.queries.runs`` with None for what is unknown; empty where there is no such run."""
    rows = queries.runs(engine(), ids=[run_id], limit=1, deleted=None)
    if rows.empty:
        return {}
    return {str(name): None if unknown(value) else value for name, value in rows.iloc[0].items()}


@cached("runs", ttl=30, until_written=True)
def comparable(run_id: int) -> int | None:
    """The newest other run that could be held against this one by what is known of both; None without one."""
    run = row(run_id)
    place = {name: run[name] for name in ("workload", "machine", "cache_state")}
    if None in place.values() or place["cache_state"] == "unknown":
        return None
    alike = queries.runs(engine(), status="finished", profiled=False, sort="id", limit=20, **place)
    as_written = alike[alike["status"] == "finished"]["id"]
    return next((int(other) for other in as_written if other != run_id), None)


@cached("runs", ttl=30, until_written=True)
def phase_rows(run_ids: tuple[int, ...]) -> pd.DataFrame:
    """The phases of runs; columns as ``db.queries.phases``."""
    return queries.phases(engine(), run_ids)


@cached("runs", ttl=30, until_written=True)
def made_of(run_ids: tuple[int, ...]) -> dict[int, Breakdown]:
    """What runs are made of, by id."""
    return queries.breakdowns(engine(), run_ids)


def parts(run: dict[str, Any]) -> Parts:
    """What the run is made of; ``run`` is its row."""
    return phases.parts(made_of((int(run["id"]),))[int(run["id"])])


def printed_keys(run: dict[str, Any]) -> pd.DataFrame:
    """What a log printed about phases that is no part of the whole: columns as ``db.queries.phases``."""
    rows = phase_rows((int(run["id"]),))
    sums = rows["basis"] == "sum"
    parts = sums if run["workers"] == 1 and sums.any() else sums | (rows["basis"] == "workers")
    return rows[~parts]


@cached("runs", ttl=30, until_written=True)
def tasks(run_id: int) -> pd.DataFrame:
    """The run's tasks, slowest first; columns as ``db.queries.tasks``."""
    return queries.tasks(engine(), run_id, sort="seconds", descending=True, limit=5000)


@cached("runs", ttl=30, until_written=True)
def failed_tasks(run_id: int) -> pd.DataFrame:
    """The tasks that failed, with the reason; columns as ``db.queries.tasks``."""
    return queries.tasks(engine(), run_id, status="failed", limit=500)


@cached("runs", ttl=30, until_written=True)
def slowest(run_id: int, most: int = 15) -> pd.DataFrame:
    """The slowest tasks by category: columns task_id, category, seconds, status; the rest is unaccounted."""
    chosen = tasks(run_id).head(most).dropna(subset=["seconds"])
    if chosen.empty:
        return pd.DataFrame(columns=["task_id", "category", "seconds", "status"])
    timed = queries.task_phases(engine(), run_id, limit=50_000)
    timed = timed[timed["task_id"].isin(chosen["task_id"]) & timed["basis"].isin(("sum", "workers"))]
    spent = timed.groupby(["task_id", "category"], observed=True)["self_seconds"].sum().unstack().fillna(0.0)
    spent = spent.reindex(chosen["task_id"], fill_value=0.0)
    whole = chosen.set_index("task_id")["seconds"]
    spent[UNACCOUNTED] = (whole - spent.sum(axis=1)).clip(lower=0.0)
    long = spent.rename_axis("task_id").reset_index().melt("task_id", var_name="category", value_name="seconds")
    return long.merge(chosen[["task_id", "status"]], on="task_id")


@cached("runs", ttl=30, until_written=True)
def caches(run_id: int) -> pd.DataFrame:
    """The run's caches; columns as ``db.queries.caches``."""
    return queries.caches(engine(), run_id)


@cached("runs", ttl=30, until_written=True)
def counts(run_id: int) -> pd.DataFrame:
    """The run's counts; columns as ``db.queries.counts``."""
    return queries.counts(engine(), run_id)


@cached("runs", ttl=30, until_written=True)
def environment(run_ids: tuple[int, ...]) -> pd.DataFrame:
    """Where runs took place; columns as ``db.queries.environment``."""
    return queries.environment(engine(), run_ids)


@cached("runs", ttl=30, until_written=True)
def findings(run_id: int) -> pd.DataFrame:
    """What the audit found, the gravest first; columns as ``db.queries.findings``."""
    rows = queries.findings(engine(), run_id)
    order = rows["severity"].map(SEVERITIES.index)
    return rows.assign(order=order).sort_values(["order", "line"], kind="stable").drop(columns="order")


@cached("runs", max_entries=8)
def profile(run_id: int) -> str | None:
    """The run's pyinstrument session as JSON text; None without one."""
    return queries.profile(engine(), run_id)


@cached("runs", ttl=30, until_written=True)
def stated(run_id: int) -> list[str]:
    """What was stated of a run, a clause each; as ``services.facts.stated_words``."""
    return stated_words(engine(), run_id)


def facts(run: dict[str, Any]) -> pd.DataFrame:
    """The settings of a run, one row for each that is known: columns name, value (text)."""
    names = {
        "config": "config",
        "cache_state": "caches",
        "workers": "workers",
        "workload_description": "workload",
        "workload": "workload fingerprint",
        "results_fingerprint": "results fingerprint",
        "machine": "machine fingerprint",
        "cpu_seconds": "CPU seconds",
        "source_name": "file",
        "source": "source",
        "key": "key",
        "note": "note",
    }
    rows = [(label, str(run[name])) for name, label in names.items() if run[name] not in (None, "")]
    return pd.DataFrame(rows, columns=["name", "value"])
