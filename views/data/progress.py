"""Where the plan stands: pure functions from the plan and the evidence to what the Progress page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from optim import projection
from optim.evidence import Together, TrackerEvidence, WinEvidence
from optim.plan import Plan, PlannedWin
from views import palette, text

SETTLED = ("faster", "slower", "same")


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where the plan stands now.

    ``kept`` are the wins that were kept; ``now`` the speedup that speaks for them together (for all wins together while
    none is kept); ``reference_seconds`` the newest clean run on the reference machine.
    """

    kept: tuple[str, ...]
    now: Together | None
    now_is_kept: bool
    projected: projection.Projection | None
    odds: projection.Odds
    reference_seconds: float | None
    reference_run: int | None


def standing(plan: Plan, evidence: TrackerEvidence) -> Standing:
    """The standing that the evidence gives."""
    order = [win.name for win in plan.wins]
    decided = evidence.decisions("keep")
    kept = tuple(name for name in order if name in decided)
    now = evidence.joint(frozenset(kept)) if kept else evidence.joint(frozenset(order))
    projected = projection.project(plan.baseline.seconds, now.speedup, now.low, now.high) if now else None
    newest = next((run for run in evidence.reference if run.clean and run.wall_seconds), None)
    return Standing(
        kept=kept,
        now=now,
        now_is_kept=bool(kept),
        projected=projected,
        odds=_odds(plan, evidence),
        reference_seconds=newest.wall_seconds if newest else None,
        reference_run=newest.run_id if newest else None,
    )


def _odds(plan: Plan, evidence: TrackerEvidence) -> projection.Odds:
    """Of the wins not reverted: all together where measured so; else the kept together, the others alone or planned."""
    reverted, kept = evidence.decisions("revert"), evidence.decisions("keep")
    left = [win for win in plan.wins if win.name not in reverted]
    everything = evidence.joint(frozenset(win.name for win in left))
    together = everything if everything and everything.measured else evidence.joint(frozenset(kept)) if kept else None
    covered = together.wins if together else ()
    singles = {win.name: _single(evidence.win(win.name)) for win in plan.wins}
    alone = [single for win in left if win.name not in covered and (single := singles[win.name])]
    planned = [_planned(win) for win in left if win.name not in covered and not singles[win.name]]
    come_true = [projection.realization(_planned(win), one.speedup) for win in plan.wins if (one := singles[win.name])]
    measured = [_joint(together), *alone] if together else alone
    target = (plan.target.seconds.low, plan.target.seconds.high)
    return projection.odds(plan.baseline.seconds, target, measured, planned, come_true)


def _joint(now: Together) -> projection.Measured:
    # Without an interval of its own it counts as known to a tenth only.
    low, high = now.low or now.speedup / 1.1, now.high or now.speedup * 1.1
    return projection.Measured(name="kept together", speedup=now.speedup, low=low, high=high)


def _single(row: WinEvidence) -> projection.Measured | None:
    found = row.measured
    if found is None or found.speedup is None or found.verdict not in SETTLED:
        return None
    low, high = found.low or found.speedup, found.high or found.speedup
    return projection.Measured(name=row.win, speedup=found.speedup, low=low, high=high)


def _planned(win: PlannedWin) -> projection.Planned:
    return projection.Planned(name=win.name, low=win.target_percent.low / 100, high=win.target_percent.high / 100)


def headline(plan: Plan, now: Standing) -> str:
    """The answer in a sentence or two, as Markdown."""
    low, high = plan.target.seconds.low, plan.target.seconds.high
    band = f"{low:g} to {high:g} s"
    if now.projected is None or now.now is None:
        return (
            f"**Nothing is measured yet.** The plan begins at {plan.baseline.seconds:g} s on "
            f"{text.escape(plan.reference_machine)} and wants {band}. By the plan alone the odds are "
            f"{text.percent(now.odds.probability)}."
        )
    kept = "the win that was kept" if len(now.kept) == 1 else f"the {len(now.kept)} wins that were kept"
    what = kept if now.now_is_kept else "all wins together (none is kept yet)"
    how = _how_sure(now.now)
    where = _against_band(now.projected.seconds, low, high)
    return (
        f"**{text.times(now.now.speedup)} faster here with {what}**, {how}. On {text.escape(plan.reference_machine)} "
        f"that would be {text.seconds(now.projected.seconds)}: {where} {band}. "
        "That is a projection until a log from there is imported."
    )


def _how_sure(now: Together) -> str:
    if not now.measured:
        return "multiplied from separate measurements"
    if now.low is None or now.high is None:
        return "measured"
    span = f"{text.times(now.low)} to {text.times(now.high)}"
    return f"measured ({span})" if now.low > 1 or now.high < 1 else f"but not resolved yet ({span})"


