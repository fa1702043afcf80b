"""Axes of the pictures that are made here: where a value stands, and which values are named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import ceil, floor, log10

import pandas as pd

from views.text import seconds

#: So many values are named at most; of moments, whose names are long, fewer.
_MOST, _MOST_MOMENTS = 5, 4
#: Seconds below which nothing is told apart.
_LEAST = 1e-9
_STEPS = (1, 2, 5, 10)
#: Steps between moments as pandas names them, with how the moments at them are written.
_CALENDAR = (
    *((step, "%H:%M") for step in ("1min", "5min", "15min", "30min")),
    *((step, "%m-%d %H:%M") for step in ("1h", "3h", "6h", "12h")),
    *((step, "%Y-%m-%d") for step in ("1D", "2D", "7D", "14D")),
    *((step, "%Y-%m") for step in ("MS", "2MS", "3MS", "6MS")),
    *((step, "%Y") for step in ("YS", "2YS", "5YS", "10YS", "50YS")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """An axis from ``low`` to ``high``, even or in powers, with the values that it names and their names."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = ()
    powers: bool = False

    def place(self, value: float) -> float:
        """Where a value stands, in percent from the low end; beyond the axis at its end."""
        low, high, at = self.low, self.high, value
        if self.powers:
            low, high, at = log10(low), log10(high), log10(max(value, low / 1e6))
        return 100 * min(max((at - low) / ((high - low) or 1.0), 0.0), 1.0)


def from_zero(values: Iterable[float], room: float = 1.06) -> Scale:
    """Seconds from 0 to the largest of ``values``, with ``room`` behind it."""
    return around_zero((max(value, 0.0) for value in values), room)


def around_zero(values: Iterable[float], room: float = 1.06) -> Scale:
    """As ``from_zero``, and to the left as far as the least of ``values`` lies below 0."""
    known = [0.0, *values]
    low, high = min(known) * room, max(known) * room
    high = high if high - low > _LEAST else 1.0
    raw = (high - low) / _MOST
    base = 10.0 ** floor(log10(raw))
    step = next(size * base for size in _STEPS if size * base >= raw * 0.999)
    named = [at * step for at in range(int(low / step), int(high / step) + 1)]
    return Scale(low=low, high=high, ticks=tuple((tick, seconds(tick) if tick else "0") for tick in named))


def counted(most: int) -> Scale:
    """Whole numbers from 1 to ``most``."""
    steps = [step * 10**power for power in range(9) for step in (1, 2, 5)]
    step = next(size for size in steps if most / size <= _MOST)
    named = [1, *(at for at in range(step, most + 1, step) if at > 1)]
    return Scale(low=1.0, high=float(max(most, 2)), ticks=tuple((float(at), f"{at:,}") for at in named))


def in_powers(low: float, high: float) -> Scale:
    """Seconds from ``low`` to ``high``, both above 0, in powers: 1, 2 and 5 of each, or only each where it is wide."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    steps = (1, 2, 5) if high < 200 * low else (1,)
    named = [step * 10.0**power for power in powers for step in steps]
    low, high = low / 1.15, high * 1.15
    return Scale(
        low=low, high=high, powers=True, ticks=tuple((tick, seconds(tick)) for tick in named if low <= tick <= high)
    )


def of_moments(first: datetime, last: datetime) -> Scale:
    """Moments in UTC, as seconds since 1970, with a little room on both sides."""
    low, high = first.timestamp(), last.timestamp()
    room = (high - low) * 0.02 or 1.0
    ticks: list[tuple[float, str]] = [(low, f"{first:%Y-%m-%d %H:%M}")]
    for step, form in _CALENDAR if high > low else ():
        if step.endswith("S") or (high - low) / pd.Timedelta(step).total_seconds() < 3 * _MOST_MOMENTS:
            moments = pd.date_range(pd.Timestamp(first).floor("D"), last, freq=step)
            moments = moments[moments >= pd.Timestamp(first)]
            if 1 < len(moments) <= _MOST_MOMENTS:
                ticks = [(moment.timestamp(), moment.strftime(form)) for moment in moments]
                break
    return Scale(low=low - room, high=high + room, ticks=tuple(ticks))
