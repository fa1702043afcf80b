"""More runs than two: each of them held against the first."""

from __future__ import annotations

import streamlit as st

from views import text
from views.data import compare as data
from views.data.compare import Side
from views.data.safe import cells


def more(before: Side, after: Side) -> None:
    """Draws a table of the second run and those that were named beside it; nothing where none was."""
    named = data.numbers(st.session_state.get("more") or "") if before.single and after.single else []
    if not named:
        return
    table = data.beside(before, [one for one in (*after.ids, *named) if one not in before.ids])
    missing = [str(one) for one in named if one not in {*before.ids, *table["run"]}]
    st.markdown(f"**Each against {before.name}**, one pair of runs each:")
    st.dataframe(
        cells(table),
        key="compare.more",
        hide_index=True,
        alt=f"Runs, each held against {before.name}",
        column_config={
            "seconds": st.column_config.NumberColumn("wall-clock (s)", format="%.3f"),
            "times": st.column_config.NumberColumn("before / after", format="%.2fx"),
        },
    )
    if missing:
        st.caption(f"There is no run {text.listed(missing)}.")
