"""Evidence from runs that are there: imported, or made one by one. Kept as a measurement of the grade separate runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db import queries, store
from optim.evidence.outcomes import Outcome
from optim.evidence.records import SEPARATE_RUNS
from optim.evidence.unpaired import RunsVerdict, Timed, judge_runs
from optim.project.command import MARGIN
from services.facts import spoken
from services.problems import NO, USAGE, Problem, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: What has to be known of each run, and be the same for all of them; the config is the same for each side.
SAME = ("pipeline", "workload", "machine", "cache_state")
_OPTIONS = {
    "pipeline": "--pipeline NAME",
    "workload": "--workload WORDS",
    "machine": "--machine NAME",
    "cache_state": "--caches cold",
    "config": "--config WINS",
}

Row = Mapping[str, Any]


class MissingFacts(Problem):
    """Something about runs is not known that can be stated. ``missing`` holds the names of facts by run."""

    def __init__(self, missing: Mapping[int, Sequence[str]]) -> None:
        self.missing = {run_id: tuple(names) for run_id, names in missing.items()}
        super().__init__(_asking(self.missing), NO)


def _asking(missing: Mapping[int, Sequence[str]]) -> str:
    names = list(dict.fromkeys(name for of_run in missing.values() for name in of_run))
    runs = " ".join(str(run_id) for run_id in missing)
    facts = ", ".join(spoken(name) for name in names)
    plural = "run" if len(missing) == 1 else "runs"
    options = " ".join(_OPTIONS[name] for name in names)
    return f"not known of {plural} {runs}: {facts}; say it: quickwin assign {runs} {options}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FromRuns:
    """A measurement made from runs; ``is_new`` is False where the same runs were asked before."""

    measurement_id: int
    before: str
    after: str
    verdict: Mapping[str, Any]
    is_new: bool = True

    @property
    def sentence(self) -> str:
        """What it says, for both faces."""
        return f"measurement {self.measurement_id} ({SEPARATE_RUNS}): {self.verdict['reason']}"


def measure_from_runs(engine: Engine, before_ids: Sequence[int], after_ids: Sequence[int]) -> FromRuns:
    """Judges the runs ``after`` against the runs ``before``, and keeps that as a measurement.

    Raises:
        MissingFacts: of some run something is not known that can be stated.
        Problem: the runs can not be held against each other; the sentence says why and what would work.
    """
    before, after = (_rows(engine, ids) for ids in (before_ids, after_ids))
    if both := set(before_ids) & set(after_ids):
        fail(f"run {min(both)} is on both sides; each run has one config", USAGE)
    _usable([*before, *after])
    _complete([*before, *after])
    _alike(before, after)
    configs = (_config(before, "before"), _config(after, "after"))
    known = _earlier(engine, before, after, configs)
    runs = {"A": [int(row["id"]) for row in before], "B": [int(row["id"]) for row in after]}
    for measurement_id, earlier in known.items():
        if {side: sorted(ids) for side, ids in earlier["spec"]["runs"].items()} == {
            side: sorted(ids) for side, ids in runs.items()
        }:
            return FromRuns(
                measurement_id=measurement_id, before=configs[0], after=configs[1], verdict=earlier["verdict"],
                is_new=False,
            )  # fmt: skip
    verdict = judge_runs(*([_timed(row) for row in side] for side in (before, after)), looks=len(known) + 1)
    measurement_id = _keep(engine, before, after, configs, verdict, len(known) + 1)
    return FromRuns(measurement_id=measurement_id, before=configs[0], after=configs[1], verdict=verdict.to_json())


def _rows(engine: Engine, ids: Sequence[int]) -> list[dict[str, Any]]:
    if not ids:
        fail("each side needs a run or more", USAGE)
    rows = queries.run_rows(engine, ids=ids, sort="id", descending=False, limit=len(ids), deleted=None)
    if lost := set(ids) - {row["id"] for row in rows}:
        fail(f"there is no run {min(lost)}; quickwin runs lists them", USAGE)
    return rows


def _usable(rows: Sequence[Row]) -> None:
    for row in rows:
        reason = (
            f"is {row['status']}, not finished"
            if row["status"] != "finished"
            else "has no wall-clock time"
            if not row["wall_seconds"]
            else "was profiled, which slows it down unevenly"
            if row["profiled"]
            else "is deleted"
            if row["deleted_at"] is not None
            else None
        )
        if reason:
            fail(f"run {row['id']} {reason}, so it is no evidence: leave it out", NO)


def missing_of(engine: Engine, run_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """What has to be said of runs before they can be evidence, by run; empty where nothing is missing."""
    return _missing(_rows(engine, run_ids))


def _missing(rows: Sequence[Row]) -> dict[int, tuple[str, ...]]:
    silent = {
        int(row["id"]): tuple(name for name in (*SAME, "config") if row[name] in (None, "", "unknown")) for row in rows
    }
    return {run_id: names for run_id, names in silent.items() if names}


def _complete(rows: Sequence[Row]) -> None:
    if missing := _missing(rows):
        raise MissingFacts(missing)


def _alike(before: Sequence[Row], after: Sequence[Row]) -> None:
    first = before[0]
    for name in SAME:
        other = next((row for row in (*before, *after) if row[name] != first[name]), None)
        if other is not None:
            fail(
                f"runs {first['id']} and {other['id']} differ in {spoken(name)} ({_short(first, name)} and "
                f"{_short(other, name)}), so what they show is not the config's: leave one out",
                NO,
            )


def _short(row: Row, name: str) -> str:
    told = row["workload_description"] if name == "workload" else None
    return str(told or row[name])[:40]


def _config(rows: Sequence[Row], side: str) -> str:
    other = next((row for row in rows if row["config"] != rows[0]["config"]), None)
    if other is not None:
        fail(
            f"{side}: run {rows[0]['id']} has {rows[0]['config']}, run {other['id']} has {other['config']}; one side "
            "is one config",
            USAGE,
        )
    return str(rows[0]["config"])


def _timed(row: Row) -> Timed:
    return Timed(outcome=Outcome.from_row({**row, "run_id": int(row["id"])}), started_at=row["started_at"])


def _earlier(
    engine: Engine, before: Sequence[Row], after: Sequence[Row], configs: tuple[str, str]
) -> dict[int, dict[str, Any]]:
    """The measurements from runs that asked the same question, by id."""
    question = _question(before[0], configs)
    same = [
        measurement.id
        for measurement in queries.finished_measurements(engine)
        if measurement.spec.get("grade") == SEPARATE_RUNS and measurement.spec.get("question") == question
    ]
    known = {number: queries.measurement(engine, number) for number in same}
    return {number: {"spec": measurement.spec, "verdict": measurement.verdict} for number, measurement in known.items()}


def _question(row: Row, configs: tuple[str, str]) -> dict[str, Any]:
    return {"before": configs[0], "after": configs[1], **{name: row[name] for name in SAME}}


def _keep(
    engine: Engine,
    before: Sequence[Row],
    after: Sequence[Row],
    configs: tuple[str, str],
    verdict: RunsVerdict,
    looks: int,
) -> int:
    arms = [{"name": name, "config": config} for name, config in zip(("A", "B"), configs, strict=True)]
    spec = {
        "kind": "pair",
        "arms": arms,
        "grade": SEPARATE_RUNS,
        "question": _question(before[0], configs),
        "runs": {"A": [int(row["id"]) for row in before], "B": [int(row["id"]) for row in after]},
        "looks": looks,
        "pipeline": before[0]["pipeline"],
        "cache_state": before[0]["cache_state"],
        "parameters": {"tasks": before[0]["workload_tasks"]} if before[0]["workload_tasks"] else {},
        "max_blocks": max(verdict.blocks, 1),
        "margin": MARGIN,
    }
    measurement_id = store.begin_measurement(engine, spec)
    rows = _blocks(before, after, verdict)
    store.add_blocks(engine, measurement_id, rows, status="finished", verdict=verdict.to_json())
    return measurement_id


def _blocks(before: Sequence[Row], after: Sequence[Row], verdict: RunsVerdict) -> list[tuple[int, str, int, int]]:
    """The runs as rows of blocks: pairs as they ran, or the sides one beside the other."""
    pairs = verdict.pairs or ()
    paired = {"A": [a for a, _ in pairs], "B": [b for _, b in pairs]}
    rows = []
    for arm, side in (("A", before), ("B", after)):
        order = [*paired[arm], *(at for at in range(len(side)) if at not in paired[arm])]
        rows += [(block, arm, "AB".index(arm), int(side[at]["id"])) for block, at in enumerate(order, 1)]
    return rows
