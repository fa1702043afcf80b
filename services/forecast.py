"""What is known before a measurement begins: what its wins can save at most, and how noisy runs are here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from db import queries
from optim.evidence.prediction import Path, Prediction, PredictionError, predict
from optim.evidence.spec import Spec, parameters_of
from services.project import current_project
from services.workloads import alike, workload

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Engine

    from profiles.records import RunRecord


def prediction_for(spec: Spec, baseline: RunRecord) -> dict[str, Any] | None:
    """What the wins that the arms add to the baseline's config can save at most, together and one by one, as JSON.

    None where nothing is added, or the baseline's phases do not tell.
    """
    before = spec.arms[0].wins
    added = [win for win in spec.wins if win not in before]
    taken = before - (spec.arms[1].wins if spec.kind == "pair" else before)
    if not added or taken or not baseline.wall_seconds:
        return None
    known = {win.name: win for win in current_project().wins}
    if not known.keys() >= set(added):
        return None
    paths = {win: known[win].addressed(spec.cache_state) for win in added}
    if not any(paths.values()):  # the project file names no phases
        return None
    try:
        single = {win: _bound(baseline, covered).to_json() for win, covered in paths.items()}
        together = _bound(baseline, [path for covered in paths.values() for path in covered])
    except PredictionError:
        return None
    return {**together.to_json(), "by_win": single}


def _bound(baseline: RunRecord, addresses: Iterable[Path]) -> Prediction:
    return predict(baseline.phases, baseline.wall_seconds or 0.0, addresses, baseline.workers)


def prediction_from_history(engine: Engine, spec: Spec) -> dict[str, Any] | None:
    """From the newest finished run of the baseline's config over the same workload, cold or warm alike."""
    earlier = queries.runs(
        engine,
        config=spec.arms[0].config,
        cache_state=spec.cache_state,
        status="finished",
        source="measured",
        profiled=False,
        limit=50,
    )
    same = alike(earlier, spec.parameters)
    return prediction_for(spec, queries.run(engine, int(same["id"].iloc[0]))) if len(same) else None


def noise_seen(engine: Engine, spec: Spec) -> float | None:
    """The run noise that the control arm of the newest measurement over the same workload showed."""
    for measurement_id in queries.measurements(engine, kind="pair", limit=20)["id"]:
        measurement = queries.measurement(engine, int(measurement_id))
        noise = ((measurement.verdict or {}).get("noise") or {}).get("run_noise")
        if noise and workload(parameters_of(measurement.spec)) == workload(spec.parameters):
            return float(noise)
    return None
