"""Reads for the Overhead page: which runs there are to look at, what they are made of, their tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from db import queries
from optim.project.plan import Plan
from profiles.breakdown import Breakdown
from services.spine import Segment, spines
from views import text
from views.configs import typed
from views.data.account import known
from views.data.connection import cached, engine
from views.data.overhead import UNACCOUNTED, claimed, named, shares
from views.data.progress import OnePair
from views.frames import rows, unknown

#: Phases that hold more than this share above the run can not be shown as shares of it.
_ROUNDING = 0.002


@cached("runs", ttl=30, until_written=True)
def choices(asked: tuple[int, ...] = (), limit: int = 200) -> pd.DataFrame:
    """The finished, serial runs whose phases fit into them: the newest, and of those ``asked`` for the older ones too.

    Columns as ``db.queries.runs``.
    """
    chosen = queries.runs(engine(), status="finished", profiled=False, limit=limit)
    if older := sorted(set(asked) - set(chosen["id"])):
        chosen = pd.concat([chosen, queries.runs(engine(), status="finished", profiled=False, ids=older)])
    fits = ~(chosen["unaccounted_seconds"] < -_ROUNDING * chosen["wall_seconds"])
    return chosen[(chosen["workers"] == 1) & (chosen["wall_seconds"] > 0) & fits]


@cached("runs", ttl=30, until_written=True)
def phase_shares(run_id: int) -> pd.DataFrame:
    """What a run is made of; columns as ``db.queries.phase_shares``."""
    return queries.phase_shares(engine(), [run_id])


@cached("runs", ttl=30, until_written=True)
def tasks(run_id: int) -> pd.DataFrame:
    """The tasks of a run: task, seconds."""
    table = queries.tasks(engine(), [run_id], sort="seconds", descending=True, limit=1000)
    return table[["task_id", "seconds"]].rename(columns={"task_id": "task"}).dropna()


def baseline_and_now() -> tuple[int | None, int | None]:
    """The runs that the account calls the baseline and now."""
    account = known()
    return tuple(None if run is None else run.run_id for run in (account.baseline, account.now))  # type: ignore[return-value]


@cached("runs", ttl=30, until_written=True)
def describe(run_id: int) -> dict[str, object]:
    """One run's row of ``db.queries.runs`` with None for what is unknown; empty where there is none."""
    row = queries.runs(engine(), ids=[run_id], limit=1)
    if row.empty:
        return {}
    return {str(name): None if unknown(value) else value for name, value in row.iloc[0].to_dict().items()}


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
    tasks = run.get("workload_tasks") or run.get("tasks")
    size = f", {text.count(int(str(tasks)), 'task')}" if isinstance(tasks, int) and tasks else ""
    caches = "caches not said" if run["cache_state"] == "unknown" else f"{run['cache_state']} caches"
    return f"run {run_id}, {text.escape(run['label'])}: {text.escape(config)}{size}, {caches}, {seconds}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A bar of the page: what it is (a line of Markdown), its segments and seconds, and the run's row if it is one."""

    title: str
    segments: tuple[Segment, ...]
    seconds: float
    made: Breakdown | None = None
    run: Mapping[str, object] = field(default_factory=dict)

    @property
    def split(self) -> bool:
        """Whether anything is known of what it is made of."""
        return self.made is None or bool(self.made.parts)


def bars(plan: Plan, before: int | None, after: int | None) -> dict[str, Bar]:
    """The bars of the page: the tracker's, then the baseline's and now's where there are such runs.

    The same phases have segments of their own in both runs.
    """
    drawn = {}
    if plan.baseline is not None and plan.baseline.overhead_percent is not None:
        drawn["tracker"] = _tracker(plan)
    named_runs = {"before": ("Baseline", before), "after": ("Now", after)}
    ids = {name: run_id for name, (_, run_id) in named_runs.items() if run_id is not None}
    made = queries.breakdowns(engine(), ids.values())
    known = {name: run_id for name, run_id in ids.items() if run_id in made}
    for (name, run_id), segments in zip(
        known.items(), spines([made[number] for number in known.values()]), strict=True
    ):
        drawn[name] = _bar(named_runs[name][0], run_id, made[run_id], segments)
    return drawn


