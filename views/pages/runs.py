"""Runs: the history, with filters, a trend, and what can be done with the runs that are selected."""

from math import ceil

import streamlit as st

from views.address import NUMBER, bound
from views.data import runs
from views.page import Page
from views.parts import notices
from views.parts.runs_filters import SORTS, filters
from views.parts.runs_start import nothing_found, nothing_yet
from views.parts.runs_table import downloads, selected, table
from views.parts.runs_trend import trend
from views.text import count


def render() -> None:
    notices.show("runs")
    if not runs.count({"deleted": None}):
        nothing_yet()
        return
    chosen, sort = filters()
    found = runs.count(chosen)
    if not found:
        nothing_found(chosen)
        return
    trend(chosen)
    pages = ceil(found / runs.PAGE_ROWS)
    number = 1
    with st.container(horizontal=True, vertical_alignment="center", key="runs.above"):
        st.markdown(f"**{count(found, 'run')}**" + (f", {runs.PAGE_ROWS} on a page" if pages > 1 else ""))
        if pages > 1:
            number = st.pagination(pages, **bound("page", 1, NUMBER, range(1, pages + 1)))
        downloads(chosen, sort)
    frame = runs.history(chosen, *SORTS[sort], offset=(number - 1) * runs.PAGE_ROWS)
    selected(table(frame, f"{chosen} {sort} {number}"))


PAGE = Page(
    title="Runs",
    url_path="runs",
    icon=":material/history:",
    order=10,
    question="What was run, and when did it get faster or slower?",
    render=render,
)
