"""The interval, its middle and the forecast are those of the plain formulas, to the last bit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optim.evidence import statistics
from optim.evidence.statistics import CONFIDENCE, MIN_BLOCKS, Interval, forecast, half_width, interval, log_capital

#: Noise of a clock, ties, zeros, and trials that something disturbed a thousandfold.
a_trial = st.one_of(
    st.floats(-0.2, 0.2), st.integers(-3, 3).map(lambda number: number / 100), st.just(0.0), st.floats(-300, 300)
)
trials = st.lists(a_trial, min_size=1, max_size=40).map(np.array)


def plain_capital(trials, effects):
    rest = trials[None, :] - np.asarray(effects, float)[:, None]
    size = np.abs(rest).cumsum(axis=1) / np.arange(1, rest.shape[1] + 1)
    unit = np.divide(rest, size, out=np.zeros_like(rest), where=size > 1e-12)
    bet = 2 * statistics._BETS[:, None, None] * unit
    up = (math.log(2) - np.log1p(np.exp(-np.abs(bet))) + np.minimum(bet, 0)).sum(axis=2)
    shares = np.log(statistics._SHARES / 2)[:, None]
    return np.logaddexp.reduce(np.concatenate([up + shares, up - bet.sum(axis=2) + shares]), axis=0)


def plain_ends(trials, confidence):
    level = -math.log(1 - confidence)
    centre = float(np.median([(one + two) / 2 for at, one in enumerate(trials) for two in trials[at:]]))
    reach = float(np.abs(trials - centre).max()) or 1e-12
    ends = []
    for side in (-1, 1):
        effects, is_open = centre + side * reach * statistics._AWAY, False
        for _ in range(2):
            kept = np.flatnonzero(plain_capital(trials, effects) < level)
            last = kept[-1] if kept.size else 0
            is_open |= last == len(effects) - 1
            last = min(last, len(effects) - 2)
            effects = np.linspace(effects[last], effects[last + 1], statistics._STEPS)
        ends.append(side * math.inf if is_open else float(effects[-1]))
    return centre, *ends


def plain_forecast(trials, margin):
    centre, low, high = plain_ends(trials, CONFIDENCE)
    count, near, spread = len(trials), min(centre - low, high - centre), float(trials.std(ddof=1))
    if math.isfinite(near):
        spread = max(spread, near / float(half_width(count)))
    chance, further, edge = np.random.default_rng(7), statistics._FURTHER, math.log1p(margin)
    freedom = 0.25 * (count - 1)
    noise = spread * np.sqrt(freedom / np.maximum(chance.chisquare(freedom, 800), 1e-3))
    effect = centre + noise * chance.normal(size=800) / math.sqrt(count)
    steps = chance.normal(size=(800, len(further))) * np.sqrt(np.diff(further, prepend=0))
    total = count + further
    middles = (count * centre + effect[:, None] * further + noise[:, None] * steps.cumsum(axis=1)) / total
    reach, away = noise[:, None] * half_width(total), np.abs(middles)
    settled = (away + reach <= edge) | ((away > 0.75 * edge) & (reach < away))
    first = sorted(float(further[path.argmax()]) if path.any() else math.inf for path in settled)
    return [None if math.isinf(first[place]) else int(first[place]) for place in (20, 400, 780)]


@given(trials, st.sampled_from([CONFIDENCE, 0.99, 1 - 0.05 / 7]))
def test_the_interval_is_that_of_the_plain_formula(trials, confidence):
    centre, low, high = (math.exp(end) if end < 700 else math.inf for end in plain_ends(trials, confidence))
    assert interval(trials, confidence) == Interval(speedup=centre, low=low, high=high, blocks=len(trials))


@settings(max_examples=40)
@given(trials.filter(lambda trials: len(trials) >= MIN_BLOCKS), st.sampled_from([0.0, 0.01, 0.05]))
def test_the_forecast_is_that_of_the_plain_formula(trials, margin):
    found = forecast(trials, margin)
    assert [found.fewest, found.likely, found.most] == plain_forecast(trials, margin)


@pytest.mark.parametrize("count", [50, 200, 999, 1000, 1001, 4000])
def test_so_are_those_of_many_blocks(count):
    trials = 0.003 + 0.02 * np.random.default_rng(count).standard_t(1.5, count)
    effects = np.array([0.0, 0.003, -0.02, 5.0])
    assert log_capital(trials, effects) == pytest.approx(plain_capital(trials, effects), rel=1e-12, abs=1e-10)
    if count <= 200:
        centre, low, high = plain_ends(trials, CONFIDENCE)
        assert statistics.log_interval(trials, statistics.middle(trials)) == (low, high)
        assert statistics.middle(trials) == centre
