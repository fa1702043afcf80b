"""A run's profile: the flame chart, the functions and the call tree, drawn by us and searchable."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from services.project import current_project
from views import palette, text
from views.address import FLAG, TEXT, bound
from views.charts import flame as charts
from views.data import profiles as data
from views.data.safe import cells
from views.frames import rows
from views.parts.flame import KEYS, chart

#: Siblings in the order in which they first ran, or the longest first.
ORDERS = ("as it ran", "left heavy")
_COLUMNS = {
    "total_seconds": st.column_config.NumberColumn("Total (s)", format="%.3f"),
    "seconds": st.column_config.NumberColumn("Total (s)", format="%.3f"),
    "self_seconds": st.column_config.NumberColumn("Self (s)", format="%.3f"),
    "share": st.column_config.NumberColumn("Share", format="%.1f%%"),
    "stacks": st.column_config.NumberColumn("Stacks", help="in how many places of the tree"),
}


def profile(run: dict[str, Any]) -> None:
    """Draws the profile of the run."""
    run_id = int(run["id"])
    if data.frames(run_id).empty:
        st.caption("This run's profile can not be read.")
        return
    find = st.text_input("Find a function or file", placeholder="objects, dsl.py", **bound("find", ""))
    with st.container(horizontal=True, vertical_alignment="center", key="run.flame_choices"):
        order = st.segmented_control("Order", ORDERS, required=True, **bound("order", ORDERS[0], TEXT, ORDERS))
        fold = st.toggle("Fold what libraries do inside of themselves", **bound("fold", True, FLAG))
    frames = data.frames(run_id, left_heavy=order == ORDERS[1], fold=bool(fold))
    st.markdown(_found(frames, find) if find.strip() else _words(frames, data.functions(run_id)))
    chart(charts.drawing(frames, find), "run.flame", f"Flame chart of the profile of run {run_id}. {KEYS}")
    st.markdown(_legend())
    st.caption(f"{KEYS} A double click goes in.")
    left, right = st.columns(2)
    left.caption("Functions by their own seconds; total seconds with what they call, a recursion once")
    left.dataframe(
        cells(_percent(data.functions(int(run["id"])))),
        key="run.functions",
        hide_index=True,
        column_config=_COLUMNS,
        alt="Functions",
    )
    right.caption("Call tree")
    right.dataframe(
        cells(_percent(data.call_tree(frames))),
        key="run.calls",
        hide_index=True,
        column_config=_COLUMNS,
        alt="Call tree",
    )


def _percent(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(share=table["share"] * 100)


def _legend() -> str:
    own = current_project().command is not None
    colours = (
        {"work": "the program's own functions", "framework": "those of the interpreter and of packages"}
        if own
        else {"dsl": "functions of the DSL and the programs", "framework": "all that surrounds them"}
    )
    return " ".join(
        f":{palette.category(name).badge}-badge[{palette.category(name).sign} {colour}]"
        for name, colour in colours.items()
    )


def _found(frames: pd.DataFrame, find: str) -> str:
    """What the search found."""
    matching = frames[charts.matches(frames, find)]
    share = text.percent(float(matching["self_seconds"].sum()) / charts.whole_seconds(frames))
    return f"{text.count(len(matching), 'frame')} found, {share} of the profile in their own code."


def _words(frames: pd.DataFrame, functions: pd.DataFrame) -> str:
    """What the profile says."""
    top = rows(functions.head(1))[0]
    most = f"**{text.escape(top['name'], 80)}**, {text.percent(top['share'])}"
    caution = "A profile says where, not how long: it slows the run down unevenly."
    return f"{text.seconds(charts.whole_seconds(frames))} of samples; most own time: {most}. {caution}"
