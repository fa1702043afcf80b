"""The Overhead page's charts: runs as bars of 100%, and how the time spreads over tasks."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from views import palette, text
from views.charts.layout import figure, fill


def composition(parts: pd.DataFrame) -> go.Figure:
    """Runs as bars of 100% below each other, their phases coloured by category.

    Args:
        parts: bar, phase, category, seconds, share, as ``views.data.overhead.shares`` gives it, concatenated.
    """
    bars = list(dict.fromkeys(parts["bar"]))
    drawn = figure(height=90 + 74 * len(bars), barmode="stack", uniformtext={"minsize": 11, "mode": "hide"})
    named: set[str] = set()
    for row in parts.to_dict("records"):
        mark = palette.category(row["category"])
        drawn.add_trace(
            go.Bar(
                name=mark.label,
                legendgroup=mark.label,
                legendrank=list(palette.CATEGORIES.values()).index(mark),
                showlegend=mark.label not in named,
                orientation="h",
                y=[text.plain(row["bar"])],
                x=[row["share"]],
                marker=fill(mark) | {"line": {"color": "rgba(255,255,255,0.9)", "width": 1.5}},
                text=_inside(row["phase"], row["share"]),
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={"color": "#FFFFFF"},
                hovertext=f"{text.plain(row['phase'])}: {text.seconds(row['seconds'])}, "
                f"{text.percent(row['share'], 1)} ({mark.label})",
                hoverinfo="text",
            )
        )
        named.add(mark.label)
    drawn.update_xaxes(tickformat=".0%", range=[0, 1], title_text="share of the run's wall-clock")
    drawn.update_yaxes(autorange="reversed", categoryorder="array", categoryarray=[text.plain(bar) for bar in bars])
    return drawn


def _inside(phase: str, share: float) -> str:
    return f"{text.plain(phase, 32)} {text.percent(share)}" if share >= 0.07 else ""


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
