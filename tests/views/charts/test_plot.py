"""Points and lines: where they stand, and that anything makes a picture."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from views import palette
from views.charts import plot
from views.charts.plot import Dots, Line, Plot
from views.charts.scale import Scale

SVG = "{http://www.w3.org/2000/svg}"
ON = Scale(low=0.0, high=10.0, ticks=((5.0, "five"),))
MARK = palette.category("dsl")


def drawn(*layers: Line | Dots) -> ElementTree.Element:
    return ElementTree.fromstring(plot.plot_svg(Plot(x=ON, y=ON, layers=layers, words="a < b")))


def test_a_point_stands_where_its_values_are_counted_from_below() -> None:
    (point,) = drawn(Dots(xs=[2.0], ys=[9.0], mark=MARK)).findall(f"{SVG}use")
    assert (point.attrib["x"], point.attrib["y"]) == ("20.00%", "10.00%")


def test_layers_of_points_keep_their_own_signs() -> None:
    root = drawn(*(Dots(xs=[1.0], ys=[1.0], mark=mark) for mark in palette.VERDICTS.values()))
    names = [one.attrib["href"].removeprefix("#") for one in root.findall(f"{SVG}use")]
    assert names == [one.attrib["id"] for one in root.find(f"{SVG}defs") or []] and len(set(names)) == len(names)


def test_a_line_goes_through_its_points_and_a_filled_one_down_to_the_axis() -> None:
    area, line = drawn(Line(xs=[0, 10], ys=[10, 5], colour="#123456", filled=True)).iter(f"{SVG}path")
    assert line.attrib["d"] == "M0.00 0.00L100.00 50.00"
    assert area.attrib["d"] == "M0.00 0.00L100.00 50.00L100.00 100L0.00 100Z"


def test_nothing_is_a_picture_with_its_words() -> None:
    root = drawn(Line(xs=[], ys=[], colour="#000000"), Dots(xs=[], ys=[], mark=MARK))
    assert root.findtext(f"{SVG}title") == "a < b"


@pytest.mark.parametrize("name", [symbol for _, symbol, _ in palette.WIN_COLOURS])
def test_every_sign_of_the_palette_is_drawn_as_itself(name: str) -> None:
    circle = plot.symbol("circle", "#000000", 5)
    assert (plot.symbol(name, "#000000", 5) == circle) == (name == "circle")
    assert 'fill="none"' in plot.symbol(f"{name}-open", "#000000", 5)
