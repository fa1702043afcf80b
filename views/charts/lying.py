"""Lying bars as SVG made here, a row each: steps from one number to the next, and wholes that are split into parts.

Places are percent of the width, so that a row is as wide as its column. Words are no part of a picture: they are the
page's, in its colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from views import palette
from views.charts.scale import Scale
from views.charts.spine import pattern
from views.palette import Mark

#: Pixels of a row, and what of it the bar leaves free above and below itself.
HEIGHT, _FREE = 26, 4
_LINE = "#7F8790"


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A bar from ``start`` to ``end``, in either order; ``hollow`` for what is planned or projected, not measured."""

    start: float
    end: float
    mark: Mark
    hollow: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row: its name, its bars, its number in words, and all that it shows in a sentence.

    ``low`` and ``high`` are the range of a number that is not certain. ``leads_to`` is where the next row's bar begins.
    """

    label: str
    parts: tuple[Part, ...]
    value: str
    words: str
    low: float | None = None
    high: float | None = None
    leads_to: float | None = None


def row_svg(row: Row, on: Scale, band: tuple[float, float] | None = None) -> str:
    """One row: grid, ``band``, bars, range, and the line to the next row's bar."""
    marks = {f"p{number}": part for number, part in enumerate(row.parts)}
    shapes = [_upright(on.place(at), 0, HEIGHT, 0.28) for at, _ in on.ticks]
    if band is not None:
        shapes.append(_rect(on, *band, 0, HEIGHT, f'fill="{palette.TARGET.colour}" fill-opacity="0.22"'))
    shapes += [_bar(part, name, on) for name, part in marks.items()]
    if row.low is not None and row.high is not None and row.high > row.low:
        shapes.append(_range(on.place(row.low), on.place(row.high)))
    if row.leads_to is not None:
        shapes.append(_upright(on.place(row.leads_to), HEIGHT - _FREE, HEIGHT, 1))
    fills = "".join(_fill(name, part) for name, part in marks.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{HEIGHT}" role="img">'
        f"<title>{escape(row.words)}</title><defs>{fills}</defs>{''.join(shapes)}</svg>"
    )


def _upright(place: float, top: int, bottom: int, opacity: float) -> str:
    return (
        f'<line x1="{place:.2f}%" x2="{place:.2f}%" y1="{top}" y2="{bottom}" stroke="{_LINE}" '
        f'stroke-opacity="{opacity}"/>'
    )


def _rect(on: Scale, start: float, end: float, top: int, height: int, look: str) -> str:
    left, right = sorted((on.place(start), on.place(end)))
    return f'<rect x="{left:.2f}%" width="{max(right - left, 0.15):.2f}%" y="{top}" height="{height}" {look}/>'


def _bar(part: Part, name: str, on: Scale) -> str:
    edge = f' stroke="{part.mark.colour}" stroke-width="1.5"' if part.hollow else ""
    return _rect(on, part.start, part.end, _FREE, HEIGHT - 2 * _FREE, f'fill="url(#{name})"{edge}')


def _fill(name: str, part: Part) -> str:
    if not part.hollow:
        return pattern(name, part.mark)
    colour = part.mark.colour
    return (
        f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{colour}" fill-opacity="0.25"/>'
        f'<path d="M-1,7 L7,-1" stroke="{colour}" stroke-opacity="0.6"/></pattern>'
    )


def _range(left: float, right: float) -> str:
    """A thin line with a cap at both ends."""
    middle = HEIGHT // 2
    ends = "".join(_stroke(place, place, middle - 5, middle + 5) for place in (left, right))
    return _stroke(left, right, middle, middle) + ends


def _stroke(left: float, right: float, top: int, bottom: int) -> str:
    """Dark with a light edge, so that it stands out on a bar and beside it."""
    place = f'x1="{left:.2f}%" x2="{right:.2f}%" y1="{top}" y2="{bottom}"'
    return f'<line {place} stroke="#fff" stroke-width="3"/><line {place} stroke="#333" stroke-width="1.3"/>'


def legend(rows: Sequence[Row]) -> list[Mark]:
    """The marks of what is drawn, each once, in drawing order."""
    return list(dict.fromkeys(part.mark for row in rows for part in row.parts))


def swatch(mark: Mark) -> str:
    """A mark's colour and pattern by themselves, for a legend."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="12"><defs>{pattern("p", mark)}</defs>'
        '<rect width="16" height="12" rx="2" fill="url(#p)"/></svg>'
    )
