"""The account: what is known now, here and there. Every page, command and document reads it; none chooses by itself.

*Here* is the project's own pipeline as it is measured: the newest run of the baseline, and the newest run of what is
kept over the same workload, machine and cache state. *There* is the pipeline and machine of which the plan speaks: runs
that their owner marked as its final run, or as of that machine. Never counted are priming runs, smaller workloads than
the project's, runs of other pipelines, runs of a duet, runs under a profiler, and imports that nobody marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from db import queries
from optim.evidence.assembly import assemble
from optim.evidence.records import TrackerEvidence
from optim.plan.standing import Standing, standing
from optim.plan.tracker_edits import HandEdit
from optim.plan.tracker_parser import parse
from profiles.configs import NONE, stored_text
from services.project import Project, current_project
from services.run_marks import FINAL, MARKS, by_itself, tag_set
from services.wording import listed

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from optim.plan.tracker_document import TrackerDocument
    from optim.project.records import Plan


TRACKER, REPORT = "tracker", "report"
MOST = 10_000
#: The runs among which the newest that count are looked for, as (offset, limit): it is nearly always among the first.
_PAGES = ((0, 25), (25, 475))
Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownRun:
    """A run that the account rests on."""

    run_id: int
    label: str
    config: str | None
    wall_seconds: float
    tasks: int | None
    cache_state: str
    machine: str | None
    workload: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What is known now.

    ``baseline`` and ``now`` are runs measured here over the project's workload; ``now`` is of what is kept, or of all
    wins as long as none is (``now_is_kept``). ``attribution`` is what the newest attribution found, with all
    of its question, under their name.
    """

    project: Project
    evidence: TrackerEvidence
    standing: Standing
    baseline: KnownRun | None
    now: KnownRun | None
    now_is_kept: bool
    attribution: Mapping[str, Any] | None
    attribution_name: str

    @property
    def plan(self) -> Plan:
        """The project's plan."""
        return self.project.plan


def account(engine: Engine, project: Project | None = None) -> Account:
    """What is known now of the project at hand, or of ``project``."""
    known = project or current_project()
    measurements, blocks = _ended(engine)
    evidence = _evidence(engine, known, measurements, blocks)
    kept = evidence.decisions("keep")
    baseline = baseline_here(engine, known)
    return Account(
        project=known,
        evidence=evidence,
        standing=standing(known.plan, evidence),
        baseline=baseline,
        now=now_here(engine, known, baseline, stored_text(kept or known.names)),
        now_is_kept=bool(kept),
        attribution=evidence.attribution,
        attribution_name=_names(evidence.attributed_by),
    )


def gather(engine: Engine, project: Project) -> TrackerEvidence:
    """All evidence that the database holds about the project's wins."""
    measurements, blocks = _ended(engine)
    return _evidence(engine, project, measurements, blocks)


Blocks = Mapping[int, list[dict[str, Any]]]


def _ended(engine: Engine) -> tuple[list[queries.Measurement], Blocks]:
    """The measurements that are over and their blocks; one with a run that was altered is no evidence, and says so."""
    measurements = queries.ended_measurements(engine)
    blocks = queries.blocks_by_measurement(engine, [measurement.id for measurement in measurements])
    return [_believed(measurement, blocks[measurement.id]) for measurement in measurements], blocks


def _believed(measurement: queries.Measurement, blocks: Sequence[Row]) -> queries.Measurement:
    broken = next((row["run_id"] for row in blocks if row["status"] == queries.ALTERED), None)
    if broken is None:
        return measurement
    return replace(measurement, verdict=queries.not_as_written(f"Run {broken} of measurement {measurement.id}"))


def _evidence(
    engine: Engine,
    project: Project,
    measurements: Sequence[queries.Measurement],
    blocks: Blocks,
) -> TrackerEvidence:
    own = [measurement for measurement in measurements if is_own(project, measurement.spec)]
    there = [
        measurement
        for measurement in measurements
        if not is_own(project, measurement.spec) and measurement.spec.get("pipeline") == project.reference_pipeline
    ]
    attempts = queries.attempts_by_measurement(engine, [measurement.id for measurement in (*own, *there)])
    order = list(project.names)
    evidence = assemble(
        measurements=[_measurement_row(measurement) for measurement in own],
        blocks=blocks,
        attempts=attempts,
        decisions=queries.decision_rows(engine, limit=MOST),
        reference_runs=_marked_there(engine, project),
        results_file=newest_document(engine, REPORT),
        plan_order=order,
    )
    if not there:
        return evidence
    of_there = assemble(
        measurements=[_measurement_row(measurement) for measurement in there],
        blocks=blocks,
        attempts=attempts,
        plan_order=order,
    )
    return replace(evidence, there=tuple(win for win in of_there.wins if win.measurements))


def _measurement_row(measurement: queries.Measurement) -> dict[str, Any]:
    return {name: getattr(measurement, name) for name in ("id", "status", "spec", "verdict", "updated_at")}


def is_own(project: Project, spec: Row) -> bool:
    """Whether a measurement is of the project's pipeline; version 1 measured nothing else, and did not say it."""
    return spec.get("pipeline") in (None, project.pipeline)


def _names(numbers: Sequence[int]) -> str:
    """Measurements by their numbers; empty where there is none."""
    return f"measurement{'' if len(numbers) == 1 else 's'} {listed(map(str, numbers))}" if numbers else ""


