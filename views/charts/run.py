"""Charts of one run: its phases by category, its tasks, its caches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from views import palette
from views.charts.layout import figure, fill
from views.frames import rows
from views.palette import Mark
from views.text import percent, plain, seconds

#: Every node goes into the page whatever its depth: more than this makes the browser slow.
MOST_NODES = 2_000
ROOT = "run"
_FAILED = Mark(label="failed", colour="#D3372F", pattern="x", sign="✖")
_FINISHED = Mark(label="finished", colour="#0077BB", sign="●")
_HIT = Mark(label="hits", colour="#009E73", sign="●")
_MISS = Mark(label="misses", colour="#D55E00", pattern="/", sign="○")


def shares(parts: pd.DataFrame, height: int = 84) -> go.Figure:
    """One bar of the whole run, split by category: columns category, seconds. The parts add up to 100%."""
    whole = parts["seconds"].sum() or 1.0
    traces = [_share(row["category"], row["seconds"], row["seconds"] / whole) for row in rows(parts)]
    drawn = figure(*traces, height=height, barmode="stack", bargap=0.1)
    drawn.update_xaxes(visible=False, range=[0, whole])
    drawn.update_yaxes(visible=False)
    drawn.update_layout(margin={"l": 0, "r": 0, "t": 30, "b": 0}, legend={"traceorder": "normal"}, showlegend=True)
    return drawn


def _share(category: str, amount: float, share: float) -> go.Bar:
    mark = palette.category(category)
    return go.Bar(
        x=[amount],
        y=[""],
        orientation="h",
        name=f"{mark.label} {percent(share)}",
        marker=fill(mark),
        hovertemplate=f"{mark.label}: {seconds(amount)}, {percent(share, 1)}<extra></extra>",
    )


def icicle(nodes: pd.DataFrame, height: int = 260) -> go.Figure:
    """The tree of phases, width by total seconds, colour by category.

    Args:
        nodes: columns id, parent (empty for the root), label, category, total_seconds, self_seconds, calls. A parent's
            total holds at least its children's.
    """
    kept = pruned(nodes)
    whole = float(kept.loc[kept["parent"] == "", "total_seconds"].sum()) or 1.0
    marks = [palette.category(name) for name in kept["category"]]
    drawn = figure(
        go.Icicle(
            ids=kept["id"].tolist(),
            parents=kept["parent"].tolist(),
            labels=[plain(label) for label in kept["label"]],
            values=kept["total_seconds"].to_numpy(),
            branchvalues="total",
            marker=_tiles(marks, kept["parent"] == ""),
            customdata=_facts(kept, marks, whole),
            texttemplate="<b>%{label}</b><br>%{customdata[0]} · %{customdata[1]}",
            hovertemplate="<b>%{label}</b> (%{customdata[2]})<br>total %{customdata[0]}, %{customdata[1]} of the run"
            "<br>self %{customdata[3]}<br>calls %{customdata[4]}<extra></extra>",
            tiling={"orientation": "v", "pad": 2},
            sort=False,
            leaf={"opacity": 1},
            insidetextfont={"color": "#FFFFFF"},
        ),
        height=height,
    )
    drawn.update_layout(margin={"l": 0, "r": 0, "t": 24, "b": 0}, uniformtext={"minsize": 11, "mode": "hide"})
    return drawn


def _tiles(marks: list[Mark], root: Iterable[bool]) -> dict[str, object]:
    return {
        "colors": ["#46525E" if top else mark.colour for mark, top in zip(marks, root, strict=True)],
        "pattern": {
            "shape": [mark.pattern for mark in marks],
            "fgcolor": "rgba(255,255,255,0.18)",
            "fillmode": "overlay",
            "size": 7,
        },
        "line": {"width": 1, "color": "rgba(255,255,255,0.6)"},
    }


def _facts(nodes: pd.DataFrame, marks: list[Mark], whole: float) -> list[list[str]]:
    return [
        [
            seconds(row["total_seconds"]),
            percent(row["total_seconds"] / whole),
            mark.label,
            seconds(row["self_seconds"]),
            f"{int(row['calls']):,}",
        ]
        for row, mark in zip(rows(nodes), marks, strict=True)
    ]


def pruned(nodes: pd.DataFrame, most: int = MOST_NODES) -> pd.DataFrame:
    """The ``most`` largest nodes, each with its ancestors; a parent is never smaller than its child, so both stay."""
    if len(nodes) <= most:
        return nodes
    depth = nodes["id"].str.count("/")
    order = nodes.assign(depth=depth).sort_values(["total_seconds", "depth"], ascending=[False, True], kind="stable")
    kept = set(order["id"].iloc[:most])
    whole = nodes[nodes["id"].isin(kept)]
    return whole[whole["parent"].isin(kept) | (whole["parent"] == "")]


def slowest_tasks(tasks: pd.DataFrame, height: int = 340) -> go.Figure:
    """Tasks as bars split by category, in the order given from the top: columns task_id, category, seconds, status."""
    states = tasks.drop_duplicates("task_id").set_index("task_id")["status"]
    named = {task: _task_name(task, status) for task, status in states.items()}
    marks = [(palette.category(str(name)), part) for name, part in tasks.groupby("category", sort=False)]
    drawn = figure(*(_task_bars(part, mark, named) for mark, part in marks), height=height, barmode="stack")
    drawn.update_yaxes(categoryorder="array", categoryarray=list(named.values())[::-1])
    drawn.update_xaxes(ticksuffix=" s", rangemode="tozero")
    return drawn


def _task_name(task: Any, status: str) -> str:
    return plain(task, 40) + ("" if status == "finished" else f" {_FAILED.sign} {plain(status, 20)}")


def _task_bars(tasks: pd.DataFrame, mark: Mark, named: dict[Any, str]) -> go.Bar:
    return go.Bar(
        x=tasks["seconds"].to_numpy(dtype=float),
        y=[named[task] for task in tasks["task_id"]],
        orientation="h",
        name=mark.label,
        marker=fill(mark),
        text=[seconds(value) for value in tasks["seconds"]],
        hovertemplate="%{y}<br>%{text} " + mark.label + "<extra></extra>",
        textposition="none",
    )


def task_curve(tasks: pd.DataFrame, height: int = 300) -> go.Figure:
    """All tasks from the slowest on: how much of the run the first so many of them take. Column seconds."""
    ordered = tasks["seconds"].dropna().sort_values(ascending=False)
    share = (ordered.cumsum() / (ordered.sum() or 1.0)).to_numpy(dtype="float32")
    kind = go.Scattergl if len(share) > MOST_NODES else go.Scatter
    line = kind(
        x=list(range(1, len(share) + 1)),
        y=share,
        mode="lines",
        line={"color": _FINISHED.colour, "width": 2.5},
        fill="tozeroy",
        hovertemplate="the %{x} slowest tasks take %{y:.0%}<extra></extra>",
    )
    drawn = figure(line, height=height, showlegend=False)
    drawn.update_yaxes(tickformat=".0%", range=[0, 1.02], title="share of all task seconds")
    drawn.update_xaxes(title="slowest tasks", rangemode="tozero")
    return drawn


def caches(frame: pd.DataFrame, height: int | None = None) -> go.Figure:
    """Hits and misses of each cache as shares of its lookups: columns name, hits, misses."""
    lookups = (frame["hits"] + frame["misses"]).replace(0, 1)
    names = [plain(name, 40) for name in frame["name"]]
    traces = [
        go.Bar(
            x=(frame[column] / lookups).to_numpy(),
            y=names,
            orientation="h",
            name=mark.label,
            marker=fill(mark),
            text=[f"{value:,}" for value in frame[column]],
            hovertemplate=f"%{{y}}: %{{text}} {mark.label}, %{{x:.1%}}<extra></extra>",
        )
        for column, mark in (("hits", _HIT), ("misses", _MISS))
    ]
    drawn = figure(*traces, height=height or 90 + 44 * len(frame), barmode="stack")
    drawn.update_xaxes(tickformat=".0%", range=[0, 1])
    drawn.update_yaxes(autorange="reversed")
    return drawn
