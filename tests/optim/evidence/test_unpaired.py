"""Runs that were not interleaved: pairs where they alternate, else two samples; faster, slower or unresolved."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.evidence.outcomes import Outcome
from optim.evidence.records import SEPARATE_RUNS
from optim.evidence.unpaired import CAUTION, Timed, alternating, judge_runs, welch

START = datetime(2026, 11, 23, tzinfo=UTC)


def run(seconds: float, minute: float | None = None, **changes: object) -> Timed:
    outcome = Outcome(wall_seconds=seconds, results_fingerprint="same", run_id=7)
    at = None if minute is None else START + timedelta(minutes=minute)
    return Timed(outcome=Outcome(**{**{name: getattr(outcome, name) for name in outcome.__slots__}, **changes}),
                 started_at=at)  # fmt: skip


def runs(*seconds: float, **changes: object) -> list[Timed]:
    return [run(one, **changes) for one in seconds]


def test_two_samples_that_are_apart_are_faster_with_the_grade_and_its_caution() -> None:
    verdict = judge_runs(runs(20.0, 20.4, 19.8), runs(15.1, 14.9, 15.2))
    assert verdict.verdict == "faster" and verdict.interval is not None
    assert verdict.interval.low > 1.25
    assert CAUTION in verdict.reason and verdict.to_json()["grade"] == SEPARATE_RUNS
    assert judge_runs(runs(15.1, 14.9, 15.2), runs(20.0, 20.4, 19.8)).verdict == "slower"


def test_equal_samples_are_never_the_same_but_unresolved() -> None:
    sides = [runs(*(10.0 + 0.0001 * at for at in range(40))) for _ in range(2)]
    verdict = judge_runs(*sides)
    assert verdict.verdict == "unresolved" and verdict.interval is not None and verdict.interval.high < 1.001


def test_one_run_of_a_config_says_nothing_about_its_noise() -> None:
    verdict = judge_runs(runs(20.0), runs(10.0, 10.1))
    assert verdict.verdict == "unresolved"
    assert "2 of each config are needed" in verdict.reason
    assert verdict.to_json()["low"] is None


def test_welch_is_scipys_on_log_seconds() -> None:
    from scipy.stats import ttest_ind

    before, after = (np.log([20.0, 21.0, 19.5, 20.7]), np.log([18.0, 18.9, 17.5, 18.2]))
    wanted = ttest_ind(before, after, equal_var=False).confidence_interval(0.95)
    interval = welch(list(before), list(after))
    assert (math.log(interval.low), math.log(interval.high)) == pytest.approx((wanted.low, wanted.high))


@pytest.mark.parametrize("sizes", [(2, 2), (3, 3), (2, 8), (3, 20), (10, 10)])
def test_equal_configs_are_told_apart_in_at_most_one_of_twenty(sizes: tuple[int, int]) -> None:
    random = np.random.default_rng(5)
    samples = [[random.normal(0, 0.05, size) for size in sizes] for _ in range(600)]
    wrong = sum(not interval.low <= 1 <= interval.high for interval in (welch(*map(list, one)) for one in samples))
    assert wrong / 600 < 0.075


def test_starts_that_alternate_become_pairs_and_cancel_a_drift() -> None:
    drift = [1.0, 1.5, 2.2, 3.0, 4.1, 5.5]
    before = [run(10.0 * one, minute) for one, minute in zip(drift, (0, 3, 4, 7, 8, 11), strict=True)]
    after = [run(8.0 * one, minute) for one, minute in zip(drift, (1, 2, 5, 6, 9, 10), strict=True)]
    verdict = judge_runs(before, after)
    assert verdict.pairs == ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5))
    assert verdict.verdict == "faster" and "6 pairs of neighbours" in verdict.reason
    assert judge_runs(runs(*(10.0 * one for one in drift)), runs(*(8.0 * one for one in drift))).verdict == "unresolved"


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.booleans())
def test_every_alternation_is_found(coins: list[bool], leftover: bool) -> None:
    order = "".join("AB" if coin else "BA" for coin in coins) + ("A" if leftover else "")
    sides = {name: [run(1.0, at) for at, one in enumerate(order) if one == name] for name in "AB"}
    pairs = alternating(sides["A"], sides["B"])
    assert pairs == tuple((at, at) for at in range(len(coins)))


@pytest.mark.parametrize("order", ["AABB", "AAABBB", "ABBB", "AABAB"])
def test_what_does_not_alternate_is_no_pairs(order: str) -> None:
    sides = {name: [run(1.0, at) for at, one in enumerate(order) if one == name] for name in "AB"}
    assert alternating(sides["A"], sides["B"]) is None


def test_without_a_date_or_with_equal_dates_nothing_is_paired() -> None:
    assert alternating(runs(1.0, 1.0), runs(1.0, 1.0)) is None
    assert alternating([run(1.0, 0), run(1.0, 2)], [run(1.0, 0), run(1.0, 2)]) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"results_fingerprint": "other"}, "other results"), ({"timeouts": 2}, "2 new timeouts"), ({"failed": 1}, "fail")],
)
def test_a_run_with_other_answers_is_wrong_however_fast(changes: dict[str, object], sentence: str) -> None:
    verdict = judge_runs(runs(20.0, 20.1), [run(5.0), run(5.1, **changes)])
    assert verdict.verdict == "wrong" and sentence in verdict.reason and "run 7" in verdict.reason


def test_answers_that_were_not_kept_are_said_not_to_be_checked() -> None:
    verdict = judge_runs(runs(20.0, 20.1, results_fingerprint=None), runs(10.0, 10.1))
    assert verdict.verdict == "faster" and "Answers were not checked" in verdict.reason


def test_a_first_config_that_differs_from_itself_blames_nobody() -> None:
    before = [run(20.0), run(20.1, results_fingerprint="other"), run(20.2)]
    verdict = judge_runs(before, runs(10.0, 10.1, 10.2, results_fingerprint="a third"))
    assert verdict.verdict == "faster" and "Answers not checked: the first config's differ" in verdict.reason


def test_the_number_of_looks_is_said() -> None:
    assert "This is look 3" in judge_runs(runs(20.0, 20.1), runs(10.0, 10.1), looks=3).reason
    assert "look" not in judge_runs(runs(20.0, 20.1), runs(10.0, 10.1)).reason.replace("look the same", "")
