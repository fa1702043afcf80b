"""Charts of the history: seconds over time, and where they changed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Any
from zlib import crc32

import pandas as pd
import plotly.graph_objects as go

from profiles.configs import NONE, read_config
from services.project import current_project
from views import palette
from views.charts.layout import figure, see_through
from views.charts.plot import Dots, Line, Note, Plot
from views.charts.scale import Scale, from_zero, of_moments
from views.configs import short
from views.frames import rows
from views.palette import Mark
from views.text import count, listed, plain, seconds

#: So many configs are named in the legend, those with the most runs; the others' names are told where one points.
MOST_NAMED = 10
_GREY = "#7F8790"
#: Words beside a point take a line, in percent of the picture's height, and on a phone as much of its width.
_LINE, _WORDS = 10.0, 60.0
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
    traces: list[Any] = []
    parts, levels = (dict(tuple(frame.groupby("config", sort=False))) for frame in (runs, segments))
    order = list(runs["config"].value_counts(sort=True).index)
    marks = {config: config_mark(config) for config in order}
    for config in order[:MOST_NAMED]:
        traces += [_points(parts[config], marks[config], many=len(runs) > MANY)]
        traces += _steps(rows(levels.get(config, segments.head(0))), marks[config])
    if rest := order[MOST_NAMED:]:
        traces.append(_unnamed([parts[config] for config in rest], [marks[config] for config in rest]))
    for config in order:
        if len(levels.get(config, ())) > 1:
            traces += _changes(rows(levels[config]), marks[config])
    drawn = figure(*traces, height=height, hovermode="closest")
    drawn.update_yaxes(title="wall-clock (s)", rangemode="tozero")
    drawn.update_xaxes(title=None)
    drawn.update_layout(legend={"maxheight": 0.3})  # on a phone each name has a line: the rest of them is scrolled to
    return drawn


def _points(runs: pd.DataFrame, mark: Mark, *, many: bool) -> Any:
    kind = go.Scattergl if many else go.Scatter
    return kind(
        x=runs["started_at"].to_numpy(),
        y=runs["wall_seconds"].to_numpy(dtype="float32"),
        mode="lines+markers",
        line={"color": see_through(mark.colour, 0.35), "width": 1},
        name=plain(mark.label, 40),
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


def _unnamed(parts: list[pd.DataFrame], marks: list[Mark]) -> Any:
    """The configs that the legend does not name: a line for each with a gap between two, all in one trace, since each
    trace costs a millisecond and there may be dozens."""
    gap: list[Any] = [None]
    return go.Scattergl(
        x=[value for part in parts for value in [*part["started_at"], *gap]],
        y=[value for part in parts for value in [*part["wall_seconds"], *gap]],
        mode="lines+markers",
        name="others",
        line={"color": see_through(_GREY, 0.35), "width": 1},
        marker={
            "color": [mark.colour for part, mark in zip(parts, marks, strict=True) for _ in range(len(part) + 1)],
            "symbol": [mark.symbol for part, mark in zip(parts, marks, strict=True) for _ in range(len(part) + 1)],
            "size": 7,
            "opacity": 0.7,
        },
        text=[
            f"{plain(mark.label, 40)}, run {number}: {plain(label, 60)}"
            for part, mark in zip(parts, marks, strict=True)
            for number, label in [*zip(part["run_id"], part["label"], strict=True), ("", "")]
        ],
        hovertemplate="%{text}<br>%{y:.3f} s<br>%{x|%Y-%m-%d %H:%M}<extra></extra>",
        showlegend=False,
    )


def _steps(segments: list[dict[str, Any]], mark: Mark) -> list[go.Scatter]:
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
        for number, row in enumerate(segments)
        if row["runs"] >= FEWEST_RUNS
    ]


def _changes(segments: list[dict[str, Any]], mark: Mark) -> list[go.Scatter]:
    """A sign at each change of a config's level, with whose it was and by how much."""
    changed = [(before, now) for before, now in pairwise(segments) if now.get("whose") in _WHOSE]
    if not changed:
        return []
    told = [_change(before, now) for before, now in changed]
    return [
        go.Scatter(
            x=[now["start"] for _, now in changed],
            y=[now["median_seconds"] for _, now in changed],
            mode="markers+text",
            text=told,
            textposition="bottom right",
            marker={
                "color": "rgba(0,0,0,0)",
                "symbol": [_WHOSE[now["whose"]][1] for _, now in changed],
                "size": 15,
                "line": {"color": mark.colour, "width": 2.5},
            },
            showlegend=False,
            hovertemplate="%{text}<extra>" + plain(mark.label, 40) + "</extra>",
        )
    ]


def _change(before: dict[str, Any], now: dict[str, Any]) -> str:
    """Whose a change was, and by how much."""
    share = now["median_seconds"] / before["median_seconds"] - 1
    return f"{_WHOSE[now['whose']][0]} {share:+.0%}".replace("-", "−")


