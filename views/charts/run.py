"""Charts of one run: its phases by category, its tasks, its caches."""

from __future__ import annotations

from typing import Any

import pandas as pd

from views import palette
from views.charts import flame
from views.charts.lying import Part, Row
from views.charts.plot import Line, Plot
from views.charts.scale import Scale, counted
from views.frames import rows
from views.palette import Mark
from views.text import count, listed, one_line, percent, seconds

#: Every node goes into the page whatever its depth: more than this makes the browser slow.
MOST_NODES = 2_000
ROOT = "run"
_WHOLE = Mark(label="the run", colour="#46525E")
_FAILED = Mark(label="failed", colour="#D3372F", pattern="x", sign="✖")
_FINISHED = Mark(label="finished", colour="#0077BB", sign="●")
_HIT = Mark(label="hits", colour="#009E73", sign="●")
_MISS = Mark(label="misses", colour="#D55E00", pattern="/", sign="○")


def tree(nodes: pd.DataFrame) -> dict[str, Any]:
    """The tree of phases for the component of ``views/parts/flame``: width by total seconds, colour by category.

    Args:
        nodes: columns id, parent (empty for the root), label, category, total_seconds, self_seconds, calls. A parent's
            total holds at least its children's.
    """
    kept = pruned(nodes)
    drawn = rows(kept)
    places = _places(drawn)
    whole = float(kept.loc[kept["parent"] == "", "total_seconds"].sum()) or 1.0
    frames = pd.DataFrame(
        {
            "id": kept["id"],
            "parent": kept["parent"],
            "depth": [places[row["id"]][0] for row in drawn],
            "start": [places[row["id"]][1] for row in drawn],
            "seconds": kept["total_seconds"].astype("float64"),
            "name": kept["label"],
            "place": ["" if not row["parent"] else palette.category(row["category"]).label for row in drawn],
        }
    )
    marks = [palette.category(row["category"]) if row["parent"] else _WHOLE for row in drawn]
    facts = [_fact(row, whole) for row in drawn]
    colours, patterns = [mark.colour for mark in marks], [mark.pattern for mark in marks]
    return flame.data(frames, facts, colours, patterns, [False] * len(drawn))


def _places(nodes: list[dict[str, Any]]) -> dict[str, tuple[int, float]]:
    """Depth and start of each node by id: children lie side by side from their parent's left edge on."""
    places: dict[str, tuple[int, float]] = {}
    taken: dict[str, float] = {}
    for row in nodes:  # a parent comes before its children
        depth, start = places.get(row["parent"], (-1, 0.0))
        begun = taken.get(row["parent"], start)
        places[row["id"]] = (depth + 1, begun)
        taken[row["parent"]] = begun + float(row["total_seconds"])
    return places


def _fact(row: dict[str, Any], whole: float) -> str:
    total = f"total {seconds(row['total_seconds'])}, {percent(row['total_seconds'] / whole)} of the run"
    return f"{total}; self {seconds(row['self_seconds'])}; {count(int(row['calls']), 'call')}"


def pruned(nodes: pd.DataFrame, most: int = MOST_NODES) -> pd.DataFrame:
    """The ``most`` largest nodes, each with its ancestors; a parent is never smaller than its child, so both stay."""
    if len(nodes) <= most:
        return nodes
    depth = nodes["id"].str.count("/")
    order = nodes.assign(depth=depth).sort_values(["total_seconds", "depth"], ascending=[False, True], kind="stable")
    kept = set(order["id"].iloc[:most])
    whole = nodes[nodes["id"].isin(kept)]
    return whole[whole["parent"].isin(kept) | (whole["parent"] == "")]


def slowest_tasks(tasks: pd.DataFrame) -> list[Row]:
    """Tasks as bars split by category, in the order given: columns task_id, category, seconds, status."""
    return [_task(str(task), rows(part)) for task, part in tasks.groupby("task_id", sort=False)]


def _task(task: str, parts: list[dict[str, Any]]) -> Row:
    status, at, bars = str(parts[0]["status"]), 0.0, []
    for part in parts:
        spent = float(part["seconds"])
        if spent > 0:
            bars.append(Part(start=at, end=at + spent, mark=palette.category(str(part["category"]))))
            at += spent
    label = one_line(task, 40) + ("" if status == "finished" else f" {_FAILED.sign} {one_line(status, 20)}")
    split = listed([f"{bar.mark.label} {seconds(bar.end - bar.start)}" for bar in bars]) or "nothing"
    return Row(label=label, parts=tuple(bars), value=seconds(at), words=f"{label}: {seconds(at)}, of it {split}")


def task_curve(tasks: pd.DataFrame) -> Plot:
    """All tasks from the slowest on: how much of the run the first so many of them take. Column seconds."""
    ordered = tasks["seconds"].dropna().sort_values(ascending=False)
    share = (ordered.cumsum() / (ordered.sum() or 1.0)).tolist()
    line = Line(xs=range(1, len(share) + 1), ys=share, colour=_FINISHED.colour, width=2.5, filled=True)
    told = [f"the {place} slowest take {percent(share[place - 1])}" for place in _told(len(share))]
    return Plot(
        x=counted(len(share)),
        y=Scale(low=0.0, high=1.02, ticks=tuple((at / 4, percent(at / 4)) for at in range(5))),
        layers=(line,),
        words=f"How the seconds spread over {count(len(share), 'task')}: {listed(told)}",
        x_title="slowest tasks",
        y_title="share of all task seconds",
        height=260,
    )


def _told(most: int) -> list[int]:
    """The numbers of tasks that the curve's words name."""
    return sorted({max(round(most * share), 1) for share in (0.1, 0.25, 0.5)}) if most else []


def caches(frame: pd.DataFrame) -> list[Row]:
    """Hits and misses of each cache as shares of its lookups: columns name, hits, misses."""
    return [_cache(row) for row in rows(frame)]


def _cache(row: dict[str, Any]) -> Row:
    hits, misses = int(row["hits"]), int(row["misses"])
    share, name = hits / ((hits + misses) or 1), one_line(row["name"], 40)
    bars = (Part(start=0.0, end=share, mark=_HIT), Part(start=share, end=1.0, mark=_MISS))
    return Row(
        label=name,
        parts=bars if hits + misses else (),
        value=f"{hits:,} of {hits + misses:,}",
        words=f"{name}: {hits:,} hits, {misses:,} misses" + (f", {percent(share, 1)} hits" if hits + misses else ""),
    )


#: Shares of lookups.
SHARES = Scale(low=0.0, high=1.0, ticks=tuple((at / 4, percent(at / 4)) for at in range(5)))
