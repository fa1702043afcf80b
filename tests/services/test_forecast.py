"""What is predicted before a measurement, from the runs that there are."""

from pathlib import Path

import pytest

from db.engine import open_engine
from optim.evidence.spec import Spec, pair_arms
from profiles.records import PhaseTiming
from services.forecast import prediction_for, prediction_from_history
from tests.cli.records import record, stored
from tests.worked_example import FOURTH, THIRD


@pytest.mark.parametrize(("state", "saving"), [("cold", 0.7), ("warm", 0.2)])
def test_a_prediction_comes_from_a_run_with_caches_in_the_same_state(place: Path, state: str, saving: float) -> None:
    quick = PhaseTiming(path=("score",), category="framework", self_seconds=2.0, total_seconds=2.0)
    stored(record("cold"), record("warm", cache_state="warm", phases=(quick,)), record("cold again"))
    spec = Spec(kind="pair", arms=pair_arms("none", FOURTH), parameters={"tasks": 1}, cache_state=state)
    found = prediction_from_history(open_engine(), spec)
    assert found is not None
    assert found["saving"] == pytest.approx(saving)


def test_without_such_a_run_nothing_is_predicted(place: Path) -> None:
    stored(record("cold"))
    spec = Spec(kind="pair", arms=pair_arms("none", FOURTH), parameters={"tasks": 1}, cache_state="warm")
    assert prediction_from_history(open_engine(), spec) is None


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [("none", FOURTH, True), (THIRD, FOURTH, False), (f"{FOURTH},{THIRD}", FOURTH, False)],
)
def test_nothing_is_predicted_where_a_win_is_taken_away(place: Path, before: str, after: str, is_told: bool) -> None:
    baseline = record("any", config=frozenset() if before == "none" else frozenset(before.split(",")))
    spec = Spec(kind="pair", arms=pair_arms(before, after), parameters={"tasks": 1}, cache_state="cold")
    assert (prediction_for(spec, baseline) is not None) == is_told
