"""Charts of two runs beside each other: where the difference comes from."""

from __future__ import annotations

from math import ceil, floor, log10

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from views import palette
from views.charts.layout import figure, see_through
from views.charts.run import pruned
from views.frames import rows
from views.text import plain, seconds, shortened, signed

_SLOWER, _FASTER, _SAME = (palette.VERDICTS[name] for name in ("slower", "faster", "same"))
#: What is not resolved is grey on every chart of a difference.
UNRESOLVED = _SAME.colour


def waterfall(parts: pd.DataFrame, before: str, after: str, height: int = 360) -> go.Figure:
    """From the seconds of ``before`` to those of ``after``, phase by phase; the steps add up exactly.

    Args:
        parts: columns label, before_seconds, after_seconds, one row a phase (self seconds) and one for unaccounted.
    """
    start, stop = float(parts["before_seconds"].sum()), float(parts["after_seconds"].sum())
    steps = (parts["after_seconds"] - parts["before_seconds"]).to_numpy(dtype=float)
    names = [plain(before, 40), *(plain(shortened(label, 32)) for label in parts["label"]), plain(after, 40)]
    drawn = figure(
        go.Waterfall(
            x=names,
            y=[start, *steps, stop],
            measure=["absolute", *["relative"] * len(steps), "total"],
            text=[seconds(start), *(signed(step) for step in steps), seconds(stop)],
            textposition="outside",
            increasing={"marker": {"color": _SLOWER.colour}},
            decreasing={"marker": {"color": _FASTER.colour}},
            totals={"marker": {"color": palette.REFERENCE.colour}},
            connector={"line": {"color": _SAME.colour, "width": 1}},
            hovertemplate="%{x}<br>%{text}<extra></extra>",
            cliponaxis=False,
        ),
        height=height,
        showlegend=False,
    )
    drawn.update_yaxes(title="seconds", rangemode="tozero")
    drawn.update_xaxes(type="category")
    return drawn


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
