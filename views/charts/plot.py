"""Points and lines over two axes as one SVG made here: what a chart shows before anybody wants to zoom or point.

Places are percent of width and height, so that a picture is as wide as its place. Words are no part of it: the page
writes them, in its own colours, where ``Plot`` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import cos, pi, sin

from views.charts.scale import Scale
from views.palette import Mark

_LINE = "#7F8790"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line through points; ``filled`` down to the axis."""

    xs: Sequence[float]
    ys: Sequence[float]
    colour: str
    width: float = 1.5
    opacity: float = 1.0
    dash: str = ""
    filled: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Dots:
    """Points that look like ``mark``; ``size`` is how many pixels they are wide, or so."""

    xs: Sequence[float]
    ys: Sequence[float]
    mark: Mark
    size: float = 8.0
    opacity: float = 0.85


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Words beside a point."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """A picture and what the page writes around it; ``words`` say what it shows, for who can not see it."""

    x: Scale
    y: Scale
    layers: tuple[Line | Dots, ...]
    words: str
    x_title: str = ""
    y_title: str = ""
    notes: tuple[Note, ...] = ()
    legend: tuple[Mark, ...] = ()
    height: int = 220


def plot_svg(plot: Plot) -> str:
    """The picture: grid, then the layers in their order."""
    dots = [layer for layer in plot.layers if isinstance(layer, Dots)]
    symbols = "".join(f'<g id="d{number}">{_symbol(layer)}</g>' for number, layer in enumerate(dots))
    numbers = {id(layer): number for number, layer in enumerate(dots)}
    shapes = [_across(100 - plot.y.place(at)) for at, _ in plot.y.ticks]
    shapes += [
        _line(layer, plot) if isinstance(layer, Line) else _places(layer, plot, f"d{numbers[id(layer)]}")
        for layer in plot.layers
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{plot.height}" role="img">'
        f"<title>{escape(plot.words)}</title><defs>{symbols}</defs>{''.join(shapes)}</svg>"
    )


def swatch(mark: Mark) -> str:
    """A mark by itself, for a legend."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="14" height="14" viewBox="-7 -7 14 14">'
        f"{symbol(mark.symbol, mark.colour, 5)}</svg>"
    )


def _across(place: float) -> str:
    return f'<line x1="0" x2="100%" y1="{place:.2f}%" y2="{place:.2f}%" stroke="{_LINE}" stroke-opacity="0.28"/>'


def _line(line: Line, plot: Plot) -> str:
    """In a box of 100 by 100 that is pulled to the picture's size; the line's width is not."""
    points = [f"{plot.x.place(x):.2f} {100 - plot.y.place(y):.2f}" for x, y in zip(line.xs, line.ys, strict=True)]
    if not points:
        return ""
    path, area = "M" + "L".join(points), ""
    if line.filled:
        first, last = (plot.x.place(line.xs[at]) for at in (0, -1))
        area = f'<path d="{path}L{last:.2f} 100L{first:.2f} 100Z" fill="{line.colour}" fill-opacity="0.2"/>'
    dash = f' stroke-dasharray="{line.dash}"' if line.dash else ""
    return (
        f'<svg width="100%" height="100%" viewBox="0 0 100 100" preserveAspectRatio="none">{area}'
        f'<path d="{path}" fill="none" stroke="{line.colour}" stroke-width="{line.width}" '
        f'stroke-opacity="{line.opacity}" vector-effect="non-scaling-stroke"{dash}/></svg>'
    )


def _places(dots: Dots, plot: Plot, name: str) -> str:
    return "".join(
        f'<use href="#{name}" x="{plot.x.place(x):.2f}%" y="{100 - plot.y.place(y):.2f}%"/>'
        for x, y in zip(dots.xs, dots.ys, strict=True)
    )


def _symbol(dots: Dots) -> str:
    return f'<g opacity="{dots.opacity}">{symbol(dots.mark.symbol, dots.mark.colour, dots.size / 2)}</g>'


def symbol(name: str, colour: str, radius: float) -> str:
    """A mark's sign around 0, 0, by the name that the palette has for it; one that is not known is a circle."""
    look = f'fill="{colour}"'
    if name.endswith("-open"):
        look = f'fill="none" stroke="{colour}" stroke-width="{radius / 3:.1f}"'
    points = _POINTS.get(name.removesuffix("-open"))
    if points is None:
        return f'<circle r="{radius:g}" {look}/>'
    return f'<path d="M{"L".join(f"{x * radius:.1f} {y * radius:.1f}" for x, y in points)}Z" {look}/>'


def _around(count: int, inner: float | None = None) -> list[tuple[float, float]]:
    """``count`` corners on a circle, the first on top, with corners nearer to the middle between them if asked to."""
    steps = count if inner is None else 2 * count
    radii = [1.15 if inner is None or at % 2 == 0 else inner for at in range(steps)]
    return [(r * sin(2 * pi * at / steps), -r * cos(2 * pi * at / steps)) for at, r in enumerate(radii)]


_POINTS: dict[str, list[tuple[float, float]]] = {
    "square": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    "diamond": _around(4),
    "triangle-up": _around(3),
    "triangle-down": [(x, -y) for x, y in _around(3)],
    "pentagon": _around(5),
    "hexagon": _around(6),
    "star": _around(5, 0.5),
    "star-diamond": _around(4, 0.45),
    "cross": [
        *((-0.35, -1.1), (0.35, -1.1), (0.35, -0.35), (1.1, -0.35), (1.1, 0.35), (0.35, 0.35)),
        *((0.35, 1.1), (-0.35, 1.1), (-0.35, 0.35), (-1.1, 0.35), (-1.1, -0.35), (-0.35, -0.35)),
    ],
    "bowtie": [(-1.1, -0.9), (1.1, 0.9), (1.1, -0.9), (-1.1, 0.9)],
    "hourglass": [(-0.9, -1.1), (0.9, -1.1), (-0.9, 1.1), (0.9, 1.1)],
}