def baseline_here(engine: Engine, project: Project) -> KnownRun | None:
    """The newest run of the baseline over the project's workload, cold where there is one; None without any."""
    tasks = project.plan.tasks
    rows = list[dict[str, Any]]()
    for row in _counted(engine, project, config=NONE):
        if tasks is not None and row["workload_tasks"] == tasks and row["cache_state"] == "cold":
            return _known(row)
        rows.append(row)
    full = [row for row in rows if tasks is not None and row["workload_tasks"] == tasks]
    sizes = [row["workload_tasks"] or 0 for row in rows]
    whole = full or [row for row, size in zip(rows, sizes, strict=True) if size == max(sizes)]
    cold = [row for row in whole if row["cache_state"] == "cold"]
    return next((_known(row) for row in cold or whole), None)


def now_here(engine: Engine, project: Project, baseline: KnownRun | None, config: str) -> KnownRun | None:
    """The newest run of a config that may be held against the baseline; None without any."""
    if baseline is None or config == NONE:
        return None
    rows = _counted(engine, project, config=config, cache_state=baseline.cache_state)
    alike = (row for row in rows if (row["workload"], row["machine"]) == (baseline.workload, baseline.machine))
    return next(map(_known, alike), None)


def _counted(engine: Engine, project: Project, **filters: Any) -> Iterator[dict[str, Any]]:
    """Runs of the project's pipeline that count here, the newest first; read as they are asked for."""
    for offset, limit in _PAGES:
        filters |= {"status": "finished", "profiled": False, "only_tags": True}
        rows = queries.run_rows(engine, offset=offset, limit=limit, **filters)
        yield from (row for row in rows if _counts(row, project))
        if len(rows) < limit:
            return


def _counts(row: Row, project: Project) -> bool:
    own = row["pipeline"] in (None, project.pipeline)  # what was measured without a name was measured by this program
    alone = by_itself(row["label"], row["tags"])
    return own and (row["wall_seconds"] or 0) > 0 and alone and _is_marked(row)


def _is_marked(row: Row) -> bool:
    """Measured here, or imported and marked by its owner."""
    return row["source"] == "measured" or bool(set(MARKS) & tag_set(row["tags"]))


def _known(row: Row) -> KnownRun:
    return KnownRun(
        run_id=int(row["id"]),
        label=str(row["label"]),
        config=row["config"],
        wall_seconds=float(row["wall_seconds"]),
        tasks=None if row["workload_tasks"] is None else int(row["workload_tasks"]),
        cache_state=str(row["cache_state"]),
        machine=row["machine"],
        workload=row["workload"],
    )


def _marked_there(engine: Engine, project: Project) -> list[dict[str, Any]]:
    """Runs of the pipeline and machine of which the plan speaks, as far as their owner marked them."""
    machine = (project.plan.reference_machine or "").lower()
    names = sorted({tag for tag, _ in queries.tag_rows(engine) if tag.lower() in {*MARKS, machine}})
    if not names:
        return []
    rows = queries.run_rows(engine, tag=names, profiled=False, limit=MOST, only_tags=True)
    named = _stated_machines(engine, [row["id"] for row in rows])
    there = [row for row in rows if _is_there(row, project, machine, named.get(row["id"], ""))]
    of_run: dict[int, dict[str, int]] = {}
    for run_id, name, value in queries.count_rows(engine, [row["id"] for row in there]):
        of_run.setdefault(run_id, {})[name] = value
    return [_with_counts(row, of_run.get(row["id"], {})) for row in there]


def _stated_machines(engine: Engine, ids: list[int]) -> dict[int, str]:
    """What people call the machines of runs, also of those that recorded a fingerprint of it themselves."""
    stated = queries.stated_fact_rows(engine, ids)
    return {row["run_id"]: str(row["value"]).lower() for row in stated if row["name"] == "machine"}


def _is_there(row: Row, project: Project, machine: str, stated: str) -> bool:
    """Of the reference pipeline, as far as the run says which; from its machine, or imported as its final run."""
    if row["pipeline"] not in (None, project.reference_pipeline):
        return False
    tags = tag_set(row["tags"])
    names = (str(row["machine"] or "").lower(), stated)
    from_there = machine != "" and (machine in tags or any(machine in name for name in names))
    return from_there or (FINAL in tags and str(row["source"]).startswith("imported"))


def _with_counts(row: Row, counts: Mapping[str, int]) -> dict[str, Any]:
    """What a log says of the whole run (its closing ``100 timeouts``) counts as much as what its tasks say."""
    more = {name: max(int(row[name] or 0), counts.get(name, 0)) for name in ("errors", "timeouts")}
    tasks = row["workload_tasks"] or row["tasks"] or None
    return {**row, **more, "tasks": tasks, "solvers": counts.get("candidates", row["workload_candidates"])}


def _plain(frame: Any) -> list[dict[str, Any]]:
    """A frame's rows, the newest first, as dicts of plain values."""
    values = frame.astype(object).where(frame.notna(), None)
    return [{str(name): value for name, value in row.items()} for row in values.to_dict("records")]


def imported_trackers(engine: Engine) -> list[TrackerDocument]:
    """The trackers that were read in, oldest first."""
    return [_parsed(body) for body in queries.bodies(engine, TRACKER)]


@lru_cache(maxsize=16)
def _parsed(body: str) -> TrackerDocument:
    """Of a text once: each page and each command asks for the account, and what was read in stays as it is."""
    return parse(body)


def hand_edits(engine: Engine) -> tuple[HandEdit, ...]:
    """What people wrote into the tracker by hand, oldest first."""
    rows = reversed(_plain(queries.tracking(engine)))
    names = ("place", "name", "value")
    return tuple(
        HandEdit(**{name: row[name] for name in names}, origin=row["origin"] or "", who=row["who"] or "")
        for row in rows
    )


def newest_document(engine: Engine, kind: str) -> str | None:
    """The name of the newest document of that kind; None where there is none."""
    names = queries.documents(engine, kind, limit=1)["name"].tolist()
    return names[0] if names else None
