"""A run's bar on a page, with what its colours mean; and the same in words for who can not see it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from profiles.breakdown import Breakdown
from services.spine import Segment, spine, spine_words
from views.charts import spine as charts
from views.parts.image import image

_HEIGHT = 34


def bar(made: Breakdown, name: str) -> None:
    """Draws one run as a 100% bar over the whole width, with its legend; nothing of a run without phases."""
    segments = spine(made)
    if not segments:
        return
    st.html(image(charts.stacked_svg([segments], height=_HEIGHT), f"{name}: {spine_words(segments)}", _HEIGHT))
    st.markdown(legend_words([segments]))


def legend_words(rows: Sequence[Sequence[Segment]]) -> str:
    """The categories that are drawn, each with its sign and colour, as Markdown."""
    marks = charts.legend(rows).values()
    return " ".join(f":{mark.badge}-badge[{mark.sign} {mark.label}]" for mark in marks)
