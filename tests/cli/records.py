"""Stored runs that tests of reading commands look at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from db import store
from db.engine import open_engine
from profiles.records import Environment, PhaseTiming, RunRecord, TaskRecord, Workload


def record(label: str, **changes: Any) -> RunRecord:
    """A finished run of ten seconds, seven of them in ``score``."""
    score = PhaseTiming(path=("score",), category="framework", self_seconds=7.0, total_seconds=7.0, calls=3)
    same: dict[str, Any] = {
        "key": label,
        "label": label,
        "config": frozenset(),
        "cache_state": "cold",
        "started_at": datetime(2026, 11, 23, 20, 43, tzinfo=UTC),
        "wall_seconds": 10.0,
        "workload": Workload(fingerprint="w", tasks=1, candidates=132),
        "environment": Environment(machine="m1"),
        "results_fingerprint": "same",
        "phases": (score,),
        "tasks": (TaskRecord(task_id="t0", index=0, seconds=9.0, solved=True),),
    }
    return RunRecord(**{**same, **changes})


def stored(*records: RunRecord) -> list[int]:
    """Stores them in the database of this place; their ids."""
    engine = open_engine()
    try:
        return [store.store_run(engine, one)[0] for one in records]
    finally:
        engine.dispose()
