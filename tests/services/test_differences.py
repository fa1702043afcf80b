"""The difference of two sides: it adds up, and what is not more than the noise is not resolved."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from services import differences
from services.differences import PhaseChange
from services.run_facts import RunFacts, Side
from tests.services.facts import run

PATHS = ["score", "score/dsl", "inline", *(f"phase {number}" for number in range(15))]
AMOUNTS = some.dictionaries(some.sampled_from(PATHS), some.floats(0.01, 50), min_size=1)


def side(values: dict[str, float], runs: int = 1, noise: float = 0.0, wall: float | None = None) -> Side:
    random = np.random.default_rng(runs)
    made: list[RunFacts] = []
    for number in range(runs):
        own = {path: seconds + float(random.normal(0, noise)) for path, seconds in values.items()}
        whole = sum(own.values()) + 1.0 if wall is None else max(wall, sum(own.values()))
        made.append(run(number, own, whole))
    return Side(name="side", runs=tuple(made))


def changes_of(before: Side, after: Side) -> tuple[PhaseChange, ...]:
    found = differences.phase_changes(before, after)
    assert found is not None
    return found


def by_path(found: tuple[PhaseChange, ...]) -> dict[str, PhaseChange]:
    return {step.path: step for step in found}


@given(AMOUNTS, AMOUNTS, some.floats(0.1, 200), some.floats(0.1, 200))
def test_the_steps_add_up_to_both_wall_clocks(
    one: dict[str, float], two: dict[str, float], before: float, after: float
) -> None:
    found = changes_of(side(one, wall=before), side(two, wall=after))
    for parts in (found, differences.folded(found)):
        assert math.fsum(step.before_seconds for step in parts) == pytest.approx(max(before, sum(one.values())))
        assert math.fsum(step.after_seconds for step in parts) == pytest.approx(max(after, sum(two.values())))


def test_a_step_leads_from_before_to_after() -> None:
    found = by_path(
        changes_of(side({"score": 9.0, "gone": 2.0}, wall=12.0), side({"score": 4.0, "new": 3.0}, wall=8.0))
    )
    assert {path: (step.before_seconds, step.after_seconds, step.change) for path, step in found.items()} == {
        "score": (9.0, 4.0, -5.0),
        "gone": (2.0, 0.0, -2.0),
        "new": (0.0, 3.0, 3.0),
        "unaccounted": (1.0, 1.0, 0.0),
    }
    words = differences.difference_words(tuple(found.values()))
    assert words == "The difference is −4.00 s; most of it comes from score (−5.00 s) and new (+3.00 s)."


def test_a_phase_that_bears_the_reserved_name_is_part_of_what_is_unaccounted() -> None:
    before = side({"inline": 2.0, "score": 8.0}, wall=10.0)
    after = side({"inline": 2.0, "score": 8.0, "unaccounted": 3.0, "validate": 1.0}, wall=14.0)
    found = changes_of(before, after)
    assert {step.path: step.change for step in found if step.change} == {"validate": 1.0, "unaccounted": 3.0}
    assert [step.path for step in found][-1] == "unaccounted"
    assert differences.difference_words(found).startswith(
        "The difference is +4.00 s; most of it comes from unaccounted"
    )


def test_what_is_small_is_one_step_called_other_and_unaccounted_comes_last() -> None:
    before = {"score": 50.0, **{f"tiny {number}": 0.1 for number in range(20)}}
    after = {"score": 40.0, **{f"tiny {number}": 0.2 for number in range(20)}}
    found = differences.folded(changes_of(side(before), side(after)))
    assert [step.path for step in found] == ["score", "other", "unaccounted"]
    assert found[1].change == pytest.approx(2.0)


def test_a_difference_of_small_steps_alone_names_the_largest_of_them() -> None:
    before = {"score": 50.0, "inline": 50.0, **{f"tiny {number}": 1.0 for number in range(3)}}
    after = {"score": 50.5, "inline": 50.2, **{f"tiny {number}": 1.01 for number in range(3)}}
    found = differences.folded(changes_of(side(before), side(after)))
    assert [step.path for step in found] == ["score", "inline", "other", "unaccounted"]


def test_one_run_a_side_resolves_nothing() -> None:
    assert not any(step.resolved for step in changes_of(side({"score": 9.0}), side({"score": 1.0})))


def test_runs_that_were_not_interleaved_resolve_nothing_however_many_they_are() -> None:
    found = by_path(changes_of(side({"score": 9.0}, 30, 0.05), side({"score": 5.0}, 31, 0.05)))
    assert not any(step.resolved for step in found.values()) and found["score"].low is None


def interleaved(values: dict[str, float], blocks: int, seed: int, drift: float = 0.0) -> Side:
    """Two runs in each block, on a machine that slows every phase down alike as it goes on."""
    chance = np.random.default_rng(seed)
    made = []
    for number in range(blocks * 2):
        block = number // 2
        own = {path: seconds * (1 + drift * block) + chance.normal(0, 0.05) for path, seconds in values.items()}
        made.append(run(number, own, sum(own.values()) + 1.0, block=(7, block)))
    return Side(name="side", runs=tuple(made))


def test_blocks_resolve_what_is_more_than_their_noise_with_an_interval() -> None:
    before, after = {"score": 9.0, "inline": 1.0}, {"score": 5.0, "inline": 1.0}
    found = by_path(changes_of(interleaved(before, 14, 1), interleaved(after, 14, 2)))
    score, inline = found["score"], found["inline"]
    assert score.resolved and score.low is not None and score.high is not None
    assert score.low < -4 < score.high < 0
    words = differences.difference_words((score,))
    assert words.startswith("The difference is −4") and " s, −4" in words and " to −3" in words
    assert not inline.resolved and inline.low is not None and inline.low < 0 < (inline.high or 0)
    few = by_path(changes_of(interleaved(before, 5, 1), interleaved(after, 5, 2)))
    assert not few["score"].resolved


def test_equal_phases_of_blocks_are_hardly_ever_called_different() -> None:
    values = {"score": 5.0, "inline": 1.0, "save": 2.0}
    sides = ((interleaved(values, 12, seed, 0.1), interleaved(values, 12, seed + 999, 0.1)) for seed in range(60))
    wrong = sum(any(step.resolved for step in changes_of(one, two)) for one, two in sides)
    assert wrong <= 6


def test_sides_whose_seconds_are_of_two_kinds_have_no_steps() -> None:
    alone = Side(name="one", runs=(run(1),))
    workers = Side(name="two", runs=(run(2, workers=2),))
    nothing = Side(name="three", runs=(run(3, None, None),))
    too_much = Side(name="four", runs=(run(4, {"score": 12.0}),))
    assert differences.phase_changes(alone, too_much) is None
    assert differences.phase_changes(alone, workers) is None
    assert differences.phase_changes(alone, nothing) is None
    assert "can not be laid side by side" in differences.difference_words(None)


def test_a_table_of_phases_has_a_column_for_each_run_and_the_small_ones_together() -> None:
    runs = [
        run(1, {"score": 6.0, "inline": 2.0, "a": 0.01, "b": 0.02}),
        run(2, {"score": 3.0, "inline": 2.0, "a": 0.03}, 7.0),
    ]
    rows = {row.path: row.seconds for row in differences.phase_table(runs)}
    assert rows["score"] == (6.0, 3.0) and rows["inline"] == (2.0, 2.0)
    assert rows["other"] == pytest.approx((0.03, 0.03))
    assert list(rows)[-1] == "unaccounted"
    only = {row.path for row in differences.phase_table(runs, only_differing=True)}
    assert only == {"score"}
