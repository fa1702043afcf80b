"""Two runs or two configs beside each other: what is read, and what may be said about it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from db import queries
from db.queries.breakdowns import path_words
from optim.evidence import verdicts
from optim.evidence.assembly import rows as plain_rows
from optim.evidence.outcomes import Outcome, incomparable, wrong
from profiles.breakdown import Breakdown
from profiles.configs import read_config
from views import configs, palette, text
from views.data import differences
from views.data.connection import cached, engine

#: The newest runs of a config that are looked at.
MOST_RUNS = 100
#: Runs of each side whose tasks go into the picture.
_TASK_RUNS = 20
_SETTINGS = ("config", "cache_state", "workers", "workload_description", "workload", "results_fingerprint", "machine",
             "status", "profiled", "source")  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One side of a comparison: its name for people and its runs, as rows of ``db.queries.runs``."""

    name: str
    runs: pd.DataFrame

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(int(one) for one in self.runs["id"])

    @property
    def config(self) -> str | None:
        """The config of all its runs; None where it is unknown or differs."""
        known = self.runs["config"].unique()
        return None if len(known) != 1 or text.missing(known[0]) else str(known[0])

    @property
    def single(self) -> bool:
        return len(self.runs) == 1

    @property
    def seconds(self) -> float | None:
        """The mean wall-clock; None where a run has none."""
        known = self.runs["wall_seconds"]
        return float(known.mean()) if len(known) and known.notna().all() else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """The verdict and the sentence for it. ``measurement`` is the one that it stands on, None without one."""

    verdict: str
    reason: str
    measurement: int | None = None
    speedup: float | None = None
    low: float | None = None
    high: float | None = None


@cached("runs")
def by_ids(run_ids: tuple[int, ...]) -> pd.DataFrame:
    """Runs by their ids, deleted ones too; columns as ``db.queries.runs``."""
    return queries.runs(engine(), ids=run_ids, deleted=None, limit=max(len(run_ids), 1), sort="id", descending=False)


@cached("runs")
def places() -> pd.DataFrame:
    """Groups of comparable runs; columns as ``db.queries.groups``."""
    found = queries.groups(engine())
    return found[found[["workload", "config", "machine"]].notna().all(axis=1) & (found["cache_state"] != "unknown")]


@cached("runs")
def of_config(config: str, workload: str, cache_state: str, machine: str) -> pd.DataFrame:
    """The newest finished, unprofiled runs of a config in one place; columns as ``db.queries.runs``."""
    return queries.runs(
        engine(),
        config=config,
        workload=workload,
        cache_state=cache_state,
        machine=machine,
        status="finished",
        profiled=False,
        limit=MOST_RUNS,
    )


def of_configs(before: str, after: str, workload: str, cache_state: str, machine: str) -> tuple[Side, Side]:
    """Both sides of a comparison of configs: the runs of the newest measurement of both, or else all their runs."""
    found = measured(before, after, workload, cache_state)
    if found is None:
        one, two = (of_config(config, workload, cache_state, machine) for config in (before, after))
    else:
        blocks = found[1]
        one, two = (by_ids(tuple(blocks.loc[blocks["arm"] == arm, "run_id"].tolist())) for arm in ("A", "B"))
    return Side(name=before, runs=one), Side(name=after, runs=two)


@cached("runs")
def suggested() -> tuple[int, int] | None:
    """Two runs to begin with: the newest run and the newest comparable run of another config.

    The one with fewer wins comes first: people ask what the wins bring, in whatever order the runs were made.
    """
    found = queries.runs(engine(), status="finished", profiled=False, limit=200, sort="id")
    known = found[found["config"].notna() & found["wall_seconds"].notna()]
    for newest in known.head(20).to_dict("records"):
        same = known[["workload", "cache_state", "machine"]].eq(
            [newest[one] for one in ("workload", "cache_state", "machine")]
        )
        others = known[same.all(axis=1) & (known["config"] != newest["config"])]
        if len(others):
            pair = [(newest["config"], int(newest["id"])), (others["config"].iloc[0], int(others["id"].iloc[0]))]
            before, after = sorted(pair, key=lambda one: (_size(one[0]), one[1]))
            return before[1], after[1]
    return None


def _size(config: str) -> int:
    """How many wins are on in a config, whatever they are called."""
    return len(read_config(config) or ())


@cached("evidence", ttl=5)
def measured(before: str, after: str, workload: str | None, cache_state: str) -> Any:
    """The newest measurement that holds both configs in the same place as (its number, its runs); None without one.

    The runs have the columns of ``db.queries.blocks``, with the arms called A and B for before and after.
    """
    known = queries.measurements(engine(), limit=200)
    known = known[known["cache_state"] == cache_state]
    for one, written in zip(known["id"], known["arms"], strict=True):
        if not {before, after} <= {arm.partition("=")[2] for arm in written.split(", ")}:
            continue
        blocks = queries.blocks(engine(), int(one))
        arms = _arms(blocks, before, after)
        if arms is not None and (workload is None or (arms["workload"] == workload).all()):
            return int(one), arms
    return None


