import tomllib
from itertools import combinations
from pathlib import Path

import pytest

from optim.evidence.verdicts import VERDICTS
from optim.project.wins import Win, in_order
from profiles.breakdown import PART_CATEGORIES
from services.project import current_project
from views import palette

THEME = tomllib.loads((Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml").read_text())["theme"]
#: A project of twelve wins that say nothing of how they look.
TWELVE = in_order(Win(name=f"win{number}") for number in range(12))
FAMILIES = {
    "categories": palette.CATEGORIES,
    "wins": {win.name: palette.win_mark(win) for win in TWELVE},
    "verdicts": palette.VERDICTS,
    "decisions": palette.DECISIONS,
}
MARKS = [(family, name) for family, marks in FAMILIES.items() for name in marks]


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("family", "name"), MARKS)
@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_mark_can_be_seen_on_both_backgrounds(family: str, name: str, mode: str) -> None:
    assert contrast(FAMILIES[family][name].colour, THEME[mode]["backgroundColor"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_and_links_can_be_read_on_both_backgrounds(mode: str) -> None:
    for colour in ("textColor", "linkColor", "primaryColor"):
        assert contrast(THEME[mode][colour], THEME[mode]["backgroundColor"]) >= 4.5


@pytest.mark.parametrize("family", FAMILIES)
def test_marks_of_a_family_differ_in_more_than_colour(family: str) -> None:
    for one, two in combinations(FAMILIES[family].values(), 2):
        assert one.sign != two.sign
        assert one.label != two.label


def test_categories_differ_in_their_pattern_too() -> None:
    kinds = {name: mark for name, mark in palette.CATEGORIES.items() if name != "work"}
    assert len({mark.pattern for mark in kinds.values()}) == len(kinds)
    assert palette.category("work").colour == palette.category("dsl").colour


def test_there_is_a_mark_for_everything_that_is_drawn() -> None:
    assert set(palette.CATEGORIES) == {*PART_CATEGORIES, "timed"}
    assert set(palette.VERDICTS) == set(VERDICTS)


def test_what_is_unknown_gets_a_neutral_mark_and_a_word() -> None:
    assert palette.category("new") is palette.CATEGORIES["unaccounted"]
    assert palette.win("new").label == "new"
    assert palette.verdict(None).label == "not measured"
    assert palette.decision(None).label == "undecided"


def test_twelve_wins_are_told_apart_by_colour_and_by_symbol() -> None:
    marks = FAMILIES["wins"].values()
    assert len({mark.colour for mark in marks}) == len({mark.symbol for mark in marks}) == 12


def test_a_win_looks_as_it_declares_and_the_built_in_ones_can_be_seen_and_told_apart() -> None:
    mark = palette.win_mark(Win(name="mine", number=4, label="My win", colour="#123456", sign="M"))
    assert (mark.label, mark.colour, mark.sign) == ("My win", "#123456", "M")
    built_in = [palette.win(win.name) for win in current_project().wins]
    assert len({mark.colour for mark in built_in}) == len(built_in)
    for mark in built_in:
        assert min(contrast(mark.colour, THEME[mode]["backgroundColor"]) for mode in ("light", "dark")) >= 3
