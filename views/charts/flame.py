"""Flame charts, drawn by us from plain frames: nothing in an uploaded profile is ever interpreted.

Frames have the columns depth (0 is the outermost), start (seconds), seconds, self_seconds, name, place (file and line),
category, id and parent (-1 for none). What is made here is data for the component of ``views/parts/flame``, which draws
what can be seen and keeps the rest within reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from views import palette
from views.frames import rows
from views.text import one_line, percent, seconds

#: Found frames are told from the rest by this colour and by an outline.
FOUND = "#B8860B"
_SLOWER, _FASTER, _UNKNOWN = (palette.VERDICTS[name].colour for name in ("slower", "faster", "same"))
#: A share that changed by less than this part of the largest change is drawn as unchanged.
_UNCHANGED = 0.02


def drawing(frames: pd.DataFrame, find: str = "") -> dict[str, Any]:
    """Stacks from the top down, width by seconds, colour and pattern by category; what holds ``find`` stands out.

    Returns:
        lists of equal length, one value a frame: depth, start, seconds, name, place, fact (its figures in words),
        colour, pattern, faded, parent (its number, -1 for none), hit; and ``whole``, the seconds of all of it.
    """
    hits = matches(frames, find)
    marks = [palette.category(name) for name in frames["category"]]
    whole = whole_seconds(frames)
    facts = [
        f"total {seconds(row['seconds'])}, {percent(row['seconds'] / whole, 1)}; self {seconds(row['self_seconds'])}"
        for row in rows(frames)
    ]
    faded = [bool(find.strip()) and not hit for hit in hits]
    colours = [FOUND if hit else mark.colour for hit, mark in zip(hits, marks, strict=True)]
    return data(frames, facts, colours, [mark.pattern for mark in marks], faded, hits)


def matches(frames: pd.DataFrame, find: str) -> list[bool]:
    """Which frames hold ``find`` in their name or place, upper and lower case alike; none for an empty text."""
    wanted = find.strip().casefold()
    texts = zip(frames["name"], frames["place"], strict=True)
    return [bool(wanted) and wanted in f"{name} {place}".casefold() for name, place in texts]


def difference(frames: pd.DataFrame) -> dict[str, Any]:
    """The second profile's stacks, coloured by the share that a frame gained or lost against the first.

    Args:
        frames: as for ``drawing``, and before_share, after_share (0-1 of their profiles' wholes). Frames that the
            second profile has no more have no width and are left out.
    """
    drawn = frames[frames["seconds"] > 0]
    change = (drawn["after_share"] - drawn["before_share"]).to_numpy(dtype=float)
    largest = float(np.abs(change).max(initial=0.0)) or 1.0
    facts = [
        f"{percent(row['before_share'], 1)} of its profile before, {percent(row['after_share'], 1)} now"
        for row in rows(drawn)
    ]
    kinds = [_kind(float(step / largest)) for step in change]
    colours = [colour for colour, _, _ in kinds]
    return data(drawn, facts, colours, [pattern for _, pattern, _ in kinds], [weak for *_, weak in kinds])


def _kind(change: float) -> tuple[str, str, bool]:
    """Colour, pattern and whether it is faint, of a change of -1 to 1; what grew is hatched too."""
    if abs(change) < _UNCHANGED:
        return _UNKNOWN, "", True
    return (_SLOWER, "/", abs(change) < 0.3) if change > 0 else (_FASTER, "", abs(change) < 0.3)


def data(
    frames: pd.DataFrame,
    facts: list[str],
    colours: list[str],
    patterns: list[str],
    faded: Sequence[bool],
    hits: Sequence[bool] = (),
) -> dict[str, Any]:
    """What the component draws, of frames with the columns depth, start, seconds, name, place, id and parent; further
    lists have a value for each. As ``drawing`` gives it.
    """
    numbers = {frame: number for number, frame in enumerate(frames["id"])}
    return {
        "depth": frames["depth"].tolist(),
        "start": frames["start"].tolist(),
        "seconds": frames["seconds"].tolist(),
        "name": [one_line(name, 120) for name in frames["name"]],
        "place": [one_line(place, 120) for place in frames["place"]],
        "fact": facts,
        "colour": colours,
        "pattern": patterns,
        "faded": list(faded),
        "parent": [numbers.get(parent, -1) for parent in frames["parent"]],
        "hit": list(hits) or [False] * len(frames),
        "whole": whole_seconds(frames),
    }


def whole_seconds(frames: pd.DataFrame) -> float:
    """The seconds of all samples of a profile's frames; 1 where there are none."""
    return float(frames.loc[frames["depth"] == 0, "seconds"].sum()) or 1.0
