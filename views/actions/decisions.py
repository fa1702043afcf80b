"""Deciding about a win."""

from __future__ import annotations

from db.store import DecisionConflict, decide
from views.data.connection import engine, forget
from views.problems import ActionProblem


def decide_win(
    win: str,
    decision: str,
    because: str,
    measurement_id: int | None,
    seen_decision_id: int | None,
    *,
    forced: bool = False,
) -> str:
    """Logs a decision about ``win``; gives a sentence that says so.

    ``seen_decision_id`` is the newest decision that the page showed.

    Raises:
        ActionProblem: no reason was given, or somebody else decided in the meantime.
    """
    try:
        made = decide(engine(), win, decision, because, measurement_id, seen_decision_id, forced=forced)
    except ValueError as problem:
        raise ActionProblem(str(problem)) from problem
    except DecisionConflict as conflict:
        raise ActionProblem(str(conflict)) from conflict
    finally:
        forget("evidence")
    word = {"keep": "kept", "revert": "reverted"}.get(made.decision, "undecided again")
    return f"{win} is {word}: decision {made.id}."
