"""The history over time: one series of comparable runs, and where it changed."""

from __future__ import annotations

from typing import Any

import streamlit as st

from views.address import bound
from views.charts import runs as charts
from views.charts.layout import CONFIG
from views.data import runs
from views.data.changes import segments
from views.parts.pictures import closer, picture
from views.text import count


def trend(filters: dict[str, Any]) -> None:
    """Draws the trend of the runs that the filters leave, with a sentence above it."""
    known = runs.series(runs.timed(filters))
    if not known:
        st.caption("None of these runs has a start and a wall-clock time, so there is no trend to show.")
        return
    summary, choice = st.columns([3, 2], vertical_alignment="center")
    name = choice.selectbox(
        "Comparable runs",
        list(known),
        label_visibility="collapsed",
        help="same work, same caches, same machine",
        **bound("series", next(iter(known)), options=known),
    )
    part = known[name]
    stretches = segments(part)
    summary.markdown(runs.in_words(part, stretches))
    with choice:
        zoomed = closer("zoom")
    if not zoomed:
        picture(charts.picture(part, stretches))
        return
    st.plotly_chart(
        charts.trend(part, stretches, height=260),
        key="runs.trend",
        config=CONFIG,
        alt=f"Wall-clock seconds of {count(len(part), 'comparable run')} over time",
    )
