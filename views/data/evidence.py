"""Measurements, decisions and what they say together."""

from __future__ import annotations

import json
import math
from typing import Any

import pandas as pd

from db import queries, store
from optim.evidence import assembly as evidence_assembly
from optim.evidence import prediction, statistics, verdicts
from optim.evidence.records import TrackerEvidence
from optim.evidence.spec import AFTER_ARMS, BEFORE_ARMS, METRICS, margin_of
from profiles.records import PhaseTiming
from services.project import current_project
from views.data.account import known
from views.data.connection import cached, engine

#: The states in which a measurement goes on by itself.
UNDER_WAY = store.UNDER_WAY


@cached("evidence", ttl=30, until_written=True)
def measurements(limit: int = 200) -> pd.DataFrame:
    """Measurements, the newest first; columns as ``db.queries.measurements``."""
    return queries.measurements(engine(), limit=limit)


@cached("evidence", ttl=30, until_written=True)
def measurement(measurement_id: int) -> str:
    """One measurement as JSON text: id, kind, status, spec, verdict, pid, updated_at.

    Raises:
        UnknownRow: there is none of that number.
    """
    known = queries.measurement(engine(), measurement_id)
    return json.dumps(
        {
            "id": known.id,
            "kind": known.kind,
            "status": known.status,
            "spec": dict(known.spec),
            "verdict": None if known.verdict is None else dict(known.verdict),
            "pid": known.pid,
            "updated_at": known.updated_at.isoformat(),
        }
    )


@cached("evidence", ttl=30, until_written=True)
def blocks(measurement_id: int) -> pd.DataFrame:
    """The runs of a measurement; columns as ``db.queries.blocks``."""
    return queries.blocks(engine(), measurement_id)


def settled_by(measurement_id: int) -> tuple[float, str]:
    """The margin and the metric (of ``spec.METRICS``) of a measurement; what is usual where its spec has none."""
    spec = json.loads(measurement(measurement_id))["spec"]
    metric = str(spec.get("metric"))
    return margin_of(spec), metric if metric in METRICS else "wall"


@cached("evidence", ttl=30, until_written=True)
def decisions(limit: int = 200) -> pd.DataFrame:
    """The log of decisions, the newest first; columns as ``db.queries.decisions``."""
    return queries.decisions(engine(), limit=limit)


def evidence() -> TrackerEvidence:
    """All evidence that the database holds, as the account has it."""
    return known().evidence


@cached("runs", ttl=30)
def bounds() -> dict[str, float | None]:
    """Per win the largest speedup that Amdahl's law allows on the newest baseline measured here; None without one."""
    baseline = known().baseline
    wins = {win.name: win for win in current_project().wins}
    if baseline is None:
        return dict.fromkeys(wins)
    record = queries.runs(engine(), ids=[baseline.run_id], limit=1).iloc[0]
    timings = [_timing(row) for row in queries.phases(engine(), [baseline.run_id]).to_dict("records")]
    return {name: _bound(timings, record, win.addresses) for name, win in wins.items()}


def predicted(evidence: TrackerEvidence) -> dict[str, float | None]:
    """Per win the largest speedup that was predicted for the measurement that speaks for it; without one, ``bounds``.

    A win that was added to others is held against the config that it was added to, not against the baseline.
    """
    predictions = dict(bounds())
    for win in predictions:
        measured = evidence.win(win).measured
        spec = json.loads(measurement(measured.measurement_id))["spec"] if measured else {}
        told = ((spec.get("prediction") or {}).get("by_win") or {}).get(win)
        predictions[win] = told["speedup"] if told else predictions[win]
    return predictions


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
        win_known = prediction.predict(timings, float(run["wall_seconds"]), addresses, int(run["workers"]))
    except prediction.PredictionError:
        return None
    return min(win_known.speedup, 1000.0) if win_known.addresses else None


def closing(table: pd.DataFrame, metric: str = "wall") -> pd.DataFrame:
    """How the interval closed in: the speedup and its bounds after every block that holds both configs.

    Args:
        table: as ``blocks`` gives it; a block may hold each config once or twice.
        metric: what settles it, of ``optim.evidence.spec.METRICS``.

    Returns:
        block (1, 2, ...), trial (that block's own speedup), speedup, low, high; bounds that are not finite are nan.
    """
    rows = evidence_assembly.rows(table[table["status"] == "finished"])
    whole = [block for block in verdicts.blocks_from_rows(rows) if {BEFORE_ARMS[0], AFTER_ARMS[0]} <= set(block)]
    trials = [trial for block in whole if (trial := verdicts.trial(block, metric=metric)) is not None]
    path = [
        {"block": count, "trial": math.exp(trials[count - 1]), **_bounds(trials[:count])}
        for count in range(1, len(trials) + 1)
    ]
    return pd.DataFrame(path, columns=["block", "trial", "speedup", "low", "high"]).astype("float64")


def _bounds(trials: Any) -> dict[str, float | None]:
    return statistics.interval(trials).to_json()


def judged(table: pd.DataFrame, margin: float, cache_state: str | None = None) -> dict[str, Any]:
    """The verdict that the blocks of a pair give so far, as it is stored with a measurement."""
    plain = verdicts.blocks_from_rows(evidence_assembly.rows(table))
    return verdicts.judge(plain, margin, cache_state=cache_state).to_json()
