"""Spans of time in words."""

import pytest

from profiles.units import spoken


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h 2m", 3720.0),
        ("3m20s", 200.0),
        ("1min 5s", 65.0),
        ("1 day 2 hours", 93_600.0),
        ("1d 2h 3m 4s", 93_784.0),
        ("2m 14,25s", 134.25),
        ("5s", None),
        ("14", None),
        ("", None),
        ("2m 14", None),
        ("5s 2m", None),
        ("p1dt2h", None),
    ],
)
def test_a_span_of_two_units_or_more_is_read(text, seconds):
    assert spoken(text) == seconds
