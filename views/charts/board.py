"""The board's pictures: a win's row on the axis that all share, as SVG made here, and where its words stand.

Places are percent of the width, so that a row is as wide as its column. Words are no part of a picture: they are the
page's, in its colours.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from services.board import BoardRow, Span
from views import palette
from views.text import times

HEIGHT = 44
#: An interval that is known badly may not press the others together: it is cut at so many times its point.
_FURTHEST = 2.0
_ROOM = 1.06
#: A planned range nearer to an interval than this would lie under its number.
_NEAR = 1.12
#: The share of the axis that a number takes, on a phone too: one of a win that is slower stands on its interval's left.
_NUMBER = 0.17
_TICKS = (
    *(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0, 1.01, 1.02, 1.05, 1.1, 1.2),
    *(1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0),
)
_MOST_TICKS = 7
_GREY, _SAND, _LINE, _ACCENT = palette.PLANNED.colour, "#B8860B", "#7F8790", "#0077BB"


@dataclass(frozen=True, kw_only=True, slots=True)
class Axis:
    """A logarithmic axis of speedups from ``low`` to ``high``, with the values that it names."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def place(self, value: float) -> float:
        """Where a speedup stands, in percent of the width; beyond the axis at its end."""
        share = math.log(max(value, 1e-9) / self.low) / math.log(self.high / self.low)
        return 100 * min(max(share, 0.0), 1.0)


def axis(rows: Iterable[BoardRow]) -> Axis:
    """The axis that holds what is planned, measured and noise of all rows, and 1x."""
    listed = list(rows)
    values = [0.97, 1.03, *(value for row in listed for value in _values(row))]
    slower = [span for row in listed if (span := row.speedup) is not None and _is_slower(span)]
    lows = [math.log(max(ends(span)[0], span.value / _FURTHEST)) for span in slower]
    room = [math.exp((low - _NUMBER * math.log(max(values))) / (1 - _NUMBER)) for low in lows]
    return spanning([*values, *room])


def spanning(values: Sequence[float]) -> Axis:
    """The axis that holds these speedups, 1x among them, with the values that it names."""
    low, high = min(values) / _ROOM, max(values) * _ROOM
    named = [value for value in _TICKS if low < value < high]
    width = math.log(high / low) / _MOST_TICKS
    ticks = [1.0]
    for value in sorted(named, key=lambda factor: (abs(math.log(factor)), factor)):
        if all(abs(math.log(value / other)) > width for other in ticks):
            ticks.append(value)
    return Axis(low=low, high=high, ticks=tuple(sorted(ticks)))


def _is_slower(span: Span) -> bool:
    return ends(span)[1] < 1


def _values(row: BoardRow) -> list[float]:
    planned, basis = row.win.target_speedup, row.basis
    values = [planned.low, planned.high] if planned else []
    values += [bound for bound in (basis.noise_low, basis.noise_high) if bound and 0.5 < bound < 2] if basis else []
    for span in (row.speedup, row.cpu):
        if span is not None:
            low, high = ends(span)
            values += [span.value, max(low, span.value / _FURTHEST), min(high, span.value * _FURTHEST)]
    return values


def ends(span: Span) -> tuple[float, float]:
    """The ends of an interval; the point itself where it has none."""
    return span.low or span.value, span.high or span.value


def row_svg(row: BoardRow, on: Axis, height: int = HEIGHT) -> str:
    """One win: planned range, noise floor, interval with its point, CPU seconds as a thin second mark."""
    middle = height / 2
    shapes = [_gridline(on.place(tick), height, strong=tick == 1.0) for tick in on.ticks]
    planned, basis = row.win.target_speedup, row.basis
    if basis and basis.noise_low and basis.noise_high:
        noise = Span(value=1.0, low=basis.noise_low, high=basis.noise_high)
        shapes.append(_box(noise, on, middle - 14, 28, _SAND, 0.35))
    if planned:
        shapes.append(_box(Span(value=1.0, low=planned.low, high=planned.high), on, middle - 5, 10, _GREY, 0.45))
    if row.cpu is not None:
        shapes.append(_thin(row.cpu, on, middle - 13))
    if row.speedup is not None:
        shapes.append(_interval(row, row.speedup, on, middle))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{height}" role="img">'
        f"<title>{escape(row_words(row))}</title>{''.join(shapes)}</svg>"
    )


