"""Flame charts, drawn by us from plain frames: nothing in an uploaded profile is ever interpreted.

Frames have the columns depth (0 is the outermost), start (seconds), seconds, self_seconds, name, place (file and line),
category. The widest ``MOST_FRAMES`` are drawn; the caller says how many are not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from views import palette
from views.charts.layout import figure, see_through
from views.frames import rows
from views.text import percent, plain, seconds

MOST_FRAMES = 2_000
#: Found frames are told from the rest by this colour and by an outline.
FOUND = "#B8860B"
_ROW = 20
#: Characters that fit beside each other over the whole width.
_ROOM = 170
#: Deeper stacks than this are cut: they are recursion, and would make a page of their own.
MOST_ROWS = 40
#: A frame narrower than this share of the whole would be less than two pixels wide.
_NARROWEST = 1 / 700
_SLOWER, _FASTER, _UNKNOWN = (palette.VERDICTS[name].colour for name in ("slower", "faster", "same"))


def flame(frames: pd.DataFrame, find: str = "") -> go.Figure:
    """Stacks from the top down, width by seconds, colour by category; frames whose name holds ``find`` stand out."""
    kept = widest(frames)
    found = matches(kept, find)
    colours = [palette.category(name).colour for name in kept["category"]]
    if find:
        colours = [FOUND if hit else see_through(colour, 0.3) for hit, colour in zip(found, colours, strict=True)]
    whole = float(frames.loc[frames["depth"] == 0, "seconds"].sum()) or 1.0
    facts = [
        [plain(row["name"], 120), plain(row["place"], 120), seconds(row["seconds"]), percent(row["seconds"] / whole, 1),
         seconds(row["self_seconds"])]
        for row in rows(kept)
    ]  # fmt: skip
    hover = (
        "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>total %{customdata[2]}, %{customdata[3]}"
        "<br>self %{customdata[4]}<extra></extra>"
    )
    return _stacks(kept, colours, facts, hover, outlined=found)


def matches(frames: pd.DataFrame, find: str) -> list[bool]:
    """Which frames hold ``find`` in their name or place, upper and lower case alike; none for an empty text."""
    wanted = find.strip().casefold()
    texts = zip(frames["name"], frames["place"], strict=True)
    return [bool(wanted) and wanted in f"{name} {place}".casefold() for name, place in texts]


def widest(frames: pd.DataFrame, most: int = MOST_FRAMES) -> pd.DataFrame:
    """The ``most`` widest frames of the first ``MOST_ROWS`` rows that can be seen, in their order.

    An outer frame is at least as wide as those in it, so it stays too.
    """
    whole = frames.loc[frames["depth"] == 0, "seconds"].sum()
    frames = frames[(frames["seconds"] >= whole * _NARROWEST) & (frames["depth"] < MOST_ROWS)]
    if len(frames) <= most:
        return frames
    order = frames.sort_values(["seconds", "depth"], ascending=[False, True], kind="stable")
    return frames.loc[order.index[:most].sort_values()]


def hidden(frames: pd.DataFrame) -> int:
    """How many frames are too narrow or too deep to be drawn."""
    return len(frames) - len(widest(frames))


def difference(frames: pd.DataFrame) -> go.Figure:
    """The second profile's stacks, coloured by the share that a frame gained or lost against the first.

    Args:
        frames: as for ``flame``, and before_share, after_share (0-1 of their profiles' wholes).
    """
    kept = widest(frames)
    change = (kept["after_share"] - kept["before_share"]).to_numpy(dtype=float)
    largest = float(np.abs(change).max(initial=0.0)) or 1.0
    colours = [_shade(value / largest) for value in change]
    facts = [
        [
            plain(row["name"], 120),
            plain(row["place"], 120),
            percent(row["before_share"], 1),
            percent(row["after_share"], 1),
        ]
        for row in rows(kept)
    ]
    hover = (
        "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]} before, %{customdata[3]} now<extra></extra>"
    )
    return _stacks(kept, colours, facts, hover, outlined=[False] * len(kept))


def _shade(change: float) -> str:
    """A change of -1 to 1 as colour: less is the colour of faster, more that of slower, little is grey."""
    if abs(change) < 0.02:
        return see_through(_UNKNOWN, 0.45)
    return see_through(_SLOWER if change > 0 else _FASTER, 0.35 + 0.65 * min(abs(change), 1.0))


def _fitting(name: str, share: float) -> str:
    """As much of a name as a bar of this share of the chart holds; nothing where that is too little to read."""
    room = int(share * _ROOM)
    return plain(name, room) if room > 3 else ""


def _stacks(
    frames: pd.DataFrame, colours: Sequence[str], facts: list[list[str]], hover: str, outlined: Sequence[bool]
) -> go.Figure:
    whole = float(frames["seconds"].max()) if len(frames) else 1.0
    deepest = int(frames["depth"].max()) + 1 if len(frames) else 1
    bars = go.Bar(
        base=frames["start"].to_numpy(dtype=float),
        x=frames["seconds"].to_numpy(dtype=float),
        y=frames["depth"].to_numpy(),
        orientation="h",
        width=0.94,
        marker={
            "color": list(colours),
            "line": {
                "width": [2 if one else 0.4 for one in outlined],
                "color": ["#111111" if one else "rgba(255,255,255,.6)" for one in outlined],
            },
        },
        text=[_fitting(row["name"], row["seconds"] / whole) for row in rows(frames)],
        textposition="inside",
        insidetextanchor="start",
        textangle=0,
        constraintext="inside",
        textfont={"size": 12},
        customdata=facts,
        hovertemplate=hover,
    )
    drawn = figure(bars, height=60 + _ROW * deepest, showlegend=False, bargap=0)
    drawn.update_xaxes(title="seconds (samples of the profiler, not timers)", rangemode="tozero")
    drawn.update_yaxes(visible=False, autorange="reversed")
    return drawn
