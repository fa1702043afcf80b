"""A run's bar: it adds up to all of it, and the same phase stands in the same place everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from profiles.breakdown import PART_CATEGORIES, breakdown_of
from services.spine import OTHER, spine, spine_words, spines
from tests.services.facts import timing

PHASES = some.lists(
    some.builds(
        timing,
        some.sampled_from(["score", "score/dsl", "inline", "save", "unaccounted", *map(str, range(30))]),
        some.floats(0, 50),
        some.sampled_from(["dsl", "framework", "io", "unknown"]),
    ),
    min_size=1,
    max_size=40,
)


@given(PHASES, some.floats(0.1, 100))
def test_a_bar_adds_up_to_all_of_its_run(phases: list, more: float) -> None:
    made = breakdown_of(phases, wall_seconds=sum(one.self_seconds for one in phases) + more, workers=1)
    segments = spine(made)
    assert sum(segment.share for segment in segments) == pytest.approx(1.0)
    order = [PART_CATEGORIES.index(segment.category) for segment in segments]
    assert order == sorted(order)


def test_the_same_phase_has_the_same_place_whatever_the_order_of_the_record() -> None:
    phases = [timing("score", 5.0, "dsl"), timing("inline", 3.0), timing("generate", 1.0)]
    one, two = (breakdown_of(order, wall_seconds=10.0, workers=1) for order in (phases, phases[::-1]))
    assert spine(one) == spine(two)
    assert [segment.path for segment in spine(one)] == ["score", "generate", "inline", "unaccounted"]


def test_small_phases_are_one_other_of_their_category_unless_another_run_names_them() -> None:
    small = breakdown_of([timing("a", 0.05), timing("b", 0.04), timing("score", 9.0)], wall_seconds=10.0, workers=1)
    large = breakdown_of([timing("a", 5.0), timing("score", 5.0)], wall_seconds=10.0, workers=1)
    assert [segment.path for segment in spine(small)] == ["score", OTHER, "unaccounted"]
    first, second = spines([small, large])
    assert [segment.path for segment in first] == ["a", "score", OTHER, "unaccounted"]
    assert [segment.path for segment in second] == ["a", "score"]


def test_a_bar_is_told_in_words() -> None:
    made = breakdown_of([timing("score", 6.0), timing("save", 1.0, "io")], wall_seconds=10.0, workers=1)
    assert spine_words(spine(made)) == "score 60%, unaccounted 30%, save 10%"
    assert spine_words(()) == "no phases"
