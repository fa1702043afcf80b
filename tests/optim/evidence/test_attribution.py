"""Attribution against synthetic data of known truth."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from optim.evidence import factorial
from optim.evidence.attribution import attribute
from optim.evidence.factorial import DesignError, half_fraction, subsets
from optim.evidence.judging import summary
from tests.worked_example import ALL, THIRD, WIN_NAMES

NAMES = tuple("abcde")


def blocks_of(truth, configs, blocks=4, noise=0.01, seed=0):
    generator = np.random.default_rng(seed)
    return [
        {config: truth(config) * drift * math.exp(generator.normal(0, noise)) for config in configs}
        for drift in np.exp(generator.normal(0, 0.05, blocks))
    ]


def product(factors, pairs=()):
    """Seconds 10, divided by each win's factor and each pair's."""

    def truth(config):
        value = 10.0
        for win, factor in factors.items():
            value /= factor if win in config else 1
        for pair, factor in dict(pairs).items():
            value /= factor if set(pair) <= config else 1
        return value

    return truth


FACTORS = {"a": 1.05, "b": 1.2, "c": 1.0, "d": 2.0, "e": 1.1}


def test_without_noise_effects_and_interactions_are_the_truth():
    truth = product(FACTORS, {("a", "d"): 0.9})
    found = attribute(blocks_of(truth, subsets(NAMES), noise=0), NAMES)
    assert found.effects["b"].value == pytest.approx(1.2)
    assert found.effects["d"].value == pytest.approx(2.0 * math.sqrt(0.9))
    assert found.interactions["a", "d"].value == pytest.approx(0.9)
    assert found.interactions["b", "e"].value == pytest.approx(1.0)
    assert found.total.value == pytest.approx(math.prod(FACTORS.values()) * 0.9)


@pytest.mark.parametrize("configs", [subsets(NAMES), half_fraction(NAMES)], ids=["full", "half"])
def test_intervals_contain_the_truth_at_least_as_often_as_they_say(configs):
    truth = product(FACTORS, {("a", "d"): 0.9, ("b", "c"): 0.97})
    exact = attribute([{config: truth(config) for config in configs}], NAMES)
    inside = {"effects": 0, "interactions": 0, "shapley": 0}
    for seed in range(60):
        found = attribute(blocks_of(truth, configs, 3, 0.02, seed), NAMES)
        for kind in inside:
            for name, estimate in getattr(found, kind).items():
                inside[kind] += estimate.low <= getattr(exact, kind)[name].value <= estimate.high
    assert inside["effects"] / (60 * 5) > 0.92
    assert inside["interactions"] / (60 * 10) > 0.92
    assert inside["shapley"] / (60 * 5) > 0.92


@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 1000))
@example(3, 1, 13)  # one block of such noise bounds no loss
@settings(max_examples=40, deadline=None)
def test_shapley_seconds_add_up_exactly_in_any_order(count, blocks, seed):
    generator = np.random.default_rng(seed)
    wins = NAMES[:count]
    data = [{config: float(generator.uniform(0.1, 50)) for config in subsets(wins)} for _ in range(blocks)]
    found = attribute(data, wins)
    for order in itertools.permutations([one.value for one in found.shapley.values()]):
        assert sum(order) == found.baseline_seconds - found.all_on_seconds
    assert found.baseline_seconds == pytest.approx(found.seconds[frozenset()], abs=1e-6)


def test_shapley_seconds_of_two_wins_are_the_mean_over_both_orders():
    truth = {frozenset(): 10.0, frozenset("a"): 7.0, frozenset("b"): 6.0, frozenset("ab"): 5.0}
    found = attribute([truth], ("a", "b"))
    assert found.shapley["a"].value == pytest.approx((3.0 + 1.0) / 2, abs=1e-6)
    assert found.shapley["b"].value == pytest.approx((2.0 + 4.0) / 2, abs=1e-6)


def test_a_win_that_does_nothing_gets_no_seconds():
    found = attribute(blocks_of(product(FACTORS), subsets(NAMES), noise=0), NAMES)
    assert found.shapley["c"].value == pytest.approx(0, abs=2e-6)


def test_a_ghost_is_named_with_the_win_that_does_its_work():
    def truth(config):
        return 10.0 / (1.5 if {"a", "b"} & config else 1) / (1.1 if "c" in config else 1)

    found = attribute(blocks_of(truth, subsets("abc")), tuple("abc"))
    assert {remark.wins for remark in found.ghosts} == {("a",), ("b",)}
    assert "a saves 3." in found.ghosts[0].sentence
    assert "b alone already takes most of it" in found.ghosts[0].sentence


def test_no_ghost_is_seen_where_each_win_keeps_its_gain():
    assert attribute(blocks_of(product(FACTORS), subsets(NAMES)), NAMES).ghosts == ()


def test_a_clash_is_named_and_the_best_config_avoids_it():
    truth = product({"a": 1.3, "b": 1.5}, {("a", "b"): 0.6})
    found = attribute(blocks_of(truth, subsets("ab")), ("a", "b"))
    (clash,) = found.clashes
    assert clash.wins == ("a", "b")
    assert "together" in clash.sentence
    assert found.best == {"b"}
    assert found.as_good == (frozenset("b"),)


def test_a_win_that_only_costs_is_a_burden_and_not_in_the_best_config():
    found = attribute(blocks_of(product({"a": 1.3, "b": 0.9}), subsets("ab")), ("a", "b"))
    assert [remark.wins for remark in found.burdens] == [("b",)]
    assert found.clashes == ()
    assert found.best == {"a"}


def test_of_configs_that_are_equally_good_the_one_with_fewest_wins_comes_first():
    truth = product({"a": 1.5, "b": 1.001, "c": 1.0})
    found = attribute(blocks_of(truth, subsets("abc"), blocks=20, noise=0.005), tuple("abc"))
    assert found.as_good[0] == {"a"}
    assert found.best in found.as_good
    assert "As good as the fastest: a costs " in summary(found)


def test_a_config_that_may_cost_more_than_the_margin_is_not_called_as_good():
    truth = product({"a": 1.5, "b": 1.03, "c": 1.02})
    found = attribute(blocks_of(truth, subsets("abc"), blocks=3, noise=0.03), tuple("abc"))
    assert found.as_good == ()
    assert frozenset("abc") in found.contenders
    assert all(found.losses[one] > 0.01 for one in found.contenders)
    assert "may cost up to" in summary(found) or len(found.contenders[0]) == len(found.best)


def test_all_null_wins_are_hardly_ever_shown_as_something_together():
    wrong = 0
    for seed in range(100):
        found = attribute(blocks_of(product({}), subsets(NAMES), 3, 0.02, seed), NAMES)
        wrong += any(not one.low <= 1 <= one.high for one in found.effects.values())
    assert wrong <= 12


@pytest.mark.parametrize("count", [7, 8, 9, 10])
def test_of_many_wins_a_fraction_tells_wins_and_pairs_apart(count):
    wins = tuple("abcdefghij"[:count])
    configs = factorial.design(wins)
    assert len(configs) <= 130 + count
    assert factorial.fit_weights(configs, wins).shape[0] == len(factorial.terms(wins))
    aliased = [line for line in factorial.aliases(wins, configs) if line.count("the effect of") > 1]
    assert aliased == []


@pytest.mark.parametrize(("count", "half"), [(5, True), (6, True), (7, False), (10, False)])
def test_a_fraction_measures_what_each_win_brings_beside_all_others_itself(count, half):
    wins = tuple("abcdefghij"[:count])
    configs = factorial.design(wins, half)
    everything = frozenset(wins)
    assert {frozenset(), everything, *(everything - {win} for win in wins)} <= set(configs)
    assert factorial.aliases(wins, configs)


def parts_of_a_whole(config):
    """Seconds of a program with a part for each win, which the win takes away: their logs do not add up."""
    seconds = {"a": 1.6, "b": 0.6, "c": 0.5, "d": 3.0, "e": 0.0, "f": 1.0}
    return 0.6 + sum(value for win, value in seconds.items() if win not in config)


def test_what_the_configs_bring_against_none_holds_for_all_of_them_at_once():
    truth = product(FACTORS, {("a", "d"): 0.9, ("b", "c"): 0.97})
    held = 0
    for seed in range(60):
        found = attribute(blocks_of(truth, subsets(NAMES), 3, 0.02, seed), NAMES)
        true = {config: 10 / truth(config) for config in found.gains}
        held += all(one.low <= true[config] <= one.high for config, one in found.gains.items())
        rows = {row["config"]: row for row in found.to_json()["configs"]}
        assert len(found.gains) == 30 and len(rows) == 32
        total = found.to_json()["total"]
        assert {name: rows["a,b,c,d,e"][name] for name in total} == total, "one number has one interval"
        assert (rows["none"]["low"], rows["none"]["high"]) == (1, 1)
    assert held >= 54, held


def test_a_run_that_something_disturbed_is_named_since_the_intervals_do_not_allow_for_it():
    truth = product(FACTORS)
    blocks = blocks_of(truth, subsets(NAMES), 3, 0.02, 1)
    assert attribute(blocks, NAMES).outliers == ()
    blocks[1][frozenset("ab")] *= 3
    (remark,) = attribute(blocks, NAMES).outliers
    assert remark.wins == ("a", "b") and remark.sentence.startswith("Beware: in block 2 the run of a,b took ")
    assert float(remark.sentence.split(" took ")[1].split()[0]) == pytest.approx(3, rel=0.08)
    assert attribute(blocks, NAMES).to_json()["outliers"][0]["sentence"] in summary(attribute(blocks, NAMES))


def test_of_equal_noise_hardly_any_run_is_called_an_outlier():
    said = [attribute(blocks_of(product(FACTORS), subsets(NAMES[:4]), 3, 0.03, seed), NAMES[:4]) for seed in range(100)]
    assert sum(bool(found.outliers) for found in said) <= 2


def test_in_a_fraction_intervals_hold_where_the_model_is_not_true():
    """Sums of parts are no product of factors and pairs: what the model misses has to be in the intervals."""
    wins = tuple("abcdef")
    exact = attribute([{config: parts_of_a_whole(config) for config in subsets(wins)}], wins)
    held = {"beside": 0, "shapley": 0, "effects": 0, "interactions": 0, "gains": 0}
    for seed in range(60):
        found = attribute(blocks_of(parts_of_a_whole, factorial.design(wins, half=True), 3, 0.02, seed), wins)
        for kind in held:
            truth = getattr(exact, kind)
            held[kind] += all(one.low <= truth[key].value <= one.high for key, one in getattr(found, kind).items())
        for config in found.contenders:
            lost = parts_of_a_whole(config) / parts_of_a_whole(frozenset(wins)) - 1
            assert lost <= found.losses[config]
    assert min(held.values()) >= 54, held


def test_a_fraction_of_which_nothing_shows_what_the_model_misses_claims_nothing_of_what_was_not_measured():
    wins = tuple("abcde")
    configs = [config for config in subsets(wins) if len(config) % 2]  # as many as the model has terms
    found = attribute(blocks_of(product(FACTORS), configs, 3), wins)
    assert found.beside["a"].low is None
    assert found.shapley["a"].low is None


def test_more_wins_than_a_fraction_can_tell_apart_are_refused():
    with pytest.raises(DesignError, match="at most 11 wins"):
        factorial.design([str(one) for one in range(12)])


@pytest.mark.parametrize("seed", range(5))
def test_pure_noise_names_nothing(seed):
    found = attribute(blocks_of(product({}), subsets(NAMES), noise=0.05, seed=seed), NAMES)
    assert (found.ghosts, found.clashes, found.burdens) == ((), (), ())


@pytest.mark.parametrize("blocks", [1, 3])
def test_one_win_alone_can_be_attributed(blocks):
    found = attribute(blocks_of(product({"a": 2.0}), subsets("a"), blocks), ("a",))
    assert found.shapley["a"].value == found.baseline_seconds - found.all_on_seconds
    assert found.interactions == {}
    assert (found.effects["a"].low is None) == (blocks == 1)


def test_the_half_fraction_has_all_none_all_but_each_and_each_win_alone_and_says_what_it_can_not_tell_apart():
    half = half_fraction(NAMES)
    assert len(half) == 16 + 1 + 5
    assert all(frozenset(win) in half for win in NAMES)
    found = attribute(blocks_of(lambda config: 10.0, half, 2), NAMES)
    assert len(found.aliases) == 15
    assert "the interaction a x b can not be told from the interaction c x d x e" in found.aliases
    assert found.measured == set(half)
    assert len(found.seconds) == 32


def test_a_best_config_that_was_not_measured_is_called_so():
    truth = product({"a": 2.0, "b": 2.0, "c": 0.8, "d": 0.8, "e": 0.8})
    half, full = (attribute(blocks_of(truth, part(NAMES)), NAMES) for part in (half_fraction, subsets))
    assert half.best == full.best == {"a", "b"}
    assert "s by the model, not measured" in summary(half)
    assert "by the model" not in summary(full)


def test_the_half_fraction_finds_what_the_full_one_finds_where_there_are_only_pairs():
    truth = product(FACTORS, {("a", "d"): 0.9})
    half = attribute([{config: truth(config) for config in half_fraction(NAMES)}], NAMES)
    full = attribute([{config: truth(config) for config in subsets(NAMES)}], NAMES)
    assert half.seconds == pytest.approx(full.seconds)
    assert half.interactions["a", "d"].value == pytest.approx(0.9)


def test_the_full_design_has_no_aliases():
    assert attribute(blocks_of(product(FACTORS), subsets(NAMES)), NAMES).aliases == ()


def test_an_attribution_is_plain_json():
    found = attribute(blocks_of(lambda config: 10.0, half_fraction(WIN_NAMES), 1), WIN_NAMES).to_json()
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["half"]
    assert {one["config"] for one in found["configs"]} >= {"none", ALL, THIRD}


@pytest.mark.parametrize(
    ("blocks", "wins", "message"),
    [
        ([], ("a",), "a block and a win"),
        ([{frozenset(): 1.0, frozenset("a"): 1.0}, {frozenset(): 1.0}], ("a",), "same configs"),
        ([{frozenset(): 1.0, frozenset("a"): 0.0}], ("a",), "positive"),
        ([{frozenset(): 1.0, frozenset("a"): 1.0}], ("a", "b"), "measure all 4"),
        ([{frozenset("z"): 1.0}], ("a",), "same configs"),
    ],
)
def test_blocks_that_allow_no_attribution_are_refused(blocks, wins, message):
    with pytest.raises(DesignError, match=message):
        attribute(blocks, wins)


def test_a_half_fraction_of_few_wins_is_refused():
    with pytest.raises(DesignError, match="needs 5 wins"):
        half_fraction(tuple("abcd"))


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(-10, 10), min_size=1), st.integers(-3, 3))
def test_an_exact_split_moves_no_value_by_more_than_a_step_per_missing_step(values, extra):
    total = round(sum(values.values()) * factorial.STEPS_PER_SECOND) + extra
    split = factorial.split_exactly(values, total)
    assert sum(split.values()) * factorial.STEPS_PER_SECOND == total
    for name, value in values.items():
        assert abs(split[name] - value) <= (6 + abs(extra)) / factorial.STEPS_PER_SECOND
