"""Where the plan stands: what is kept, what that would mean on the reference machine, and the odds of the target."""

from __future__ import annotations

from dataclasses import dataclass

from optim import projection
from optim.checklist import SAME_ANSWERS
from optim.evidence import ReferenceRun, Together, TrackerEvidence, WinEvidence
from optim.plan_records import Plan, PlannedWin


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where the plan stands now.

    ``kept`` are the wins that were kept, in the plan's order; ``now`` the speedup that speaks for them together, or for
    all wins together while none is kept (``now_is_kept`` says which); ``reference`` the newest clean run of all the
    plan's tasks on the reference machine.
    """

    kept: tuple[str, ...]
    now: Together | None
    now_is_kept: bool
    projected: projection.Projection | None
    odds: projection.Odds
    reference: ReferenceRun | None


def standing(plan: Plan, evidence: TrackerEvidence) -> Standing:
    """The standing that the evidence gives."""
    kept = tuple(win.name for win in plan.wins if win.name in evidence.decisions("keep"))
    now = evidence.joint(frozenset(kept or [win.name for win in plan.wins]))
    projected = projection.project(plan.baseline.seconds, now.speedup, now.low, now.high) if now else None
    return Standing(
        kept=kept,
        now=now,
        now_is_kept=bool(kept),
        projected=projected,
        odds=_odds(plan, evidence, kept, now if kept else None),
        reference=evidence.confirmed(plan.baseline.tasks),
    )


def _odds(plan: Plan, evidence: TrackerEvidence, kept: tuple[str, ...], now: Together | None) -> projection.Odds:
    """Of what is kept, measured together; of what else was measured and not reverted; of the plan for the rest."""
    measured = [_joint(now)] if now else []
    planned, come_true = [], []
    for win in plan.wins:
        row, aim = evidence.win(win.name), _planned(win)
        single = _single(row)
        if single is not None:
            come_true.append(projection.realization(aim, single.speedup))
        if row.decision == "revert" or (now and win.name in kept):
            continue
        if single is not None:
            measured.append(single)
        else:
            planned.append(aim)
    target = (plan.target.seconds.low, plan.target.seconds.high)
    return projection.odds(plan.baseline.seconds, target, measured, planned, come_true)


def _joint(now: Together) -> projection.Measured:
    low, high = now.low or now.speedup, now.high or now.speedup
    return projection.Measured(name="kept together", speedup=now.speedup, low=low, high=high)


def _single(row: WinEvidence) -> projection.Measured | None:
    found = row.measured
    if found is None or found.speedup is None or found.verdict not in SAME_ANSWERS:
        return None
    low, high = found.low or found.speedup, found.high or found.speedup
    return projection.Measured(name=row.win, speedup=found.speedup, low=low, high=high)


def _planned(win: PlannedWin) -> projection.Planned:
    return projection.Planned(name=win.name, low=win.target_percent.low / 100, high=win.target_percent.high / 100)
