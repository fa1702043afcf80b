"""The Progress page's chart: the waterfall to the target."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from views import palette, text
from views.charts.layout import figure, fill, see_through
from views.palette import Mark

_NOW = Mark(label="now", colour="#0077BB")
#: What is not decided yet.
_HOLLOW = ("planned", "together")


def waterfall(steps: pd.DataFrame, target: tuple[float, float] | None) -> go.Figure:
    """Seconds from the origin to now, one lying bar a step, so that its name has room on a phone too; open wins hollow,
    the target as a band.

    Args:
        steps: as ``views.data.progress.steps`` gives it.
        target: seconds, low and high end; None without one.
    """
    rows = steps.to_dict("records")
    hollow = [row["kind"] in _HOLLOW for row in rows]
    marks = [fill(_mark(row), hollow=one) for row, one in zip(rows, hollow, strict=True)]
    labels = [text.plain(row["label"], 24) for row in rows]
    bar = go.Bar(
        name="seconds",
        orientation="h",
        y=labels,
        base=steps[["start", "end"]].min(axis=1).to_numpy(),
        x=(steps["start"] - steps["end"]).abs().to_numpy(),
        marker=_markers(marks, hollow),
        text=[_bar_text(row) for row in rows],
        textposition="outside",
        cliponaxis=False,
        customdata=[[text.plain(row["note"]), text.seconds(row["end"]), text.plain(row["label"])] for row in rows],
        hovertemplate="<b>%{customdata[2]}</b><br>ends at %{customdata[1]}<br>%{customdata[0]}<extra></extra>",
        showlegend=False,
    )
    drawn = figure(bar, _ranges(steps, labels), height=30 * len(rows) + 90)
    if target is not None:
        _band(drawn, target)
    top = float(steps[["start", "end"]].max().max())
    drawn.update_xaxes(title_text="seconds on the reference machine", range=[0, top * 1.15])
    drawn.update_yaxes(autorange="reversed")
    return drawn


def _mark(row: dict[Hashable, Any]) -> Mark:
    if row["win"]:
        return palette.win(row["win"])
    return _NOW if row["kind"] in ("now", "together") else palette.REFERENCE


def _markers(marks: list[dict[str, Any]], hollow: list[bool]) -> dict[str, Any]:
    lines = [mark["line"]["color"] for mark in marks]
    shapes = ["/" if one else "" for one in hollow]
    return {
        "color": [mark["color"] for mark in marks],
        "line": {"color": lines, "width": 1.5},
        "pattern": {"shape": shapes, "fgcolor": lines, "fillmode": "overlay", "size": 6, "solidity": 0.2},
    }


def _ranges(steps: pd.DataFrame, labels: list[str]) -> go.Scatter:
    wide = (steps["high"] - steps["low"]) > 0
    shown = steps[wide]
    return go.Scatter(
        name="range",
        y=[label for label, one in zip(labels, wide, strict=True) if one],
        x=shown["end"],
        mode="markers",
        marker={"size": 4, "color": palette.PLANNED.colour},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (shown["high"] - shown["end"]).tolist(),
            "arrayminus": (shown["end"] - shown["low"]).tolist(),
            "color": palette.PLANNED.colour,
            "thickness": 1.5,
            "width": 5,
        },
        hoverinfo="skip",
        showlegend=False,
    )


def _bar_text(row: dict[Hashable, Any]) -> str:
    if row["kind"] in ("earlier", "win", "planned"):
        return f"{row['end'] - row['start']:+.1f} s".replace("-", "−")
    return f"{row['end']:.1f} s"


def _band(drawn: go.Figure, target: tuple[float, float]) -> None:
    colour = palette.TARGET.colour
    drawn.add_vrect(
        x0=target[0],
        x1=target[1],
        fillcolor=see_through(colour, 0.18),
        line={"color": colour, "width": 1, "dash": "dot"},
        layer="below",
    )
    drawn.add_annotation(
        y=1.0,
        yref="paper",
        x=(target[0] + target[1]) / 2,
        yanchor="bottom",
        showarrow=False,
        text=f"target {target[0]:g}–{target[1]:g} s",
    )
