"""Charts of measurements: the interval closing in, arms block by block, what each win contributes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from views import palette, text
from views.charts.layout import figure, fill, see_through
from views.configs import circled, typed

_BAND = "#0077BB"
#: Of more wins a cell has no room for the factor.
_MOST_FACTORS = 7


def closing_in(path: pd.DataFrame, margin: float, noise: tuple[float, float] | None = None) -> go.Figure:
    """The speedup and its interval after every block.

    Args:
        path: block, speedup, low, high; the bounds are nan while the interval is not finite.
        margin: what counts as the same, 0.01 for 1%.
        noise: the A/A control's interval, drawn as the noise floor.
    """
    known = path[path["low"].notna()]
    drawn = figure(
        go.Scatter(
            name="95% interval",
            x=[*known["block"], *known["block"][::-1]],
            y=[*known["high"], *known["low"][::-1]],
            mode="lines",
            fill="toself",
            fillcolor=see_through(_BAND, 0.2),
            line={"color": see_through(_BAND, 0.6), "width": 1},
            hoverinfo="skip",
        ),
        go.Scatter(
            name="speedup",
            x=path["block"],
            y=path["speedup"],
            mode="lines+markers",
            line={"color": _BAND},
            marker={"size": 7},
            hovertemplate="after block %{x}: %{y:.3f}x<extra></extra>",
        ),
        height=300,
    )
    _floor(drawn, margin, noise)
    drawn.update_xaxes(title_text="blocks", dtick=1 if len(path) <= 20 else None, rangemode="tozero")
    drawn.update_yaxes(title_text="speedup (before / after)", ticksuffix="x", range=_window(path, margin, noise))
    return drawn


def _window(path: pd.DataFrame, margin: float, noise: tuple[float, float] | None) -> list[float] | None:
    """What the axis shows: twice the newest interval, and 1x with its noise; the wide beginning is cut."""
    known = path[path["low"].notna()]
    if known.empty:
        return None
    last = known.iloc[-1]
    reach = max(float(last["high"] - last["low"]), margin)
    low = min(float(last["low"]) - reach / 2, 1 - 2 * margin, *(noise or ()))
    return [max(0.0, low), max(float(last["high"]) + reach / 2, 1 + 2 * margin, *(noise or ()))]


def _floor(drawn: go.Figure, margin: float, noise: tuple[float, float] | None) -> None:
    grey = palette.NOISE.colour
    drawn.add_hline(y=1, line={"color": grey, "width": 1})
    drawn.add_hrect(y0=1 - margin, y1=1 + margin, fillcolor=see_through(grey, 0.25), line_width=0, layer="below")
    if noise:
        drawn.add_hrect(
            y0=noise[0],
            y1=noise[1],
            fillcolor=see_through(palette.NOISE.colour, 0.08),
            line={"color": grey, "width": 1, "dash": "dot"},
            layer="below",
            annotation_text="noise floor",
            annotation_position="bottom right",
        )


def arms(blocks: pd.DataFrame) -> go.Figure:
    """Wall-clock seconds of every run, arms beside each other in their blocks.

    Args:
        blocks: block, arm, config, wall_seconds.
    """
    symbols = {"A": ("circle", "#5B6B7A"), "B": ("triangle-up", "#0077BB"), "A2": ("circle-open", "#5B6B7A")}
    drawn = figure(height=260)
    for arm, rows in blocks.groupby("arm", sort=True):
        symbol, colour = symbols.get(str(arm), ("square", palette.WIN_COLOURS[3][0]))
        config = text.plain(typed(rows["config"].iloc[0]))
        name = f"{text.plain(arm)}: {config}" + (" (again, for the noise floor)" if arm == "A2" else "")
        drawn.add_trace(
            go.Scatter(
                name=name,
                x=rows["block"],
                y=rows["wall_seconds"],
                mode="lines+markers",
                line={"color": colour, "dash": "dot" if arm == "A2" else "solid", "width": 1},
                marker={"symbol": symbol, "size": 9},
                hovertemplate="block %{x}: %{y:.3g} s<extra></extra>",
            )
        )
    drawn.update_xaxes(title_text="blocks", dtick=1 if blocks["block"].nunique() <= 20 else None)
    drawn.update_yaxes(title_text="seconds", rangemode="tozero")
    return drawn


def contributions(shapley: pd.DataFrame) -> go.Figure:
    """Shapley seconds per win, with their intervals.

    Args:
        shapley: win, seconds, low, high.
    """
    bar = go.Bar(
        orientation="h",
        y=[
            f"{circled(win)} {text.plain(win)}: {text.seconds(value)}"
            for win, value in zip(shapley["win"], shapley["seconds"], strict=True)
        ],
        x=shapley["seconds"],
        marker={"color": _BAND},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (shapley["high"] - shapley["seconds"]).fillna(0).tolist(),
            "arrayminus": (shapley["seconds"] - shapley["low"]).fillna(0).tolist(),
            "color": palette.PLANNED.colour,
        },
        hovertemplate="%{y}<extra></extra>",
        showlegend=False,
    )
    drawn = figure(bar, height=60 + 46 * len(shapley))
    drawn.update_xaxes(title_text="seconds saved (Shapley)")
    drawn.update_yaxes(autorange="reversed")
    return drawn


def interactions(pairs: pd.DataFrame, wins: Sequence[str]) -> go.Figure:
    """How pairs of wins work together: below 1x they do each other's work, above they help each other.

    Args:
        pairs: one, two (win names), factor (of the speedup together over the product of both), low, high.
        wins: in the order to show.
    """
    numbers = [circled(win) for win in wins]  # their names stand beside the bars: here they would take the cells' room
    by_pair = {frozenset((row["one"], row["two"])): row for row in pairs.to_dict("records")}
    cells = [[by_pair.get(frozenset((first, two))) for two in wins] for first in wins]
    drawn = figure(
        go.Heatmap(
            z=[[_resolved(cell) for cell in row] for row in cells],
            x=numbers,
            y=numbers,
            zmid=1,
            colorscale=[[0, "#A84300"], [0.5, "#6B747D"], [1, "#005F99"]],
            textfont={"color": "#FFFFFF"},
            text=[[_signed(cell, short=len(wins) > _MOST_FACTORS) for cell in row] for row in cells],
            customdata=[
                [(text.plain(first), text.plain(two), _signed(cell)) for two, cell in zip(wins, row, strict=True)]
                for first, row in zip(wins, cells, strict=True)
            ],
            zmin=0.5,
            zmax=1.5,
            texttemplate="%{text}",
            hovertemplate="%{customdata[0]} with %{customdata[1]}: %{customdata[2]}<extra></extra>",
            showscale=False,
            xgap=3,
            ygap=3,
        ),
        height=60 + 46 * len(wins),
    )
    drawn.update_yaxes(autorange="reversed", showgrid=False, type="category")
    drawn.update_xaxes(side="top", showgrid=False, type="category")
    return drawn


def _resolved(cell: dict[Hashable, Any] | None) -> float | None:
    """The factor that colours a cell: 1 where the interval does not exclude it."""
    if cell is None:
        return None
    low, high = cell["low"], cell["high"]
    unsure = low is None or high is None or low != low or high != high or low <= 1 <= high
    return 1.0 if unsure else float(cell["factor"])


def _signed(cell: dict[Hashable, Any] | None, short: bool = False) -> str:
    """The sign and the factor of a pair; ``short``: the sign alone."""
    if cell is None:
        return ""
    resolved = _resolved(cell) or 1.0
    sign = "≈" if abs(resolved - 1) < 0.005 else "−" if resolved < 1 else "+"
    return sign if short else f"{sign} {cell['factor']:.2f}x"


def configs(table: pd.DataFrame) -> go.Figure:
    """Seconds of every config, fastest first.

    Args:
        table: config, seconds, measured.
    """
    ordered = table.sort_values("seconds")
    bar = go.Bar(
        orientation="h",
        y=[text.plain(config) for config in ordered["config"]],
        x=ordered["seconds"],
        marker=fill(palette.CATEGORIES["io"])
        | {"pattern": {"shape": ["" if is_measured else "/" for is_measured in ordered["measured"]]}},
        hovertemplate="%{y}: %{x:.3g} s<extra></extra>",
        showlegend=False,
    )
    drawn = figure(bar, height=60 + 20 * len(ordered))
    drawn.update_xaxes(title_text="seconds")
    drawn.update_yaxes(autorange="reversed")
    return drawn
