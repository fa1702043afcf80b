"""Attributions of one question, judged together."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optim.evidence.assembly import assemble
from optim.evidence.attribution_pool import share_of_look
from optim.evidence.pooling import pooled_rows, question
from optim.evidence.spec import Spec, attribution_arms, pair_arms
from profiles.configs import read_config

PLACE = {"cache_state": "cold", "workload": "w", "machine": "m", "results_fingerprint": "s", "status": "finished"}
WINS = ("x", "y", "z")
TRUE = {"x": 1.3, "y": 1.05, "z": 1.0}


def rows_of(
    number: int, count: int = 3, seed: int = 0, true: dict[str, float] = TRUE, noise: float = 0.02, **more: Any
) -> list[dict[str, Any]]:
    """An attribution's block rows; wins act as factors, and a block has a pace of its own."""
    chance = random.Random(f"{seed} {number}")
    rows = []
    for block in range(1, count + 1):
        pace = chance.lognormvariate(0, 0.05)
        for at, arm in enumerate(attribution_arms(WINS)):
            seconds = 10 / math.prod(true[win] for win in read_config(arm.config) or ())
            rows.append({
                "block": block, "arm": arm.name, "config": arm.config, "run_id": 1000 * number + 10 * block + at,
                "wall_seconds": pace * seconds * chance.lognormvariate(0, noise), **PLACE, **more,
            })  # fmt: skip
    return rows


def measurement(number: int, status: str = "finished", **changes: Any) -> dict[str, Any]:
    spec = Spec(kind="attribution", arms=attribution_arms(WINS), code="c0de", order_seed=number)
    beside = [{"win": win, "speedup": 1.1, "low": 1.0, "high": 1.2} for win in WINS]
    verdict = {"verdict": "faster", "attribution": {"wins": list(WINS), "blocks": 3, "beside": beside}}
    row = {"id": number, "status": status, "spec": {**spec.to_json(), **changes}, "verdict": verdict}
    return {**row, "updated_at": None}


def pooled(rows: dict[int, list[dict[str, Any]]]) -> dict[str, Any]:
    (one,) = pooled_rows([measurement(number) for number in sorted(rows, reverse=True)], rows, {})
    return one


def beside(row: dict[str, Any], win: str) -> dict[str, float]:
    return next(one for one in row["verdict"]["attribution"]["beside"] if one["win"] == win)


def width(row: dict[str, Any], win: str) -> float:
    return math.log(beside(row, win)["high"] / beside(row, win)["low"])


