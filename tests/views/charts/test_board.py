"""The board's pictures: one axis for all rows, marks where they belong, nothing beside the picture."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain, combinations, pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from optim.evidence.records import Measured, WinEvidence
from optim.project.fields import Range
from optim.project.wins import Win
from services.board import BoardRow, Span
from views.charts import board as charts
from views.charts.lattice import MOST, Node, corners, lattice_svg, least_width


def row(name: str, value: float | None, low: float = 0.0, high: float = 0.0, **values: Any) -> BoardRow:
    speedup = None if value is None else Span(value=value, low=low or value / 1.05, high=high or value * 1.05)
    win = Win(name="win", title=name, target_percent=Range(low=5, high=10))
    return BoardRow(win=win, evidence=WinEvidence(win="win"), verdict="faster", speedup=speedup, **values)


def test_one_axis_holds_the_marks_of_all_rows_and_1x() -> None:
    on = charts.axis([row("a", 0.7), row("b", 8.0), row("c", None)])
    assert on.low < 0.7 / 1.05 and on.high > 8 * 1.05 and 1.0 in on.ticks
    assert on.place(0.7) < on.place(1.0) < on.place(8.0)


def test_an_interval_that_is_hardly_known_does_not_press_the_others_together() -> None:
    on = charts.axis([row("a", 1.5, low=0.01, high=400.0), row("b", 1.2)])
    assert on.high < 4 and on.place(400.0) == 100


@pytest.mark.parametrize("largest", [1.001, 1.3, 8.2, 61.0, 900.0])
def test_the_axis_names_few_values_that_do_not_touch(largest: float) -> None:
    on = charts.axis([row("a", largest)])
    places = [on.place(tick) for tick in on.ticks]
    assert 2 <= len(places) <= 12
    assert all(right - left > 5 for left, right in pairwise(places))


def test_a_row_is_well_formed_and_says_in_words_what_it_shows() -> None:
    basis = Measured(
        measurement_id=1,
        win="a",
        config_before="none",
        config_after="a",
        verdict="faster",
        noise_low=0.9,
        noise_high=1.1,
    )
    one = row("a", 2.0, cpu=Span(value=2.1, low=2.0, high=2.2), basis=basis, contrast="alone")
    svg = charts.row_svg(one, charts.axis([one]))
    title = ElementTree.fromstring(svg).findtext("{http://www.w3.org/2000/svg}title")
    assert title == (
        "win: planned 1.05x to 1.11x; measured 2.00x (1.90x to 2.10x) alone; "
        "CPU seconds 2.10x (2.00x to 2.20x); noise 0.90x to 1.10x"
    )
    assert all(0 <= float(place) <= 100 for place in re.findall(r'(?:x1?|x2|cx)="([\d.]+)%"', svg))


def test_only_what_there_is_has_a_name_in_the_legend() -> None:
    bare = BoardRow(win=Win(name="a"), evidence=WinEvidence(win="a"))
    assert charts.drawn([bare]) == []
    assert charts.drawn([row("a", 2.0)]) == ["interval", "planned"]


def test_the_number_of_a_row_stands_beside_its_marks() -> None:
    rows = [row("a", 1.5), row("b", 20.0)]
    on = charts.axis(rows)
    edge, place = charts.value_place(rows[0], on) or ("", 0.0)
    assert edge == "left" and place > on.place(1.5 * 1.05)
    edge, place = charts.value_place(rows[1], on) or ("", 0.0)
    assert edge == "right" and 100 - place < on.place(20 / 1.05)


@pytest.mark.parametrize("value", [0.5, 0.92, 0.97])
def test_the_number_of_a_slower_win_does_not_lie_on_the_line_of_1x(value: float) -> None:
    rows = [row("a", value, low=value / 1.01, high=value * 1.01), row("b", 2.0)]
    on = charts.axis(rows)
    edge, place = charts.value_place(rows[0], on) or ("", 0.0)
    assert edge == "right" and 100 - place < on.place(value / 1.01) and on.place(value / 1.01) > 15


def test_a_lattice_of_six_wins_fits_beside_the_form() -> None:
    letters = "①②③④⑤⑥"
    nodes = [
        Node(config=frozenset(letters[:many]), label=letters[:many] or "none", seconds=1.0, measured=True)
        for many in range(7)
    ]
    assert least_width(nodes) <= 690


def test_the_lattice_has_a_line_for_each_win_that_is_added_and_outlines_the_best() -> None:
    names = [frozenset(), frozenset("a"), frozenset("b"), frozenset("ab")]
    nodes = [
        Node(config=one, label="".join(sorted(one)) or "none", seconds=4.0 - len(one), measured=bool(one))
        for one in names
    ]
    svg = lattice_svg(nodes, frozenset("ab"))
    ElementTree.fromstring(svg)
    assert svg.count("<line") == 4 and svg.count('stroke-width="4"') == 1 and svg.count("stroke-dasharray") == 1


def test_of_too_many_configs_those_are_drawn_that_tell_most_and_fit_beside_the_form() -> None:
    wins = {f"w{number:02}": f"({number})" for number in range(1, 8)}
    nodes = [
        Node(config=config, label="".join(map(wins.__getitem__, sorted(config))) or "none", seconds=1.0, measured=True)
        for config in map(frozenset, chain.from_iterable(combinations(wins, many) for many in range(8)))
    ]

    def sign(missing: frozenset[str]) -> str:
        return "".join(map(wins.__getitem__, sorted(missing)))

    assert len(nodes) > MOST and corners(nodes[:3], None, sign) == nodes[:3]
    best = frozenset(wins) - {"w02", "w07"}
    drawn = corners(nodes, best, sign)
    labels = [node.label for node in drawn]
    assert labels[:2] == ["none", "(1)"] and labels[-1] == "all" and "all −(2)(7)" in labels
    assert len(drawn) == 1 + 7 + 1 + 7 + 1 and least_width(drawn) <= 700


def test_a_win_without_a_measurement_has_no_point() -> None:
    bare = row("a", None)
    assert "<circle" not in charts.row_svg(bare, charts.axis([bare]))
    assert charts.value_place(bare, charts.axis([bare])) is None


def test_an_interval_that_excludes_nothing_is_hollow() -> None:
    one = row("a", 1.01)
    unsure = replace(one, verdict="unresolved")
    assert 'fill="#FFFFFF"' in charts.row_svg(unsure, charts.axis([one]))
    assert 'fill="#FFFFFF"' not in charts.row_svg(one, charts.axis([one]))
