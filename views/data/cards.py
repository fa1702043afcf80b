"""A card per win: the tracker's fields as the evidence fills them, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from optim.evidence.records import SAME_ANSWERS, Measured, TrackerEvidence, WinEvidence
from optim.project.plan import Plan
from optim.project.wins import Win
from services import left
from services.account import Account
from services.left import Step
from views import palette, text
from views.data.measuring import ATTRIBUTION


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One win as the Progress page shows it. ``fields`` are the tracker's, already escaped for Markdown.

    ``title`` is empty where it says no more than the name.

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


def cards(account: Account) -> list[Card]:
    """The cards of all wins in the plan's order."""
    return [_card(account, win) for win in account.plan.wins]


def tally(made: Sequence[Card]) -> str:
    """How many are decided how: ``4 kept, 1 reverted and 2 not decided``."""
    decided = {palette.decision(name).label for name in ("keep", "revert")}
    statuses = Counter(card.status if card.status in decided else "not decided" for card in made)
    return text.listed(f"{number} {status}" for status, number in statuses.items())


def _card(account: Account, win: Win) -> Card:
    plan, evidence = account.plan, account.evidence
    row = evidence.win(win.name)
    status, mark = _status(win, row)
    step = left.of_win(account, win.name)
    # A decided win may be measured with warm caches too; its card leads to what it was decided on.
    page, label, query = next_step(None if step and step.cache_state == "warm" else step, win.name)
    return Card(
        win=win.name,
        number=win.number or 0,
        title=text.escape(win.title) if win.title.lower().replace(" ", "_") != win.name else "",
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
    measured = row.measured
    aim = win.target_percent
    target = f"{aim.low:g}–{aim.high:g}% saved" if aim else text.NONE
    return [
        ("Target", target),
        ("Measured", _measured(measured)),
        ("Wall-clock", _wall_clock(measured)),
        ("Cumulative", _cumulative(plan, win, evidence)),
        ("Date", text.moment(measured.measured_at) if measured else text.NONE),
        ("Notes", text.escape(row.decided.because, 140) if row.decided else text.NONE),
    ]


def _measured(measured: Measured | None) -> str:
    if measured is None or measured.speedup is None:
        return text.NONE
    return f"{text.saved(measured.speedup)}, {text.times(measured.speedup)}"


def _wall_clock(measured: Measured | None) -> str:
    if measured is None or measured.verdict not in SAME_ANSWERS:
        return text.NONE
    if measured.before_seconds is None or measured.after_seconds is None:
        return text.NONE
    return f"{text.seconds(measured.before_seconds)} → {text.seconds(measured.after_seconds)}"


def _cumulative(plan: Plan, win: Win, evidence: TrackerEvidence) -> str:
    kept = evidence.decisions("keep")
    if win.name not in kept:
        return text.NONE
    before = [planned.name for planned in plan.wins[: plan.wins.index(win) + 1] if planned.name in kept]
    joint = evidence.joint(frozenset(before))
    return text.NONE if joint is None else text.times(joint.speedup) + ("" if joint.measured else " (product)")


def next_step(step: Step | None, win: str = "") -> tuple[str, str, dict[str, str | int]]:
    """The page, the label and the address of what to do next; for the win's evidence where nothing is left."""
    if step is None:
        return "decide", "See the evidence", {"win": win}
    if step.configs is not None:
        before, after = step.configs
        warm = {"caches": "warm"} if step.cache_state == "warm" else {}
        return "measure", "Measure it", {"before": before, "after": after, **warm}
    if step.measurement is not None:
        return "measure", "Measure more", {"measurement": step.measurement}
    if step.act == left.ATTRIBUTE:
        return "measure", "Measure together", {"kind": ATTRIBUTION}
    if step.act == left.IMPORT:
        return "import", "Import its log", {}
    return "decide", "Decide", {"win": step.wins[0]} if len(step.wins) == 1 else {}
