"""Axes: the values that they name, and where values stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from views.charts import scale

START = datetime(2026, 1, 1, 12, 34, tzinfo=UTC)


@pytest.mark.parametrize(
    ("top", "named"),
    [
        (10.0, ["0", "5.00 s", "10.0 s"]),
        (0.26, ["0", "0.10 s", "0.20 s"]),
        (42.5, ["0", "10.0 s", "20.0 s", "30.0 s", "40.0 s"]),
    ],
)
def test_seconds_from_zero_name_round_values(top: float, named: list[str]) -> None:
    assert [name for _, name in scale.from_zero([top]).ticks] == named


@settings(max_examples=60, deadline=None)
@given(some.lists(some.floats(0, 1e6), max_size=5))
def test_every_value_lies_on_the_axis(values: list[float]) -> None:
    on = scale.from_zero(values)
    assert all(0 <= value <= on.high for value in values)
    assert 1 <= len(on.ticks) <= 7


@settings(max_examples=60, deadline=None)
@given(some.lists(some.floats(-1e4, 1e4), max_size=9))
def test_an_axis_around_zero_holds_what_lies_on_either_side(values: list[float]) -> None:
    on = scale.around_zero(values)
    assert on.low <= min([0.0, *values]) and max([0.0, *values]) <= on.high
    assert (0.0, "0") in on.ticks and all(on.low <= at <= on.high for at, _ in on.ticks)


@settings(max_examples=60, deadline=None)
@given(some.floats(1e-6, 1e4), some.floats(1, 1e6))
def test_an_axis_in_powers_is_even_in_ratios(low: float, ratio: float) -> None:
    on = scale.in_powers(low, low * ratio)
    assert 0 <= on.place(low) <= on.place(low * ratio) <= 100
    assert on.place(low * ratio**0.5) == pytest.approx((on.place(low) + on.place(low * ratio)) / 2, abs=0.01)


@pytest.mark.parametrize(("most", "named"), [(0, [1]), (1, [1]), (3, [1, 2, 3]), (100, [1, 20, 40, 60, 80, 100])])
def test_numbers_count_from_one(most: int, named: list[float]) -> None:
    assert [at for at, _ in scale.counted(most).ticks] == named


@settings(max_examples=60, deadline=None)
@given(some.floats(1, 40 * 365 * 86_400))
def test_any_stretch_of_time_names_a_few_moments_within_it(length: float) -> None:
    last = START + timedelta(seconds=length)
    on = scale.of_moments(START, last)
    assert 1 <= len(on.ticks) <= 4
    assert all(START.timestamp() <= at <= last.timestamp() for at, _ in on.ticks)
    assert len({name for _, name in on.ticks}) == len(on.ticks)


def test_one_moment_alone_stands_in_the_middle() -> None:
    on = scale.of_moments(START, START)
    assert on.place(START.timestamp()) == 50.0 and on.ticks[0][1] == "2026-01-01 12:34"
