"""Charts of the history: seconds over time, and where they changed."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from zlib import crc32

import pandas as pd
import plotly.graph_objects as go

from profiles.configs import NONE, read_config
from services.project import current_project
from views import palette
from views.charts.layout import figure, see_through
from views.configs import short
from views.frames import rows
from views.palette import Mark
from views.text import plain, seconds

#: So many configs are named in the legend, those with the most runs; the others' names are told where one points.
MOST_NAMED = 10
#: From so many points on they are drawn by WebGL and without an outline.
MANY = 1_000
#: A stretch of fewer runs than this gets no line: its median would say little.
FEWEST_RUNS = 3
_SPARE = ("#5B6B7A", "#B8860B", "#8A6FC4", "#C2609A", "#2A9D8F", "#0077BB", "#4B8B3B", "#B5504B", "#9A7D52", "#A04CD3")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "star", "hexagon", "cross", "pentagon", "bowtie")
#: Whose a change was, as a word and as the sign at the place where it happened.
_WHOSE = {"code": ("code", "triangle-down"), "machine": ("machine", "square"), "unknown": ("nobody knows", "circle")}


def config_mark(config: str) -> Mark:
    """How a config looks, whatever else is shown: a single win as that win, none and all as before and after."""
    wins, names = read_config(config), current_project().names
    if config in names:
        return palette.win(config)
    if config == NONE:
        return Mark(label=NONE, colour="#D55E00", symbol="circle", sign="○")
    if wins == frozenset(names):
        return Mark(label="all", colour="#009E73", symbol="triangle-up", sign="●")
    if not config:
        return Mark(label="unknown config", colour="#7F8790", symbol="circle-open", sign="·")
    place = crc32(config.encode())
    return Mark(
        label=short(config), colour=_SPARE[place % len(_SPARE)], symbol=_SYMBOLS[place % len(_SYMBOLS)], sign="+"
    )


def trend(runs: pd.DataFrame, segments: pd.DataFrame, height: int = 330) -> go.Figure:
    """Wall-clock seconds of comparable runs over time: a line for each config in its own colour, the median of each
    stretch between two changes, and at each change whose it was.

    Args:
        runs: columns run_id, started_at (datetime), wall_seconds, config (text, empty where unknown), label.
        segments: columns config, start, stop (datetimes), median_seconds, runs (number) and, where it begins with a
            change, whose: stretches between two changes.
    """
    drawn = figure(height=height, hovermode="closest")
    for place, config in enumerate(runs["config"].value_counts(sort=True).index):
        mark, stretches = config_mark(config), segments[segments["config"] == config]
        points = runs[runs["config"] == config]
        drawn.add_trace(_points(points, mark, many=len(runs) > MANY, named=place < MOST_NAMED))
        drawn.add_traces(_steps(stretches, mark))
        drawn.add_traces(_changes(stretches, mark))
    drawn.update_yaxes(title="wall-clock (s)", rangemode="tozero")
    drawn.update_xaxes(title=None)
    return drawn


def _points(runs: pd.DataFrame, mark: Mark, *, many: bool, named: bool) -> Any:
    kind = go.Scattergl if many else go.Scatter
    return kind(
        x=runs["started_at"].to_numpy(),
        y=runs["wall_seconds"].to_numpy(dtype="float32"),
        mode="lines+markers",
        line={"color": see_through(mark.colour, 0.35), "width": 1},
        name=plain(mark.label, 40),
        showlegend=named,
        marker={
            "color": mark.colour,
            "symbol": mark.symbol,
            "size": 5 if many else 9,
            "opacity": 0.5 if many else 0.85,
        },
        customdata=runs["run_id"].to_numpy(),
        text=[plain(label, 60) for label in runs["label"]],
        hovertemplate=f"run %{{customdata}}: %{{text}}<br>%{{y:.3f}} s<br>%{{x|%Y-%m-%d %H:%M}}"
        f"<extra>{plain(mark.label, 40)}</extra>",
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


def _changes(segments: pd.DataFrame, mark: Mark) -> list[go.Scatter]:
    """A sign at each change of a config's level, with whose it was and by how much."""
    known = rows(segments)
    found = [(before, now) for before, now in pairwise(known) if now.get("whose") in _WHOSE]
    if not found:
        return []
    words = [_WHOSE[now["whose"]][0] for _, now in found]
    shares = [now["median_seconds"] / before["median_seconds"] - 1 for before, now in found]
    told = [f"{word} {share:+.0%}".replace("-", "−") for word, share in zip(words, shares, strict=True)]
    return [
        go.Scatter(
            x=[now["start"] for _, now in found],
            y=[now["median_seconds"] for _, now in found],
            mode="markers+text",
            text=told,
            textposition="bottom right",
            marker={
                "color": "rgba(0,0,0,0)",
                "symbol": [_WHOSE[now["whose"]][1] for _, now in found],
                "size": 15,
                "line": {"color": mark.colour, "width": 2.5},
            },
            showlegend=False,
            hovertemplate="%{text}<extra>" + plain(mark.label, 40) + "</extra>",
        )
    ]
