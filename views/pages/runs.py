"""Runs: the history, with filters, groups, a trend, and what can be done with the runs that are selected."""

from __future__ import annotations

from math import ceil

import streamlit as st

from views.address import NUMBER, bound
from views.data import runs
from views.page import Page
from views.parts import notices
from views.parts.runs_actions import on_all, on_selected
from views.parts.runs_filters import SORTS, filters
from views.parts.runs_start import nothing_found, nothing_yet
from views.parts.runs_table import GROUPS, columns_choice, groups, pinned, table
from views.parts.runs_trend import trend
from views.text import count, seconds


def render() -> None:
    """Draws the page."""
    notices.show("runs")
    if not runs.count({"deleted": None}):
        nothing_yet()
        return
    chosen, sort = filters()
    total = runs.count(chosen)
    if not total:
        nothing_found(chosen)
        return
    trend(chosen)
    pin = pinned()
    base = runs.seconds_of(pin) if pin else None
    pages = ceil(total / runs.PAGE_ROWS)
    with st.container(horizontal=True, vertical_alignment="center", key="runs.above"):
        st.markdown(_headline(total, pages, pin, base))
        by = st.selectbox(
            "Group by",
            list(GROUPS),
            label_visibility="collapsed",
            width=150,
            **bound("group", "no groups", options=GROUPS),
        )
        with st.popover("Columns", key="runs.columns", icon=":material/view_column:"):
            columns = columns_choice()
        on_all(chosen, sort)
    if group := GROUPS[by]:
        groups(chosen, group)
        return
    doing = st.container(key="runs.doing")
    number = st.pagination(pages, **bound("page", 1, NUMBER, range(1, pages + 1))) if pages > 1 else 1
    frame = runs.history(chosen, *SORTS[sort], offset=(number - 1) * runs.PAGE_ROWS)
    selected = table(frame, f"{chosen} {sort} {number} {pin}", [*columns], base, sort)
    with doing:
        on_selected(selected, pin)


def _headline(number: int, pages: int, pin: int | None, base: float | None) -> str:
    sentence = f"**{count(number, 'run')}**" + (f", {runs.PAGE_ROWS} on a page" if pages > 1 else "")
    if pin is None:
        return sentence
    return f"{sentence}; pinned baseline: run {pin}, {seconds(base) if base else 'whose seconds are not known'}"


PAGE = Page(
    title="Runs",
    url_path="runs",
    icon=":material/history:",
    order=10,
    question="What was run, and when did it get faster or slower?",
    render=render,
)
