"""The Progress page's charts: the waterfall to the target, and the wins' effects beside each other."""

from __future__ import annotations

import math
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
    """Seconds from the origin to now, one bar a step; open wins hollow, the target as a band.

    Args:
        steps: as ``views.data.progress.steps`` gives it.
        target: seconds, low and high end; None without one.
    """
    rows = steps.to_dict("records")
    hollow = [row["kind"] in _HOLLOW for row in rows]
    marks = [fill(_mark(row), hollow=one) for row, one in zip(rows, hollow, strict=True)]
    labels = [text.plain(row["label"]).replace(" ", "<br>") for row in rows]
    bar = go.Bar(
        name="seconds",
        x=labels,
        base=steps[["start", "end"]].min(axis=1).to_numpy(),
        y=(steps["start"] - steps["end"]).abs().to_numpy(),
        marker=_markers(marks, hollow),
        text=[_bar_text(row) for row in rows],
        textposition="outside",
        cliponaxis=False,
        customdata=[[text.plain(row["note"]), text.seconds(row["end"]), text.plain(row["label"])] for row in rows],
        hovertemplate="<b>%{customdata[2]}</b><br>ends at %{customdata[1]}<br>%{customdata[0]}<extra></extra>",
        showlegend=False,
    )
    drawn = figure(bar, _ranges(steps, labels), height=380)
    if target is not None:
        _band(drawn, target)
    top = float(steps[["start", "end"]].max().max())
    drawn.update_yaxes(title_text="seconds on the reference machine", range=[0, top * 1.12])
    drawn.update_xaxes(tickangle=0)
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
        x=[label for label, one in zip(labels, wide, strict=True) if one],
        y=shown["end"],
        mode="markers",
        marker={"size": 4, "color": palette.PLANNED.colour},
        error_y={
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
    drawn.add_hrect(
        y0=target[0],
        y1=target[1],
        fillcolor=see_through(colour, 0.18),
        line={"color": colour, "width": 1, "dash": "dot"},
        layer="below",
    )
    drawn.add_annotation(
        x=1.0,
        xref="paper",
        y=(target[0] + target[1]) / 2,
        xanchor="left",
        showarrow=False,
        text=f" target<br> {target[0]:g}–{target[1]:g} s",
        align="left",
    )
    drawn.update_layout(margin={"r": 70})


def forest(effects: pd.DataFrame) -> go.Figure:
    """The wins below each other: planned range, the most that is possible, the measured interval, the noise floor.

    Args:
        effects: as ``views.data.progress.forest`` gives it.
    """
    labels = [text.plain(label) for label in effects["label"]]
    measured = effects["speedup"].notna()
    drawn = figure(
        _range(effects, labels, "planned_low", "planned_high", "planned", palette.PLANNED.colour, 12),
        _range(effects, labels, "noise_low", "noise_high", "noise floor", "#B8860B", 5),
        go.Scatter(
            name="possible at most",
            x=effects["bound"],
            y=labels,
            mode="markers",
            marker={"symbol": "line-ns-open", "size": 18, "color": "#0077BB", "line": {"width": 2.5}},
            hovertemplate="at most %{x:.2f}x<extra></extra>",
        ),
        _measured(effects[measured], [label for label, one in zip(labels, measured, strict=True) if one]),
        height=360,
    )
    drawn.add_vline(x=1, line={"color": palette.PLANNED.colour, "width": 1})
    drawn.update_xaxes(type="log", title_text="speedup (before / after)", tickangle=0, **_ticks(effects))
    drawn.update_yaxes(autorange="reversed", categoryorder="array", categoryarray=labels)
    return drawn


def _ticks(effects: pd.DataFrame) -> dict[str, Any]:
    """The axis shows what is planned, possible and measured; an interval that goes on beyond is cut there."""
    shown = effects[["planned_high", "bound", "speedup"]]
    low, high = min(0.95, float(shown.min().min()) * 0.9), float(shown.max().max()) * 1.1
    choices = [0.2, 0.5, 1, 1.5, 2, 3, 5, 10, 20, 50] if high > 1.6 else [0.8, 0.9, 1, 1.1, 1.25, 1.5]
    return {
        "tickmode": "array",
        "tickvals": choices,
        "ticktext": [f"{value:g}x" for value in choices],
        "range": [math.log10(low), math.log10(high)],
    }


def _range(
    effects: pd.DataFrame, labels: list[str], low: str, high: str, name: str, colour: str, width: int
) -> go.Scatter:
    x: list[float | None] = []
    y: list[str | None] = []
    for label, start, end in zip(labels, effects[low], effects[high], strict=True):
        if start == start and end == end:
            x += [start, end, None]
            y += [label, label, None]
    return go.Scatter(
        name=name,
        x=x,
        y=y,
        mode="lines",
        line={"color": see_through(colour, 0.55), "width": width},
        hovertemplate=f"{name}: %{{x:.2f}}x<extra></extra>",
    )


def _measured(effects: pd.DataFrame, labels: list[str]) -> go.Scatter:
    marks = [palette.verdict(name) for name in effects["verdict"]]
    reach = {
        "array": (effects["high"] - effects["speedup"]).fillna(0).tolist(),
        "arrayminus": (effects["speedup"] - effects["low"]).fillna(0).tolist(),
    }
    return go.Scatter(
        name="measured",
        x=effects["speedup"],
        y=labels,
        mode="markers+text",
        marker={"size": 12, "symbol": [mark.symbol for mark in marks], "color": [mark.colour for mark in marks]},
        error_x={"type": "data", "symmetric": False, "thickness": 2.5, "width": 6, "color": "#5B6B7A", **reach},
        text=[f"{value:.2f}x" for value in effects["speedup"]],
        textposition="top center",
        customdata=[mark.label for mark in marks],
        hovertemplate="measured %{x:.3f}x: %{customdata}<extra></extra>",
    )
