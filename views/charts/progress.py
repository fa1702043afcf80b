"""The Progress page's chart: the waterfall to the target."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from views import frames, palette, text
from views.charts.lying import Part, Row
from views.charts.scale import Scale, from_zero
from views.palette import Mark

_NOW = Mark(label="now", colour="#0077BB")
#: What is not decided yet.
_HOLLOW = ("planned", "together")
#: What leads from one number to the next, and not from nothing.
_STEPS = ("earlier", "win", "planned")


def waterfall(steps: pd.DataFrame) -> list[Row]:
    """Seconds from the origin to now, one lying bar a step, so that its name has room on a phone too; open wins hollow.

    Args:
        steps: as ``views.data.progress.steps`` gives it.
    """
    bars = frames.rows(steps)
    leads = [row["end"] if following["kind"] in _STEPS else None for row, following in pairwise(bars)]
    return [_row(row, leads_to) for row, leads_to in zip(bars, [*leads, None], strict=True)]


def _row(row: dict[str, Any], leads_to: float | None) -> Row:
    value = _value(row)
    uncertain = f" ({text.seconds(row['low'])} to {text.seconds(row['high'])})" if row["high"] > row["low"] else ""
    note = f"; {row['note']}" if row["note"] else ""
    return Row(
        label=row["label"],
        parts=(Part(start=row["start"], end=row["end"], mark=_mark(row), hollow=row["kind"] in _HOLLOW),),
        value=value,
        words=f"{row['label']}: {value}, ends at {text.seconds(row['end'])}{uncertain}{note}",
        low=row["low"],
        high=row["high"],
        leads_to=leads_to,
    )


def scale(rows: list[Row], target: tuple[float, float] | None) -> Scale:
    """The seconds that hold all bars, their ranges and the target."""
    ends = [end for row in rows for part in row.parts for end in (part.start, part.end)]
    return from_zero([*ends, *(row.high for row in rows if row.high is not None), *(target or ())])


def _mark(row: dict[str, Any]) -> Mark:
    if row["win"]:
        return palette.win(row["win"])
    return _NOW if row["kind"] in ("now", "together") else palette.REFERENCE


def _value(row: dict[str, Any]) -> str:
    if row["kind"] in _STEPS:
        return f"{row['end'] - row['start']:+.1f} s".replace("-", "−")
    return f"{row['end']:.1f} s"
