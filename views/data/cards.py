"""A card per win: the tracker's fields as the evidence fills them, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from optim.evidence.records import Measured, TrackerEvidence, WinEvidence
from optim.plan.checklist import SAME_ANSWERS
from optim.project.plan import Plan
from optim.project.wins import Win
from services.project import current_project
from views import palette, text
from views.configs import typed


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One win as the Progress page shows it. ``fields`` are the tracker's, already escaped for Markdown.

    ``next_page``, ``next_label`` and ``next_query`` are the link to the next step.
    """

    win: str
    number: int
    title: str
    status: str
    mark: palette.Mark
    fields: tuple[tuple[str, str], ...]
    next_page: str
    next_label: str
    next_query: dict[str, str | int]


def cards(plan: Plan, evidence: TrackerEvidence) -> list[Card]:
    """The cards of all wins in the plan's order."""
    return [_card(plan, win, evidence) for win in plan.wins]


def _card(plan: Plan, win: Win, evidence: TrackerEvidence) -> Card:
    row = evidence.win(win.name)
    status, mark = _status(win, row)
    page, label, query = next_step(row, evidence.decisions("keep"))
    return Card(
        win=win.name,
        number=win.number or 0,
        title=text.escape(win.title),
        status=status,
        mark=mark,
        fields=tuple(_fields(plan, win, row, evidence)),
        next_page=page,
        next_label=label,
        next_query=query,
    )


def _status(win: Win, row: WinEvidence) -> tuple[str, palette.Mark]:
    if row.decision != "undecided":
        mark = palette.decision(row.decision)
        return mark.label, mark
    if row.measured:
        mark = palette.verdict(row.measured.verdict)
        return f"{mark.label}, not decided", mark
    return ("built, not measured" if win.status else "not measured"), palette.verdict(None)


def _fields(plan: Plan, win: Win, row: WinEvidence, evidence: TrackerEvidence) -> list[tuple[str, str]]:
    found = row.measured
    aim = win.target_percent
    target = f"{aim.low:g}–{aim.high:g}% saved" if aim else text.NONE
    return [
        ("Target", target),
        ("Measured", _measured(found)),
        ("Wall-clock", _wall_clock(found)),
        ("Cumulative", _cumulative(plan, win, evidence)),
        ("Date", text.moment(found.measured_at) if found else text.NONE),
        ("Notes", text.escape(row.decided.because, 140) if row.decided else text.NONE),
    ]


def _measured(found: Measured | None) -> str:
    if found is None or found.speedup is None:
        return text.NONE
    return f"{text.saved(found.speedup)}, {text.times(found.speedup)}"


def _wall_clock(found: Measured | None) -> str:
    if found is None or found.verdict not in SAME_ANSWERS:
        return text.NONE
    if found.before_seconds is None or found.after_seconds is None:
        return text.NONE
    return f"{text.seconds(found.before_seconds)} → {text.seconds(found.after_seconds)}"


def _cumulative(plan: Plan, win: Win, evidence: TrackerEvidence) -> str:
    kept = evidence.decisions("keep")
    if win.name not in kept:
        return text.NONE
    before = [one.name for one in plan.wins[: plan.wins.index(win) + 1] if one.name in kept]
    joint = evidence.joint(frozenset(before))
    return text.NONE if joint is None else text.times(joint.speedup) + ("" if joint.measured else " (product)")


def next_step(row: WinEvidence, kept: tuple[str, ...]) -> tuple[str, str, dict[str, str | int]]:
    """The page, the label and the address of what to do next about a win."""
    found = row.measured
    if row.decision != "undecided":
        return "decide", "See the evidence", {"win": row.win}
    if found is None:
        base = [one for one in kept if one != row.win]
        label = current_project().label
        return "measure", "Measure it", {"before": label(frozenset(base)), "after": label(frozenset([*base, row.win]))}
    if found.verdict == "not comparable":
        return "measure", "Measure again", {"before": typed(found.config_before), "after": typed(found.config_after)}
    if found.verdict == "unresolved":
        return "measure", "Measure more", {"measurement": found.measurement_id}
    return "decide", "Decide", {"win": row.win}
