"""Plans and evidence for tests."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from optim.evidence.records import Decided, Measured, ReferenceRun, Together, TrackerEvidence, WinEvidence
from optim.project.plan import Plan, plan_path, read_plan
from tests.worked_example import THIRD

TEXT = plan_path().read_text("utf-8")


def plan(*changes: tuple[str, str]) -> Plan:
    """The plan that comes with Quickwin, some of its text replaced."""
    return read_plan(changed(*changes))


def changed(*changes: tuple[str, str]) -> str:
    """Its text, each change made once; a change that changes nothing is an error of the test."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def with_another_win(found: Plan) -> Plan:
    """The plan in a project with one win more, of which the plan does not speak."""
    last = found.wins[-1]
    return replace(found, wins=(*found.wins, replace(last, name="another", number=last.number + 1, planned=False)))


def measured(win: str = THIRD, **changes: object) -> Measured:
    """A measurement of one win that came out faster."""
    values: dict[str, object] = {
        "measurement_id": 3,
        "win": win,
        "config_before": "none",
        "config_after": win,
        "verdict": "faster",
        "reason": "Faster: 1.250x.",
        "speedup": 1.25,
        "low": 1.2,
        "high": 1.3,
        "noise_low": 0.99,
        "noise_high": 1.01,
        "before_seconds": 10.0,
        "after_seconds": 8.0,
        "blocks": 8,
        "tasks": 100,
        "cache_state": "cold",
        "machine": "m1",
        "measured_at": datetime(2026, 11, 23, 14, 2, tzinfo=UTC),
        "committed": True,
    }
    return Measured(**{**values, **changes})  # type: ignore[arg-type]


def decided(win: str = THIRD, decision: str = "keep", **changes: object) -> Decided:
    """A decision on measurement 3."""
    values: dict[str, object] = {
        "decision_id": 5,
        "win": win,
        "decision": decision,
        "because": "it pays",
        "decided_at": datetime(2026, 11, 24, 9, 0, tzinfo=UTC),
        "measurement_id": 3,
        "who": "ann",
    }
    return Decided(**{**values, **changes})  # type: ignore[arg-type]


def evidence(*rows: WinEvidence, **parts: object) -> TrackerEvidence:
    """Evidence on the given wins; by default early exit measured and kept."""
    wins = rows or (WinEvidence(win=THIRD, measurements=(measured(),), decided=decided()),)
    joint = Together(wins=(THIRD,), speedup=1.25, low=1.2, high=1.3, measured=True, source="measurement 3")
    values: dict[str, object] = {"together": (joint,) if not rows else (), **parts}
    return TrackerEvidence(wins=wins, **values)  # type: ignore[arg-type]


def reference_run(**changes: object) -> ReferenceRun:
    """A clean run of all tasks on the reference machine."""
    values: dict[str, object] = {
        "run_id": 12,
        "label": "kaggle 1",
        "wall_seconds": 13.5,
        "tasks": 100,
        "solvers": 13200,
    }
    return ReferenceRun(**{**values, **changes})  # type: ignore[arg-type]
