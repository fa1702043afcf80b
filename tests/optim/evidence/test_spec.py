"""What a measurement is asked to do."""

import json

import pytest

from optim.evidence.spec import (
    Arm,
    Spec,
    SpecError,
    attribution_arms,
    budget_problem,
    budget_warning,
    minutes_warning,
    pair_arms,
)
from tests.worked_example import FOURTH, THIRD

#: Five wins of a project of the test's own.
FIVE = ("vectorize", "index", "cache", "batch", "skip")


def pair(before="none", after=FOURTH, **changes):
    return Spec(**{"kind": "pair", "arms": pair_arms(before, after), **changes})


def test_a_pair_has_each_config_twice():
    assert [(arm.name, arm.config) for arm in pair().arms] == [
        ("A", "none"),
        ("B", FOURTH),
        ("A2", "none"),
        ("B2", FOURTH),
    ]


def test_the_seed_of_the_order_is_drawn_for_each_measurement_and_kept_with_it():
    seeds = {pair().order_seed for _ in range(20)}
    assert len(seeds) == 20
    assert Spec.from_json({**pair().to_json(), "order_seed": 7}).order_seed == 7


def test_a_spec_of_version_1_is_read_with_its_workload_as_parameters():
    plain = {
        "kind": "pair",
        "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "all"}, {"name": "A2", "config": "none"}],
        "tasks": 20,
        "seed": 3,
        "workers": 2,
        "candidates": None,
        "order_seed": 1,
        "cache_state": "warm",
    }
    spec = Spec.from_json(plain)
    assert spec.parameters == {"tasks": 20, "seed": 3, "workers": 2}
    assert (spec.pipeline, spec.metric, spec.order_seed) == ("arc", "wall", 1)
    assert [arm.name for arm in spec.arms] == ["A", "B", "A2"]


def test_an_attribution_has_an_arm_per_config_named_by_it():
    assert [arm.name for arm in attribution_arms((THIRD, FOURTH))] == [
        "none",
        THIRD,
        FOURTH,
        f"{FOURTH},{THIRD}",
    ]
    assert len(attribution_arms(FIVE)) == 32
    assert len(attribution_arms(FIVE, half=True)) == 22


@pytest.mark.parametrize(
    "spec", [pair(), Spec(kind="attribution", arms=attribution_arms(FIVE), parameters={"tasks": 3})]
)
def test_a_spec_comes_back_from_json(spec):
    assert Spec.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_a_spec_of_a_later_version_is_read_without_what_is_not_known():
    spec = pair()
    assert Spec.from_json({**spec.to_json(), "colour": "red"}) == spec


@pytest.mark.parametrize(("configs", "wins"), [(("none", "none"), ()), (("none", "b,a"), ("a", "b"))])
def test_the_wins_are_those_that_any_arm_has_on(configs, wins):
    assert pair(*configs).wins == wins


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "race"}, "one of pair, attribution, got 'race'"),
        ({"arms": (Arm(name="A", config="none"),)}, "two arms or more"),
        ({"arms": (Arm(name="A", config="none"),) * 2}, "different names"),
        ({"cache_state": "unknown"}, "cold or warm, got 'unknown'"),
        ({"max_blocks": 0}, "max_blocks must be 1 or more"),
        ({"metric": "watts"}, "one of wall, cpu, got 'watts'"),
        ({"max_minutes": 0}, "minutes must be above 0"),
        ({"margin": 1.0}, "margin 0-1"),
    ],
)
def test_an_impossible_spec_is_refused(changes, message):
    with pytest.raises(SpecError, match=message):
        pair(**changes)


@pytest.mark.parametrize("plain", [{}, {"arms": [{"name": "A"}]}, {"arms": 3}])
def test_what_is_no_spec_is_refused(plain):
    with pytest.raises(SpecError, match="not a measurement's spec"):
        Spec.from_json(plain)


def test_a_budget_below_six_blocks_can_never_resolve_a_pair():
    assert budget_problem(pair(max_blocks=2)) == "2 blocks can never resolve it: 6 are needed at the very least"
    assert budget_problem(pair(max_blocks=6)) is None
    assert budget_problem(Spec(kind="attribution", arms=attribution_arms((THIRD,)), max_blocks=1)) is None


def test_a_budget_that_even_the_predicted_most_does_not_fit_in_is_said_with_the_number_needed():
    spec = pair(prediction={"speedup": 1.02}, max_blocks=20)
    assert "even the predicted most, 1.02x takes about" in budget_warning(spec, 0.02)
    assert budget_warning(spec.replace(max_blocks=60), 0.02) is None
    assert budget_warning(spec, 0.001) is None


def test_for_equal_configs_the_budget_must_show_that_they_are_the_same():
    assert "that it is the same within 1.0% takes about 95 blocks" in budget_warning(pair("none", "none"), 0.02)
    assert "more blocks than anybody has time for" in budget_warning(pair("none", "none"), 0.5)


def test_without_noise_or_prediction_nothing_is_said():
    assert budget_warning(pair(), 0.02) is None
    assert budget_warning(pair("none", "none"), None) is None


def test_minutes_that_end_before_the_sixth_block_are_named_with_enough():
    spec = pair(max_minutes=0.5, prediction={"wall_seconds": 8.0})
    assert "0.5 minutes end before block 6, the first that can resolve it: give --minutes 4" in minutes_warning(spec)
    assert minutes_warning(spec.replace(max_minutes=4)) is None
    assert minutes_warning(spec.replace(prediction=None)) is None
