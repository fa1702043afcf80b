"""The plan's testing checklist, ticked by evidence: each tick names what it rests on, each gap what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optim.evidence.records import SAME_ANSWERS, Measured, ReferenceRun, TrackerEvidence, WinEvidence
from optim.project.records import Checklist, ChecklistItem, Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """One line of the checklist; ``evidence`` says what it rests on, or what is missing."""

    group: str
    text: str
    ticked: bool
    evidence: str


def ticks(plan: Plan, evidence: TrackerEvidence) -> tuple[Tick, ...]:
    """Every line of ``plan``'s checklists, in order."""
    return tuple(_tick(plan, evidence, group, item) for group in plan.checklists for item in group.items)


def win_ticks(plan: Plan, row: WinEvidence) -> tuple[Tick, ...]:
    """The lines that each win has to meet, for one win."""
    items = [(group, item) for group in plan.checklists if group.each_win for item in group.items]
    return tuple(_win_tick(group.name, item, row) for group, item in items)


def _win_tick(group: str, item: ChecklistItem, row: WinEvidence) -> Tick:
    reason = _WIN_RULES[item.needs](row)
    return Tick(
        group=group, text=item.text, ticked=reason is not None, evidence=reason or f"needs {_MISSING[item.needs]}"
    )


def _tick(plan: Plan, evidence: TrackerEvidence, group: Checklist, item: ChecklistItem) -> Tick:
    if item.needs == "person":
        return Tick(group=group.name, text=item.text, ticked=False, evidence="")
    if group.each_win:
        return _all_wins(plan, evidence, group.name, item)
    reason = _final(plan, evidence, item.needs)
    return Tick(group=group.name, text=item.text, ticked=reason is not None, evidence=reason or "")


def _all_wins(plan: Plan, evidence: TrackerEvidence, group: str, item: ChecklistItem) -> Tick:
    reasons = {win.number: _WIN_RULES[item.needs](evidence.win(win.name)) for win in plan.planned}
    done = [f"#{number}: {what}" for number, what in reasons.items() if what is not None]
    ticked = len(done) == len(reasons)
    shown = "; ".join(done) if ticked or not done else f"{len(done)} of {len(reasons)}: {'; '.join(done)}"
    return Tick(group=group, text=item.text, ticked=ticked, evidence=shown)


def _of_measurements(holds: Callable[[Measured], object]) -> Callable[[WinEvidence], str | None]:
    return lambda row: next((measurement.name for measurement in row.measurements if holds(measurement)), None)


def _decided(row: WinEvidence) -> str | None:
    decided = row.decided
    if decided is None or decided.measurement_id is None:
        return None
    return f"decision {decided.decision_id} on measurement {decided.measurement_id}"


_WIN_RULES: dict[str, Callable[[WinEvidence], str | None]] = {
    "correct": lambda row: row.measured.name if row.measured and row.measured.verdict in SAME_ANSWERS else None,
    "measured_10": _of_measurements(lambda measured: measured.verdict in SAME_ANSWERS and (measured.tasks or 0) >= 10),
    "before": _of_measurements(lambda measured: measured.before_seconds is not None),
    "after": _of_measurements(lambda measured: measured.after_seconds is not None),
    "saving": _of_measurements(lambda measured: measured.speedup is not None and measured.verdict in SAME_ANSWERS),
    "committed": _of_measurements(lambda measured: measured.committed),
    "decided": _decided,
    "person": lambda row: None,
}

_MISSING = {
    "correct": "a measurement whose answers equal those without the win",
    "measured_10": "a measurement over ten tasks or more",
    "before": "a measurement",
    "after": "a measurement",
    "saving": "a measurement that gives a speedup",
    "committed": "a measurement on a clean git commit",
    "decided": "a decision that rests on a measurement",
    "person": "a person's tick",
}


def _final(plan: Plan, evidence: TrackerEvidence, needs: str) -> str | None:
    if needs == "results":
        return evidence.results_file
    run = next((run for run in evidence.reference if _FINAL_RULES[needs](plan, run)), None)
    if run is None:
        return None
    return run.name + _FINAL_DETAIL[needs](plan, run)


def _whole(plan: Plan, run: ReferenceRun) -> bool:
    return run.status == "finished" and plan.tasks in (None, run.tasks)


def _all_solvers(plan: Plan, run: ReferenceRun) -> bool:
    return plan.baseline is None or plan.baseline.solvers in (None, run.solvers)


def _speedup_there(plan: Plan, run: ReferenceRun) -> str:
    return "" if plan.baseline is None else f" ({plan.baseline.seconds / (run.wall_seconds or 1):.2f}x)"


_FINAL_RULES: dict[str, Callable[[Plan, ReferenceRun], bool]] = {
    "reference_run": _whole,
    "reference_correct": lambda plan, run: _whole(plan, run) and run.clean and _all_solvers(plan, run),
    "reference_seconds": lambda plan, run: _whole(plan, run) and run.wall_seconds is not None,
    "reference_speedup": lambda plan, run: (
        _whole(plan, run) and run.clean and bool(run.wall_seconds) and plan.baseline is not None
    ),
}

_FINAL_DETAIL: dict[str, Callable[[Plan, ReferenceRun], str]] = {
    "reference_run": lambda plan, run: f" ({run.tasks} tasks)",
    "reference_correct": lambda plan, run: f" (0 errors, 0 timeouts, {run.solvers or 0:,} solvers)",
    "reference_seconds": lambda plan, run: f" ({run.wall_seconds:.3f} s)",
    "reference_speedup": lambda plan, run: _speedup_there(plan, run),
}
