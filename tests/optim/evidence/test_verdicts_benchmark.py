"""The simulation of benchmarks/verdicts.py, small: what the design promises of verdicts."""

import numpy as np
import pytest

from benchmarks.verdicts import BLOCKS, MACHINES, PRACTICES, interleaved, quickwin, simulate
from optim.evidence.spec import MIN_LOOK
from optim.evidence.statistics import interval, verdict_of


@pytest.fixture(scope="module")
def rows():
    return {(row.practice, row.machine, row.effect): row for row in simulate(1000, seed=1)}


OURS = "Quickwin, up to 20 blocks"


@pytest.mark.parametrize("machine", MACHINES)
def test_at_most_five_percent_of_measurements_of_equal_configs_are_wrong(rows, machine):
    assert rows[OURS, machine, 0.0].wrong <= 0.05


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("effect", [0.02, 0.05, 0.10])
def test_a_true_gain_is_hardly_ever_called_slower_or_the_same(rows, machine, effect):
    assert rows[OURS, machine, effect].wrong <= 0.05


@pytest.mark.parametrize("machine", ["1% noise", "2% noise", "drift"])
def test_a_true_five_percent_at_two_percent_noise_is_found_within_twenty_blocks_in_nine_of_ten(rows, machine):
    assert rows[OURS, machine, 0.05].found >= 0.9


@pytest.mark.parametrize("practice", ["one run each", "mean of five each, in turn", "t-test over 100 task times"])
def test_what_people_do_today_is_often_wrong(rows, practice):
    assert rows[practice, "2% noise", 0.0].wrong > 0.3


def test_every_practice_is_simulated_on_every_machine(rows):
    assert {(practice, machine) for practice, machine, _ in rows} == {(p, m) for p in PRACTICES for m in MACHINES}


def test_the_vectorized_simulation_says_what_looking_after_every_block_says():
    noise = MACHINES["2% noise"](np.random.default_rng(5), (30, BLOCKS * 3))
    said, runs = quickwin(noise, 0.04, np.random.default_rng(6))
    ratios = interleaved(noise, 0.04, np.random.default_rng(6))
    for measurement in range(30):
        looks = [verdict_of(interval(ratios[measurement, :blocks])) for blocks in range(1, BLOCKS + 1)]
        stop = next((look for look in range(MIN_LOOK - 1, BLOCKS) if looks[look] != "unresolved"), BLOCKS - 1)
        assert (said[measurement], runs[measurement]) == (looks[stop], 3 * (stop + 1))
