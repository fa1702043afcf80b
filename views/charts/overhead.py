"""How a run's time spreads over its tasks."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from views import text
from views.charts.layout import figure


def task_spread(tasks: pd.DataFrame) -> go.Figure:
    """Seconds per task, slowest first, one line a run.

    Args:
        tasks: bar (the run), task, seconds.
    """
    drawn = figure(height=260)
    dashes = ("solid", "dash", "dot")
    for number, (bar, rows) in enumerate(tasks.groupby("bar", sort=False)):
        ordered = rows.sort_values("seconds", ascending=False)
        drawn.add_trace(
            go.Scatter(
                name=text.plain(bar),
                x=list(range(1, len(ordered) + 1)),
                y=ordered["seconds"].to_numpy(),
                mode="lines+markers",
                marker={"size": 5, "symbol": ("circle", "diamond", "square")[number % 3]},
                line={"dash": dashes[number % 3], "color": ("#5B6B7A", "#0077BB", "#C2609A")[number % 3]},
                customdata=[text.plain(task) for task in ordered["task"]],
                hovertemplate="%{customdata}: %{y:.3g} s<extra></extra>",
            )
        )
    drawn.update_xaxes(title_text="tasks, slowest first")
    drawn.update_yaxes(title_text="seconds", rangemode="tozero")
    return drawn