def _arms(blocks: pd.DataFrame, before: str, after: str) -> pd.DataFrame | None:
    """The blocks with one arm of each config, called A and B; None where one is missing. The control arm is no side."""
    first = blocks[blocks["config"] == before]
    arms = sorted(first["arm"].unique(), key=lambda arm: (arm != before, len(arm), arm))
    second = blocks[(blocks["config"] == after) & ~blocks["arm"].isin(arms[:1])]
    others = sorted(second["arm"].unique(), key=lambda arm: (arm != after, len(arm), arm))
    if not arms or not others:
        return None
    return blocks[blocks["arm"].isin([arms[0], others[0]])].assign(
        arm=lambda frame: frame["arm"].map({arms[0]: "A", others[0]: "B"})
    )


def said(before: Side, after: Side) -> Said:
    """The verdict on two sides. One pair of single runs never has one; a measurement of both configs does."""
    if refused := refusal(before, after):
        return refused
    first = before.runs.iloc[0]
    found = None
    if before.config and after.config and not (before.single and after.single):
        found = measured(before.config, after.config, str(first["workload"]), str(first["cache_state"]))
    if found is not None:
        number, blocks = found
        verdict = verdicts.judge(verdicts.blocks_from_rows(plain_rows(blocks)), cache_state=str(first["cache_state"]))
        numbers = verdict.interval.to_json() if verdict.interval else {}
        return Said(verdict=verdict.verdict, reason=verdict.reason, measurement=number, **numbers)
    return Said(verdict="unresolved", reason=_unmeasured(before, after))


def refusal(before: Side, after: Side) -> Said | None:
    """``not comparable`` or ``wrong`` with the reason, held against the first run before; None when neither."""
    outcomes = [[Outcome.from_row(row) for row in plain_rows(side.runs)] for side in (before, after)]
    first = outcomes[0][0]
    for one in (*outcomes[0], *outcomes[1]):
        if reason := incomparable(first, one):
            return Said(verdict="not comparable", reason=_sentence(reason))
    for one in outcomes[1]:
        if reason := wrong(first, one):
            return Said(verdict="wrong", reason=_sentence(f"not a faster run but a wrong one: {reason}"))
    return None


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."


def _unmeasured(before: Side, after: Side) -> str:
    if before.single and after.single:
        return (
            "One pair of runs can not resolve which is faster: nobody knows how much either would differ from itself."
        )
    return "These runs were not made in interleaved blocks: what else the machine did meanwhile is in the difference."


def numbers(written: str) -> list[int]:
    """The run numbers in a text such as ``3, 4``, each once, in the order given; what is no number is passed over."""
    return list(dict.fromkeys(int(one) for one in re.findall(r"\d{1,9}", written)))


def beside(before: Side, run_ids: Sequence[int]) -> pd.DataFrame:
    """Further runs, each held against the first one: run, label, config, seconds, times, verdict, reason.

    ``times`` is before / after, nan where a ratio would mean nothing. Numbers that no run has are left out.
    """
    rows, known = [], by_ids(tuple(run_ids))
    for one in run_ids:
        found = known[known["id"] == one]
        if found.empty:
            continue
        side = Side(name=f"run {one}", runs=found)
        verdict = said(before, side)
        means = ratio(before, side) if verdict.verdict not in ("not comparable", "wrong") else None
        label, config = str(found.iloc[0]["label"]), configs.typed(side.config)
        rows.append((one, label, config, side.seconds, means, palette.verdict(verdict.verdict).label, verdict.reason))
    columns = ["run", "label", "config", "seconds", "times", "verdict", "reason"]
    return pd.DataFrame(rows, columns=columns).astype({"seconds": "float64", "times": "float64"})


def ratio(before: Side, after: Side) -> float | None:
    """Before / after of the mean wall-clocks; None where one is not known."""
    one, two = before.seconds, after.seconds
    return one / two if one and two else None


@cached("runs")
def made_of(run_ids: tuple[int, ...]) -> dict[int, Breakdown]:
    """What runs are made of, by id."""
    return queries.breakdowns(engine(), run_ids)


def steps(before: Side, after: Side) -> pd.DataFrame | None:
    """Phase by phase, as ``differences.steps``; None where the sides' seconds are not of one kind."""
    made = made_of((*before.ids, *after.ids))
    units = {one.unit for one in made.values()}
    if len(units) != 1 or any(one.rest_seconds is None or not one.parts for one in made.values()):
        return None
    categories = {path_words(part.path): part.category for one in made.values() for part in one.parts}
    sides = [differences.per_run([made[run_id] for run_id in side.ids]) for side in (before, after)]
    return differences.steps(sides[0], sides[1], categories)


@cached("runs")
def _tasks(run_ids: tuple[int, ...]) -> pd.DataFrame:
    return queries.tasks(engine(), run_ids, limit=20_000)


def tasks(before: Side, after: Side) -> pd.DataFrame:
    """Each task's seconds on both sides, as ``differences.tasks``."""
    return differences.tasks(_tasks(before.ids[:_TASK_RUNS]), _tasks(after.ids[:_TASK_RUNS]))


def settings(before: Side, after: Side) -> pd.DataFrame:
    """What differs between the sides' settings and environments, as ``differences.settings``."""
    return differences.settings(*(_facts(side) for side in (before, after)))


def _facts(side: Side) -> dict[str, set[str]]:
    found = {name: {str(one) for one in side.runs[name].dropna()} for name in _SETTINGS}
    known = queries.environment(engine(), side.ids)
    for name, values in known[known["name"] != "load_at_start"].groupby("name")["value"]:
        found[str(name)] = set(values)
    return found
