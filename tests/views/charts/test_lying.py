"""Lying bars: as long as their numbers, with their words."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from views import palette
from views.charts import lying
from views.charts.lying import Part, Row
from views.charts.scale import from_zero

SVG = "{http://www.w3.org/2000/svg}"
ON = from_zero([10.0], room=1.0)


def row(*parts: Part, **more: float) -> Row:
    return Row(label="<a>", parts=parts, value="", words="<a> & all", **more)


def rects(svg: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f"{SVG}rect")


def test_a_bar_lies_where_its_numbers_are_in_either_order() -> None:
    mark = palette.category("dsl")
    there, back = (rects(lying.row_svg(row(Part(start=a, end=b, mark=mark)), ON))[0] for a, b in ((2, 5), (5, 2)))
    assert there.attrib == back.attrib
    assert (there.attrib["x"], there.attrib["width"]) == ("20.00%", "30.00%")


def test_parts_are_drawn_in_their_own_colours_and_patterns() -> None:
    marks = [palette.category(name) for name in ("dsl", "framework")]
    root = ElementTree.fromstring(
        lying.row_svg(row(*(Part(start=at, end=at + 1, mark=mark) for at, mark in enumerate(marks))), ON)
    )
    assert [one[0].attrib["fill"] for one in root.iter(f"{SVG}pattern")] == [mark.colour for mark in marks]
    assert len({len(one) for one in root.iter(f"{SVG}pattern")}) == 2, "one is hatched, one is not"


def test_what_is_planned_has_an_edge_and_what_is_measured_none() -> None:
    mark = palette.category("io")
    solid, hollow = (
        rects(lying.row_svg(row(Part(start=0, end=1, mark=mark, hollow=one)), ON))[0] for one in (False, True)
    )
    assert "stroke" not in solid.attrib and hollow.attrib["stroke"] == mark.colour


def test_a_band_lies_behind_and_a_range_before_the_bar() -> None:
    bar = Part(start=0, end=6, mark=palette.category("io"))
    svg = lying.row_svg(row(bar, low=5.0, high=7.0), ON, band=(3.0, 4.0))
    band, drawn = rects(svg)
    assert (band.attrib["x"], drawn.attrib["x"]) == ("30.00%", "0.00%")
    assert svg.index('x1="50.00%" x2="70.00%"') > svg.index('fill="url(#p0)"')


@pytest.mark.parametrize("parts", [(), (Part(start=0.0, end=0.0, mark=palette.category("io")),)])
def test_a_row_of_nothing_is_a_picture_with_its_words(parts: tuple[Part, ...]) -> None:
    root = ElementTree.fromstring(lying.row_svg(row(*parts), ON))
    assert root.findtext(f"{SVG}title") == "<a> & all"


def test_the_legend_names_each_mark_once() -> None:
    part = Part(start=0, end=1, mark=palette.category("dsl"))
    assert lying.legend([row(part), row(part)]) == [palette.category("dsl")]
    ElementTree.fromstring(lying.swatch(palette.category("framework")))