def _gridline(place: float, height: int, *, strong: bool) -> str:
    width, opacity = (1.5, 1.0) if strong else (1, 0.3)
    return (
        f'<line x1="{place:.2f}%" x2="{place:.2f}%" y1="0" y2="{height}" stroke="{_LINE}" stroke-width="{width}" '
        f'stroke-opacity="{opacity}"/>'
    )


def _box(span: Span, on: Axis, top: float, height: int, colour: str, opacity: float) -> str:
    left, right = (on.place(value) for value in ends(span))
    return (
        f'<rect x="{left:.2f}%" width="{max(right - left, 0.4):.2f}%" y="{top:g}" height="{height}" rx="2" '
        f'fill="{colour}" fill-opacity="{opacity}"/>'
    )


def _thin(span: Span, on: Axis, y: float) -> str:
    """CPU seconds: a thin line with a small diamond."""
    left, right = (on.place(value) for value in ends(span))
    return (
        f'<line x1="{left:.2f}%" x2="{right:.2f}%" y1="{y:g}" y2="{y:g}" stroke="{_GREY}" stroke-width="1.5"/>'
        f'<svg x="{on.place(span.value):.2f}%" y="{y:g}" overflow="visible">'
        f'<path d="M0,-4 L4,0 L0,4 L-4,0 Z" fill="{_GREY}"/></svg>'
    )


def _interval(row: BoardRow, span: Span, on: Axis, y: float) -> str:
    left, right = (on.place(value) for value in ends(span))
    settled = row.verdict not in ("unresolved", "not comparable")
    inner = _ACCENT if settled else "#FFFFFF"
    dash = ' stroke-dasharray="7 3"' if row.basis and row.basis.attributed else ""
    return (
        f'<line x1="{left:.2f}%" x2="{right:.2f}%" y1="{y:g}" y2="{y:g}" stroke="{_ACCENT}" stroke-width="4" '
        f'stroke-linecap="round"{dash}/>'
        f'<circle cx="{on.place(span.value):.2f}%" cy="{y:g}" r="6" fill="{inner}" stroke="{_ACCENT}" '
        'stroke-width="2.5"/>'
    )


def row_words(row: BoardRow) -> str:
    """What a row's picture shows, for who can not see it."""
    planned = row.win.target_speedup
    parts = [f"planned {times(planned.low)} to {times(planned.high)}"] if planned else []
    if row.speedup is not None:
        parts.append(f"{_how(row)} {_span(row.speedup)} {row.contrast}")
    if row.cpu is not None:
        parts.append(f"CPU seconds {_span(row.cpu)}")
    if row.basis and row.basis.noise_low and row.basis.noise_high:
        parts.append(f"noise {times(row.basis.noise_low)} to {times(row.basis.noise_high)}")
    return f"{row.win.name}: {'; '.join(parts) or 'not measured'}"


def _how(row: BoardRow) -> str:
    return "attributed" if row.basis and row.basis.attributed else "measured"


def _span(span: Span) -> str:
    if span.low is None or span.high is None:
        return times(span.value)
    return f"{times(span.value)} ({times(span.low)} to {times(span.high)})"


def value_place(row: BoardRow, on: Axis) -> tuple[str, float] | None:
    """Where the number of a row stands: ``left`` or ``right`` edge and its distance in percent; None without one."""
    if row.speedup is None:
        return None
    marks = [row.speedup.value, *ends(row.speedup)]
    planned = row.win.target_speedup
    around = [*marks, *([planned.low, planned.high] if planned else [])]
    right = on.place(max(_touching(marks, around)))
    if right < 84 and not _is_slower(row.speedup):
        return "left", right + 2
    return "right", 100 - on.place(min(_touching(marks, around))) + 2


def _touching(marks: list[float], around: list[float]) -> list[float]:
    """The marks, and what is planned where a number beside them would stand on it."""
    low, high = min(marks) / _NEAR, max(marks) * _NEAR
    return [*marks, *(around if any(low < value < high for value in around[len(marks) :]) else [])]


def drawn(rows: Sequence[BoardRow]) -> list[str]:
    """What the marks are that these rows show, each named as the legend names it."""
    named = {
        "interval": any(row.speedup for row in rows),
        "attributed": any(row.basis and row.basis.attributed for row in rows),
        "planned": any(row.win.target_speedup for row in rows),
        "noise": any(row.basis and row.basis.noise_low for row in rows),
        "cpu": any(row.cpu for row in rows),
    }
    return [name for name, there in named.items() if there]
