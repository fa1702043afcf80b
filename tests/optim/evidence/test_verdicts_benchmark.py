"""The simulation of benchmarks/verdicts.py, small: what is promised of verdicts, by the product's own ``measure()``."""

import math

import numpy as np
import pytest

from benchmarks.verdicts import (
    MACHINES,
    PRACTICES,
    Results,
    Simulated,
    attribution_pool_rows,
    attribution_rows,
    change_rows,
    endings,
    forecast_rows,
    power_rows,
    practice_rows,
    wrong_within,
)

COUNT = 40


@pytest.mark.parametrize("machine", MACHINES)
def test_equal_configs_are_hardly_ever_called_different(machine):
    found = endings(Simulated(machine=machine, seed=seed) for seed in range(COUNT))
    # 5% of 40 are 2; 6 or more would come by chance in 1.4% at exactly that rate, which the simulation never reaches.
    assert wrong_within(found, 20) * COUNT <= 5
    assert np.mean([one.covered for one in found]) >= 0.87


def test_a_true_two_percent_at_two_percent_noise_is_found_in_most_measurements():
    (row,) = power_rows(COUNT, ["lognormal 2%"], [0.02])
    assert row.found >= 0.65
    assert row.wrong <= 0.1
    assert row.blocks <= 20


def test_a_true_five_percent_is_found_nearly_always_and_the_estimate_at_the_stop_leans_little():
    (row,) = power_rows(COUNT, ["lognormal 2%"], [0.05])
    assert row.found >= 0.95
    assert -0.01 < row.bias < 0.03


def test_a_config_that_dies_is_not_called_faster():
    found = endings(
        Simulated(machine="lognormal 2%", effect=0.2, dies=(0.0, 0.3), blocks=40, seed=at) for at in range(20)
    )
    assert sum(one.verdict == "wrong" for one in found) >= 17


def test_equal_configs_that_time_out_by_chance_are_hardly_ever_called_wrong():
    found = endings(Simulated(machine="lognormal 2%", timeouts=0.1, blocks=20, seed=at) for at in range(40))
    assert sum(one.verdict == "wrong" for one in found) <= 3


def test_attributions_claims_hold_together():
    rows = dict(attribution_rows(30))
    assert rows["a null win shown as something, of five null wins"] <= 0.2
    assert rows["a config called as good that is more than 1% slower"] <= 0.1
    assert rows["all five effects within their intervals at once"] >= 0.8
    assert rows["the same, where none was named"] >= 0.8
    assert rows["without such runs: named"] <= 0.05 < rows["one run in 200 three times as long: named"]


def test_pools_of_attributions_hold_the_truth():
    rows = dict(attribution_pool_rows(20))
    assert len(rows) == 5 and min(rows.values()) >= 0.8


def test_a_state_of_the_machine_for_each_sitting_is_hardly_ever_a_change_and_a_large_change_is_found():
    (_, loud, _), (_, quiet, _), (_, _, found) = change_rows(60)
    assert max(loud, quiet) <= 0.1
    assert found >= 0.9


def test_what_people_do_today_is_often_wrong():
    rows = {(name, machine): wrong for name, machine, wrong, _ in practice_rows(500)}
    for practice in ("one run each", "mean of five each, in turn", "t-test over 100 task times"):
        assert rows[practice, "lognormal 2%"] > 0.3, practice
    assert {name for name, _ in rows} == set(PRACTICES)
    assert not any(math.isnan(wrong) for wrong in rows.values())


def test_forecasts_hold_nine_times_in_ten():
    rows = list(forecast_rows(12, after=(8,), most=60, machines=("lognormal 2%", "t(1.5)"), effects=(0.0, 0.02)))
    assert [row[0] for row in rows] == ["lognormal 2%", "t(1.5)"]
    assert all(told >= 12 and held >= 0.8 for _, _, told, held, _ in rows)


def test_a_long_simulation_goes_on_with_what_its_file_holds(tmp_path):
    path, runs = tmp_path / "results.jsonl", [Simulated(machine="lognormal 2%", blocks=7, seed=at) for at in range(3)]
    first = endings(runs[:2], results=Results(path))
    path.write_text(path.read_text() + '{"code": "torn')
    again = Results(path)
    assert again.missing(runs) == runs[2:]
    assert endings(runs, results=again)[:2] == first
    assert Results(path).missing(runs) == []
    path.write_text(path.read_text().replace('{"code": "', '{"code": "other'))
    assert Results(path).missing(runs) == runs


def test_the_t_mixture_errs_where_a_place_costs_more_than_the_noise():
    mixture = "t-mixture, 20 blocks by a coin"
    rows = {(name, machine): wrong for name, machine, wrong, _ in practice_rows(1500, practices=[mixture])}
    assert rows[mixture, "lognormal 2%"] <= 0.06
    assert rows[mixture, "middle runs 5%, noise 0.5%"] > 0.06
