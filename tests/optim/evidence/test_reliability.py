"""Failures by side, and how often chance does that."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.evidence.judging import judge_measurement
from optim.evidence.outcomes import Outcome
from optim.evidence.reliability import Attempt, Reliability, failing, failure, reliability, tail
from optim.evidence.spec import Spec, attribution_arms

RUN = Outcome(wall_seconds=1.0, results_fingerprint="same")


@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 30), st.integers(1, 30))
def test_the_chance_is_that_of_scipys_fisher(one, more, other, others):
    from scipy.stats import hypergeom

    before_runs, after_runs = one + more, other + others
    expected = hypergeom.sf(other - 1, before_runs + after_runs, one + other, after_runs)
    assert tail(one, before_runs, other, after_runs) == pytest.approx(expected, abs=1e-9)


def test_what_fails_on_both_sides_alike_is_called_unreliable_and_not_wrong():
    found = Reliability(before_runs=20, before_failed=5, after_runs=20, after_failed=5)
    assert not found.worse and not found.doubtful
    assert "in both alike, so the pipeline is unreliable" in found.sentence


def test_a_single_failure_is_said_and_stops_nothing():
    found = Reliability(before_runs=12, after_runs=12, after_failed=1)
    assert not found.worse and not found.doubtful
    assert found.sentence.endswith("their blocks were repeated.")


def test_some_failures_on_one_side_wait_for_more_blocks():
    assert Reliability(before_runs=14, after_runs=14, after_failed=3).doubtful
    assert Reliability(before_runs=14, after_runs=14, after_failed=8).worse


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "died", "reason": "killed by SIGKILL"}, "killed by SIGKILL"),
        ({"status": "timeout"}, "the run ran into its backstop"),
        ({"timeouts": 3}, "3 new timeouts (0 on the other side)"),
        ({"failed": 1}, "1 task failed that did not fail on the other side"),
        ({}, None),
    ],
)
def test_a_run_fails_by_itself_or_against_the_other_side(changes, reason):
    assert failure(replace(RUN, **changes), [RUN]) == reason
    assert failure(replace(RUN, timeouts=3), [replace(RUN, timeouts=3)]) is None


def test_chance_timeouts_of_both_sides_are_held_against_the_same_and_hardly_ever_called_wrong():
    """Of 8 to 20% of runs that time out by chance, one side may have more than what is usual, the other less."""
    chance, said = random.Random(5), 0
    for share in (0.05, 0.08, 0.12, 0.2) * 60:
        blocks = [
            {arm: replace(RUN, timeouts=int(chance.random() < share)) for arm in ("A", "A2", "B", "B2")}
            for _ in range(30)
        ]
        said += reliability(blocks, [], ("A", "A2"), ("B", "B2")).worse
    assert said <= 6, "1% of 240, and chance"


def test_timeouts_of_every_run_count_where_only_one_side_has_them():
    quiet, slow = RUN, replace(RUN, timeouts=2)
    blocks = [{"A": quiet, "A2": quiet, "B": slow, "B2": slow} for _ in range(6)]
    one = reliability(blocks, [], ("A", "A2"), ("B", "B2"))
    assert (one.before_failed, one.after_failed, one.worse) == (0, 12, True)
    other = reliability(blocks, [], ("B", "B2"), ("A", "A2"))
    assert (other.before_failed, other.after_failed, other.worse) == (12, 0, False)
    assert not reliability([dict.fromkeys("AB", slow)] * 6, [], ("A",), ("B",)).after_failed


def test_what_hit_the_backstop_counts_for_nobody():
    busy = replace(RUN, timeouts=3, backstops=3)
    assert failure(busy, [RUN]) is None
    assert failure(replace(busy, timeouts=4), [RUN]) == "1 new timeout (0 on the other side)"
    assert failure(replace(RUN, timeouts=3), [busy]) == "3 new timeouts (0 on the other side)"
    tried = [Attempt(block=1, attempt=1, arm=arm, position=1, outcome=busy) for arm in "AB"]
    assert reliability([], tried, ["A"], ["B"]).after_failed == 0


WINS = ("a", "b", "c")
ARMS = {arm.name: arm.wins for arm in attribution_arms(WINS)}
DEAD = replace(RUN, wall_seconds=None, status="died", reason="killed by SIGKILL")


def tries(dies, blocks=6):
    """Every arm once a block; ``dies`` tells of an arm and a block whether that run dies."""
    return [
        Attempt(block=block, attempt=1, arm=arm, position=1, outcome=DEAD if dies(arm, block) else RUN)
        for block in range(1, blocks + 1)
        for arm in ARMS
    ]


def test_an_attribution_names_the_win_whose_runs_die():
    reason = failing(ARMS, [], tries(lambda arm, block: "b" in ARMS[arm] and block % 3 == 0))
    assert reason is not None and "8 of 24 runs with b on failed (such as: killed by SIGKILL), 0 of 24 others" in reason


def test_an_attribution_names_the_config_that_dies_where_no_win_does_it_alone():
    reason = failing(ARMS, [], tries(lambda arm, block: arm == "a,c" and block < 6))
    assert reason is not None and "5 of 6 runs of the config a,c failed" in reason


def test_chance_deaths_of_an_attribution_are_said_and_stop_nothing():
    spec = Spec(kind="attribution", arms=attribution_arms(WINS))
    dead = tries(lambda arm, block: (arm, block) in (("a", 1), ("b,c", 2)))
    assert failing(ARMS, [], dead) is None and failing(ARMS, [], tries(lambda arm, block: False)) is None
    blocks = [dict.fromkeys(ARMS, replace(RUN, cache_state="cold", workload="w", machine="m"))] * 3
    verdict = judge_measurement(spec, blocks, dead)
    assert verdict.attribution is not None
    assert "2 of 48 runs failed (such as: killed by SIGKILL); their blocks were repeated." in verdict.notes


def test_an_attribution_whose_runs_die_is_wrong_without_a_whole_block():
    spec = Spec(kind="attribution", arms=attribution_arms(WINS))
    verdict = judge_measurement(spec, [], tries(lambda arm, block: "b" in ARMS[arm], blocks=2))
    assert verdict.verdict == "wrong" and "with b on failed" in verdict.reason


def test_what_dies_alike_everywhere_is_hardly_ever_called_wrong():
    chance = random.Random(3)
    found = [failing(ARMS, [], tries(lambda arm, block: chance.random() < 0.1, blocks=4)) for _ in range(200)]
    assert sum(one is not None for one in found) <= 8