def _bar(label: str, run_id: int, made: Breakdown, segments: tuple[Segment, ...]) -> Bar:
    run = describe(run_id)
    seconds = made.whole_seconds or float(str(run.get("wall_seconds") or 0.0))
    whole = Segment(path="no phase recorded", category=UNACCOUNTED, seconds=seconds, share=1.0)
    return Bar(
        title=f"**{label}**, {title(run_id)}", segments=segments or (whole,), seconds=seconds, made=made, run=run
    )


def _tracker(plan: Plan) -> Bar:
    base = plan.baseline
    table = claimed("", plan)
    segments = tuple(
        Segment(path=row["phase"], category=row["category"], seconds=row["seconds"], share=row["share"])
        for row in rows(table)
    )
    seconds = base.seconds if base is not None else 0.0
    tasks = "" if plan.tasks is None else f", {text.count(plan.tasks, 'task')}"
    where = "" if plan.reference_machine is None else f" on {text.escape(plan.reference_machine)}"
    program = "" if plan.reference_pipeline is None else f" of {text.escape(plan.reference_pipeline)}"
    title = f"**The tracker's**: a run{program}{where}, {text.seconds(seconds)}{tasks}, caches not said"
    return Bar(title=title, segments=segments, seconds=seconds)


def frame(bar: Bar) -> pd.DataFrame:
    """A bar's phases as ``views.data.overhead`` reads them."""
    made = named(phase_shares(int(str(bar.run["id"]))), int(str(bar.run["id"]))) if bar.run else None
    return shares("", _whole(bar) if made is None or made.empty else made)


def apart(before: Bar, after: Bar) -> str:
    """Why two runs may not be put beside each other without a word; empty where nothing speaks against it."""
    names = {
        "pipeline": "another pipeline",
        "workload_tasks": "another number of tasks",
        "workload": "another workload",
        "cache_state": "other caches",
        "machine": "another machine",
    }
    differs = [sentence for name, sentence in names.items() if _differs(before.run.get(name), after.run.get(name))]
    if "another number of tasks" in differs and "another workload" in differs:
        differs.remove("another workload")
    return f"The two runs are of {text.listed(differs)}: their seconds can not be compared." if differs else ""


def _differs(one: object, two: object) -> bool:
    """What is not known of one of them is not said to differ."""
    return not text.missing(one) and not text.missing(two) and one != two


def covered(bar: Bar) -> str:
    """What the keys of an imported log really cover, in Markdown; empty of a run that was measured here."""
    source, made = str(bar.run.get("source") or ""), bar.made
    if made is None or not source.startswith("imported"):
        return ""
    table = queries.phases(engine(), [int(str(bar.run["id"]))])
    beside = int((~table["basis"].isin(("sum", "workers"))).sum()) if len(table) else 0
    more = (
        f" {text.count(beside, 'key')} more are not parts of the whole (added up over threads, or averages)."
        if beside
        else ""
    )
    rest = made.seconds.get(UNACCOUNTED, 0.0)
    share = 1 - rest / made.whole_seconds if made.whole_seconds else 0.0
    return (
        f"This is an imported log: its keys cover {text.percent(share)} of {text.seconds(made.whole_seconds)}. What is "
        f"called overhead beyond that is what no key covered ({text.seconds(rest)}): no key says what it is.{more}"
    )


def projection(plan: Plan, before: Bar) -> tuple[float, float] | None:
    """The plan's target in seconds here, low and high; None where the plan speaks of another pipeline or size.

    It is scaled by what the baseline took here and there.
    """
    base, target = plan.baseline, plan.target
    same = before.run.get("workload_tasks") == plan.tasks or plan.tasks is None
    if plan.reference_pipeline is not None or base is None or target is None or not same:
        return None
    return target.seconds.low / base.seconds * before.seconds, target.seconds.high / base.seconds * before.seconds


def _whole(bar: Bar) -> pd.DataFrame:
    """A run that recorded no phase, as one part."""
    row = ["the whole run, in which no phase was recorded", UNACCOUNTED, bar.seconds]
    return pd.DataFrame([row], columns=["phase", "category", "seconds"])
