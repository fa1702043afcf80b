"""Small pictures: well-formed, with their words, as long as what they show."""

from __future__ import annotations

import base64
from xml.etree import ElementTree

import pytest

from profiles.breakdown import breakdown_of
from services.spine import spine, spines
from tests.services.facts import timing
from views import palette
from views.charts import spine as charts

SVG = "{http://www.w3.org/2000/svg}"
ONE = breakdown_of([timing("score", 6.0, "dsl"), timing("<b>&", 3.0)], wall_seconds=10.0, workers=1)
TWO = breakdown_of([timing("score", 2.0, "dsl"), timing("<b>&", 3.0)], wall_seconds=5.0, workers=1)


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def test_segments_are_as_wide_as_their_shares_and_in_their_category_s_colour() -> None:
    root = parsed(charts.stacked_svg([spine(ONE)]))
    segments = root.findall(f"{SVG}svg")
    widths = [float(segment.attrib["width"].rstrip("%")) for segment in segments]
    assert widths == pytest.approx([60.0, 30.0, 10.0])
    fills = [segment.find(f"{SVG}rect").attrib["fill"] for segment in segments]  # type: ignore[union-attr]
    assert fills == ["url(#dsl)", "url(#framework)", "url(#unaccounted)"]
    patterns = {one.attrib["id"]: one[0].attrib["fill"] for one in root.iter(f"{SVG}pattern")}
    assert patterns == {name: palette.category(name).colour for name in ("dsl", "framework", "unaccounted")}
    assert root.findtext(f"{SVG}title") == "score 60%, <b>& 30%, unaccounted 10%"


def test_a_bar_of_a_table_has_an_area_for_each_category_and_a_line_between_two_phases() -> None:
    three = breakdown_of(
        [timing("a", 3.0, "dsl"), timing("b", 3.0, "dsl"), timing("c", 3.0)], wall_seconds=10.0, workers=1
    )
    root = parsed(charts.spine_svg(spine(three), width=200, title="run 1"))
    areas = [(one.attrib["fill"], one.attrib["x"], one.attrib["width"]) for one in root.findall(f"{SVG}rect")]
    assert areas == [
        ("url(#dsl)", "0.0", "120.0"),
        ("url(#framework)", "120.0", "60.0"),
        ("url(#unaccounted)", "180.0", "20.0"),
    ]
    (lines,) = root.findall(f"{SVG}path")
    assert lines.attrib["d"] == "M60.0 0v18M120.0 0v18M180.0 0v18"
    assert root.findtext(f"{SVG}title") == "run 1: a 30%, b 30%, c 30%, unaccounted 10%"


def test_hundreds_of_bars_of_a_table_are_no_megabyte() -> None:
    many = breakdown_of([timing(f"phase_{place}", 1.0) for place in range(12)], wall_seconds=13.0, workers=1)
    assert len(charts.spine_svg(spine(many), width=230, height=28)) < 2_000


def test_a_label_fits_into_its_segment_at_every_width() -> None:
    root = parsed(charts.stacked_svg(spines([ONE])))
    labels = [(segment, group) for segment in root.findall(f"{SVG}svg") for group in segment.findall(f"{SVG}g")]
    assert {group.attrib["class"] for _, group in labels} == {f"w w{pixels}" for pixels in (250, 420, 640, 900)}
    for segment, group in labels:
        room = float(segment.attrib["width"].rstrip("%")) / 100 * int(group.attrib["class"].split("w")[-1])
        assert float(group.find(f"{SVG}rect").attrib["width"]) + 3 <= room  # type: ignore[union-attr]


def test_a_bar_of_a_table_has_the_labels_that_fit_into_it_and_no_others() -> None:
    root = parsed(charts.spine_svg(spine(ONE), width=100, height=28))
    assert [one.text for one in root.iter(f"{SVG}text")] == ["score"]


def test_runs_under_each_other_are_as_long_as_they_took_and_what_differs_is_joined() -> None:
    root = parsed(charts.stacked_svg(spines([ONE, TWO]), [1.0, 0.5]))
    tops = {segment.attrib["y"] for segment in root.findall(f"{SVG}svg") if "x" in segment.attrib}
    assert tops == {"0", "52"}
    bands = {one.attrib["fill"]: float(one.attrib["fill-opacity"]) for one in root.iter(f"{SVG}polygon")}
    assert bands[palette.category("dsl").colour] > 0.5 > bands[palette.category("framework").colour]


def test_a_phase_that_the_next_run_lacks_ends_where_it_would_stand() -> None:
    less = breakdown_of([timing("score", 6.0, "dsl")], wall_seconds=10.0, workers=1)
    root = parsed(charts.stacked_svg(spines([ONE, less])))
    band = next(one for one in root.iter(f"{SVG}polygon") if one.attrib["fill"] == palette.category("framework").colour)
    assert band.attrib["points"].split()[2:] == ["60.000,1", "60.000,1"]


@pytest.mark.parametrize(
    "svg",
    [
        charts.spine_svg(()),
    ],
)
def test_a_picture_of_anything_can_be_read_back_from_its_address(svg: str) -> None:
    parsed(svg)
    head, _, body = charts.data_address(svg).partition(",")
    assert head == "data:image/svg+xml;base64" and base64.b64decode(body).decode() == svg
