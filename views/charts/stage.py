"""A measurement's stage: speedup on a logarithmic axis, a dot for each block and the band that closes in below it.

Places are percent of the width, so that the picture is as wide as its column. Words are the page's, in its colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from views.charts.board import Axis, spanning
from views.text import count, speedup, times

_ACCENT, _LINE, _SAND, _GREY = "#0077BB", "#7F8790", "#B8860B", "#5B6B7A"
#: The picture's height stays within this, however many blocks there are.
_TALLEST, _STEP, _LEAST_STEP = 380, 26, 3
#: A band that is hardly known may not press the dots together: it is cut at so many times the point.
_FURTHEST = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What was known after a block: its own speedup (``trial``), that of all so far, and the bounds, if finite."""

    block: int
    trial: float
    value: float
    low: float | None
    high: float | None


def axis_of(looks: Sequence[Look], noise: tuple[float, float] | None) -> Axis:
    """The axis that holds the blocks, the newest band, the noise and 1x, with 1x in the middle."""
    values = [value for look in looks for value in (look.trial, look.value)]
    if looks and looks[-1].low and looks[-1].high:
        last = looks[-1]
        values += [max(looks[-1].low, last.value / _FURTHEST), min(looks[-1].high, last.value * _FURTHEST)]
    values += [bound for bound in noise or () if 0.5 < bound < 2]
    furthest = max([1.05, *(max(value, 1 / value) for value in values)])
    return spanning([1 / furthest, furthest])


def height_of(looks: Sequence[Look]) -> int:
    """Pixels that the picture is high."""
    return round(_room(looks) * max(len(looks), 3) + 12)


def _room(looks: Sequence[Look]) -> float:
    """Pixels that a block has."""
    return min(_STEP, max(_TALLEST / max(len(looks), 1), _LEAST_STEP))


def stage_svg(looks: Sequence[Look], on: Axis, margin: float, noise: tuple[float, float] | None) -> str:
    """The picture: a row for each block, the first at the top."""
    height, room = height_of(looks), _room(looks)
    shapes = [_zone(on, 1 / (1 + margin), 1 + margin, height, _GREY, 0.3)]
    if noise:
        shapes.append(_zone(on, *noise, height, _SAND, 0.28))
    shapes += [_gridline(on, tick, height) for tick in on.ticks]
    for row, drawn in enumerate(looks):
        shapes.append(_block(drawn, on, 6 + room * (row + 0.5), room, newest=row == len(looks) - 1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{height}" role="img">'
        f"<title>{escape(stage_words(looks))}</title>{''.join(shapes)}</svg>"
    )


def _zone(on: Axis, low: float, high: float, height: int, colour: str, opacity: float) -> str:
    left, right = on.place(low), on.place(high)
    return (
        f'<rect x="{left:.2f}%" width="{max(right - left, 0.2):.2f}%" y="0" height="{height}" fill="{colour}" '
        f'fill-opacity="{opacity}"/>'
    )


def _gridline(on: Axis, tick: float, height: int) -> str:
    strong, place = tick == 1.0, on.place(tick)
    return (
        f'<line x1="{place:.2f}%" x2="{place:.2f}%" y1="0" y2="{height}" stroke="{_LINE}" '
        f'stroke-width="{1.5 if strong else 1}" stroke-opacity="{1 if strong else 0.3}"/>'
    )


def _block(look: Look, on: Axis, y: float, room: float, *, newest: bool) -> str:
    parts, thick = [], max(min(room * 0.7, 18), 2)
    if look.low and look.high:
        left, right = on.place(look.low), on.place(look.high)
        parts.append(
            f'<rect x="{left:.2f}%" width="{max(right - left, 0.3):.2f}%" y="{y - thick / 2:.1f}" '
            f'height="{thick:.1f}" rx="{thick / 2:.1f}" fill="{_ACCENT}" fill-opacity="{0.5 if newest else 0.2}"/>'
        )
        place = on.place(look.value)
        parts.append(
            f'<line x1="{place:.2f}%" x2="{place:.2f}%" y1="{y - thick / 2:.1f}" y2="{y + thick / 2:.1f}" '
            f'stroke="{_ACCENT}" stroke-width="3"/>'
        )
    radius = max(min(room * 0.22, 5.5), 1.5)
    parts.append(f'<circle cx="{on.place(look.trial):.2f}%" cy="{y:.1f}" r="{radius:.1f}" fill="{_ACCENT}"/>')
    return "".join(parts)


def stage_words(looks: Sequence[Look]) -> str:
    """What the picture shows, for who can not see it."""
    if not looks:
        return "no block is finished yet"
    dots = ", ".join(times(look.trial) for look in looks[-8:])
    last = looks[-1]
    return (
        f"after {count(len(looks), 'block')}: {speedup(last.value, last.low, last.high)}; the newest blocks by "
        f"themselves: {dots}"
    )
