"""What is known of a win, as records: how a measurement says what it came to."""

from __future__ import annotations

import pytest

from optim.evidence.records import Measured
from optim.evidence.statistics import Forecast, Interval
from optim.evidence.verdicts import sentence

FOUND = Interval(speedup=1.25, low=1.2, high=1.3, blocks=8)
NOT_YET = Forecast(fewest=3, most=40)


def measured(verdict: str, reason: str) -> Measured:
    return Measured(measurement_id=7, win="a1", config_before="none", config_after="a1", verdict=verdict, reason=reason)


@pytest.mark.parametrize("verdict", ["faster", "slower", "same", "slightly faster", "slightly slower", "unresolved"])
def test_a_reason_that_says_the_verdict_has_no_other_word_before_it(verdict: str) -> None:
    slight = verdict.startswith("slightly")
    for metric in ("wall", "cpu"):
        reason = sentence(verdict, FOUND, 0.01, None if slight else NOT_YET, metric, slight=slight)
        assert measured(verdict, reason).result == reason


def test_what_is_wrong_or_not_comparable_is_said_once() -> None:
    for verdict, reason in (
        ("wrong", "Not a faster run but a wrong one: block 1, arm B: other results."),
        ("not comparable", "Not comparable: not every run recorded CPU seconds."),
    ):
        assert measured(verdict, reason).result == reason


def test_a_reason_of_another_kind_has_the_verdict_before_it() -> None:
    assert measured("faster", "Beside all others 1.200x.").result == "faster: Beside all others 1.200x."
    assert measured("not comparable", "Block 1, arm A: a clause.").result == "not comparable: Block 1, arm A: a clause."
    # Measured the other way round, the sentence speaks of the other side.
    assert measured("faster", "Slower: 0.8x.").result == "faster: Slower: 0.8x."
    assert measured("same", "").result == "same"
