"""All wins on one board: a row each with what speaks for it, what it is proposed, and one sentence on all of them.

What a win brings is told beside the wins that are kept (``WinEvidence.measured``). A proposal is no
decision: that is a person's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db import queries
from optim.evidence.records import ANSWERS_DIFFER, BLOCKS, Measured, WinEvidence
from optim.project.wins import Win
from services.account import Account
from services.deciding import proposal
from services.wording import listed, times

if TYPE_CHECKING:
    from sqlalchemy import Engine

ATTRIBUTION = "attribution"
#: Parts of a verdict where answers were not recorded, or differ from run to run; the second is of separate runs.
_UNCHECKED = ("Answers not checked", "Answers were not checked")
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WHY = {
    "wrong": ANSWERS_DIFFER,
    "slower": "it makes the run slower",
    "slightly slower": "it makes the run slightly slower",
    "same": "it adds nothing",
    "not comparable": "its runs can not be compared",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A number with its 95% interval; bounds are None where nothing shows the noise."""

    value: float
    low: float | None = None
    high: float | None = None

    @classmethod
    def of(cls, plain: Mapping[str, Any] | None, name: str, turned: bool = False) -> Span | None:
        """From JSON with ``name``, ``low`` and ``high``; ``turned``: of the reciprocal. None where it is not known."""
        if not plain or plain.get(name) is None:
            return None
        value, low, high = (None if plain.get(key) is None else float(plain[key]) for key in (name, "low", "high"))
        if turned:
            value, low, high = (1 / ratio if ratio else None for ratio in (value, high, low))
        return None if value is None else cls(value=value, low=low, high=high)


@dataclass(frozen=True, kw_only=True, slots=True)
class BoardRow:
    """A win on the board.

    ``speedup`` is what is drawn, by ``verdict``, against ``contrast`` ("alone", "beside 3 kept"); ``cpu`` the same in
    CPU seconds. ``share`` is the attribution's: seconds saved of ``share_of``. ``answers`` is "equal", "not checked",
    "different" or empty; ``grade`` and ``due`` tell how good and how old the evidence is. ``proposed`` is the decision
    that holds, else the one that the evidence suggests, ``why`` what it rests on, in half a sentence.
    """

    win: Win
    evidence: WinEvidence
    basis: Measured | None = None
    verdict: str | None = None
    speedup: Span | None = None
    cpu: Span | None = None
    contrast: str = ""
    share: Span | None = None
    share_of: float | None = None
    answers: str = ""
    grade: str = ""
    due: str = ""
    proposed: str = "undecided"
    why: str = ""

    @property
    def decided(self) -> bool:
        """Whether a person decided."""
        return self.evidence.decision != "undecided"


def board(engine: Engine, account: Account) -> tuple[BoardRow, ...]:
    """A row for each win of the project, in its order."""
    stored = {measurement.id: measurement for measurement in queries.ended_measurements(engine)}
    newest = account.evidence.newest
    ghosts = _ghosts(account)
    return tuple(_row(win, account, stored, newest, ghosts) for win in account.project.wins)


def _row(
    win: Win, account: Account, stored: Mapping[int, Any], newest: Measured | None, ghosts: Mapping[str, str]
) -> BoardRow:
    evidence, attribution = account.evidence.win(win.name), account.attribution or {}
    share = Span.of(_of(attribution, "shapley", win.name), "seconds")
    basis = evidence.measured
    row = BoardRow(win=win, evidence=evidence)
    if basis is not None:
        row = _measured(row, basis, stored[basis.measurement_id], account, newest)
    proposed, why = _proposed(row, ghosts)
    share_of = attribution.get("baseline_seconds") if share else None
    values = {name: getattr(row, name) for name in BoardRow.__slots__}
    return BoardRow(**{**values, "share": share, "share_of": share_of, "proposed": proposed, "why": why})


def _measured(row: BoardRow, basis: Measured, stored: Any, account: Account, newest: Measured | None) -> BoardRow:
    verdict = stored.verdict or {}
    line = "cpu" if verdict.get("metric", "wall") == "wall" else "wall"
    speedup = None
    if basis.speedup is not None:
        speedup = Span(value=basis.speedup, low=basis.low, high=basis.high)
    return BoardRow(
        win=row.win,
        evidence=row.evidence,
        basis=basis,
        verdict=basis.verdict,
        speedup=speedup,
        cpu=Span.of(basis.lines.get(line), "speedup"),
        contrast=_contrast(basis, account),
        answers=_answers(basis, verdict),
        grade=ATTRIBUTION if basis.attributed else str(verdict.get("grade") or stored.spec.get("grade") or BLOCKS),
        due="the code changed" if basis.is_old(newest) else "",
    )