def alone(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What one attribution of these blocks says."""
    from optim.evidence.judging import judge_measurement
    from optim.evidence.verdicts import blocks_from_rows

    spec = Spec.from_json(measurement(1)["spec"])
    return {"verdict": judge_measurement(spec, blocks_from_rows(rows)).to_json()}


def test_all_blocks_of_a_question_tell_what_each_win_brings_beside_the_others() -> None:
    blocks = {number: rows_of(number) for number in (1, 2, 3, 4)}
    one = pooled(blocks)
    assert one["id"] == 4 and one["pooled"] == (1, 2, 3, 4)
    assert one["verdict"]["attribution"]["blocks"] == one["verdict"]["blocks"] == 12
    assert "All blocks of measurements 1, 2, 3, 4 together." in one["verdict"]["reason"]
    assert width(one, "x") < 0.9 * width(alone(blocks[4]), "x")
    assert beside(one, "x")["low"] < 1.3 < beside(one, "x")["high"]


def test_evidence_of_a_win_comes_from_all_of_them_and_names_them() -> None:
    rows = [measurement(2), measurement(1)]
    blocks = {1: rows_of(1), 2: rows_of(2)}
    evidence = assemble(measurements=rows, blocks=blocks, plan_order=WINS)
    win = evidence.win("x")
    assert win.measured is not None
    assert win.measured.blocks == 6 and win.measured.basis == "measurement 2, pooled with 1"
    assert win.measurement(1) is win.measured, "a decision that rests on the first still finds its evidence"


def test_several_wins_together_come_from_all_of_them_like_a_single_one() -> None:
    rows, blocks = (
        [measurement(number) for number in (4, 3, 2, 1)],
        {number: rows_of(number) for number in (1, 2, 3, 4)},
    )
    evidence = assemble(measurements=rows, blocks=blocks, plan_order=WINS)
    newest = alone(blocks[4])
    assert (evidence.attribution or {})["blocks"] == 12 and evidence.attributed_by == (1, 2, 3, 4)
    for names, true in ((("x",), 1.3), (("x", "y"), 1.365), (WINS, 1.365)):
        joint = evidence.joint(frozenset(names))
        assert joint is not None and joint.low is not None and joint.high is not None
        assert joint.low < true < joint.high and joint.source == "measurement 4, pooled with 1, 2, 3"
        by_itself = next(
            one for one in newest["verdict"]["attribution"]["configs"] if read_config(one["config"]) == set(names)
        )
        assert math.log(joint.high / joint.low) < 0.9 * math.log(by_itself["high"] / by_itself["low"])


def test_of_wins_together_a_pair_speaks_before_a_newer_attribution() -> None:
    spec = Spec(kind="pair", arms=pair_arms("none", "x,y"), order_seed=1)
    verdict = {"verdict": "faster", "speedup": 1.4, "low": 1.35, "high": 1.45}
    pair = {"id": 1, "status": "finished", "spec": spec.to_json(), "verdict": verdict, "updated_at": None}
    attribution = {**measurement(2), **alone(rows_of(2))}
    evidence = assemble(measurements=[attribution, pair], blocks={2: rows_of(2)}, plan_order=WINS)
    joint, other = evidence.joint(frozenset({"x", "y"})), evidence.joint(frozenset({"x"}))
    assert joint is not None and (joint.speedup, joint.source) == (1.4, "measurement 1")
    assert other is not None and other.source == "measurement 2"


def test_before_and_after_a_change_of_the_code_are_two_and_the_first_is_old() -> None:
    rows = [measurement(3, code="0ther"), measurement(2), measurement(1)]
    blocks = {number: rows_of(number) for number in (1, 2, 3)}
    found = pooled_rows(rows, blocks, {})
    assert [one["id"] for one in found] == [3, 2] and found[1]["pooled"] == (1, 2)
    evidence = assemble(measurements=rows, blocks=blocks, plan_order=WINS)
    new, old = evidence.win("x").measurements
    assert old.is_old(evidence.newest) and not new.is_old(evidence.newest)


@pytest.mark.parametrize(
    "changes",
    [
        {"metric": "cpu"}, {"cache_state": "warm"}, {"parameters": {"tasks": 2}}, {"code": "0ther"},
        {"arms": [arm.to_json() for arm in attribution_arms(WINS[:2])]},
    ],
    ids=str,
)  # fmt: skip
def test_what_differs_in_the_question_is_judged_apart(changes: dict[str, Any]) -> None:
    found = pooled_rows([measurement(2, **changes), measurement(1)], {1: rows_of(1), 2: rows_of(2)}, {})
    assert [row["id"] for row in found] == [2, 1] and not any("pooled" in row for row in found)


@pytest.mark.parametrize("place", [{"machine": "m2"}, {"workload": "w2"}])
def test_another_machine_or_workload_is_another_question(place: dict[str, str]) -> None:
    assert len(pooled_rows([measurement(2), measurement(1)], {1: rows_of(1), 2: rows_of(2, **place)}, {})) == 2


def test_an_attribution_asks_another_question_than_a_pair_and_one_that_can_not_be_read_none() -> None:
    assert question(measurement(1)["spec"], rows_of(1)) is not None
    assert question({**measurement(1)["spec"], "arms": []}, rows_of(1)) is None


def test_blocks_of_stopped_ones_are_in_it_whole_ones_only_and_none_twice() -> None:
    rows = [measurement(3, "stopped"), measurement(2), measurement(1)]
    blocks = {1: rows_of(1), 2: rows_of(1), 3: rows_of(3, count=2)[:-1]}
    (one,) = pooled_rows(rows, blocks, {})
    assert one["pooled"] == (1, 2, 3) and one["verdict"]["blocks"] == 4 and one["status"] == "finished"
    stopped = [measurement(2, "stopped"), measurement(1, "stopped")]
    assert pooled_rows(stopped, {1: rows_of(1), 2: rows_of(2)}, {}) == [], "they were not stopped beforehand"


def test_wrong_answers_in_any_of_them_are_wrong_in_all() -> None:
    bad = [{**row, "results_fingerprint": "t"} if row["arm"] == "x" else row for row in rows_of(1)]
    one = pooled({1: bad, 2: rows_of(2)})
    assert one["verdict"]["verdict"] == "wrong" and "attribution" not in one["verdict"]


def test_attributions_that_differ_by_more_than_their_blocks_widen() -> None:
    blocks = {1: rows_of(1), 2: rows_of(2, true={**TRUE, "x": 1.6})}
    one = pooled(blocks)
    assert beside(one, "x")["low"] < 1.3 and beside(one, "x")["high"] > 1.6
    assert "differ by more than their blocks do" in one["verdict"]["reason"]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_a_pool_is_the_same_whichever_was_first(seed: int) -> None:
    first, second = rows_of(1, seed=seed), rows_of(2, seed=seed)
    one = pooled({1: first, 2: second})["verdict"]["attribution"]
    two = pooled({1: second, 2: first})["verdict"]["attribution"]
    for kind, value in (("beside", "speedup"), ("effects", "speedup"), ("interactions", "factor")):
        for a, b in zip(one[kind], two[kind], strict=True):
            assert [a[name] for name in (value, "low", "high")] == pytest.approx(
                [b[name] for name in (value, "low", "high")]
            )
    assert sum(one_["seconds"] for one_ in one["shapley"]) == pytest.approx(
        one["baseline_seconds"] - one["all_on_seconds"], abs=1e-6
    )


@settings(max_examples=50)
@given(st.integers(1, 1000))
def test_all_looks_together_have_little_more_than_one(looks: int) -> None:
    assert sum(map(share_of_look, range(1, looks + 1))) < 1.17
    assert share_of_look(looks + 1) < share_of_look(looks) <= 1


def test_pools_of_going_on_until_something_is_claimed_hold_the_truth() -> None:
    """Of wins that bring nothing: attributed again until one of three seems to bring something, four times at most."""
    none, held, count = dict.fromkeys(WINS, 1.0), 0, 60
    for seed in range(count):
        blocks: dict[int, list[dict[str, Any]]] = {}
        for number in (1, 2, 3, 4):
            blocks[number] = rows_of(number, seed=seed, true=none)
            one = pooled(blocks) if number > 1 else alone(blocks[1])
            claims = [win for win in WINS if not beside(one, win)["low"] <= 1 <= beside(one, win)["high"]]
            if claims:
                break
        held += not claims
    assert held >= 0.9 * count, held
