"""Reads for the Overhead page: which runs there are to look at, what they are made of, their tasks."""

from __future__ import annotations

import pandas as pd

from db import queries
from optim.project.plan import Plan
from views import text
from views.configs import typed
from views.data.account import known
from views.data.connection import cached, engine
from views.data.overhead import UNACCOUNTED, claimed, named, shares
from views.data.progress import OnePair

#: Phases that hold more than this share above the run can not be shown as shares of it.
_ROUNDING = 0.002


@cached("runs")
def choices(limit: int = 200) -> pd.DataFrame:
    """The newest finished, serial runs whose phases fit into them; columns as ``db.queries.runs``."""
    found = queries.runs(engine(), status="finished", profiled=False, limit=limit)
    fits = ~(found["unaccounted_seconds"] < -_ROUNDING * found["wall_seconds"])
    return found[(found["workers"] == 1) & (found["wall_seconds"] > 0) & fits]


@cached("runs")
def phase_shares(run_id: int) -> pd.DataFrame:
    """What a run is made of; columns as ``db.queries.phase_shares``."""
    return queries.phase_shares(engine(), [run_id])


@cached("runs")
def tasks(run_id: int) -> pd.DataFrame:
    """The tasks of a run: task, seconds."""
    found = queries.tasks(engine(), [run_id], sort="seconds", descending=True, limit=1000)
    return found[["task_id", "seconds"]].rename(columns={"task_id": "task"}).dropna()


def baseline_and_now() -> tuple[int | None, int | None]:
    """The runs that the account calls the baseline and now."""
    account = known()
    return tuple(None if run is None else run.run_id for run in (account.baseline, account.now))  # type: ignore[return-value]


@cached("runs")
def describe(run_id: int) -> dict[str, object]:
    """One run's row of ``db.queries.runs``; empty where there is none."""
    found = queries.runs(engine(), ids=[run_id], limit=1)
    return {} if found.empty else {str(name): value for name, value in found.iloc[0].to_dict().items()}


def one_pair() -> OnePair | None:
    """The newest baseline and the newest comparable run of what is kept or of all wins; None without both."""
    before, after = known().baseline, known().now
    if before is None or after is None:
        return None
    return OnePair(
        before=before.run_id,
        after=after.run_id,
        before_seconds=before.wall_seconds,
        after_seconds=after.wall_seconds,
    )


def title(run_id: int) -> str:
    """A run in a line of Markdown: number, label, config, caches, seconds."""
    run = describe(run_id)
    if not run:
        return f"run {run_id}"
    config = typed(run["config"]) if isinstance(run["config"], str) else "config unknown"
    wall = run["wall_seconds"]
    seconds = text.seconds(float(wall)) if isinstance(wall, float) else text.NONE
    return f"run {run_id}, {text.escape(run['label'])}: {text.escape(config)}, {run['cache_state']}, {seconds}"


def parts(plan: Plan, before: int | None, after: int | None) -> dict[str, pd.DataFrame]:
    """The bars of the page: the tracker's, then the baseline's and today's where there are such runs."""
    found = {}
    if plan.baseline is not None and plan.baseline.overhead_percent is not None:
        found["tracker"] = claimed(f"The tracker's: {text.seconds(plan.baseline.seconds)}", plan)
    for name, label, run_id in (("before", "Baseline", before), ("after", "Now", after)):
        if run_id is not None:
            made = named(phase_shares(run_id), run_id)
            made = _whole(run_id) if made.empty else made
            took = text.seconds(float(made["seconds"].sum()))
            found[name] = shares(f"{label}, run {run_id}: {took}", made)
    return found


def _whole(run_id: int) -> pd.DataFrame:
    """A run that recorded no phase, as one part."""
    row = ["the whole run, in which no phase was recorded", UNACCOUNTED, describe(run_id)["wall_seconds"]]
    return pd.DataFrame([row], columns=["phase", "category", "seconds"])
