"""Decide: which quick wins do we keep?"""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from profiles.configs import read_config
from services.project import current_project
from views import address
from views.charts import evidence as charts
from views.charts.layout import CONFIG
from views.charts.scale import around_zero
from views.data import board as board_data
from views.data import deciding
from views.data import evidence as data
from views.navigation import link
from views.page import Page
from views.parts import decide_row, decision
from views.parts.board import Acts, board
from views.parts.lattice import lattice
from views.parts.pictures import bars
from views.parts.table import table

#: Decisions from which on the log scrolls, and its height in pixels then.
_SHORT, _LOG = 10, 400


def render() -> None:
    """Draws the page."""
    rows = board_data.board()
    st.markdown(f"**{board_data.headline(rows)}**")
    st.caption(deciding.headline(rows))
    if together := board_data.together():
        st.caption(together)
    if not any(row.verdict for row in rows):
        with st.container(horizontal=True, key="decide.start"):
            link(
                "measure", "Measure all wins against the baseline", icon=":material/timer:", before="none", after="all"
            )
            link("measure", "Start an attribution", icon=":material/account_tree:", kind="all wins")
    decision.outcome()
    board(rows, "decide", Acts(head=decide_row.head, side=decide_row.side, below=decide_row.below))
    with st.container(horizontal=True, key="decide.next"):
        address.copy_link()
        link("progress", "See where that leaves us", icon=":material/trending_up:")
    _attribution()
    _log()


def _attribution() -> None:
    known = deciding.attributions()
    if not known and len(current_project().plan.wins) < 2:
        return
    st.header("All wins together")
    if not known:
        st.markdown(
            "How the seconds divide among the wins, and which of them do each other's work, is not measured yet."
        )
        link("measure", "Measure them together", icon=":material/timer:", kind="all wins")
        return
    attribution = deciding.stored_attribution(known[0])
    for sentence in deciding.remarks(attribution):
        st.markdown(sentence)
    pair = st.grid(2, min_column_width=330)
    with pair.cell():
        st.markdown(deciding.most_saved(attribution))
        saved = charts.contributions(deciding.shapley(attribution))
        reach = [value for row in saved for value in (row.parts[0].end, row.low, row.high) if value is not None]
        bars(saved, around_zero(reach), title="seconds saved (Shapley)")
    with pair.cell():
        st.markdown(deciding.pairs_apart(attribution))
        pairs, fills = charts.interactions(deciding.interactions(attribution), attribution["wins"])
        spoken = "Pairs of wins: below 1x they do each other's work, above they help each other"
        table(pairs, "decide.interactions", spoken, whole=True, fills=fills)
    _configs(attribution)


def _configs(attribution: Mapping[str, Any]) -> None:
    """The configs as a lattice, and their seconds one by one."""
    best = read_config(attribution["best"]["config"]) if attribution.get("best") else None
    lattice(deciding.lattice(attribution), best, "outlined: the fastest; dashed: not run.")
    shown = st.expander("Seconds of every config", key="decide.configs", on_change="rerun")
    if shown.open:
        shown.plotly_chart(
            charts.configs(pd.DataFrame(attribution["configs"])),
            key="decide.config_seconds",
            config=CONFIG,
            alt="Seconds of every config, fastest first",
        )
        shown.caption(f"Hatched: not run, computed from the model. {deciding.aliases(attribution)}")


def _log() -> None:
    st.header("The log of decisions")
    log = data.decisions()
    if log.empty:
        st.markdown("Nothing is decided yet.")
        return
    with st.container(height=_LOG if len(log) > _SHORT else "content", key="decide.log"):
        st.markdown("\n".join(f"- {line}" for line in deciding.log_lines(log)))


PAGE = Page(
    title="Decide",
    url_path="decide",
    icon=":material/gavel:",
    order=60,
    question="Which quick wins are kept, on which evidence. Keep, revert or measure more, with a reason.",
    render=render,
)
