"""Runs as bars of 100% under each other, and what a faster phase would leave of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import streamlit as st

from services.spine import Segment, spine_words
from views import text
from views.charts import spine as charts
from views.data.breakdowns import Bar
from views.parts.image import image
from views.parts.spine import legend_words

_HEIGHT, _GAP = 34, 22
_BAND = "#009E73"


def bars(known: Iterable[Bar]) -> None:
    """Draws each with its line above it, and what the colours mean."""
    rows = list(known)
    for bar in rows:
        st.markdown(bar.title)
        st.html(_image([bar.segments], [1.0]))
    st.markdown(legend_words([bar.segments for bar in rows]))


def shrunk(now: Bar, segments: Sequence[Segment], seconds: float, target: tuple[float, float] | None) -> None:
    """Draws a run above what would be left of it, as long as its seconds; the target's seconds as a band."""
    longest = max(now.seconds, seconds) or 1.0
    picture = _image([now.segments, segments], [now.seconds / longest, seconds / longest])
    band = ""
    if target is not None and target[0] < longest:
        left, right = 100 * target[0] / longest, 100 * min(target[1] / longest, 1.0)
        band = (
            f'<div title="target" style="position:absolute;top:-4px;bottom:-4px;left:{left:.2f}%;'
            f"width:{right - left:.2f}%;border-left:2px solid {_BAND};border-right:2px solid {_BAND};"
            f'background:{_BAND}33"></div>'
        )
    st.html(f'<div style="position:relative">{picture}{band}</div>')


def _image(rows: Sequence[Sequence[Segment]], spans: Sequence[float]) -> str:
    svg = charts.stacked_svg(rows, spans, height=_HEIGHT, gap=_GAP)
    spoken = "; ".join(spine_words(segments) for segments in rows)
    return image(svg, spoken, len(rows) * (_HEIGHT + _GAP) - _GAP)


def seconds_words(before: float, after: float) -> str:
    """What a change of seconds means: ``4.98 s → 3.84 s, 22.9% saved``."""
    return f"{text.seconds(before)} → {text.seconds(after)}, {text.saved(before / after if after else None)}"
