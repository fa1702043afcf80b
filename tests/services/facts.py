"""Runs for comparing, in memory: ten seconds, cold, comparable unless something is changed."""

from __future__ import annotations

import dataclasses
from typing import Any

from optim.evidence.outcomes import Outcome
from profiles.breakdown import breakdown_of
from profiles.records import PhaseTiming
from services.run_facts import RunFacts


def timing(path: str, own: float, category: str = "framework", basis: str = "sum") -> PhaseTiming:
    """A phase with its own seconds only."""
    names = tuple(path.split("/"))
    return PhaseTiming(path=names, category=category, basis=basis, self_seconds=own, total_seconds=own)


def run(number: int, own: dict[str, float] | None = None, wall: float | None = 10.0, /, **changes: Any) -> RunFacts:
    """Run ``number``; changes are fields of RunFacts or of its outcome."""
    phases = [timing(path, seconds) for path, seconds in (own or {"score": 6.0, "inline": 2.0}).items()]
    fields = {field.name for field in dataclasses.fields(Outcome)}
    outcome = {
        "wall_seconds": wall,
        "results_fingerprint": "same",
        "cache_state": "cold",
        "workload": "w",
        "machine": "m",
        **{name: value for name, value in changes.items() if name in fields},
    }
    rest = {name: value for name, value in changes.items() if name not in fields}
    made = breakdown_of(phases, wall_seconds=wall, workers=rest.get("workers", 1))
    return RunFacts(**{"id": number, "label": f"label {number}", "outcome": Outcome(**outcome), "made": made, **rest})
