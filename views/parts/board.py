"""The board of all wins on one axis: the same rows on Decide, where they open and take a decision, and on Progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.elements.lib.grid_container import GridContainer

from services.board import BoardRow
from views import palette, text
from views.charts import board as charts
from views.configs import circled
from views.data import board as data
from views.parts.image import image

#: Pixels that a win's name, or what is done about it, needs; the picture between them is as wide as two of these.
_COLUMN = 235
_PLAIN = "font-size:.8rem;line-height:1.25"
_SWATCHES = {
    "interval": ("#0077BB", 4, 18, "measured, 95% interval"),
    "attributed": ("#0077BB", 4, 18, "by the attribution"),
    "planned": (palette.PLANNED.colour, 10, 18, "planned"),
    "noise": ("#B8860B", 14, 14, "two runs of the same config"),
    "cpu": (palette.PLANNED.colour, 2, 18, "CPU seconds"),
}
_DASHED = ("attributed",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Acts:
    """What a person can do in a row: ``head`` draws its name, ``side`` its end, ``below`` what stands under it."""

    head: Callable[[BoardRow], None]
    side: Callable[[BoardRow], None]
    below: Callable[[BoardRow], None]


def board(rows: Sequence[BoardRow], name: str, acts: Acts | None = None) -> None:
    """Draws the rows; without ``acts`` they are to be looked at.

    Args:
        name: of the page, for the keys of what is drawn.
    """
    on = charts.axis(rows)
    with _grid(acts is not None, f"{name}.axis") as grid:
        grid.empty()
        with grid.cell(column_span=2):
            st.html(axis_words(on))
    for row in rows:
        with st.container(key=f"{name}.row.{row.win.name}", gap="xsmall"):
            with _grid(acts is not None, f"{name}.grid.{row.win.name}") as grid:
                with grid.cell(), st.container(gap=None):
                    (acts.head if acts else _head)(row)
                with grid.cell(column_span=2):
                    st.html(picture(row, on))
                if acts:
                    with grid.cell(), st.container(gap="xxsmall"):
                        acts.side(row)
            if acts:
                acts.below(row)
    st.html(_legend(charts.drawn(rows)))


def _grid(acting: bool, key: str) -> GridContainer:
    """A row's places: name, picture, what is done; in half a window the picture goes below the two, as wide as both."""
    columns = 4 if acting else 3
    return st.grid(
        columns, min_column_width=_COLUMN, gap=("xxsmall", "small"), vertical_alignment="center", dense=True, key=key
    )


def _head(row: BoardRow) -> None:
    st.markdown(f"{title(row)}  \n:small[{data.subtitle(row)}]")


def title(row: BoardRow) -> str:
    """A win by its number in a circle and its name, as Markdown."""
    return f"{circled(row.win.name)} **{text.escape(row.win.name)}**"


def picture(row: BoardRow, on: charts.Axis) -> str:
    """A row's picture with its number beside it, as HTML."""
    place = charts.value_place(row, on)
    number = ""
    if place is not None and row.speedup is not None:
        edge, far = place
        number = (
            f'<span style="position:absolute;{edge}:{far:.1f}%;top:50%;transform:translateY(-50%);font-weight:600;'
            f'font-size:.85rem">{text.times(row.speedup.value)}</span>'
        )
    picture = image(charts.row_svg(row, on), charts.row_words(row), charts.HEIGHT)
    return f'<div style="position:relative;height:{charts.HEIGHT}px">{picture}{number}</div>'


def axis_words(on: charts.Axis) -> str:
    """The axis in words: its values where they stand, and which side is which."""
    marks = "".join(
        f'<span style="position:absolute;left:{on.place(tick):.1f}%;transform:translateX(-50%);bottom:0">'
        f"{tick:g}x</span>"
        for tick in on.ticks
    )
    middle = on.place(1.0)
    sides = (
        f'<span style="position:absolute;right:{100 - middle:.1f}%;top:0;padding-right:6px">slower</span>'
        if middle > 12
        else ""
    )
    sides += f'<span style="position:absolute;left:{middle:.1f}%;top:0;padding-left:6px">faster</span>'
    return f'<div style="position:relative;height:2.3rem;{_PLAIN}">{sides}{marks}</div>'


def _legend(names: Sequence[str]) -> str:
    items = []
    for name in names:
        colour, high, wide, label = _SWATCHES[name]
        paint = f"repeating-linear-gradient(90deg,{colour} 0 5px,transparent 5px 8px)" if name in _DASHED else colour
        items.append(
            f'<span style="display:inline-flex;align-items:center;gap:.4rem"><span style="display:inline-block;'
            f'background:{paint};height:{high}px;width:{wide}px;border-radius:2px"></span>{label}</span>'
        )
    return f'<div style="display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;{_PLAIN}">{"".join(items)}</div>'
