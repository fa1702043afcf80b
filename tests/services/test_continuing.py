"""Going on with a measurement: one rule for both faces and for what is left to do."""

from __future__ import annotations

import pytest

from optim.evidence.records import ELSEWHERE, SEPARATE_RUNS
from optim.evidence.spec import attribution_arms, pair_arms
from services.continuing import arguments_to_go_on, obstacle, words_to_go_on
from services.problems import COULD_NOT, USAGE

PAIR = {"kind": "pair", "arms": [arm.to_json() for arm in pair_arms("none", "quick")]}


@pytest.mark.parametrize(("wanted", "most"), [(None, "13"), (1, "13"), (12, "20"), (9000, "48")])
def test_it_gets_as_many_blocks_as_its_verdict_wants_within_reason(wanted: int | None, most: str) -> None:
    assert arguments_to_go_on("pair", 7, blocks=8, wanted=wanted) == ("measure", "--continue", "7", "--blocks", most)


def test_it_gets_no_fewer_than_could_settle_it() -> None:
    """Said beside "between 90 and 500 blocks more would settle it", 40 more would contradict it."""
    arguments = arguments_to_go_on("pair", 7, blocks=8, wanted=200, fewest=90)
    assert arguments[-1] == "98" and words_to_go_on(arguments, 8).endswith("--continue 7 --blocks 98 (90 more)")


def test_one_that_was_interrupted_gets_its_budget_and_no_more() -> None:
    assert arguments_to_go_on("attribution", 7, blocks=1, wanted=None, budget=3)[-1] == "3"


def test_it_never_gets_less_than_its_budget() -> None:
    arguments = arguments_to_go_on("attribution", 7, blocks=1, wanted=None, budget=30)
    assert arguments == ("attribute", "--continue", "7", "--blocks", "30")


@pytest.mark.parametrize("grade", [ELSEWHERE, SEPARATE_RUNS])
def test_what_was_not_made_in_blocks_here_does_not_go_on_here(grade: str) -> None:
    problem = obstacle(7, {**PAIR, "grade": grade}, 6)
    assert problem is not None and f"is made of {grade}" in str(problem) and problem.exit_code == USAGE


def test_a_pair_of_version_1_keeps_its_verdict() -> None:
    old = {"arms": [{"name": name, "config": config} for name, config in (("A", "none"), ("B", "x"), ("A2", "none"))]}
    problem = obstacle(7, old, 3)
    assert problem is not None and "quickwin measure none x begins a new one" in str(problem)
    assert problem.exit_code == COULD_NOT
    assert obstacle(7, old, 0) is None


def test_pairs_and_attributions_made_here_go_on() -> None:
    arms = [arm.to_json() for arm in attribution_arms(("a1", "b2", "c3"))]
    assert obstacle(7, PAIR, 6) is None and obstacle(8, {"kind": "attribution", "arms": arms}, 1) is None
