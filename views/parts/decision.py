"""The form that decides about a win."""

from __future__ import annotations

from typing import Any

import streamlit as st

from optim.evidence.records import WinEvidence
from services.deciding import DECISIONS, objection, proposal
from services.problems import Problem
from views import text
from views.actions.decisions import decide_win


def form(row: WinEvidence) -> None:
    """Draws the form for one win, with what was decided so far. A draft stays while another win is looked at."""
    _said()
    with st.container(border=True, key=f"decide.form.{row.win}"):
        st.markdown(_held(row))
        chosen = st.segmented_control(
            "Decision", DECISIONS, **kept(f"decide.decision.{row.win}", proposal(row)), required=True
        )
        because = st.text_area(
            "Because", **kept(f"decide.because.{row.win}", ""), max_chars=2000, placeholder=_reason(row)
        )
        held, against = objection(row.win, chosen, row.measured), ""
        if held:
            st.warning(text.escape(f"Against the evidence: {held}."), icon=":material/warning:")
            against = st.text_input("Decide so all the same, because", **kept(f"decide.against.{row.win}", ""))
        st.button(
            "Log the decision",
            key=f"decide.submit.{row.win}",
            icon=":material/gavel:",
            disabled=not because.strip() or (held is not None and not against.strip()),
            help="A decision needs a reason; one against the evidence needs another.",
            on_click=_decide,
            args=(row,),
        )


def kept(key: str, first: str) -> dict[str, Any]:
    """A widget's key, with what was in it when it was drawn last: Streamlit forgets widgets that are not drawn."""
    drafts = st.session_state.setdefault("decide.drafts", {})
    if key not in st.session_state:
        st.session_state[key] = drafts.get(key, first)
    drafts[key] = st.session_state[key]
    return {"key": key}


def _held(row: WinEvidence) -> str:
    if row.decided is None:
        return "Nothing is decided about it yet."
    held = row.decided
    return f"**{held.decision.capitalize()}** since {text.moment(held.decided_at)}: {text.escape(held.because)}"


def _reason(row: WinEvidence) -> str:
    return row.measured.reason if row.measured and row.measured.reason else "why"


def _decide(row: WinEvidence) -> None:
    names = [f"decide.{name}.{row.win}" for name in ("decision", "because", "against")]
    decision, because, against = (str(st.session_state.get(name) or "") for name in names)
    try:
        sentence = decide_win(row, decision, because, against, row.decided.decision_id if row.decided else None)
        st.session_state["decide.said"] = ("success", sentence)
        for name in names:
            st.session_state["decide.drafts"].pop(name, None)
            st.session_state.pop(name, None)
    except Problem as problem:
        st.session_state["decide.said"] = ("warning", str(problem))


def _said() -> None:
    kind, said = st.session_state.pop("decide.said", (None, ""))
    if kind == "success":
        st.success(text.escape(said), icon=":material/check_circle:")
    elif kind:
        st.warning(text.escape(said), icon=":material/warning:")
