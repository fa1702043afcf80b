"""Measurements, decisions and what they say together."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from db import queries
from db.queries import RunFilters
from optim.evidence import assembly as evidence_assembly
from optim.evidence import prediction, statistics, verdicts
from optim.evidence.records import TrackerEvidence
from optim.project.plan import Plan
from profiles.configs import NONE
from profiles.records import PhaseTiming
from services.project import current_project
from views.data.connection import cached, engine

#: The states in which a measurement goes on by itself.
UNDER_WAY = ("planned", "running", "stopping")


@cached("evidence", ttl=5)
def measurements(limit: int = 200) -> pd.DataFrame:
    """Measurements, the newest first; columns as ``db.queries.measurements``."""
    return queries.measurements(engine(), limit=limit)


@cached("evidence", ttl=2)
def measurement(measurement_id: int) -> str:
    """One measurement as JSON text: id, kind, status, spec, verdict, pid, updated_at.

    Raises:
        UnknownRow: there is none of that number.
    """
    found = queries.measurement(engine(), measurement_id)
    return json.dumps(
        {
            "id": found.id,
            "kind": found.kind,
            "status": found.status,
            "spec": dict(found.spec),
            "verdict": None if found.verdict is None else dict(found.verdict),
            "pid": found.pid,
            "updated_at": found.updated_at.isoformat(),
        }
    )


@cached("evidence", ttl=2)
def blocks(measurement_id: int) -> pd.DataFrame:
    """The runs of a measurement; columns as ``db.queries.blocks``."""
    return queries.blocks(engine(), measurement_id)


@cached("evidence", ttl=600, max_entries=4)
def _finished_blocks(ids: list[int], moments: list[str]) -> pd.DataFrame:
    """The blocks of finished measurements, with measurement_id and the commit; ``moments``: when each changed last."""
    found = pd.concat([queries.blocks(engine(), one).assign(measurement_id=one) for one in ids])
    runs = sorted({int(one) for one in found["run_id"]})
    commits = queries.runs(engine(), ids=runs, limit=len(runs), deleted=None)[["id", "git_commit", "git_dirty"]]
    return found.merge(commits.rename(columns={"id": "run_id"}), on="run_id", how="left")


@cached("evidence", ttl=5)
def decisions(limit: int = 200) -> pd.DataFrame:
    """The log of decisions, the newest first; columns as ``db.queries.decisions``."""
    return queries.decisions(engine(), limit=limit)


@cached("runs", ttl=10)
def reference_runs(machine: str, limit: int = 50) -> pd.DataFrame:
    """The newest runs of the reference machine.

    They are tagged with its name, imported as the final run, or known to come from there; profiled runs are left out.
    Columns as ``db.queries.runs``, and solvers; errors and timeouts are at least what the log says of the whole run.
    """
    name, values = machine.lower(), queries.filter_values(engine())
    tags = [one for one in values["tag"] if one.lower() == name]
    machines = [one for one in values["machine"] if name and name in one.lower()]
    sources = [one for one in values["source"] if name and name in one.lower()]
    final = [one for one in values["tag"] if one.lower() == "final"]
    imported = [one for one in values["source"] if one.startswith("imported")]
    told: list[RunFilters] = [
        {"tag": tags},
        {"machine": machines},
        {"source": sources},
        {"tag": final, "source": imported},
    ]
    frames = [_unprofiled(one, limit) for one in told if all(one.values())]
    if not frames:
        return queries.runs(engine(), ids=[], limit=1)
    found = pd.concat(frames).drop_duplicates("id").sort_values("id", ascending=False).head(limit)
    return _with_counts(found)


def _unprofiled(filters: RunFilters, limit: int) -> pd.DataFrame:
    chosen: RunFilters = {**filters, "profiled": False}
    return queries.runs(engine(), limit=limit, **chosen)


def _with_counts(runs: pd.DataFrame) -> pd.DataFrame:
    long = queries.counts(engine(), runs["id"].tolist())
    counts = long.pivot_table(index="run_id", columns="name", values="value").reindex(runs["id"]).reset_index(drop=True)
    found = runs.reset_index(drop=True)
    for name in ("errors", "timeouts"):
        if name in counts:
            found[name] = found[name].astype("float64").combine(counts[name].astype("float64"), max)
    found["tasks"] = found["workload_tasks"].fillna(found["tasks"])
    found["solvers"] = found["workload_candidates"]
    if "candidates" in counts:
        found["solvers"] = counts["candidates"].astype("Float64").fillna(found["solvers"])
    return found


@cached("evidence", ttl=10)
def report_name() -> str | None:
    """The name under which the results were written; None as long as they were not."""
    names = queries.documents(engine(), "report", limit=1)["name"].tolist()
    return str(names[0]) if names else None


def evidence(plan: Plan) -> TrackerEvidence:
    """All evidence that the database holds; put together anew each time from cached reads."""
    known = measurements()
    finished = known[known["status"] == "finished"]
    ids = [int(one) for one in finished["id"]]
    table = _finished_blocks(ids, [str(one) for one in finished["updated_at"]]) if ids else pd.DataFrame()
    return evidence_assembly.assemble(
        measurements=[json.loads(measurement(one)) for one in ids],
        blocks={int(str(one)): rows for one, rows in table.groupby("measurement_id")} if ids else {},
        decisions=decisions(),
        reference_runs=reference_runs(plan.reference_machine or ""),
        results_file=report_name(),
        plan_order=[win.name for win in plan.wins],
    )


@cached("runs", ttl=10)
def newest_run(
    config: str, workload: str | None = None, machine: str | None = None, cache_state: str | None = None
) -> int | None:
    """The newest finished, unprofiled run measured with this config, comparable with one whose facts are given."""
    found = queries.runs(
        engine(),
        config=config,
        source="measured",
        status="finished",
        profiled=False,
        workload=workload,
        machine=machine,
        cache_state=cache_state,
        sort="started_at",
        limit=1,
    )
    return None if found.empty else int(found["id"].iloc[0])


@cached("runs", ttl=30)
def bounds() -> dict[str, float | None]:
    """Per win the largest speedup that Amdahl's law allows on the newest baseline measured here; None without one."""
    baseline = newest_run(NONE)
    wins = {win.name: win for win in current_project().wins}
    if baseline is None:
        return dict.fromkeys(wins)
    record = queries.runs(engine(), ids=[baseline], limit=1).iloc[0]
    timings = [_timing(row) for row in queries.phases(engine(), [baseline]).to_dict("records")]
    return {name: _bound(timings, record, win.addresses) for name, win in wins.items()}


