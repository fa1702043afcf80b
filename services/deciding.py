"""Deciding about a win: what the evidence has against a decision, what needs a reason, what is logged.

A decision against the evidence is anybody's right, but not by accident: it needs a reason of its own, and the log says
that it was one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import store
from optim.evidence.records import Measured, WinEvidence
from optim.project.wins import Win
from profiles.configs import Config, read_config
from services.people import current_user
from services.problems import NO, USAGE, fail
from services.project import Project, current_project

if TYPE_CHECKING:
    from sqlalchemy import Engine

DECISIONS = store.DECISIONS
#: The verdicts that speak against a decision.
_AGAINST = {"keep": ("slower", "slightly slower", "same", "wrong", "not comparable"), "revert": ("faster",)}
#: The verdicts that speak for nothing: keeping then is allowed, and said to be without evidence.
_SILENT = ("unresolved",)
#: Stands for "whatever is the newest decision".
_NEWEST = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """A decision as it was logged; ``note`` is what should be known about it besides, empty where nothing."""

    decision: store.Decision
    sentence: str
    note: str = ""


def find_win(project: Project, text: str) -> Win:
    """The win that a person names, by its name or its number (``#2``, ``2``).

    Raises:
        Problem: there is none, with those that there are.
    """
    number = text.removeprefix("#")
    match = next((win for win in project.wins if text == win.name or number == str(win.number)), None)
    if match is None:
        known = ", ".join(f"{win.name} (#{win.number})" if win.number else win.name for win in project.wins)
        fail(f"no win is called {text}; known: {known}", USAGE)
    return match


def find_basis(row: WinEvidence, measurement_id: int | None) -> Measured | None:
    """The measurement that a decision rests on: the named one, else the one that speaks for the win; None without any.

    Raises:
        Problem: the named one is no evidence on this win.
    """
    if measurement_id is None:
        return row.measured
    match = row.measurement(measurement_id)
    if match is None:
        known = ", ".join(str(each.measurement_id) for each in row.measurements) or "none yet"
        fail(
            f"measurement {measurement_id} is no evidence on {row.win}: a finished one whose arms differ by exactly "
            f"that win is; there is {known}",
            USAGE,
        )
    return match


def objection(win: str, decision: str, basis: Measured | None) -> str | None:
    """Why the evidence speaks against a decision, in a sentence; None where it does not."""
    if decision != "keep" and (basis is None or basis.verdict not in _AGAINST.get(decision, ())):
        return None
    if basis is None:
        return f"{win} was not measured, so nothing speaks for keeping it"
    if basis.verdict not in _AGAINST["keep"] and decision == "keep":
        return None
    why = f" ({basis.reason})" if basis.reason else ""
    return f"{basis.name} says {basis.verdict} about {win}{why}, which is no reason to {decision} it"


def remark(decision: str, basis: Measured | None) -> str:
    """What should be known about a decision that is allowed; empty where nothing."""
    if decision == "keep" and basis is not None and basis.verdict in _SILENT:
        return f"{basis.name} does not say that it is faster: {basis.verdict}"
    return ""


def proposal(row: WinEvidence) -> str:
    """The decision that the evidence suggests; the one that holds, where there is one."""
    if row.decision != "undecided" or row.measured is None:
        return row.decision
    if row.measured.verdict in ("slightly faster", "unresolved", "not comparable"):
        return "undecided"
    return "keep" if row.measured.verdict == "faster" else "revert"


def decide(
    engine: Engine,
    row: WinEvidence,
    decision: str,
    because: str,
    *,
    measurement_id: int | None = None,
    against: str | None = None,
    seen: int | None = _NEWEST,
    who: str | None = None,
) -> Made:
    """Logs a decision about a win.

    Args:
        row: what is known about the win.
        because: why, in a sentence.
        measurement_id: the measurement that it rests on; by default the one that speaks for the win.
        against: why it is decided although the evidence speaks against it.
        seen: the decision that the person saw as the newest; None: there was none.
        who: who decides; by default the user's name.

    Raises:
        Problem: no reason was given, the evidence speaks against it and no reason stands against that (exit code 1),
            or somebody else decided in the meantime.
    """
    if decision not in DECISIONS:
        fail(f"a decision is {', '.join(DECISIONS)}; {decision!r} is none of these", USAGE)
    if not because.strip():
        fail(f"a decision about {row.win} needs a reason: --because WHY", USAGE)
    basis = find_basis(row, measurement_id)
    held = objection(row.win, decision, basis)
    reason = (against or "").strip()
    if held and not reason:
        fail(f"{held}: measure it ({_measure(row)}), or decide against the evidence with --force WHY", NO)
    newest = row.decided.decision_id if row.decided else None
    try:
        logged = store.decide(
            engine,
            row.win,
            decision,
            f"{because.strip()} (against the evidence: {reason})" if held else because,
            basis.measurement_id if basis else None,
            newest if seen == _NEWEST else seen,
            held is not None,
            who or current_user(),
        )
    except store.DecisionConflict as conflict:
        fail(str(conflict))
    rests = f"{basis.name} ({basis.verdict})" if basis else "no measurement"
    forced = ", against the evidence" if held else ""
    sentence = f"decision {logged.id}: {decision} {row.win}, on {rests}{forced}: {logged.because}"
    return Made(decision=logged, sentence=sentence, note=remark(decision, basis))


def beside_kept(win: str, kept: Iterable[str]) -> tuple[Config, Config]:
    """What a win is to be measured between: the other wins that are kept, and those with it."""
    others = frozenset(kept) - {win}
    return others, others | {win}


def _measure(row: WinEvidence) -> str:
    configs = beside_kept(row.win, read_config(row.kept_beside) or ())
    return f"quickwin measure {' '.join(current_project().label(config) for config in configs)}"
