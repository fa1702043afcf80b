"""What an action came to, said at the top of the page that follows it; deleting offers to undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from db.problems import DatabaseProblem
from services.problems import Problem
from views.actions import runs
from views.text import escape
from views.writing import writes


def attempt(page: str, action: Callable[..., str], *arguments: object, undo: Sequence[int] = ()) -> None:
    """For ``on_click``: does ``action`` and keeps what it said, or its problem, for ``show`` on the same page.

    ``undo`` are the runs that a button beside the notice brings back.
    """
    try:
        st.session_state[f"{page}.notice"] = ("done", action(*arguments), tuple(undo))
    except (Problem, DatabaseProblem) as problem:
        st.session_state[f"{page}.notice"] = ("problem", str(problem), ())


def show(page: str) -> None:
    """Draws the notice of ``page``, once; with runs to bring back it stays until that is done or another follows."""
    kind, sentence, undo = st.session_state.get(f"{page}.notice", ("", "", ()))
    if not kind:
        return
    if kind == "problem":
        st.error(escape(sentence), icon=":material/error:")
    else:
        with st.container(horizontal=True, vertical_alignment="center", key=f"{page}.said"):
            st.success(escape(sentence), icon=":material/check:")
            if undo:
                st.button(
                    "Undo",
                    key=f"{page}.undo",
                    icon=":material/undo:",
                    on_click=attempt,
                    args=(page, runs.undelete, undo),
                    **writes(),
                )
    if not undo:
        del st.session_state[f"{page}.notice"]
