"""The stage: a dot for each block, the band, 1x in the middle."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from views.charts import stage
from views.charts.stage import Look

STEPS = [
    Look(block=1, trial=1.4, value=1.4, low=None, high=None),
    Look(block=2, trial=1.6, value=1.5, low=0.8, high=9000.0),
    Look(block=3, trial=1.5, value=1.5, low=1.2, high=1.8),
]
TAG = "{http://www.w3.org/2000/svg}"


def drawn(looks: list[Look], noise: tuple[float, float] | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(stage.stage_svg(looks, stage.axis_of(looks, noise), 0.01, noise))


def test_each_block_drops_a_dot_and_the_band_stands_where_it_is_known() -> None:
    shapes = drawn(STEPS)
    assert len(shapes.findall(f"{TAG}circle")) == 3
    assert len(shapes.findall(f"{TAG}rect")) == 1 + 2
    assert len(drawn(STEPS, (0.95, 1.05)).findall(f"{TAG}rect")) == 2 + 2


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40))
def test_one_is_always_in_the_middle_and_every_dot_on_the_axis(trials: list[float]) -> None:
    looks = [Look(block=number, trial=one, value=one, low=None, high=None) for number, one in enumerate(trials, 1)]
    on = stage.axis_of(looks, None)
    assert on.place(1.0) == pytest.approx(50)
    assert all(0 < on.place(one) < 100 for one in trials)


@pytest.mark.parametrize("blocks", [0, 1, 20, 200])
def test_any_number_of_blocks_is_a_picture_one_can_look_at(blocks: int) -> None:
    looks = [Look(block=number, trial=1.1, value=1.1, low=1.0, high=1.2) for number in range(1, blocks + 1)]
    assert 60 < stage.height_of(looks) < 700
    assert len(drawn(looks).findall(f"{TAG}circle")) == blocks


def test_who_can_not_see_it_hears_the_numbers() -> None:
    assert stage.stage_words(STEPS).startswith("after 3 blocks: 1.50x (1.20x to 1.80x)")
    assert stage.stage_words([]) == "no block is finished yet"
