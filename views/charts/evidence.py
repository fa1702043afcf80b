"""Charts of measurements: arms block by block, what each win contributes, which wins do each other's work."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from views import palette, text
from views.charts.layout import figure, fill, see_through
from views.charts.lying import Part, Row
from views.configs import circled, typed
from views.palette import Mark

_BAND, _OVERLAP = "#0077BB", "#A84300"
_SAVED = Mark(label="seconds saved", colour=_BAND)
_WIN = "win"


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


def contributions(shapley: pd.DataFrame) -> list[Row]:
    """Shapley seconds per win, with their intervals, as lying bars.

    Args:
        shapley: win, seconds, low, high.
    """
    rows = shapley.astype(object).where(shapley.notna(), None).to_dict("records")
    return [
        Row(
            label=f"{circled(row['win'])} {row['win']}",
            parts=(Part(start=0.0, end=row["seconds"], mark=_SAVED),),
            value=text.seconds(row["seconds"]),
            words=_contributed(row),
            low=row["low"],
            high=row["high"],
        )
        for row in rows
    ]


def _contributed(row: dict[Hashable, Any]) -> str:
    known = row["low"] is not None and row["high"] is not None
    between = f", 95% interval {text.seconds(row['low'])} to {text.seconds(row['high'])}" if known else ""
    return f"{row['win']} saves {text.seconds(row['seconds'])}{between}"


def interactions(pairs: pd.DataFrame, wins: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """How pairs of wins work together: below 1x they do each other's work, above they help each other.

    Args:
        pairs: one, two (win names), factor (of the speedup together over the product of both), low, high.
        wins: in the order to show.

    Returns:
        The cells, a row and a column for each win by its number, and the colours of CSS behind them.
    """
    numbers = [circled(win) for win in wins]  # their names stand beside the bars: here they would take the cells' room
    by_pair = {frozenset((row["one"], row["two"])): row for row in pairs.to_dict("records")}
    cells = [[by_pair.get(frozenset((first, two))) for two in wins] for first in wins]
    shown = pd.DataFrame([[_signed(cell) for cell in row] for row in cells], columns=numbers)
    fills = pd.DataFrame([[_fill(cell) for cell in row] for row in cells], columns=numbers)
    shown.insert(0, _WIN, numbers)
    return shown, fills


def _fill(cell: dict[Hashable, Any] | None) -> str:
    """Deeper the further from 1 a pair's factor is; nothing where the interval does not exclude 1."""
    away = (_resolved(cell) or 1.0) - 1.0
    return see_through(_OVERLAP if away < 0 else _BAND, 0.1 + 0.5 * min(abs(away), 0.7)) if away else ""


def _resolved(cell: dict[Hashable, Any] | None) -> float | None:
    """The factor that colours a cell: 1 where the interval does not exclude it."""
    if cell is None:
        return None
    low, high = cell["low"], cell["high"]
    unsure = low is None or high is None or low != low or high != high or low <= 1 <= high
    return 1.0 if unsure else float(cell["factor"])


def _signed(cell: dict[Hashable, Any] | None) -> str:
    """The factor of a pair and its sign, which stands behind: before a number a plus would begin a formula."""
    if cell is None:
        return ""
    resolved = _resolved(cell) or 1.0
    sign = "≈" if abs(resolved - 1) < 0.005 else "−" if resolved < 1 else "+"
    return f"{cell['factor']:.2f}x {sign}"


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
