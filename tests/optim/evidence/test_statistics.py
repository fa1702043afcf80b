"""The interval, the numeric verdicts and the number of blocks."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from optim.evidence import statistics
from optim.evidence.statistics import (
    Interval,
    blocks_needed,
    classify,
    interval,
    log_ratios,
    more_blocks,
    running_intervals,
)

seconds = st.floats(0.01, 1000)
pairs = st.lists(st.tuples(seconds, seconds), min_size=3, max_size=30)
trials = st.lists(st.floats(-3, 3), min_size=3, max_size=30)


def measured(pairs):
    before, after = zip(*pairs, strict=True)
    return interval(log_ratios(before, after))


@given(pairs)
def test_the_interval_contains_the_geometric_mean_of_the_ratios(pairs):
    found = measured(pairs)
    assert found.speedup == pytest.approx(math.prod((a / b) ** (1 / len(pairs)) for a, b in pairs), rel=1e-9)
    assert found.low <= found.speedup * (1 + 1e-12)
    assert found.high >= found.speedup * (1 - 1e-12)


@given(pairs)
def test_swapping_the_arms_inverts_speedup_and_interval(pairs):
    found, swapped = measured(pairs), measured([(after, before) for before, after in pairs])
    assert swapped.speedup == pytest.approx(1 / found.speedup)
    if found.low > 0:
        assert swapped.high == pytest.approx(1 / found.low, rel=1e-6)
        assert swapped.low == pytest.approx(1 / found.high, rel=1e-6)


@given(pairs, st.floats(0.1, 10))
def test_a_machine_that_is_slower_throughout_changes_nothing(pairs, factor):
    scaled = measured([(a * factor, b * factor) for a, b in pairs])
    assert scaled.speedup == pytest.approx(measured(pairs).speedup)
    assert scaled.low == pytest.approx(measured(pairs).low, rel=1e-4)


@given(trials, st.floats(-2, 2))
def test_a_true_shift_moves_the_interval_by_itself(trials, shift):
    mean, low, high = (bound[-1] for bound in running_intervals(trials))
    moved = [bound[-1] for bound in running_intervals(np.array(trials) + shift)]
    assert moved[0] == pytest.approx(mean + shift)
    assert moved[1] == pytest.approx(low + shift, abs=1e-6)
    assert moved[2] == pytest.approx(high + shift, abs=1e-6)


@given(trials)
def test_the_interval_after_each_block_is_the_interval_of_the_blocks_so_far(trials):
    _, low, high = running_intervals(trials)
    for blocks in range(3, len(trials) + 1):
        found = interval(trials[:blocks])
        assert (
            math.log(found.low) == pytest.approx(low[blocks - 1], abs=1e-6) if found.low > 0 else low[blocks - 1] < -700
        )
        assert found.high == math.inf or math.log(found.high) == pytest.approx(high[blocks - 1], abs=1e-6)


@pytest.mark.parametrize("blocks", [1, 2])
def test_fewer_than_three_blocks_have_no_finite_interval_even_when_they_agree(blocks):
    found = interval([0.7] * blocks)
    assert (found.low, found.high) == (0.0, math.inf)
    assert found.to_json() == {"speedup": pytest.approx(math.exp(0.7)), "low": None, "high": None}
    assert statistics.verdict_of(found) == "unresolved"


def test_the_width_is_the_one_of_the_mixture_martingale():
    # Where the interval ends, the martingale of Wang and Ramdas is exactly 1 / alpha.
    data = np.array([0.03, 0.05, 0.04, 0.08, 0.02, 0.055])
    n, c = data.size, statistics.PRIOR_PRECISION
    end = running_intervals(data)[1][-1]
    about_end, mean = data - end, data.mean() - end
    null, alternative = (about_end**2).sum(), (about_end**2).sum() - n**2 * mean**2 / (n + c)
    martingale = math.sqrt(c / (n + c)) * (null / alternative) ** (n / 2)
    assert martingale == pytest.approx(20)


def test_the_width_shrinks_with_every_block():
    widths = statistics.half_width(np.arange(3, 2000))
    assert np.isfinite(widths).all()
    assert (np.diff(widths) < 0).all()
    assert widths[17] == pytest.approx(0.88, abs=0.01)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.02, 1.30, "faster"),
        (1.0005, 1.02, "faster"),
        (0.80, 0.97, "slower"),
        (0.995, 1.005, "same"),
        (1.001, 1.009, "same"),
        (0.97, 1.08, "unresolved"),
        (0.995, 1.02, "unresolved"),
        (0.0, math.inf, "unresolved"),
    ],
)
def test_a_verdict_follows_from_where_the_interval_lies(low, high, verdict):
    found = Interval(speedup=1.0, low=low, high=high, blocks=5)
    assert statistics.verdict_of(found, 0.01) == verdict


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_swapping_the_arms_swaps_faster_and_slower(middle, width, margin):
    other = {"faster": "slower", "slower": "faster", "same": "same", "unresolved": "unresolved"}
    low, high = middle - width, middle + width
    assert str(classify(-high, -low, margin)) == other[str(classify(low, high, margin))]


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.1), st.floats(0, 1))
def test_a_settled_verdict_stays_settled_when_the_interval_narrows(middle, width, margin, share):
    first = str(classify(middle - width, middle + width, margin))
    assume(first != "unresolved")
    narrower = str(classify(middle - width * share, middle + width * share, margin))
    assert narrower in (first, "same")


@given(st.floats(0.001, 0.2), st.floats(0.001, 1), st.floats(0.001, 1))
def test_larger_effects_never_need_more_blocks(noise, one, two):
    small, large = sorted((one, two))
    few, many = blocks_needed(noise, large, 0.0), blocks_needed(noise, small, 0.0)
    assert many is None or (few is not None and few <= many)


@given(st.floats(0.0001, 0.2), st.floats(0.0001, 0.2), st.floats(0, 1))
def test_more_noise_never_needs_fewer_blocks(one, two, effect):
    calm, loud = (blocks_needed(noise, effect) for noise in sorted((one, two)))
    assert loud is None or (calm is not None and calm <= loud)


def test_the_blocks_needed_are_those_of_the_design():
    assert blocks_needed(0.02, 0.05) == 11
    assert blocks_needed(0.02, 1.0) == 3
    assert blocks_needed(0.0, 0.02) == 3
    assert blocks_needed(0.3, 0.0) is None


def test_the_smallest_effect_is_the_one_that_needs_just_these_blocks():
    effect = statistics.smallest_effect(0.02, 20)
    assert blocks_needed(0.02, effect * 1.001, 0.0) == 20
    assert statistics.smallest_effect(0.02, 2) is None


def test_an_unresolved_measurement_says_how_many_more_blocks_would_settle_it():
    data = 0.02 + np.random.default_rng(3).normal(0, 0.02, 8)
    more = more_blocks(data)
    enough, short = (float(statistics.half_width(8 + extra)) * data.std() for extra in (more, more - 1))
    assert enough < data.mean() <= short


def test_before_three_blocks_what_is_missing_are_three_blocks():
    assert more_blocks([]) == 3
    assert more_blocks([0.5]) == 2


def test_hopeless_noise_is_called_hopeless():
    assert more_blocks([1.0, -1.0, 1.0, -1.0, 0.012, -0.012]) is None


def test_the_noise_floor_is_the_spread_of_one_run():
    generator = np.random.default_rng(1)
    floor = statistics.noise_floor(generator.normal(0, 0.02 * math.sqrt(2), 4000))
    assert floor.run_noise == pytest.approx(0.02, rel=0.05)
    assert floor.interval.low < 1 < floor.interval.high
    assert set(floor.to_json()) == {"speedup", "low", "high", "run_noise"}


def test_tasks_are_ordered_by_speedup_and_those_of_one_run_only_left_out():
    assert statistics.task_speedups({"a": 2.0, "b": 3.0, "c": 1.0}, {"a": 1.0, "b": 1.0}) == {"b": 3.0, "a": 2.0}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [([1.0], [1.0, 2.0], "both arms"), ([1.0], [0.0], "positive"), ([math.nan], [1.0], "positive")],
)
def test_times_that_can_not_be_are_refused(before, after, message):
    with pytest.raises(ValueError, match=message):
        log_ratios(before, after)


def test_no_block_has_no_interval():
    with pytest.raises(ValueError, match="one or more"):
        interval([])


@pytest.mark.parametrize(("noise", "effect"), [(-0.1, 0.1), (0.1, -1)])
def test_impossible_noise_and_effects_are_refused(noise, effect):
    with pytest.raises(ValueError, match="noise must be"):
        blocks_needed(noise, effect)
