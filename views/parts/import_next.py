"""What to do next with the runs that were just stored."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from services.importing import Stored
from services.ranking import MOST_RUNS
from views import text
from views.data import compare as data
from views.navigation import link
from views.parts import compare_more as more
from views.parts.from_runs import panel

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
        measured: list[str] = st.session_state.get("import.measured", [])
        for sentence in measured:
            st.markdown(text.linked(sentence))
        ids = list(done)
        with st.container(horizontal=True):
            if len(ids) == 1:
                link("run", f"Open run {ids[0]}", icon=":material/timeline:", run=ids[0])
            elif len(ids) <= MOST_RUNS:
                link("compare", "Compare them", icon=":material/compare_arrows:", **_addressed(ids))
            link("runs", "See the history", icon=":material/history:")
        if 2 <= len(ids) <= MOST_RUNS and not measured:
            _best(ids)
    if not st.session_state.get("import.measured"):
        panel(ids, "import")


def _addressed(ids: Sequence[int]) -> dict[str, str | int]:
    first, second, *rest = ids
    return {"a": first, "b": second, **({"more": ",".join(map(str, rest))} if rest else {})}


def _best(ids: Sequence[int]) -> None:
    """Which of the runs is best and why, in words and one picture."""
    ranking = data.ranked(data.runs(ids))
    more.best(ranking)
    more.bars(ranking, percent=False)


def _summary(done: Sequence[Stored]) -> str:
    new = sum(run.is_new for run in done)
    more = sum(run.outcome == "completed" for run in done)
    rest = len(done) - new - more
    parts = [f"{text.count(new, 'run')} stored"] if new else []
    parts += [f"{text.count(more, 'run')} more complete now"] if more else []
    parts += [f"{text.count(rest, 'run')} there already"] if rest else []
    return ", ".join(parts)
