"""Charts of two runs beside each other: where the difference comes from."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, floor, log10
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from views import palette
from views.charts.layout import figure, see_through
from views.charts.lying import Part, Row
from views.charts.plot import Dots, Line, Plot
from views.charts.run import pruned
from views.charts.scale import in_powers
from views.frames import rows
from views.text import plain, seconds, signed

_SLOWER, _FASTER, _SAME = (palette.VERDICTS[name] for name in ("slower", "faster", "same"))
#: What is not resolved is grey on every chart of a difference.
UNRESOLVED = _SAME.colour


def waterfall(parts: pd.DataFrame, before: str, after: str) -> list[Row]:
    """From the seconds of ``before`` to those of ``after``, phase by phase; the steps add up exactly.

    Args:
        parts: columns label, before_seconds, after_seconds, one row a phase (self seconds) and one for unaccounted.
    """
    start, stop = float(parts["before_seconds"].sum()), float(parts["after_seconds"].sum())
    bars, at = [_whole(before, start)], start
    for row in rows(parts):
        step = float(row["after_seconds"] - row["before_seconds"])
        bars.append(_step(row, at, step))
        at += step
    return [*bars, _whole(after, stop)]


def _whole(name: str, amount: float) -> Row:
    part = Part(start=0.0, end=amount, mark=palette.REFERENCE)
    told = seconds(amount)
    return Row(label=name, parts=(part,), value=told, words=f"{name}: {told}", leads_to=amount)


def _step(row: dict[str, Any], at: float, step: float) -> Row:
    label, change = str(row["label"]), signed(step)
    told = f"{label}: {change}, from {seconds(row['before_seconds'])} to {seconds(row['after_seconds'])}"
    part = Part(start=at, end=at + step, mark=_SLOWER if step > 0 else _FASTER)
    return Row(label=label, parts=(part,), value=change, words=told, leads_to=at + step)


def tasks_picture(frame: pd.DataFrame, before: str, after: str) -> Plot:
    """What ``tasks`` draws, as a picture."""
    low, high = _span(frame)
    scale = in_powers(low, high)
    faster = frame["after_seconds"] < frame["before_seconds"]
    marks = [
        replace(_FASTER, label=f"{after} is faster ({int(faster.sum())})"),
        replace(_SLOWER, label=f"{after} is not ({int((~faster).sum())})"),
    ]
    dots = [
        Dots(xs=part["before_seconds"].tolist(), ys=part["after_seconds"].tolist(), mark=mark)
        for part, mark in zip((frame[faster], frame[~faster]), marks, strict=True)
    ]
    ends = (scale.low, scale.high)
    return Plot(
        x=scale,
        y=scale,
        layers=(Line(xs=ends, ys=ends, colour=_SAME.colour, dash="6 4"), *dots),
        words=f"Each task's seconds, {before} across and {after} upwards, on both sides of the line where they are the "
        f"same: {marks[0].label}, {marks[1].label}; from {seconds(low)} to {seconds(high)}",
        x_title=before,
        y_title=after,
        legend=tuple(marks),
        height=320,
    )


def tasks(frame: pd.DataFrame, before: str, after: str, height: int = 380) -> go.Figure:
    """Each task's seconds in both runs, with the diagonal where nothing changed: a picture, not evidence.

    Args:
        frame: columns task_id, before_seconds, after_seconds.
    """
    low, high = _span(frame)
    faster = frame["after_seconds"] < frame["before_seconds"]
    traces = [
        _dots(frame[faster], f"{after} is faster", palette.VERDICTS["faster"]),
        _dots(frame[~faster], f"{after} is not", palette.VERDICTS["slower"]),
        go.Scatter(
            x=[low, high],
            y=[low, high],
            mode="lines",
            name="the same",
            line={"dash": "dash", "color": _SAME.colour},
            hoverinfo="skip",
        ),
    ]
    drawn = figure(*traces, height=height)
    ticks = _ticks(low, high)
    for axis, name in ((drawn.update_xaxes, before), (drawn.update_yaxes, after)):
        axis(title=plain(name, 40), type="log", tickvals=ticks, ticktext=[seconds(tick) for tick in ticks])
    return drawn


def _ticks(low: float, high: float) -> list[float]:
    """1, 2 and 5 of each power of ten within a span, or only the powers where it is wide."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    steps = (1, 2, 5) if len(powers) <= 3 else (1,)
    return [step * 10.0**power for power in powers for step in steps]


def _span(frame: pd.DataFrame) -> tuple[float, float]:
    values = frame[["before_seconds", "after_seconds"]].to_numpy(dtype=float)
    positive = values[values > 0]
    return (float(positive.min()), float(positive.max())) if len(positive) else (1e-3, 1.0)


def _dots(frame: pd.DataFrame, name: str, mark: palette.Mark) -> go.Scatter:
    return go.Scatter(
        x=frame["before_seconds"].to_numpy(dtype=float),
        y=frame["after_seconds"].to_numpy(dtype=float),
        mode="markers",
        name=plain(name, 60),
        marker={"color": mark.colour, "symbol": mark.symbol, "size": 8, "opacity": 0.75},
        text=[plain(task, 40) for task in frame["task_id"]],
        hovertemplate="%{text}<br>%{x:.4f} s before, %{y:.4f} s now<extra></extra>",
    )


def icicle(nodes: pd.DataFrame, height: int = 260) -> go.Figure:
    """The tree of phases, width by the larger of both totals, colour by the change in seconds; unresolved is grey.

    Args:
        nodes: columns id, parent (empty for the root), label, total_seconds (the larger of both, a parent's at least
            its children's), before_seconds, after_seconds, resolved (bool).
    """
    kept = pruned(nodes)
    change = (kept["after_seconds"] - kept["before_seconds"]).to_numpy(dtype=float)
    largest = float(np.abs(change).max(initial=0.0)) or 1.0
    colours = [
        _shade(step / largest) if known else UNRESOLVED for step, known in zip(change, kept["resolved"], strict=True)
    ]
    facts = [
        [
            signed(step),
            seconds(row["before_seconds"]),
            seconds(row["after_seconds"]),
            "" if row["resolved"] else " (not resolved)",
        ]
        for step, row in zip(change, rows(kept), strict=True)
    ]
    drawn = figure(
        go.Icicle(
            ids=kept["id"].tolist(),
            parents=kept["parent"].tolist(),
            labels=[plain(label) for label in kept["label"]],
            values=kept["total_seconds"].to_numpy(dtype=float),
            branchvalues="total",
            marker={"colors": colours, "line": {"width": 1, "color": "rgba(255,255,255,0.6)"}},
            customdata=facts,
            texttemplate="<b>%{label}</b><br>%{customdata[0]}%{customdata[3]}",
            hovertemplate="<b>%{label}</b><br>%{customdata[1]} before, %{customdata[2]} now"
            "<br>%{customdata[0]}%{customdata[3]}<extra></extra>",
            tiling={"orientation": "v", "pad": 2},
            sort=False,
            leaf={"opacity": 1},
        ),
        height=height,
    )
    drawn.update_layout(margin={"l": 0, "r": 0, "t": 24, "b": 0}, uniformtext={"minsize": 11, "mode": "hide"})
    return drawn


def _shade(change: float) -> str:
    return see_through((_SLOWER if change > 0 else _FASTER).colour, 0.4 + 0.6 * min(abs(change), 1.0))
