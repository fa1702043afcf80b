"""Projections and odds."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optim.evidence import records
from optim.plan.projection import (
    CARRY_SPREAD,
    Measured,
    Planned,
    calibrate,
    carry_spread,
    odds,
    project,
    realization,
)

PLAN = [
    Planned(name=name, low=low, high=high)
    for name, low, high in [("a", 0.03, 0.08), ("b", 0.05, 0.1), ("c", 0.05, 0.1), ("d", 0.1, 0.25), ("e", 0.05, 0.15)]
]
TARGET = (12.0, 14.0)


def test_a_projection_divides_the_plans_baseline_and_is_marked():
    found = project(24.0, 2.0, 1.5, 3.0, carry=0.0)
    assert found.seconds == 12.0
    assert found.low == pytest.approx(12 / 2**0.5) and found.high == pytest.approx(12 * 2**0.5)
    assert found.sentence.startswith("Projection, not a measurement: 12.0 s (8.5-17.0 s)")
    assert found.to_json()["projection"] is True


def test_speedups_differ_between_machines_and_that_is_in_a_projection():
    narrow, wide = (project(24.0, 2.0, 1.9, 2.1, carry=carry) for carry in (0.0, 0.2))
    assert wide.low < narrow.low and wide.high > narrow.high
    assert carry_spread([]) == CARRY_SPREAD
    assert carry_spread([(2.0, 2.0)] * 20) < 0.05
    assert carry_spread([(2.0, 1.2)] * 20) > 0.6


def measured_on(machine, speedup, number, **more):
    fields = {"config_before": "none", "config_after": "x", "verdict": "faster", "cache_state": "cold", "workload": "w"}
    return records.Measured(measurement_id=number, win="x", machine=machine, speedup=speedup, **{**fields, **more})


def test_a_projects_own_pairs_of_machines_replace_the_default():
    given = [
        measured_on("b", 2.2, 5), measured_on("a", 2.0, 4), measured_on("a", 1.1, 3), measured_on(None, 9.0, 2),
        measured_on("c", 3.0, 1, verdict="unresolved"), measured_on("c", 3.0, 0, workload="other"),
    ]  # fmt: skip
    evidence = records.TrackerEvidence(wins=(records.WinEvidence(win="x", measurements=tuple(given)),))
    assert evidence.machine_pairs() == ((2.0, 2.2),)
    assert carry_spread(evidence.machine_pairs()) < CARRY_SPREAD
    assert records.TrackerEvidence().machine_pairs() == ()
    told = odds(24.0, TARGET, [Measured(name="x", speedup=2.0, low=1.9, high=2.1)], carry=0.1, pairs=1)
    assert "as 1 of this project's own comparisons of machines show" in told.sentence


def test_what_another_pipeline_showed_is_an_analogy():
    assert project(24.0, 2.0, 1.9, 2.1, analogy=True).sentence.startswith("Analogy, not a projection: 12.0 s")


def test_a_projection_needs_no_interval():
    assert project(24.0, 2.0).low is None


@pytest.mark.parametrize("arguments", [(0, 1.0), (24.0, 0.0), (24.0, 2.0, 0.0, 3.0)])
def test_impossible_speedups_are_refused(arguments):
    with pytest.raises(ValueError, match="must be positive"):
        project(*arguments)


def test_with_nothing_measured_the_odds_follow_from_the_plan():
    found = odds(24.813, TARGET, planned=PLAN)
    assert 0.2 < found.probability < 0.6
    assert found.low_seconds < found.median_seconds < found.high_seconds
    assert found.realization == 1.0


def test_with_nothing_at_all_it_stays_where_it_is():
    found = odds(24.813, TARGET)
    assert (found.probability, found.median_seconds) == (0.0, pytest.approx(24.813))


def test_a_measured_speedup_that_is_enough_makes_it_nearly_sure():
    assert odds(24.813, TARGET, [Measured(name="all", speedup=2.5, low=2.4, high=2.6)]).probability > 0.95
    assert odds(24.813, TARGET, [Measured(name="all", speedup=1.2, low=1.1, high=1.3)]).probability < 0.001


def test_odds_on_what_was_measured_elsewhere_say_so():
    here = odds(24.813, TARGET, [Measured(name="all", speedup=6.0, low=5.0, high=7.0)])
    assert "speedups differ between machines" in here.sentence
    assert "differ between machines" not in odds(24.813, TARGET).sentence


def test_a_measured_speedup_at_the_target_is_an_even_bet():
    even = Measured(name="all", speedup=24.813 / 14, low=1.7, high=(24.813 / 14) ** 2 / 1.7)
    assert odds(24.813, TARGET, [even]).probability == pytest.approx(0.5, abs=0.02)


def test_predictions_that_did_not_come_true_lower_the_odds_of_the_rest():
    good = odds(24.813, TARGET, planned=PLAN, realizations=[1.0, 1.2])
    bad = odds(24.813, TARGET, planned=PLAN, realizations=[0.0, 0.1])
    assert bad.probability < odds(24.813, TARGET, planned=PLAN).probability
    assert bad.probability < good.probability
    assert bad.calibrated_on == 2


def test_one_prediction_is_shrunk_towards_the_prior_and_an_outlier_is_capped():
    assert calibrate([]) == (1.0, 0.5)
    assert calibrate([0.0])[0] == 0.5
    assert calibrate([30.0])[0] == 1.5
    assert calibrate([-3.0])[0] == 0.5


def test_what_came_true_is_measured_in_log_speedup():
    planned = Planned(name="a", low=0.1, high=0.3)
    assert realization(planned, 1.25) == pytest.approx(1.0)
    assert realization(planned, 1.0) == 0.0


@given(st.integers(0, 100))
@settings(max_examples=10, deadline=None)
def test_the_same_seed_gives_the_same_odds_in_any_order(seed):
    assert (
        odds(24.0, TARGET, planned=PLAN, seed=seed).probability
        == odds(24.0, TARGET, planned=PLAN[::-1], seed=seed).probability
    )


@given(st.floats(1.0, 4.0), st.floats(1.0, 4.0))
@settings(max_examples=20, deadline=None)
def test_a_larger_measured_speedup_never_lowers_the_odds(one, two):
    small, large = (Measured(name="x", speedup=s, low=s * 0.9, high=s / 0.9) for s in sorted((one, two)))
    assert odds(24.0, TARGET, [small], PLAN).probability <= odds(24.0, TARGET, [large], PLAN).probability


def test_odds_are_plain_json():
    plain = json.loads(json.dumps(odds(24.813, TARGET, planned=PLAN).to_json(), allow_nan=False))
    assert plain["sentence"].endswith("(0 measured, 5 planned).")


@pytest.mark.parametrize(
    ("baseline", "target", "planned", "message"),
    [
        (0.0, TARGET, [], "baseline and target"),
        (24.0, (14.0, 12.0), [], "low end first"),
        (24.0, TARGET, [Planned(name="a", low=0.3, high=0.1)], "a: a planned saving"),
        (24.0, TARGET, [Planned(name="a", low=0.0, high=1.0)], "between 0 and 1"),
    ],
)
def test_impossible_plans_are_refused(baseline, target, planned, message):
    with pytest.raises(ValueError, match=message):
        odds(baseline, target, planned=planned)
