"""Small pictures as SVG made here: a run's bar, runs under each other, sparklines, bars. No script, no chart library.

What a picture says in colour stands in its title too. Backgrounds are transparent; text lies inside of bars only, where
its colour does not depend on the page's theme.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import accumulate

from services.spine import Segment, spine_words
from views import palette
from views.palette import Mark
from views.text import percent, seconds, shortened

#: Widths in pixels of a picture that is as wide as its place: from each on its labels are those that fit into it.
_WIDTHS = (250, 420, 640, 900)
_CHARACTER = 6.6
#: A label that is cut keeps so many characters at least.
_FEWEST = 5
_DARK, _LIGHT = "#111111", "#FFFFFF"
_PATTERNS = {
    "/": '<path d="M-1,7 L7,-1" stroke="#fff" stroke-opacity=".38" stroke-width="1.2"/>',
    "\\": '<path d="M-1,-1 L7,7" stroke="#fff" stroke-opacity=".38" stroke-width="1.2"/>',
    "x": '<path d="M0,0 L6,6 M6,0 L0,6" stroke="#fff" stroke-opacity=".3" stroke-width="1"/>',
    ".": '<circle cx="3" cy="3" r="1" fill="#fff" fill-opacity=".45"/>',
    "-": '<path d="M0,3 L6,3" stroke="#fff" stroke-opacity=".4" stroke-width="1"/>',
    "|": '<path d="M3,0 L3,6" stroke="#fff" stroke-opacity=".4" stroke-width="1"/>',
    "+": '<path d="M0,3 L6,3 M3,0 L3,6" stroke="#fff" stroke-opacity=".35" stroke-width="1"/>',
}


def data_address(svg: str) -> str:
    """The picture as an address, for an image column or an ``<img>``."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def spine_svg(segments: Sequence[Segment], *, width: int = 220, height: int = 18, title: str = "") -> str:
    """One run as a 100% bar for a cell of a table, in as few characters as will do: there are hundreds of them, and
    nobody can point at their parts. Colours by category, a thin line between two phases; ``title`` stands before its
    words. It is filled with what ``fills`` defines, once for all bars of the page that it is part of.
    """
    ends = list(accumulate(segment.share * width for segment in segments))
    starts = [0.0, *ends]
    shares: dict[str, float] = {}
    for segment in segments:
        shares[segment.category] = shares.get(segment.category, 0.0) + segment.share
    firsts = {segment.category: start for start, segment in reversed(list(zip(starts, segments, strict=False)))}
    areas = "".join(
        f'<rect x="{firsts[name]:.1f}" width="{share * width:.1f}" height="{height}" fill="url(#{escape(name)})"/>'
        for name, share in shares.items()
    )
    lines = "".join(f"M{end:.1f} 0v{height}" for end in ends[:-1])
    between = f'<path d="{lines}" stroke="#fff" stroke-opacity=".75"/>' if lines else ""
    labels = "".join(
        f'<g transform="translate({start:.1f})">{label}</g>'
        for start, segment in zip(starts, segments, strict=False)
        if height >= 18 and (label := _label(segment, segment.share * width, height))
    )
    spoken = escape(f"{title}: {spine_words(segments)}" if title else spine_words(segments))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{spoken}</title>{areas}{between}{labels}</svg>'
    )


def fills() -> str:
    """What the bars of a table are filled with, as definitions of SVG called as their categories."""
    return "".join(pattern(name, mark) for name, mark in palette.CATEGORIES.items())


def stacked_svg(
    rows: Sequence[Sequence[Segment]], spans: Sequence[float] | None = None, *, height: int = 30, gap: int = 22
) -> str:
    """Runs under each other, what differs joined; as wide as its place.

    Args:
        spans: how long each bar is, as a share of the longest; all alike without any.
        height: of a bar, in pixels. gap: between two, in pixels. A row is as high as both.
    """
    lengths = list(spans or [1.0] * len(rows))
    body = []
    for number, (segments, span) in enumerate(zip(rows, lengths, strict=True)):
        top = number * (height + gap)
        body.append(_bar(segments, y=top, height=height, span=span, widths=_WIDTHS))
        if number + 1 < len(rows):
            joints = _joints(segments, rows[number + 1], span, lengths[number + 1])
            body.append(_scaled(joints, y=top + height, height=gap))
    everything = [segment for segments in rows for segment in segments]
    whole = len(rows) * (height + gap) - gap
    title = "; ".join(spine_words(segments) for segments in rows)
    return _document(_STYLE + "".join(body), everything, f'width="100%" height="{whole}"', title)


def legend(rows: Iterable[Sequence[Segment]]) -> Mapping[str, Mark]:
    """The marks of the categories that are drawn, in drawing order."""
    marks: dict[str, Mark] = {}
    for segments in rows:
        for segment in segments:
            marks.setdefault(segment.category, palette.category(segment.category))
    return {name: marks[name] for name in palette.CATEGORIES if name in marks}


def _document(body: str, segments: Iterable[Segment], size: str, title: str) -> str:
    marks = {name: palette.category(name) for name in dict.fromkeys(segment.category for segment in segments)}
    patterns = "".join(pattern(name, mark) for name, mark in marks.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="sans-serif" font-size="12">'
        f"<title>{escape(title)}</title><defs>{patterns}</defs>{body}</svg>"
    )