def _of(attribution: Mapping[str, Any], kind: str, win: str) -> Mapping[str, Any] | None:
    return next((row for row in attribution.get(kind, ()) if row["win"] == win), None)


def _contrast(basis: Measured, account: Account) -> str:
    before = account.project.config(basis.config_before)
    kept = frozenset(account.evidence.decisions("keep"))
    if not before:
        return "alone"
    if before == kept - {basis.win}:
        return f"beside the {len(before)} kept"
    names = frozenset(account.project.names)
    if before == names - {basis.win}:
        return "beside all others"
    return f"beside {listed(sorted(before))}" if len(before) <= 2 else f"beside {len(before)} others"


def _answers(basis: Measured, verdict: Mapping[str, Any]) -> str:
    if basis.verdict in ("wrong", "not comparable"):
        return "different" if basis.fault == ANSWERS_DIFFER else ""
    told = " ".join([basis.reason, str(verdict.get("reason") or ""), *(verdict.get("notes") or ())])
    return "not checked" if any(unchecked in told for unchecked in _UNCHECKED) else "equal"


def _ghosts(account: Account) -> dict[str, str]:
    """Wins that bring nothing beside another, with that other; of two that do each other's work only the lesser."""
    attribution = account.attribution or {}
    shares = {row["win"]: row["seconds"] for row in attribution.get("shapley", ())}
    ghosts: dict[str, str] = {}
    for win in sorted(
        {win for ghost in attribution.get("ghosts", ()) for win in ghost["wins"]}, key=lambda name: shares[name]
    ):
        partner = _partner(attribution, win)
        if partner not in ghosts and (partner or not ghosts):
            ghosts[win] = partner
    return ghosts


def _partner(attribution: Mapping[str, Any], win: str) -> str:
    """The win that does most of this one's work; empty where none surely does."""
    pairs = [interaction for interaction in attribution.get("interactions", ()) if win in interaction["wins"]]
    sure = [pair for pair in pairs if pair.get("high") is not None and pair["high"] < 1]
    strongest = min(sure, key=lambda interaction: float(interaction["factor"]), default=None)
    return next((name for name in strongest["wins"] if name != win), "") if strongest else ""


def _proposed(row: BoardRow, ghosts: Mapping[str, str]) -> tuple[str, str]:
    if row.decided:
        return row.evidence.decision, row.evidence.decided.because if row.evidence.decided else ""
    name, word = row.win.name, row.verdict
    if name in ghosts and word not in ("wrong", "slower", "slightly slower"):
        return "revert", f"beside {ghosts[name] or 'the others'} it adds nothing"
    fault = row.basis.fault if row.basis else ""
    return proposal(row.evidence), fault or _WHY.get(word or "", "")


def sentence(rows: Sequence[BoardRow]) -> str:
    """What to do with all of them, in one sentence; empty of a project without wins."""
    by: dict[str, list[BoardRow]] = {"keep": [], "revert": [], "undecided": [], "": []}
    for row in rows:
        by[row.proposed if row.decided or row.verdict else ""].append(row)
    if not any(by[name] for name in ("keep", "revert", "undecided")):
        return "No win is measured yet."
    clauses = [_keep(by["keep"], len(rows)), *_revert(by["revert"]), *_open(by["undecided"]), *_unmeasured(by[""])]
    whole = "; ".join(clause for clause in clauses if clause)
    return f"{whole[0].upper()}{whole[1:]}."


def _keep(rows: Sequence[BoardRow], total: int) -> str:
    if not rows:
        return ""
    return f"keep {'all ' if len(rows) == total > 1 else ''}{_group(rows)}"


def _group(rows: Sequence[BoardRow]) -> str:
    if len(rows) <= 2:
        return listed(row.win.name for row in rows)
    return _NUMBERS[len(rows)] if len(rows) < len(_NUMBERS) else str(len(rows))


def _revert(rows: Sequence[BoardRow]) -> list[str]:
    groups: dict[str, list[BoardRow]] = {}
    for row in rows:
        groups.setdefault(row.why.rstrip("."), []).append(row)
    return [
        f"revert {listed(row.win.name for row in rows)}" + (f": {why}" if why else "") for why, rows in groups.items()
    ]


def _open(rows: Sequence[BoardRow]) -> list[str]:
    """Those about which the evidence does not say enough, with how far it is."""
    unsettled = [row for row in rows if row.verdict]
    told = [f"{row.win.name} ({times(row.speedup.value)})" if row.speedup else row.win.name for row in unsettled]
    return [f"not settled yet: {listed(told)}"] if told else []


def _unmeasured(rows: Sequence[BoardRow]) -> list[str]:
    return [f"measure {_group(rows)}"] if rows else []
