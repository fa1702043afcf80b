"""Pictures that are made on the server, with their words around them: lying bars, and points and lines over two axes.

They need no chart library in the browser. What one may want to zoom into or point at has that behind a switch
(``closer``): the library is loaded when it is asked for.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from views.address import FLAG, bound
from views.charts import lying, plot
from views.charts.lying import Row
from views.charts.plot import Plot
from views.charts.scale import Scale
from views.charts.spine import data_address
from views.palette import Mark
from views.text import one_line, shortened

_PLAIN = "font-size:.85rem;line-height:1.25"
#: Pixels for the values that an upright axis names.
_AXIS = 58
_CUT = "white-space:nowrap;overflow:hidden;text-overflow:ellipsis"


def bars(
    rows: Sequence[Row],
    on: Scale,
    *,
    band: tuple[float, float] | None = None,
    band_words: str = "",
    title: str = "",
    legend: bool = False,
) -> None:
    """Draws rows under each other: name, bar, number; what a row shows is told where one points at it.

    Args:
        band: drawn behind all rows, with ``band_words`` above it.
        title: of the axis.
        legend: whether it is said above them what the colours mean.
    """
    cells = "".join(_row(row, on, band) for row in rows)
    above = _at(on.place(sum(band) / 2), band_words) if band is not None else ""
    named = "".join(_at(on.place(at), name) for at, name in on.ticks)
    marks = lying.legend(rows) if legend else []
    st.html(
        (
            f'<div style="display:flex;flex-wrap:wrap;gap:.15rem .9rem;{_PLAIN}">{"".join(map(_fill, marks))}</div>'
            if marks
            else ""
        )
        + '<div style="display:grid;grid-template-columns:fit-content(34%) minmax(0,1fr) max-content;column-gap:.6rem;'
        f'align-items:center;{_PLAIN}">{_line_of_words(above) if above else ""}{cells}{_line_of_words(named)}</div>'
        + (f'<div style="text-align:center;{_PLAIN}">{html.escape(title)}</div>' if title else "")
    )


def _row(row: Row, on: Scale, band: tuple[float, float] | None) -> str:
    spoken = html.escape(row.words)
    picture = data_address(lying.row_svg(row, on, band))
    return (
        f'<div title="{spoken}" style="min-width:0;{_CUT}">{html.escape(shortened(one_line(row.label)))}</div>'
        f'<img title="{spoken}" alt="{spoken}" src="{picture}" '
        f'style="display:block;width:100%;height:{lying.HEIGHT}px">'
        f'<div title="{spoken}" style="text-align:right;white-space:nowrap">{html.escape(row.value)}</div>'
    )


def _line_of_words(text: str) -> str:
    return f'<span></span><div style="position:relative;height:1.3rem;{_PLAIN}">{text}</div><span></span>'


def _at(place: float, text: str) -> str:
    """Words in the middle of a place, in percent of the width; at its ends inside of it."""
    shift = "0" if place < 4 else "-100%" if place > 96 else "-50%"
    return (
        f'<span style="position:absolute;left:{place:.2f}%;transform:translateX({shift});white-space:nowrap">'
        f"{html.escape(text)}</span>"
    )


def _fill(mark: Mark) -> str:
    """A bar's colour and pattern with its name."""
    return (
        '<span style="display:inline-flex;align-items:center;gap:.3rem">'
        f'<img alt="" src="{data_address(lying.swatch(mark))}" style="width:16px;height:12px">'
        f"{html.escape(one_line(mark.label, 40))}</span>"
    )


def picture(drawn: Plot) -> None:
    """Draws points and lines with their axes, what stands beside them and what the colours mean."""
    named = "".join(
        f'<span style="position:absolute;right:6px;top:{100 - drawn.y.place(at):.2f}%;transform:translateY(-50%);'
        f'white-space:nowrap">{html.escape(name)}</span>'
        for at, name in drawn.y.ticks
    )
    below = "".join(_at(drawn.x.place(at), name) for at, name in drawn.x.ticks)
    spoken = html.escape(drawn.words)
    st.html(
        f"{legend(drawn.legend)}"
        + (f'<div style="{_PLAIN}">{html.escape(drawn.y_title)}</div>' if drawn.y_title else "")
        + f'<div style="display:grid;grid-template-columns:{_AXIS}px minmax(0,1fr);padding-top:.5rem;{_PLAIN}">'
        f'<div style="position:relative">{named}</div><div style="position:relative">'
        f'<img alt="{spoken}" src="{data_address(plot.plot_svg(drawn))}" '
        f'style="display:block;width:100%;height:{drawn.height}px">{_notes(drawn)}</div>'
        f'<span></span><div style="position:relative;height:1.4rem;padding-top:.2rem">{below}</div>'
        + (f'<span></span><div style="text-align:center">{html.escape(drawn.x_title)}</div>' if drawn.x_title else "")
        + "</div>"
    )


def _notes(drawn: Plot) -> str:
    """Words on the right of their point, on its left where there is no room."""
    made = []
    for note in drawn.notes:
        x, y = drawn.x.place(note.x), 100 - drawn.y.place(note.y)
        side = f"left:calc({x:.2f}% + 9px)" if x < 75 else f"right:calc({100 - x:.2f}% + 9px)"
        made.append(
            f'<span style="position:absolute;{side};top:{y:.2f}%;white-space:nowrap;font-size:.8rem">'
            f"{html.escape(note.text)}</span>"
        )
    return "".join(made)


def legend(marks: Sequence[Mark]) -> str:
    """What the signs of a picture mean, as HTML; nothing of none."""
    items = "".join(
        '<span style="display:inline-flex;align-items:center;gap:.3rem">'
        f'<img alt="" src="{data_address(plot.swatch(mark))}" style="width:14px;height:14px">'
        f"{html.escape(one_line(mark.label, 40))}</span>"
        for mark in marks
    )
    return f'<div style="display:flex;flex-wrap:wrap;gap:.15rem .9rem;{_PLAIN}">{items}</div>' if marks else ""


def closer(name: str) -> bool:
    """A switch from the picture to a chart that can be zoomed and pointed at, ``name`` in the address."""
    return bool(
        st.toggle(
            "Zoom and point",
            help="a chart in which one drags to zoom and points to read",
            **bound(name, False, FLAG),
        )
    )
