"""Several runs: which is best and why, their bars under each other, phases x runs, and the pair to look into."""

from __future__ import annotations

import html
from collections.abc import Mapping

import pandas as pd
import streamlit as st

from services.ranking import Ranked, Ranking
from services.run_facts import Side
from services.spine import spine_words, spines
from views import palette, text
from views.charts import spine as charts
from views.charts.layout import see_through
from views.data import compare as data
from views.data.safe import cells
from views.palette import Mark

#: Pixels of a bar, and of the gap below it.
_BAR, _GAP = 34, 20
_HEAT = palette.CATEGORIES["io"].colour


def bars(found: Ranking) -> None:
    """The runs as bars as long as their seconds, the fastest first, what differs joined."""
    rows = [row for row in found.rows if row.run.made.parts]
    if not rows:
        return
    segments = spines([row.run.made for row in rows])
    wholes = [row.run.made.whole_seconds for row in rows]
    picture = charts.stacked_svg(segments, [whole / max(wholes) for whole in wholes], height=_BAR, gap=_GAP)
    style = f"height:{_BAR + _GAP}px;line-height:1.25;font-size:.85rem;overflow:hidden"
    labels = "".join(f'<div style="{style}">{_label(row, found)}</div>' for row in rows)
    words = html.escape(
        "; ".join(f"{row.run.name}: {spine_words(one)}" for row, one in zip(rows, segments, strict=True))
    )
    st.html(
        '<div style="display:grid;grid-template-columns:minmax(7rem,13rem) 1fr;gap:.5rem">'
        f'<div>{labels}</div><img style="width:100%;height:{len(rows) * (_BAR + _GAP) - _GAP}px" '
        f'src="{charts.data_address(picture)}" alt="{words}"></div>'
    )
    st.caption(_legend(charts.legend(segments)))


def _label(row: Ranked, found: Ranking) -> str:
    figure = f"<b>{text.seconds(row.run.wall_seconds)}</b>"
    if row.comparison is None:
        second = "the first"
    elif row.comparison.speedup is not None:
        second = f"{text.times(row.comparison.speedup)} as fast as {found.reference.name}"
    else:
        second = palette.verdict(row.comparison.verdict).label
    return f"{figure} run {row.run.id} {text.plain(text.shortened(row.run.label, 24))}<br>{html.escape(second)}"


def _legend(marks: Mapping[str, Mark]) -> str:
    return " ".join(f":{mark.badge}-badge[{mark.sign} {mark.label}]" for mark in marks.values())


def best(found: Ranking) -> None:
    """Which is best and why, and what stands against saying so."""
    first, *rest = found.summary
    st.markdown(f"**{text.escape(first)}**" + "".join(f"  \n{text.escape(line)}" for line in rest))
    for line in found.against:
        st.markdown(f":material/block: {text.escape(line)}")


def table(found: Ranking) -> None:
    """Each run held against the first, with CPU seconds and memory beside its wall-clock."""
    st.dataframe(
        cells(data.beside(found)),
        key="compare.more",
        hide_index=True,
        alt=f"Runs, each held against {found.reference.name}",
        column_config={
            "seconds": st.column_config.NumberColumn("wall-clock (s)", format="%.3f"),
            "times": st.column_config.NumberColumn("before / after", format="%.2fx"),
            "cpu_seconds": st.column_config.NumberColumn("CPU (s)", format="%.3f"),
            "peak_mb": st.column_config.NumberColumn("memory (MB)", format="%.0f"),
        },
    )


def heat(found: Ranking) -> None:
    """Phases x runs, darker where a run spends more than the others in that phase."""
    with st.container(horizontal=True, vertical_alignment="center", key="compare.heat_choice"):
        unit = st.segmented_control(
            "Unit", ("seconds", "percent"), default="seconds", required=True, key="unit", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
        only = st.toggle("Only what differs", value=True, key="differing", bind="query-params")
    frame = data.heat(found, percent=unit == "percent", only_differing=bool(only))
    if frame.empty:
        st.caption("No phase differs by more than 1% of the longest run.")
        return
    styled = cells(frame.rename_axis("phase").reset_index()).style.apply(_shades, axis=1)
    form = "%.1f%%" if unit == "percent" else "%.3f"
    columns = {name: st.column_config.NumberColumn(format=form) for name in frame.columns}
    st.dataframe(
        styled, key="compare.heat", hide_index=True, column_config=columns, alt=f"Phases of the runs in {unit}"
    )


def _shades(row: pd.Series[float]) -> list[str]:
    """Each run's cell by where it lies between the row's least and most."""
    values = pd.to_numeric(row.iloc[1:])
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    shades = [f"background-color: {see_through(_HEAT, 0.05 + 0.4 * (value - low) / span)}" for value in values]
    return ["", *shades]


def pair(found: Ranking) -> tuple[Side, Side]:
    """Draws which two to look into; the address holds them."""
    names = {run.id: f"{run.name}: {text.one_line(run.label, 40)}" for run in found.runs}
    ids = list(names)
    left, right = st.columns(2)
    before = left.selectbox("From", ids, format_func=names.__getitem__, key="from", bind="query-params")
    after = right.selectbox("To", ids, index=1, format_func=names.__getitem__, key="to", bind="query-params")
    chosen = {run.id: data.single(run) for run in found.runs}
    return chosen[before], chosen[after]