def picture(runs: pd.DataFrame, segments: pd.DataFrame, height: int = 200) -> Plot:
    """What ``trend`` draws, as a picture: the same lines, medians, changes and marks, but for the configs that are not
    named, which are grey.

    Args:
        runs, segments: as ``trend`` takes them; at least one run.
    """
    parts, levels = _by_config(runs[["config", "started_at", "wall_seconds"]]), _by_config(segments)
    order = sorted(parts, key=lambda config: -len(parts[config]))
    named, others = order[:MOST_NAMED], order[MOST_NAMED:]
    marks = {config: config_mark(config) for config in named}
    grey = Mark(label=count(len(others), "other config"), colour=_GREY)
    layers: list[Line | Dots] = [layer for config in others for layer in _drawn(parts[config], grey, many=True)]
    for config in reversed(named):  # those with the most runs lie on top
        layers += _drawn(parts[config], marks[config], many=len(runs) > MANY)
    notes: list[Note] = []
    for config in named:
        stretches = levels.get(config, [])
        signs, told = _signs(stretches, marks[config])
        layers, notes = [*layers, *_levels(stretches, marks[config]), *signs], [*notes, *told]
    x, y = of_moments(runs["started_at"].min(), runs["started_at"].max()), from_zero(runs["wall_seconds"])
    legend = [replace(marks[config], label=plain(marks[config].label, 40)) for config in named]
    return Plot(
        x=x,
        y=y,
        layers=tuple(layers),
        words=_picture_words(runs, [(marks[config].label, parts[config]) for config in named]),
        y_title="wall-clock",
        notes=_apart(notes, x, y),
        legend=tuple([*legend, grey] if others else legend),
        height=height,
    )


def _apart(notes: list[Note], x: Scale, y: Scale) -> tuple[Note, ...]:
    """Of words that would lie over each other the newest; the signs of the others are there."""
    kept: list[Note] = []
    for note in sorted(notes, key=lambda note: -note.x):
        near = [
            abs(x.place(note.x) - x.place(other.x)) < _WORDS and abs(y.place(note.y) - y.place(other.y)) < _LINE
            for other in kept
        ]
        if not any(near):
            kept.append(note)
    return tuple(kept)


def _by_config(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Rows by their config; dozens of frames would cost more than the picture."""
    by_config: dict[str, list[dict[str, Any]]] = {}
    for row in rows(frame):
        by_config.setdefault(row["config"], []).append(row)
    return by_config


def _drawn(runs: list[dict[str, Any]], mark: Mark, *, many: bool) -> list[Line | Dots]:
    xs, ys = [row["started_at"].timestamp() for row in runs], [row["wall_seconds"] for row in runs]
    dots = Dots(xs=xs, ys=ys, mark=mark, size=5 if many else 8, opacity=0.5 if many else 0.85)
    return [Line(xs=xs, ys=ys, colour=mark.colour, width=1, opacity=0.35), dots]


def _levels(stretches: list[dict[str, Any]], mark: Mark) -> list[Line | Dots]:
    return [
        Line(
            xs=(row["start"].timestamp(), row["stop"].timestamp()),
            ys=[row["median_seconds"]] * 2,
            colour=mark.colour,
            width=2.5,
            dash="" if number % 2 == 0 else "8 4",
        )
        for number, row in enumerate(stretches)
        if row["runs"] >= FEWEST_RUNS
    ]


def _signs(stretches: list[dict[str, Any]], mark: Mark) -> tuple[list[Line | Dots], list[Note]]:
    """A hollow sign at each change, and its words."""
    signs: list[Line | Dots] = []
    notes: list[Note] = []
    for before, now in pairwise(stretches):
        if now.get("whose") in _WHOSE:
            x, y = now["start"].timestamp(), now["median_seconds"]
            look = replace(mark, symbol=f"{_WHOSE[now['whose']][1]}-open")
            signs.append(Dots(xs=[x], ys=[y], mark=look, size=15, opacity=1.0))
            notes.append(Note(x=x, y=y, text=f"{_change(before, now)}: {seconds(now['median_seconds'])}"))
    return signs, notes


def _picture_words(runs: pd.DataFrame, named: list[tuple[str, list[dict[str, Any]]]]) -> str:
    levels = [
        f"{label} {seconds(median(row['wall_seconds'] for row in part))} ({count(len(part), 'run')})"
        for label, part in named
    ]
    first, last = runs["started_at"].min(), runs["started_at"].max()
    return (
        f"Wall-clock seconds of {count(len(runs), 'comparable run')} from {first:%Y-%m-%d} to {last:%Y-%m-%d}; "
        f"medians: {listed(levels)}"
    )
