"""What to do next with the runs that were just stored."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from services.importing import Stored
from views import text
from views.navigation import link

#: More runs than these are only counted.
MOST_NAMED = 12


def next_steps() -> None:
    """Draws what became of each run that was stored here, and where to go with them."""
    done: dict[int, Stored] = st.session_state.get("import.done", {})
    if not done:
        return
    with st.container(border=True, key="import.next"):
        st.header(f"{_summary(list(done.values()))}. What next?", anchor=False)
        st.markdown("\n".join(f"- {text.linked(stored.sentence)}" for stored in list(done.values())[:MOST_NAMED]))
        with st.container(horizontal=True):
            ids = list(done)
            if len(ids) == 1:
                link("run", f"Open run {ids[0]}", icon=":material/timeline:", run=ids[0])
            else:
                first, second, *rest = ids[:12]
                more = {"more": ",".join(map(str, rest))} if rest else {}
                link("compare", "Which is best, and why?", icon=":material/compare_arrows:", a=first, b=second, **more)
            link("runs", "See the history", icon=":material/history:")


def _summary(done: Sequence[Stored]) -> str:
    new = sum(one.is_new for one in done)
    more = sum(one.outcome == "completed" for one in done)
    rest = len(done) - new - more
    parts = [f"{text.count(new, 'run')} stored"] if new else []
    parts += [f"{text.count(more, 'run')} more complete now"] if more else []
    parts += [f"{text.count(rest, 'run')} there already"] if rest else []
    return ", ".join(parts)
