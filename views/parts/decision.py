"""Deciding about a win, in its row of the board: keep, revert or undecided, with the reason."""

from __future__ import annotations

from typing import Any

import streamlit as st

from services.board import BoardRow
from services.deciding import DECISIONS, objection
from services.problems import Problem
from views import text
from views.actions.decisions import decide_win
from views.writing import writes


def choice(row: BoardRow) -> None:
    """Draws what is decided about the win, to be changed; the reason is asked for by ``reason``."""
    name = row.win.name
    st.segmented_control(
        f"Decision about {name}",
        DECISIONS,
        **kept(f"decide.decision.{name}", row.evidence.decision),
        required=True,
        label_visibility="collapsed",
    )


def reason(row: BoardRow, *, always: bool = False) -> None:
    """Asks for the reason of a decision that is not logged yet. A draft stays while another win is looked at.

    Args:
        always: also where nothing is chosen that does not hold already.
    """
    name = row.win.name
    chosen = st.session_state[f"decide.decision.{name}"]
    if chosen == row.evidence.decision and not always:
        return
    held, against = objection(name, chosen, row.evidence.measured), ""
    with st.container(border=True, key=f"decide.form.{name}"):
        because = st.text_area(
            f"{chosen.capitalize()} {name}, because",
            **kept(f"decide.because.{name}", ""),
            max_chars=2000,
            height=70,
            placeholder=_placeholder(row),
        )
        if held:
            st.warning(text.escape(f"Against the evidence: {held}."), icon=":material/warning:")
            first = row.why if chosen == row.proposed and not row.decided else ""
            against = st.text_input("Decide so all the same, because", **kept(f"decide.against.{name}", first))
        st.button(
            "Log the decision",
            key=f"decide.submit.{name}",
            icon=":material/gavel:",
            on_click=_decide,
            args=(row,),
            **writes(
                disabled=not because.strip() or (held is not None and not against.strip()),
                help="A decision needs a reason; one against the evidence needs another.",
            ),
        )


def kept(key: str, first: str) -> dict[str, Any]:
    """A widget's key, with what was in it when it was drawn last: Streamlit forgets widgets that are not drawn.

    It is sent until the browser has it: see ``views.address.bound``.
    """
    drafts = st.session_state.setdefault("decide.drafts", {})
    if key not in st.session_state:
        st.session_state[key] = drafts.get(key, first)
    drafts[key] = st.session_state[key]
    return {"key": key, "persist_state": "page"}


def held(row: BoardRow) -> str:
    """What is decided and why, or what the evidence suggests; Markdown."""
    decided = row.evidence.decided
    if decided is not None:
        forced = ", against the evidence" if decided.forced else ""
        when = text.moment(decided.decided_at)
        return f"**{decided.decision.capitalize()}** since {when}{forced}: {text.escape(decided.because)}"
    if row.verdict is None:
        return "Not measured, nothing decided."
    why = f": {text.escape(row.why)}" if row.why else ""
    return f"Nothing is decided about it yet. The evidence suggests: **{row.proposed}**{why}."


def _placeholder(row: BoardRow) -> str:
    basis = row.evidence.measured
    return basis.reason if basis and basis.reason else "why"


def _decide(row: BoardRow) -> None:
    name, decided = row.win.name, row.evidence.decided
    names = [f"decide.{field}.{name}" for field in ("decision", "because", "against")]
    decision, because, against = (str(st.session_state.get(key) or "") for key in names)
    try:
        sentence = decide_win(row.evidence, decision, because, against, decided.decision_id if decided else None)
        st.session_state["decide.outcome"] = ("success", sentence)
        for key in names:
            st.session_state["decide.drafts"].pop(key, None)
            st.session_state.pop(key, None)
    except Problem as problem:
        st.session_state["decide.outcome"] = ("warning", str(problem))


def outcome() -> None:
    """Says what came of the decision that was logged last, once."""
    kind, sentence = st.session_state.pop("decide.outcome", (None, ""))
    if kind == "success":
        st.success(text.escape(sentence), icon=":material/check_circle:")
    elif kind:
        st.warning(text.escape(sentence), icon=":material/warning:")
