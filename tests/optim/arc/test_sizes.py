"""About how many bytes values take."""

from __future__ import annotations

from sys import getsizeof
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.arc.sizes import PLACE, approximate_bytes

GRID = tuple(tuple(range(30)) for _ in range(30))
CELLS = frozenset((cell, (i, j)) for i, row in enumerate(GRID) for j, cell in enumerate(row))
VALUES = st.recursive(
    st.integers() | st.booleans() | st.none() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5).map(tuple) | st.frozensets(inner, max_size=5),
    max_leaves=30,
)


def _exact(value: Any) -> int:
    inner = value if isinstance(value, tuple | frozenset) else ()
    return getsizeof(value) + sum(_exact(one) for one in inner if type(one) is not int)


@pytest.mark.parametrize("value", [GRID, CELLS, (GRID, GRID), frozenset({CELLS, frozenset(list(CELLS)[:9])})])
def test_grids_and_objects_count_all_that_they_hold(value: Any) -> None:
    assert approximate_bytes(value) - PLACE == pytest.approx(_exact(value), rel=0.1)


@given(VALUES)
def test_any_value_has_a_size_and_holding_it_costs_something(value: Any) -> None:
    assert PLACE <= approximate_bytes(value) <= approximate_bytes((value, value))


def test_what_is_nested_very_deeply_is_not_followed() -> None:
    value: Any = ()
    for _ in range(100_000):
        value = (value,)
    assert approximate_bytes(value) > 0
