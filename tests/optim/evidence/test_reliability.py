"""Failures by side, and how often chance does that."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.evidence.outcomes import Outcome
from optim.evidence.reliability import Reliability, failure, tail

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
