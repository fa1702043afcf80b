"""The form that decides about a win."""

from __future__ import annotations

import streamlit as st

from optim.evidence.records import WinEvidence
from views import text
from views.actions.decisions import decide_win
from views.data import deciding
from views.problems import ActionProblem

CHOICES = ("keep", "revert", "undecided")


def form(row: WinEvidence) -> None:
    """Draws the form for one win, with what was decided so far."""
    _said()
    with st.form(f"decide.form.{row.win}", enter_to_submit=False):
        st.markdown(_held(row))
        proposed = deciding.proposal(row)
        st.segmented_control("Decision", CHOICES, default=proposed, required=True, key=f"decide.decision.{row.win}")
        st.text_area("Because", key=f"decide.because.{row.win}", max_chars=2000, placeholder=_reason(row))
        if objection := deciding.objection(row, "keep"):
            st.caption(f"Against keeping it: {objection} Decide otherwise and the log says so.")
        st.form_submit_button(
            "Log the decision", key=f"decide.submit.{row.win}", icon=":material/gavel:", on_click=_decide, args=(row,)
        )


def _held(row: WinEvidence) -> str:
    if row.decided is None:
        return "Nothing is decided about it yet."
    held = row.decided
    return f"**{held.decision.capitalize()}** since {text.moment(held.decided_at)}: {text.escape(held.because)}"


def _reason(row: WinEvidence) -> str:
    return row.measured.reason if row.measured and row.measured.reason else "why"


def _decide(row: WinEvidence) -> None:
    decision = st.session_state[f"decide.decision.{row.win}"]
    because = st.session_state[f"decide.because.{row.win}"].strip() or (row.measured.reason if row.measured else "")
    try:
        said = decide_win(
            row.win,
            decision,
            because,
            row.measured.measurement_id if row.measured else None,
            row.decided.decision_id if row.decided else None,
            forced=deciding.objection(row, decision) is not None,
        )
        st.session_state["decide.said"] = ("success", said)
        st.session_state[f"decide.because.{row.win}"] = ""
    except ActionProblem as problem:
        st.session_state["decide.said"] = ("warning", str(problem))


def _said() -> None:
    kind, said = st.session_state.pop("decide.said", (None, ""))
    if kind == "success":
        st.success(text.escape(said), icon=":material/check_circle:")
    elif kind:
        st.warning(text.escape(said), icon=":material/warning:")
