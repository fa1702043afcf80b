"""Which runs may be compared, and which of them are wrong."""

from dataclasses import replace

import pytest

from optim.arc.baseline import BACKSTOPS
from optim.evidence.outcomes import Outcome, incomparable, unusable, wrong
from profiles.records import Environment, RunRecord, TaskRecord, Workload

GOOD = Outcome(
    wall_seconds=1.0, results_fingerprint="same", errors=3, cache_state="cold", workload="w", machine="m", run_id=1
)


def test_an_outcome_is_read_from_a_run():
    run = RunRecord(
        key="k",
        label="l",
        cache_state="cold",
        wall_seconds=1.0,
        results_fingerprint="same",
        workload=Workload(fingerprint="w", tasks=2),
        environment=Environment(machine="m"),
        tasks=(
            TaskRecord(task_id="a", index=0, seconds=0.5, errors=2, timeouts=1),
            TaskRecord(task_id="b", index=1, seconds=0.5, errors=1, status="failed", reason="killed after 2 s"),
        ),
    )
    assert Outcome.from_run(run, 1) == replace(GOOD, timeouts=1, failed=1, reason="killed after 2 s")


def test_a_pipelines_backstops_come_from_its_counts():
    run = RunRecord(key="k", label="l", counts={BACKSTOPS: 2})
    assert Outcome.from_run(run).backstops == 2


def test_an_outcome_is_read_from_a_row_with_gaps():
    nan = float("nan")
    row = {"wall_seconds": 1.0, "results_fingerprint": "same", "errors": 3, "timeouts": nan, "machine": nan, "arm": "A"}
    assert Outcome.from_row(row) == Outcome(wall_seconds=1.0, results_fingerprint="same", errors=3)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "interrupted"}, "interrupted, not finished"),
        ({"wall_seconds": None}, "no wall-clock"),
        ({"wall_seconds": 0.0}, "no wall-clock"),
        ({"profiled": True}, "profiled"),
        ({"backstops": 1, "timeouts": 1}, "1 call ended by the wall-clock backstop"),
        ({"cache_state": "warm"}, "to be cold but found cache entries"),
        ({"cache_state": "unknown"}, "to be cold but found cache entries"),
    ],
)
def test_a_run_that_is_no_evidence_says_why(changes, message):
    assert message in unusable(replace(GOOD, **changes), "cold")
    assert unusable(GOOD, "cold") is None


def test_a_warm_run_that_was_not_warm_is_no_evidence():
    assert unusable(GOOD, "warm") == "the run was to be warm but had cold caches"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"workload": "other"}, "the workload differs (w and other): run both on the same tasks"),
        ({"machine": "other"}, "run both on the same machine"),
        ({"cache_state": "warm"}, "the cache state differs (cold and warm): run both cold, or both warm"),
        ({"machine": None}, "the machine of a run is unknown: state it, or measure both"),
        ({"cache_state": "unknown"}, "the cache state of a run is unknown"),
        ({"status": "failed"}, "measure it again"),
    ],
)
def test_runs_that_can_not_be_compared_say_why_and_what_would_help(changes, message):
    other = replace(GOOD, **changes)
    assert message in incomparable(GOOD, other)
    assert incomparable(other, GOOD) is not None
    assert incomparable(GOOD, GOOD) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"results_fingerprint": "different"}, "other results: fingerprint different, not same"),
        ({"results_fingerprint": None}, "no results fingerprint"),
        ({"errors": 4}, "1 new error (3 before)"),
        ({"timeouts": 100}, "100 new timeouts (0 before)"),
        ({"failed": 1, "reason": "out of memory"}, "1 task failed that did not fail before (out of memory)"),
    ],
)
def test_a_wrong_run_says_what_is_wrong(changes, message):
    assert message in wrong(GOOD, replace(GOOD, **changes))


def test_fewer_errors_and_timeouts_are_not_wrong():
    assert wrong(replace(GOOD, timeouts=2), replace(GOOD, errors=0)) is None
