"""Where the plan stands: pure functions from the plan and the evidence to what the Progress page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from optim.evidence.records import RESOLVED, Together, TrackerEvidence, WinEvidence
from optim.plan.standing import Standing, standing
from optim.project.plan import Plan, Target
from optim.project.wins import Win
from views import configs, palette, text


@dataclass(frozen=True, kw_only=True, slots=True)
class OnePair:
    """A run of the baseline and a comparable one with wins: what there is to say before anything is measured."""

    before: int
    after: int
    before_seconds: float
    after_seconds: float


def headline(plan: Plan, now: Standing, pair: OnePair | None = None, *, is_measured: bool = False) -> str:
    """The answer in a sentence or two, as Markdown; ``pair`` is told as long as nothing is measured.

    ``is_measured``: some win is, though not those together that would be the answer.
    """
    if now.now is None:
        what = "The wins are not measured together yet." if is_measured else "Nothing is measured yet."
        return f"**{what}** {_one_pair(pair)}{_planned(plan, now)}".rstrip()
    kept = "the win that was kept" if len(now.kept) == 1 else f"the {len(now.kept)} wins that were kept"
    what = kept if now.now_is_kept else "all wins together (none is kept yet)"
    sentence = f"{_speed(now.now, what)}. "
    if now.reference and now.reference.wall_seconds:
        return sentence + _on_reference(plan, now.reference.run_id, now.reference.wall_seconds)
    if now.projected is None:
        return sentence.rstrip()
    if now.projected.is_analogy:
        there = f"{text.escape(plan.reference_pipeline or '')} on {text.escape(plan.machine)}"
        return f"{sentence}For {there}, another pipeline, that is an analogy: only a log from there can tell."
    return (
        f"{sentence}On {text.escape(plan.machine)} that would be {text.seconds(now.projected.seconds)}"
        f"{_in_band(plan, now.projected.seconds)}. That is a projection until a log from there is imported."
    )


def _planned(plan: Plan, now: Standing) -> str:
    """What the plan says before anything is measured, as far as it does."""
    if plan.baseline is None:
        return ""
    wants = "" if plan.target is None else f" and wants {_band(plan.target)}"
    odds = "" if now.odds is None else f" By the plan alone the odds are {text.percent(now.odds.probability)}."
    where = "" if plan.reference_machine is None else f" on {text.escape(plan.reference_machine)}"
    return f"The plan begins at {plan.baseline.seconds:g} s{where}{wants}.{odds}"


def _band(target: Target) -> str:
    return f"{target.seconds.low:g} to {target.seconds.high:g} s"


def _in_band(plan: Plan, seconds: float) -> str:
    if plan.target is None:
        return ""
    span = plan.target.seconds
    return f": {_against_band(seconds, span.low, span.high)} {_band(plan.target)}"


def _one_pair(pair: OnePair | None) -> str:
    if pair is None:
        return ""
    took = f"{text.seconds(pair.before_seconds)} without wins, {text.seconds(pair.after_seconds)} with all"
    ratio = text.times(pair.before_seconds / pair.after_seconds)
    return f"One run each took {took}: {ratio} in this one pair, which no interval stands behind. "


def _on_reference(plan: Plan, run_id: int, seconds: float) -> str:
    return f"On {text.escape(plan.machine)} run {run_id} took {text.seconds(seconds)}{_in_band(plan, seconds)}."


def _speed(now: Together, what: str) -> str:
    """How fast it is, and how sure that is; what is not settled is never called faster."""
    word = "faster" if now.speedup >= 1 else "as fast"
    if not now.measured:
        return f"**{text.times(now.speedup)} {word} here with {what}**, multiplied from separate measurements"
    if now.low is None or now.high is None:
        return f"**{text.times(now.speedup)} {word} here with {what}**, measured"
    span = f"{text.times(now.low)} to {text.times(now.high)}"
    if now.low <= 1 <= now.high:
        return f"**Not settled yet: {text.times(now.speedup)} ({span}) here with {what}**"
    return f"**{text.times(now.speedup)} {word} here with {what}**, measured ({span})"


def _against_band(seconds: float, low: float, high: float) -> str:
    if seconds < low:
        return "beyond the target of"
    return "inside the target of" if seconds <= high else "not yet at the target of"


def steps(plan: Plan, evidence: TrackerEvidence) -> pd.DataFrame:
    """The waterfall from the origin to now and on to what is still planned, in seconds on the reference machine.

    Columns: label, kind (origin, earlier, baseline, win, now, planned, together), win, start, end, low and high (the
    range of ``end``), note; empty where the plan names no baseline.
    """
    if plan.baseline is None:
        return pd.DataFrame([], columns=list(_step("", "", 0.0, 0.0)))
    base, origin = plan.baseline.seconds, plan.origin_seconds
    rows = []
    if origin is not None:
        rows.append(_step("Origin", "origin", 0.0, origin, note="the tracker's figure"))
        rows.append(_step("Earlier work", "earlier", origin, base, note="the tracker's figure"))
    rows.append(_step("Baseline", "baseline", 0.0, base, note="the tracker's figure"))
    now = standing(plan, evidence)
    at = base
    for index, name in enumerate(now.kept, 1):
        joint = evidence.joint(frozenset(now.kept[:index]))
        end = base / joint.speedup if joint else at
        rows.append(_step(_short(plan.win(name)), "win", at, end, win=name, note=_joint_note(joint)))
        at = end
    rows.append(_now(now, at))
    added = list(now.kept)
    for win in plan.wins:
        # A win beyond the plan has no range to show before it is measured.
        if evidence.win(win.name).decision == "undecided" and (win.planned or evidence.win(win.name).measured):
            added.append(win.name)
            joint = evidence.joint(frozenset(added))
            row = _added(win, base, at, joint) or _ghost(win, evidence.win(win.name), at)
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


def _short(win: Win) -> str:
    return f"#{win.number} {palette.win(win.name).label}"


def _joint_note(joint: Together | None) -> str:
    return f"projected from {joint.source}" if joint else "kept without a measurement"


def _added(win: Win, base: float, at: float, joint: Together | None) -> dict[str, Any] | None:
    """An undecided win where it was measured together with all those before it; None where it was not."""
    if joint is None or not joint.measured:
        return None
    low, high = (base / bound if bound else None for bound in (joint.high, joint.low))
    note = f"projected from {joint.source}, together with those before it; undecided"
    return _step(_short(win), "planned", at, base / joint.speedup, win=win.name, low=low, high=high, note=note)


def _ghost(win: Win, row: WinEvidence, at: float) -> dict[str, Any]:
    measured = row.alone or row.measured
    if measured and measured.speedup and measured.verdict in RESOLVED:
        where = "alone" if row.alone else f"against {configs.typed(measured.config_before)}"
        note = f"measured {where} at {text.times(measured.speedup)}, undecided"
        bounds = (measured.speedup, measured.high or measured.speedup, measured.low or measured.speedup)
        end, low, high = (at / bound for bound in bounds)
        return _step(_short(win), "planned", at, end, win=win.name, low=low, high=high, note=note)
    saved = win.target_percent
    if saved is None:
        return _step(_short(win), "planned", at, at, win=win.name, note="beyond the plan: no range is aimed at")
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