def predicted(evidence: TrackerEvidence) -> dict[str, float | None]:
    """Per win the largest speedup that was predicted for the measurement that speaks for it; without one, ``bounds``.

    A win that was added to others is held against the config that it was added to, not against the baseline.
    """
    found = dict(bounds())
    for win in found:
        measured = evidence.win(win).measured
        spec = json.loads(measurement(measured.measurement_id))["spec"] if measured else {}
        told = ((spec.get("prediction") or {}).get("by_win") or {}).get(win)
        found[win] = told["speedup"] if told else found[win]
    return found


def _timing(row: dict[Any, Any]) -> PhaseTiming:
    return PhaseTiming(
        path=tuple(str(row["path"]).split("/")),
        category=row["category"],
        total_seconds=row["total_seconds"],
        self_seconds=row["self_seconds"],
        calls=int(row["calls"]),
        basis=row["basis"],
    )


def _bound(timings: list[PhaseTiming], run: Any, addresses: tuple[tuple[str, ...], ...]) -> float | None:
    try:
        found = prediction.predict(timings, float(run["wall_seconds"]), addresses, int(run["workers"]))
    except prediction.PredictionError:
        return None
    return min(found.speedup, 1000.0) if found.addresses else None


def closing(table: pd.DataFrame, before: str = "A", after: str = "B") -> pd.DataFrame:
    """How the interval closed in: the speedup and its bounds after every block that holds both arms.

    Args:
        table: as ``blocks`` gives it.

    Returns:
        block (1, 2, ...), speedup, low, high; the bounds are nan while they are not finite.
    """
    arms = table[table["status"] == "finished"].pivot_table(index="block", columns="arm", values="wall_seconds")
    if before not in arms or after not in arms:
        return pd.DataFrame(columns=["block", "speedup", "low", "high"], dtype="float64")
    both = arms[[before, after]].dropna().sort_index()
    trials = statistics.log_ratios(both[before].tolist(), both[after].tolist())
    rows = [{"block": count, **_bounds(trials[:count])} for count in range(1, len(trials) + 1)]
    return pd.DataFrame(rows, columns=["block", "speedup", "low", "high"]).astype("float64")


def _bounds(trials: Any) -> dict[str, float | None]:
    return statistics.interval(trials).to_json()


def judged(table: pd.DataFrame, margin: float, cache_state: str | None = None) -> dict[str, Any]:
    """The verdict that the blocks of a pair give so far, as it is stored with a measurement."""
    plain = verdicts.blocks_from_rows(evidence_assembly.rows(table))
    return verdicts.judge(plain, margin, cache_state=cache_state).to_json()
