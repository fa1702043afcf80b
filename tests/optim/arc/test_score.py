"""Scores of outputs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.arc.score import FULL, score_output

CELLS = st.integers(0, 9)
GRIDS = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width).map(tuple), min_size=1, max_size=5).map(
        tuple
    )
)


@given(GRIDS)
def test_an_equal_grid_has_full_marks(grid: tuple[tuple[int, ...], ...]) -> None:
    assert score_output(grid, grid) == FULL


@given(GRIDS, st.data())
def test_each_differing_cell_costs_its_share(grid: tuple[tuple[int, ...], ...], data: st.DataObject) -> None:
    row, column = data.draw(st.integers(0, len(grid) - 1)), data.draw(st.integers(0, len(grid[0]) - 1))
    changed = [list(one) for one in grid]
    changed[row][column] = (changed[row][column] + 1) % 10
    cells = len(grid) * len(grid[0])
    assert score_output(tuple(map(tuple, changed)), grid) == FULL * (cells - 1) // cells


@pytest.mark.parametrize(
    "output", [None, 7, "grid", frozenset(), (), ((1,),), ((1, 2), (3,)), [[1, 2], [3, 4]], ((1, 2), 3)]
)
def test_another_shape_or_no_grid_scores_nothing(output: object) -> None:
    assert score_output(output, ((1, 2), (3, 4))) == 0