def pattern(name: str, mark: Mark) -> str:
    """What a bar is filled with, its colour with its strokes, as a definition called ``name``."""
    strokes = _PATTERNS.get(mark.pattern, "")
    return (
        f'<pattern id="{escape(name)}" width="6" height="6" patternUnits="userSpaceOnUse">'
        f'<rect width="6" height="6" fill="{mark.colour}"/>{strokes}</pattern>'
    )


def _style() -> str:
    """Of the labels those that fit into the picture's width are shown; the others are not drawn."""
    shown = [
        f"@media(min-width:{low}px)"
        + (f" and (max-width:{high - 0.1}px)" if high else "")
        + f"{{.w{low}{{display:inline}}}}"
        for low, high in zip(_WIDTHS, (*_WIDTHS[1:], None), strict=True)
    ]
    return f"<style>.w{{display:none}}{''.join(shown)}</style>"


_STYLE = _style()


def _bar(segments: Sequence[Segment], *, y: int, height: int, span: float, widths: Sequence[int]) -> str:
    """Segments side by side; ``span`` is the bar's length as a share of the picture's width, which is one of ``widths``
    in pixels at least.
    """
    parts, at = [], 0.0
    for segment in segments:
        parts.append(_segment(segment, at * span, segment.share * span, y, height, widths))
        at += segment.share
    return "".join(parts)


def _segment(segment: Segment, at: float, width: float, y: int, height: int, widths: Sequence[int]) -> str:
    """One segment, cut to its own place, with a thin line where the next begins."""
    label = "".join(
        f'<g class="w w{pixels}">{made}</g>' for pixels in widths if (made := _label(segment, width * pixels, height))
    )
    tip = f"{segment.path}: {seconds(segment.seconds)}, {percent(segment.share, 1)}"
    return (
        f'<svg x="{at * 100:.3f}%" y="{y}" width="{width * 100:.3f}%" height="{height}"><title>{escape(tip)}</title>'
        f'<rect width="100%" height="100%" fill="url(#{escape(segment.category)})"/>'
        f'<rect x="100%" width="2" height="100%" transform="translate(-1)" fill="#fff" fill-opacity=".75"/>'
        f"{label}</svg>"
    )


def _label(segment: Segment, room: float, height: int) -> str:
    """The phase's name as far as it fits into ``room`` pixels; nothing where hardly any of it does."""
    name, most = segment.path.rpartition("/")[2], int((room - 8) / _CHARACTER)
    if most < min(len(name), _FEWEST):
        return ""
    name = shortened(name, most)
    colour = palette.category(segment.category).colour
    return (
        f'<rect x="3" y="{height / 2 - 8:g}" width="{len(name) * _CHARACTER + 6:.0f}" height="16" rx="2" '
        f'fill="{colour}"/><text x="6" y="{height / 2 + 4:g}" fill="{_readable(colour)}">{escape(name)}</text>'
    )


def _readable(colour: str) -> str:
    """Dark or light text, whichever stands out more (relative luminance, WCAG 2.2)."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return _DARK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else _LIGHT


def _scaled(shapes: str, *, y: int, height: int) -> str:
    return f'<svg y="{y}" width="100%" height="{height}" viewBox="0 0 100 1" preserveAspectRatio="none">{shapes}</svg>'


def _joints(above: Sequence[Segment], below: Sequence[Segment], span: float, next_span: float) -> str:
    """A band from each phase's segment to that in the next bar; strong where its seconds differ by over 1%."""
    upper, lower = _edges(above, span), _edges(below, next_span)
    least = 0.01 * max((sum(segment.seconds for segment in row) for row in (above, below)), default=0.0)
    bands = []
    for key in dict.fromkeys([*upper, *lower]):
        left, right, amount = upper.get(key) or _nothing(key, above, upper)
        other_left, other_right, other_amount = lower.get(key) or _nothing(key, below, lower)
        strength = 0.55 if abs(amount - other_amount) > least else 0.1
        points = f"{left:.3f},0 {right:.3f},0 {other_right:.3f},1 {other_left:.3f},1"
        colour = palette.category(key[1]).colour
        bands.append(f'<polygon points="{points}" fill="{colour}" fill-opacity="{strength}"/>')
    return "".join(bands)


_Edges = dict[tuple[str, str], tuple[float, float, float]]


def _edges(segments: Sequence[Segment], span: float) -> _Edges:
    """Left and right edge in percent, and seconds, by path and category."""
    edges: _Edges = {}
    at = 0.0
    for segment in segments:
        right = at + segment.share * span * 100
        edges[segment.path, segment.category] = (at, right, segment.seconds)
        at = right
    return edges


def _nothing(key: tuple[str, str], segments: Sequence[Segment], edges: _Edges) -> tuple[float, float, float]:
    """Where a phase that a bar lacks would stand: after those that come before it in drawing order."""
    order = list(palette.CATEGORIES)
    place = (order.index(key[1]), key[0])
    before = [edges[s.path, s.category][1] for s in segments if (order.index(s.category), s.path) < place]
    at = max(before, default=0.0)
    return at, at, 0.0
