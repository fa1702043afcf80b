"""What is known now: plan, evidence, imported trackers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from db import queries
from optim.evidence.assembly import assemble, rows
from optim.plan.tracker_parser import parse
from services.project import current_project

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Engine

    from optim.evidence.records import TrackerEvidence
    from optim.plan.tracker_document import TrackerDocument
    from optim.project.records import Plan


TRACKER, REPORT = "tracker", "report"
MOST = 10_000


def load(plan_file: str | None) -> Plan:
    """The plan; ends the command with one sentence where it can not be read."""
    return current_project(plan_file).plan


def gather(engine: Engine, plan: Plan) -> TrackerEvidence:
    """All evidence that the database holds about the plan's wins."""
    found = finished_measurements(engine)
    return assemble(
        measurements=found,
        blocks={one["id"]: _blocks(engine, one["id"]) for one in found},
        decisions=queries.decisions(engine, limit=MOST),
        reference_runs=_reference_runs(engine, plan),
        results_file=newest_document(engine, REPORT),
        plan_order=[win.name for win in plan.wins],
    )


def finished_measurements(engine: Engine) -> list[dict[str, Any]]:
    """Finished measurements, the newest first: id, status, spec, verdict, updated_at."""
    ids = queries.measurements(engine, status="finished", limit=MOST)["id"]
    found = (queries.measurement(engine, int(one)) for one in ids)
    names = ("id", "status", "spec", "verdict", "updated_at")
    return [{name: getattr(one, name) for name in names} for one in found]


def newest_attribution(engine: Engine) -> tuple[Mapping[str, Any], str] | None:
    """What the newest finished attribution found, and its name; None without one."""
    for one in finished_measurements(engine):
        attribution = (one["verdict"] or {}).get("attribution")
        if attribution:
            return attribution, f"measurement {one['id']}"
    return None


def _blocks(engine: Engine, measurement_id: int) -> pd.DataFrame:
    blocks = queries.blocks(engine, measurement_id)
    ids = [int(one) for one in blocks["run_id"].unique()]
    runs = queries.runs(engine, ids=ids, limit=len(ids) or 1, deleted=None)[["id", "git_commit", "git_dirty"]]
    return blocks.merge(runs.rename(columns={"id": "run_id"}), on="run_id", how="left")


def _reference_runs(engine: Engine, plan: Plan) -> list[dict[str, Any]]:
    name = (plan.reference_machine or "").lower()
    table = rows(queries.runs(engine, limit=MOST))
    there = [one for one in table if _is_reference(one, name)]
    counts = queries.counts(engine, [one["id"] for one in there])
    of_run: dict[int, dict[str, int]] = {}
    for one in counts.to_dict("records"):
        of_run.setdefault(int(one["run_id"]), {})[str(one["name"])] = int(one["value"])
    return [_with_counts(one, of_run.get(one["id"], {})) for one in there]


def _is_reference(run: Mapping[str, Any], name: str) -> bool:
    """Tagged with the reference machine's name, imported as the final run, or known to come from there.

    A profiled run tells no seconds.
    """
    tags = str(run["tags"] or "").lower().split(", ")
    told = (run["machine"], run["source"])
    is_final = "final" in tags and str(run["source"]).startswith("imported")
    return not run["profiled"] and (
        is_final or (bool(name) and (name in tags or any(name in str(one or "").lower() for one in told)))
    )


def _with_counts(run: Mapping[str, Any], counts: Mapping[str, int]) -> dict[str, Any]:
    """What a log says of the whole run (its closing ``100 timeouts``) counts as much as what its tasks say."""
    more = {name: max(int(run[name] or 0), counts.get(name, 0)) for name in ("errors", "timeouts")}
    tasks = run["workload_tasks"] or run["tasks"] or None
    return {**run, **more, "tasks": tasks, "solvers": counts.get("candidates", run["workload_candidates"])}


def imported_trackers(engine: Engine) -> list[TrackerDocument]:
    """The trackers that were read in, oldest first."""
    return [parse(body) for body in queries.bodies(engine, TRACKER)]


def newest_document(engine: Engine, kind: str) -> str | None:
    """The name of the newest document of that kind; None where there is none."""
    names = queries.documents(engine, kind, limit=1)["name"].tolist()
    return names[0] if names else None
