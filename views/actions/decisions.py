"""Deciding about a win."""

from __future__ import annotations

from optim.evidence.records import WinEvidence
from services import deciding
from views.data.connection import engine, forget


def decide_win(row: WinEvidence, decision: str, because: str, against: str, seen: int | None) -> str:
    """Logs a decision about a win; gives a sentence that says so.

    Args:
        against: why it is decided although the evidence speaks against it.
        seen: the newest decision that the page showed.

    Raises:
        Problem: see ``services.deciding.decide``.
    """
    try:
        made = deciding.decide(engine(), row, decision, because, against=against, seen=seen)
    finally:
        forget("evidence")
    return f"{made.sentence[:1].upper()}{made.sentence[1:]}" + (f" (Note: {made.note}.)" if made.note else "")
