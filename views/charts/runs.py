"""Charts of the history: seconds over time, and where they changed."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from profiles.configs import NONE, read_config
from services.project import current_project
from views import palette
from views.charts.layout import figure
from views.configs import short
from views.frames import rows
from views.palette import Mark
from views.text import plain, seconds

#: More series than this would not be told apart; the smaller ones become "other configs".
MOST_SERIES = 7
#: From so many points on they are drawn by WebGL and without an outline.
MANY = 1_000
#: A stretch of fewer runs than this gets no line: its median would say little.
FEWEST_RUNS = 3
_OTHERS = "other configs"
_SPARE = ("#5B6B7A", "#B8860B", "#8A6FC4", "#C2609A", "#2A9D8F", "#0077BB")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "star", "hexagon", "cross")


def config_mark(config: str, place: int = 0) -> Mark:
    """How a config looks: a single win as that win, none and all as before and after, others by their place."""
    wins, names = read_config(config), current_project().names
    if config in names:
        return palette.win(config)
    if config == NONE:
        return Mark(label=NONE, colour="#D55E00", symbol="circle", sign="○")
    if wins == frozenset(names):
        return Mark(label="all", colour="#009E73", symbol="triangle-up", sign="●")
    if config == _OTHERS or not config:
        return Mark(label=config or "unknown config", colour="#7F8790", symbol="circle-open", sign="·")
    return Mark(
        label=short(config), colour=_SPARE[place % len(_SPARE)], symbol=_SYMBOLS[place % len(_SYMBOLS)], sign="+"
    )


def trend(runs: pd.DataFrame, segments: pd.DataFrame, height: int = 330) -> go.Figure:
    """Wall-clock seconds of comparable runs over time, one series a config, with a step wherever one changed.

    Args:
        runs: columns run_id, started_at (datetime), wall_seconds, config (text, empty where unknown), label.
        segments: columns config, start, stop (datetimes), median_seconds, runs (number): stretches between two changes.
    """
    shown = runs.assign(series=_series(runs["config"]))
    names = list(shown["series"].value_counts(sort=True).index)
    drawn = figure(height=height, hovermode="closest")
    for place, name in enumerate(names):
        mark = config_mark(name, place)
        drawn.add_trace(_points(shown[shown["series"] == name], mark, many=len(shown) > MANY))
        drawn.add_traces(_steps(segments[segments["config"] == name], mark))
    drawn.update_yaxes(title="wall-clock (s)", rangemode="tozero")
    drawn.update_xaxes(title=None)
    return drawn


def _series(configs: pd.Series[str]) -> pd.Series[str]:
    most = configs.value_counts().index[:MOST_SERIES]
    return configs.where(configs.isin(most), _OTHERS)


def _points(runs: pd.DataFrame, mark: Mark, *, many: bool) -> Any:
    kind = go.Scattergl if many else go.Scatter
    return kind(
        x=runs["started_at"].to_numpy(),
        y=runs["wall_seconds"].to_numpy(dtype="float32"),
        mode="markers",
        name=plain(mark.label, 40),
        marker={
            "color": mark.colour,
            "symbol": mark.symbol,
            "size": 5 if many else 9,
            "opacity": 0.5 if many else 0.85,
        },
        customdata=runs["run_id"].to_numpy(),
        text=[plain(label, 60) for label in runs["label"]],
        hovertemplate="run %{customdata}: %{text}<br>%{y:.3f} s<br>%{x|%Y-%m-%d %H:%M}<extra></extra>",
    )


def _steps(segments: pd.DataFrame, mark: Mark) -> list[go.Scatter]:
    """A line at each stretch's median; the number stands at its beginning where there was a change."""
    return [
        go.Scatter(
            x=[row["start"], row["stop"]],
            y=[row["median_seconds"]] * 2,
            mode="lines+text",
            text=[seconds(row["median_seconds"]), ""] if len(segments) > 1 else None,
            textposition="top right",
            line={"color": mark.colour, "width": 2.5, "dash": "solid" if number % 2 == 0 else "dash"},
            showlegend=False,
            hovertemplate=f"median {seconds(row['median_seconds'])}<extra>{plain(mark.label, 40)}</extra>",
        )
        for number, row in enumerate(rows(segments))
        if row["runs"] >= FEWEST_RUNS
    ]
