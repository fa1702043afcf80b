"""What Amdahl's law allows."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.evidence.prediction import PredictionError, predict
from profiles.records import PhaseTiming


def phase(*path, seconds, basis="sum"):
    return PhaseTiming(path=path, total_seconds=seconds, self_seconds=seconds, basis=basis)


PHASES = [
    phase("score", seconds=5.0),
    phase("score", "dsl", seconds=3.0),
    phase("validate", seconds=2.0),
    phase("inline", seconds=1.0),
]


def test_the_bound_is_the_addressed_share():
    found = predict(PHASES, 10.0, [("validate",)])
    assert (found.seconds, found.saving, found.speedup) == (2.0, 0.2, 1.25)
    assert "At most 2 s of 10 s (20.0%, 1.25x) can go: all of validate." in found.sentence


def test_a_phase_inside_an_addressed_one_is_not_counted_twice():
    assert predict(PHASES, 10.0, [("score", "dsl"), ("score",), ("score",)]).seconds == 5.0
    assert predict(PHASES, 10.0, [("score", "dsl")]).seconds == 3.0


def test_phases_that_were_not_recorded_are_named():
    found = predict(PHASES, 10.0, [("cache",), ("inline",)])
    assert found.missing == (("cache",),)
    assert found.addresses == (("inline",),)


def test_addressing_nothing_predicts_nothing():
    found = predict(PHASES, 10.0, [])
    assert (found.saving, found.speedup) == (0.0, 1.0)
    assert "nothing can be predicted" in found.sentence


def test_addressing_all_of_it_has_no_bound():
    found = predict([phase("score", seconds=10.0)], 10.0, [("score",)])
    assert found.speedup == float("inf")
    assert json.loads(json.dumps(found.to_json(), allow_nan=False))["speedup"] is None


def test_seconds_summed_over_workers_take_their_share_of_the_wall_clock():
    assert predict([phase("score", seconds=8.0, basis="workers")], 5.0, [("score",)], workers=2).seconds == 4.0


@pytest.mark.parametrize("basis", ["last_task", "count"])
def test_phases_that_hold_one_task_only_are_refused(basis):
    with pytest.raises(PredictionError, match="'score' was not timed over the whole run"):
        predict([phase("score", seconds=1.0, basis=basis)], 5.0, [("score",)])


def test_a_baseline_without_wall_clock_is_refused():
    with pytest.raises(PredictionError, match="positive, got 0"):
        predict(PHASES, 0.0, [("score",)])


@given(st.lists(st.sampled_from([one.path for one in PHASES])), st.sampled_from([one.path for one in PHASES]))
def test_addressing_more_never_lowers_the_bound(paths, more):
    assert predict(PHASES, 10.0, [*paths, more]).seconds >= predict(PHASES, 10.0, paths).seconds
