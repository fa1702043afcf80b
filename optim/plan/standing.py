"""Where the plan stands: what is kept, what that would mean on the reference machine, and the odds of the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optim.evidence.records import RESOLVED, ReferenceRun, Together, TrackerEvidence, WinEvidence
from optim.plan import projection
from optim.project.fields import Range
from optim.project.records import Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where the plan stands now.

    ``kept`` are the wins that were kept, in the plan's order; ``now`` the speedup that speaks for them together, or,
    while none is kept (``now_is_kept`` says which), for all wins together or all that the plan speaks of; ``reference``
    the newest clean run of all the plan's tasks on the reference machine. There are no odds once that is in, or while
    what is measured is of another pipeline than the plan speaks of.
    """

    kept: tuple[str, ...]
    now: Together | None
    now_is_kept: bool
    projected: projection.Projection | None
    odds: projection.Odds | None
    reference: ReferenceRun | None


def standing(plan: Plan, evidence: TrackerEvidence) -> Standing:
    """The standing that the evidence gives."""
    kept = tuple(win.name for win in plan.wins if win.name in evidence.decisions("keep"))
    now = evidence.joint(frozenset(kept)) if kept else _all_wins(plan, evidence)
    base = plan.baseline
    analogy = plan.reference_pipeline is not None
    projected = None
    pairs = evidence.machine_pairs()
    carry = projection.carry_spread(pairs)
    if now and base:
        projected = projection.project(base.seconds, now.speedup, now.low, now.high, carry=carry, analogy=analogy)
    final = evidence.confirmed(plan.tasks)
    return Standing(
        kept=kept,
        now=now,
        now_is_kept=bool(kept),
        projected=projected,
        # After a final run there is nothing left to bet on; and another pipeline's speedups are no stake.
        odds=None if final or (analogy and now) else _odds(plan, evidence, kept, pairs),
        reference=final,
    )


def _all_wins(plan: Plan, evidence: TrackerEvidence) -> Together | None:
    """What all wins bring together, or all that the plan speaks of: what was measured before what is multiplied."""
    known = [evidence.joint(frozenset(win.name for win in wins)) for wins in (plan.wins, plan.planned)]
    joint = [joined for joined in known if joined is not None]
    return next((joined for joined in joint if joined.measured), joint[0] if joint else None)


def _odds(
    plan: Plan, evidence: TrackerEvidence, kept: tuple[str, ...], pairs: Sequence[tuple[float, float]]
) -> projection.Odds | None:
    """Of the wins not reverted: all together where measured so; else the kept together, the others alone or planned.

    None where the plan names no baseline or no target.
    """
    if plan.baseline is None or plan.target is None:
        return None
    left = [win for win in plan.planned if win.name not in evidence.decisions("revert")]
    singles = {win.name: _single(evidence.win(win.name)) for win in plan.planned}
    together = _together(evidence, [win.name for win in left], kept)
    open_wins = [win for win in left if together is None or win.name not in together.wins]
    alone = [single for win in open_wins if (single := singles[win.name])]
    planned = [
        _planned(win.name, win.target_percent) for win in open_wins if singles[win.name] is None and win.target_percent
    ]
    come_true = [
        projection.realization(_planned(win.name, win.target_percent), single.speedup)
        for win in plan.planned
        if win.target_percent and (single := singles[win.name])
    ]
    measured = [_joint(together), *alone] if together else alone
    target = (plan.target.seconds.low, plan.target.seconds.high)
    return projection.odds(
        plan.baseline.seconds, target, measured, planned, come_true, carry=projection.carry_spread(pairs),
        pairs=len(pairs),
    )  # fmt: skip


def _together(evidence: TrackerEvidence, left: list[str], kept: tuple[str, ...]) -> Together | None:
    everything = evidence.joint(frozenset(left))
    if everything is not None and everything.measured:
        return everything
    return evidence.joint(frozenset(kept)) if kept else None


def _joint(now: Together) -> projection.Measured:
    # Without an interval of its own it counts as known to a tenth only.
    low, high = now.low or now.speedup / 1.1, now.high or now.speedup * 1.1
    return projection.Measured(name="kept together", speedup=now.speedup, low=low, high=high)


def _single(row: WinEvidence) -> projection.Measured | None:
    """The win's own speedup; None where it is not resolved, so that the plan still speaks for it."""
    measured = row.alone or row.measured
    if measured is None or measured.speedup is None or measured.verdict not in RESOLVED:
        return None
    low, high = measured.low or measured.speedup, measured.high or measured.speedup
    return projection.Measured(name=row.win, speedup=measured.speedup, low=low, high=high)


def _planned(win: str, percent: Range) -> projection.Planned:
    return projection.Planned(name=win, low=percent.low / 100, high=percent.high / 100)
