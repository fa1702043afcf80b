"""Several runs: which is best and why, their bars under each other, phases x runs, and the pair to look into."""

from __future__ import annotations

import html
from typing import Any

import pandas as pd
import streamlit as st

from services.ranking import Ranked, Ranking
from services.run_facts import Side
from services.spine import spine_words, spines
from views import palette, text
from views.address import FLAG, NUMBER, TEXT, bound
from views.charts import spine as charts
from views.charts.layout import see_through
from views.data import compare as data
from views.parts import table as read
from views.parts.image import image
from views.parts.spine import legend_words

#: Pixels of a bar, and of the gap below it.
_BAR, _GAP = 34, 20
UNITS = ("seconds", "percent")
_HEAT = palette.CATEGORIES["io"].colour


def choices() -> tuple[bool, bool]:
    """Draws how it is shown: whether in percent of each run, and only what differs."""
    with st.container(horizontal=True, vertical_alignment="center", key="compare.choices"):
        unit = st.segmented_control(
            "Unit", UNITS, required=True, label_visibility="collapsed", **bound("unit", UNITS[0], TEXT, UNITS)
        )
        only = st.toggle("Only what differs", **bound("differing", True, FLAG))
    return unit == UNITS[1], bool(only)


def bars(ranking: Ranking, *, percent: bool) -> None:
    """The runs as bars, the fastest first, what differs joined; as long as their seconds, or all alike in percent."""
    rows = [row for row in ranking.rows if row.run.made.parts]
    if not rows:
        return
    segments = spines([row.run.made for row in rows])
    seconds = [row.run.wall_seconds or row.run.made.whole_seconds for row in rows]
    spans = None if percent else [amount / (max(seconds) or 1.0) for amount in seconds]
    picture = charts.stacked_svg(segments, spans, height=_BAR, gap=_GAP)
    labels = "".join(f'<div style="height:{_BAR + _GAP}px">{_label(row, ranking)}</div>' for row in rows)
    spoken = "; ".join(f"{row.run.name}: {spine_words(bar)}" for row, bar in zip(rows, segments, strict=True))
    st.html(
        '<div style="display:grid;grid-template-columns:minmax(5.5rem,22%) 1fr;gap:.5rem;font-size:.85rem">'
        f'<div style="min-width:0">{labels}</div>'
        f"{image(picture, spoken, len(rows) * (_BAR + _GAP) - _GAP)}</div>"
    )
    st.markdown(legend_words(segments))


def _label(row: Ranked, ranking: Ranking) -> str:
    """Its number first, its seconds, and its ratio to the first or its verdict: a short line each."""
    if row.comparison is None:
        last = "the first"
    elif row.comparison.speedup is not None:
        last = f"{text.times(row.comparison.speedup)} {ranking.reference.name}"
    else:
        last = palette.verdict(row.comparison.verdict).label
    named = f"<b>{row.run.name}</b> {text.plain(text.shortened(row.run.label, 18))}"
    lines = (named, f"<b>{text.seconds(row.run.wall_seconds)}</b>", html.escape(last))
    style = "white-space:nowrap;overflow:hidden;text-overflow:ellipsis;line-height:17px"
    tip = html.escape(text.one_line(row.run.label, 200))
    return "".join(f'<div style="{style}" title="{tip}">{line}</div>' for line in lines)


def best(ranking: Ranking) -> None:
    """Which is best and why, and what stands against saying so."""
    first, *rest = ranking.summary
    st.markdown(f"**{text.escape(first)}**" + "".join(f"  \n{text.escape(line)}" for line in rest))
    for line in ranking.against:
        st.markdown(f"≠ {text.escape(line)}")
    for line in ranking.notes:
        st.markdown(text.escape(line))


def table(ranking: Ranking) -> None:
    """Each run held against the first, with CPU seconds and memory beside its wall-clock."""
    read.table(
        data.beside(ranking),
        "compare.more",
        f"Runs, each held against {ranking.reference.name}",
        titles={
            "seconds": "wall-clock (s)",
            "times": "before / after",
            "cpu_seconds": "CPU (s)",
            "peak_mb": "memory (MB)",
        },
        formats={"seconds": "{:.3f}", "times": "{:.2f}x", "cpu_seconds": "{:.3f}", "peak_mb": "{:,.0f}"},
        links={"run": "run?run={}"},
    )


def heat(ranking: Ranking, *, percent: bool, only_differing: bool) -> None:
    """Phases x runs, darker where a run spends more than the others in that phase."""
    if not ranking.phases:
        return
    frame = data.heat(ranking, percent=percent, only_differing=only_differing)
    if frame.empty:
        st.caption("No phase differs by more than 1% of the longest run.")
        return
    read.table(
        frame.rename_axis("phase").reset_index(),
        "compare.heat",
        f"Phases of the runs in {UNITS[int(percent)]}",
        formats=dict.fromkeys(frame.columns, "{:.1f}%" if percent else "{:.3f}"),
        fills=_fills(frame),
    )


def _fills(frame: pd.DataFrame) -> pd.DataFrame:
    """Each run's cell as deep in colour as it lies between the row's least and most."""
    low = frame.min(axis=1)
    span = (frame.max(axis=1) - low).replace(0.0, 1.0)
    return frame.sub(low, axis=0).div(span, axis=0).map(lambda place: see_through(_HEAT, 0.05 + 0.4 * place))


def pair(ranking: Ranking) -> tuple[Side, Side]:
    """Draws which two to look into; the address holds them."""
    names = {run.id: f"{run.name}: {text.one_line(run.label, 40)}" for run in ranking.runs}
    ids = list(names)
    left, right = st.columns(2)
    shown: Any = {"options": ids, "format_func": names.__getitem__}
    before = left.selectbox("From", **shown, **bound("from", ids[0], NUMBER, ids))
    after = right.selectbox("To", **shown, **bound("to", ids[1], NUMBER, ids))
    chosen = {run.id: data.single(run) for run in ranking.runs}
    return chosen[before], chosen[after]
