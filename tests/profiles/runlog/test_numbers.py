"""Figures that can be read one way only, and those that can not."""

import re

import pytest

from profiles.runlog.numbers import EITHER, NUMBER, decimal_mark, value_of

WHOLE = re.compile(rf"(?:{NUMBER})(?![.,:]?\d)")
READ = {
    "8": 8.0,
    "8.412": 8.412,
    "1.2e+02": 120.0,
    "1234567.5": 1234567.5,
    "12,3": 12.3,
    "9,05": 9.05,
    "0,512": 0.512,
    "3,1415": 3.1415,
    "1234,500": 1234.5,
    "1,234.5": 1234.5,
    "1,234,567.25": 1234567.25,
    "1.234,5": 1234.5,
    "1.234.567,25": 1234567.25,
    "1'234.5": 1234.5,
    "1\u202f234,5": 1234.5,
    "1\u00a0234": 1234.0,
}


@pytest.mark.parametrize("text", READ)
def test_a_figure_with_one_meaning_is_read(text):
    match = WHOLE.match(text)
    assert match
    assert match[0] == text
    assert value_of(text) == READ[text]


@pytest.mark.parametrize("text", ["8,412", "24,813", "1,234,567", "1 234,5", "3 234", "1.2.3", "1,23,4"])
def test_a_figure_with_several_meanings_is_not_read_nor_a_part_of_it(text):
    assert WHOLE.match(text) is None


def test_what_could_be_thousands_is_a_form_of_its_own():
    assert re.fullmatch(EITHER, "8,412")
    assert value_of("8,412") == 8.412
    assert re.fullmatch(EITHER, "0,412") is None


def test_the_decimal_mark_is_the_last_one():
    assert [decimal_mark(text) for text in ("8.412s", "9,05 s", "1,234.5", "1.234,5", "8", "1 day, 2:03:04.5")] == [
        ".", ",", ".", ",", "", "",
    ]  # fmt: skip
