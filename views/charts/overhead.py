"""How a run's time spreads over its tasks."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from views import text
from views.charts.layout import figure
from views.charts.plot import Dots, Line, Plot
from views.charts.scale import counted, from_zero
from views.palette import Mark

_LOOKS = (("#5B6B7A", "circle", "solid"), ("#0077BB", "diamond", "dash"), ("#C2609A", "square", "dot"))
_DASHES = {"solid": "", "dash": "6 4", "dot": "2 3"}
#: Of more tasks than this each is no point of its own.
_MOST_POINTS = 150


def task_spread(tasks: pd.DataFrame) -> go.Figure:
    """Seconds per task, slowest first, one line a run.

    Args:
        tasks: bar (the run), task, seconds.
    """
    drawn = figure(height=260)
    for number, (bar, rows) in enumerate(tasks.groupby("bar", sort=False)):
        ordered = rows.sort_values("seconds", ascending=False)
        colour, symbol, dash = _LOOKS[number % len(_LOOKS)]
        drawn.add_trace(
            go.Scatter(
                name=text.plain(bar),
                x=list(range(1, len(ordered) + 1)),
                y=ordered["seconds"].to_numpy(),
                mode="lines+markers",
                marker={"size": 5, "symbol": symbol},
                line={"dash": dash, "color": colour},
                customdata=[text.plain(task) for task in ordered["task"]],
                hovertemplate="%{customdata}: %{y:.3g} s<extra></extra>",
            )
        )
    drawn.update_xaxes(title_text="tasks, slowest first")
    drawn.update_yaxes(title_text="seconds", rangemode="tozero")
    return drawn


def spread_picture(tasks: pd.DataFrame) -> Plot:
    """What ``task_spread`` draws, as a picture."""
    layers: list[Line | Dots] = []
    marks, spreads, most = [], [], 1
    for number, (bar, rows) in enumerate(tasks.dropna(subset=["seconds"]).groupby("bar", sort=False)):
        ordered = rows["seconds"].sort_values(ascending=False).tolist()
        colour, symbol, dash = _LOOKS[number % len(_LOOKS)]
        marks.append(Mark(label=str(bar), colour=colour, symbol=symbol))
        places = range(1, len(ordered) + 1)
        layers.append(Line(xs=places, ys=ordered, colour=colour, dash=_DASHES[dash]))
        if len(ordered) <= _MOST_POINTS:
            layers.append(Dots(xs=places, ys=ordered, mark=marks[-1], size=6))
        spreads.append(f"{bar} from {text.seconds(ordered[0])} to {text.seconds(ordered[-1])}")
        most = max(most, len(ordered))
    return Plot(
        x=counted(most),
        y=from_zero(tasks["seconds"].dropna()),
        layers=tuple(layers),
        words=f"Seconds per task, slowest first: {text.listed(spreads)}",
        x_title="tasks, slowest first",
        legend=tuple(marks),
    )
