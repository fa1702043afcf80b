"""The interval, the numeric verdicts and the number of blocks."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from optim.evidence import statistics
from optim.evidence.statistics import (
    MIN_BLOCKS,
    Interval,
    blocks_needed,
    classify,
    forecast,
    interval,
    log_ratios,
    middle,
)

seconds = st.floats(0.01, 1000)
pairs = st.lists(st.tuples(seconds, seconds), min_size=3, max_size=30)
#: To the thousandth: spreads that no clock can measure are left out.
trials = st.lists(st.integers(-3000, 3000).map(lambda number: number / 1000), min_size=3, max_size=30)


def measured(pairs):
    before, after = zip(*pairs, strict=True)
    return interval(log_ratios(before, after))


@given(pairs)
def test_the_interval_contains_the_middle_of_the_ratios(pairs):
    found = measured(pairs)
    ratios = sorted(math.sqrt(a / b * c / d) for at, (a, b) in enumerate(pairs) for c, d in pairs[at:])
    assert ratios[0] <= found.speedup * (1 + 1e-9) and found.speedup <= ratios[-1] * (1 + 1e-9)
    assert found.low <= found.speedup * (1 + 1e-12)
    assert found.high >= found.speedup * (1 - 1e-12)


def test_the_middle_of_symmetric_trials_is_their_mean_and_one_wild_block_hardly_moves_it():
    data = [0.01, 0.03, 0.02, 0.04, 0.0]
    assert middle(data) == pytest.approx(0.02)
    assert middle([*data, 5.0]) < 0.03


@given(st.lists(st.floats(-3, 3).filter(lambda x: abs(x) > 1e-6), min_size=3, max_size=30))
def test_the_capital_of_the_bets_is_what_the_product_says(trials):
    size = np.abs(trials).cumsum() / np.arange(1, len(trials) + 1)
    unit = np.array(trials) / np.where(size > 0, size, 1)
    shares, bets = statistics._SHARES / 2, statistics._BETS
    capital = sum(
        share * np.prod(np.exp(sign * z * unit) / np.cosh(z * unit))
        for share, z in zip(shares, bets, strict=True)
        for sign in (1, -1)
    )
    assert statistics.log_capital(trials, [0.0])[0] == pytest.approx(math.log(capital), abs=1e-6)


def test_the_capital_stays_one_on_average_over_all_signs():
    sizes = np.array([0.3, 0.01, 0.2, 0.7, 0.05, 0.05, 1.4])
    signs = np.array(np.meshgrid(*[[-1, 1]] * len(sizes))).reshape(len(sizes), -1).T
    assert np.mean([math.exp(statistics.log_capital(row * sizes, [0.0])[0]) for row in signs]) == pytest.approx(1)


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
    here, moved = interval(trials), interval(np.array(trials) + shift)
    for bound in ("speedup", "low", "high"):
        before, after = getattr(here, bound), getattr(moved, bound)
        if 0 < before < math.inf:
            assert math.log(after) == pytest.approx(math.log(before) + shift, abs=1e-6)
        else:
            assert after == before


@pytest.mark.parametrize("blocks", [1, 2, 5])
def test_fewer_than_six_blocks_have_no_finite_interval_even_when_they_agree(blocks):
    found = interval([0.7] * blocks)
    assert (found.low, found.high) == (0.0, math.inf)
    assert found.to_json() == {"speedup": pytest.approx(math.exp(0.7)), "low": None, "high": None}
    assert statistics.verdict_of(found) == "unresolved"


def test_six_blocks_that_agree_are_enough():
    found = interval([0.7, 0.71, 0.69, 0.7, 0.705, 0.7])
    assert 1.9 < found.low < found.speedup < found.high < 2.1


def test_the_width_shrinks_with_every_block():
    widths = statistics.half_width(np.arange(MIN_BLOCKS, 3000))
    assert np.isfinite(widths).all()
    assert (np.diff(widths) < 0).all()
    assert widths[20 - MIN_BLOCKS] == pytest.approx(0.80, abs=0.03)
    assert np.isinf(statistics.half_width(MIN_BLOCKS - 1))


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (1.02, 1.30, "faster"),
        (1.0005, 1.02, "faster"),
        (0.80, 0.97, "slower"),
        (0.995, 1.005, "same"),
        (1.001, 1.009, "slightly faster"),
        (0.992, 0.999, "slightly slower"),
        (1.0002, 1.0138, "slightly faster"),
        (0.97, 1.08, "unresolved"),
        (0.995, 1.02, "unresolved"),
        (0.0, math.inf, "unresolved"),
    ],
)
def test_a_verdict_follows_from_where_the_interval_lies(low, high, verdict):
    centre = 1.0 if math.isinf(high) else math.sqrt(low * high)
    found = Interval(speedup=centre, low=low, high=high, blocks=5)
    assert statistics.verdict_of(found, 0.01) == verdict


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_swapping_the_arms_swaps_faster_and_slower(centre, width, margin):
    low, high = centre - width, centre + width
    first, second = str(classify(centre, low, high, margin)), str(classify(-centre, -high, -low, margin))
    assert second == first.replace("faster", "x").replace("slower", "faster").replace("x", "slower")


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(0, 0.1), st.floats(0, 1))
def test_a_settled_verdict_stays_settled_when_the_interval_narrows(centre, width, margin, share):
    first = str(classify(centre, centre - width, centre + width, margin))
    assume(first != "unresolved")
    narrower = str(classify(centre, centre - width * share, centre + width * share, margin))
    assert narrower == first or (first == "same" and narrower.startswith("slightly"))


@given(st.floats(0.001, 0.2), st.floats(0.001, 1), st.floats(0.001, 1))
def test_larger_effects_never_need_more_blocks(noise, one, two):
    small, large = sorted((one, two))
    few, many = blocks_needed(noise, large, 0.0), blocks_needed(noise, small, 0.0)
    assert many is None or (few is not None and few <= many)


@given(st.floats(0.0001, 0.2), st.floats(0.0001, 0.2), st.floats(0, 1))
def test_more_noise_never_needs_fewer_blocks(one, two, effect):
    calm, loud = (blocks_needed(noise, effect) for noise in sorted((one, two)))
    assert loud is None or (calm is not None and calm <= loud)


def test_the_blocks_needed_follow_from_the_noise():
    assert blocks_needed(0.02, 1.0) == MIN_BLOCKS
    assert blocks_needed(0.0, 0.02) == MIN_BLOCKS
    assert blocks_needed(0.02, 0.05) == 7
    assert 20 <= blocks_needed(0.02, 0.02) <= 30
    assert blocks_needed(0.3, 0.0) is None


def test_a_forecast_is_a_range_that_holds_what_the_blocks_so_far_would_need():
    data = 0.02 + np.random.default_rng(3).normal(0, 0.02, 8)
    found = forecast(data)
    needed = next(n for n in range(9, 1000) if statistics.half_width(n) * data.std(ddof=1) < middle(data))
    assert found.fewest <= needed - 8 <= found.most
    assert found.sentence == (
        f"between {found.fewest} and {found.most} blocks more would settle it "
        f"(such ranges held in {statistics.HELD} of 100 simulated measurements or more)"
    )


def _settled_at(data, margin):
    """The first number of blocks whose interval settles it."""
    edge = math.log1p(margin)
    for count in range(6, len(data) + 1):
        against = statistics.log_capital(data[:count], [0.0, -edge, edge]) >= math.log(20)
        if (against[0] and abs(middle(data[:count])) > 0.75 * edge) or against[1:].all():
            return count
    return math.inf


@pytest.mark.parametrize("noise", ["normal", "t(1.5)", "bursts"])
def test_a_forecast_holds_nine_times_in_ten(noise):
    held = []
    for seed in range(60):
        chance = np.random.default_rng(seed)
        wild = {
            "normal": chance.normal(0, 0.02, 120),
            "t(1.5)": 0.01 * chance.standard_t(1.5, 120),
            "bursts": chance.normal(0, 0.01, 120) * (1 + 10 * (chance.random(120) < 0.1)),
        }[noise]
        data = wild + (0, 0.01, 0.02, 0.03)[seed % 4]
        stop = _settled_at(data, 0.01)
        if stop <= 8:
            continue
        found = forecast(data[:8])
        most = math.inf if found.most is None else 8 + found.most
        held.append((found.fewest is None or 8 + found.fewest <= stop) and (stop <= most or most >= len(data)))
    assert len(held) > 20
    assert np.mean(held) >= 0.85


@given(trials)
def test_a_forecast_is_in_order_and_always_the_same(data):
    found = forecast(data)
    assert found == forecast(data)
    assert found.fewest is None or (found.fewest >= 1 and (found.most is None or found.most >= found.fewest))


def test_before_six_blocks_what_is_missing_are_six_blocks():
    assert forecast([]).fewest == 6
    assert forecast([0.5]).fewest == 5


def test_hopeless_noise_is_called_hopeless():
    found = forecast([1.0, -1.0, 1.0, -1.0, 0.012, -0.012])
    assert found.most is None
    assert statistics.forecast([0.0075, 0.0076] * 4, margin=0.01).fewest is not None


def test_the_noise_floor_is_the_spread_of_one_run():
    generator = np.random.default_rng(1)
    floor = statistics.noise_floor(generator.normal(0, 0.02 * math.sqrt(2), 4000))
    assert floor.run_noise == pytest.approx(0.02, rel=0.05)
    assert floor.interval.low < 1 < floor.interval.high
    assert set(floor.to_json()) == {"speedup", "low", "high", "run_noise"}


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