def _against_band(seconds: float, low: float, high: float) -> str:
    if seconds < low:
        return "beyond the target of"
    return "inside the target of" if seconds <= high else "not yet at the target of"


def steps(plan: Plan, evidence: TrackerEvidence) -> pd.DataFrame:
    """The waterfall from the origin to now and on to what is still planned, in seconds on the reference machine.

    Columns: label, kind (origin, earlier, baseline, win, now, planned, together), win, start, end, low and high (the
    range of ``end``), note.
    """
    base = plan.baseline.seconds
    rows = [
        _step("Origin", "origin", 0.0, plan.origin_seconds, note="the tracker's figure"),
        _step("Earlier work", "earlier", plan.origin_seconds, base, note="the tracker's figure"),
        _step("Baseline", "baseline", 0.0, base, note="the tracker's figure"),
    ]
    now = standing(plan, evidence)
    at = base
    for index, name in enumerate(now.kept, 1):
        joint = evidence.joint(frozenset(now.kept[:index]))
        end = base / joint.speedup if joint else at
        rows.append(_step(_short(plan.win(name)), "win", at, end, win=name, note=_joint_note(joint)))
        at = end
    rows.append(_now(now, at))
    for win in plan.wins:
        if evidence.win(win.name).decision == "undecided":
            row = _ghost(win, evidence.win(win.name), at)
            rows.append(row)
            at = row["end"]
    if now.projected and not now.now_is_kept:
        end, low, high = now.projected.seconds, now.projected.low, now.projected.high
        note = "measured together here and projected; nothing is decided yet"
        rows.append(_step("All wins together", "together", 0.0, end, low=low, high=high, note=note))
    return pd.DataFrame(rows)


def _now(now: Standing, at: float) -> dict[str, Any]:
    if not now.now_is_kept or now.projected is None:
        return _step("Now", "now", 0.0, at, note="no win is kept yet")
    low, high = now.projected.low, now.projected.high
    return _step("Now", "now", 0.0, at, low=low, high=high, note="projected from the speedup measured here")


def _short(win: PlannedWin) -> str:
    return f"#{win.number} {palette.win(win.name).label}"


def _joint_note(joint: Together | None) -> str:
    return f"projected from {joint.source}" if joint else "kept without a measurement"


def _ghost(win: PlannedWin, row: WinEvidence, at: float) -> dict[str, Any]:
    single = _single(row)
    if single:
        note = f"measured alone at {text.times(single.speedup)}, undecided"
        end, low, high = (at / one for one in (single.speedup, single.high, single.low))
        return _step(_short(win), "planned", at, end, win=win.name, low=low, high=high, note=note)
    saved = win.target_percent
    low, high = (at * (1 - share / 100) for share in (saved.high, saved.low))
    unsure = ", measured but unresolved" if row.measured else ""
    note = f"planned: {saved.low:g} to {saved.high:g}% saved{unsure}"
    return _step(_short(win), "planned", at, (low + high) / 2, win=win.name, low=low, high=high, note=note)


def _step(
    label: str,
    kind: str,
    start: float,
    end: float,
    *,
    win: str = "",
    low: float | None = None,
    high: float | None = None,
    note: str = "",
) -> dict[str, Any]:
    return {
        "label": label,
        "kind": kind,
        "win": win,
        "start": start,
        "end": end,
        "low": end if low is None else low,
        "high": end if high is None else high,
        "note": note,
    }


def forest(plan: Plan, evidence: TrackerEvidence, bounds: Mapping[str, float | None]) -> pd.DataFrame:
    """One row a win, speedups before / after.

    ``bounds``: per win the most that Amdahl's law allows. Columns: win, label, planned_low, planned_high, bound,
    speedup, low, high, noise_low, noise_high, verdict (nan and "" where not measured).
    """
    rows = []
    for win in plan.wins:
        found = evidence.win(win.name).measured
        rows.append(
            {
                "win": win.name,
                "label": _short(win),
                "planned_low": win.target_speedup.low,
                "planned_high": win.target_speedup.high,
                "bound": bounds.get(win.name),
                "speedup": found.speedup if found else None,
                "low": found.low if found else None,
                "high": found.high if found else None,
                "noise_low": found.noise_low if found else None,
                "noise_high": found.noise_high if found else None,
                "verdict": found.verdict if found else "",
            }
        )
    numbers = ["planned_low", "planned_high", "bound", "speedup", "low", "high", "noise_low", "noise_high"]
    return pd.DataFrame(rows).astype(dict.fromkeys(numbers, "float64"))
