"""The difference of two sides: it adds up, and what is not more than the noise is not resolved."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from profiles.breakdown import breakdown_of
from profiles.records import PhaseTiming
from views.data import differences

PATHS = ["score", "score/dsl", "inline", *(f"phase {number}" for number in range(15))]
CATEGORIES = dict.fromkeys(PATHS, "framework")


def side(values: dict[str, float], runs: int = 1, noise: float = 0.0, wall: float | None = None) -> pd.DataFrame:
    random = np.random.default_rng(runs)
    made = []
    for _ in range(runs):
        own = {path: seconds + float(random.normal(0, noise)) for path, seconds in values.items()}
        timings = [
            PhaseTiming(path=tuple(path.split("/")), self_seconds=seconds, total_seconds=seconds)
            for path, seconds in own.items()
        ]
        whole = sum(own.values()) + 1.0 if wall is None else max(wall, sum(own.values()))
        made.append(breakdown_of(timings, wall_seconds=whole, workers=1))
    return differences.per_run(made)


AMOUNTS = some.dictionaries(some.sampled_from(PATHS), some.floats(0.01, 50), min_size=1)


@given(AMOUNTS, AMOUNTS, some.floats(0.1, 200), some.floats(0.1, 200))
def test_the_steps_add_up_to_both_wall_clocks(
    one: dict[str, float], two: dict[str, float], before: float, after: float
) -> None:
    found = differences.steps(side(one, wall=before), side(two, wall=after), CATEGORIES)
    for frame in (found, differences.waterfall(found)):
        assert frame["before_seconds"].sum() == pytest.approx(max(before, sum(one.values())))
        assert frame["after_seconds"].sum() == pytest.approx(max(after, sum(two.values())))


def test_the_waterfall_names_the_largest_and_adds_up_the_rest() -> None:
    two = {path: 2.0 + number for number, path in enumerate(PATHS)}
    found = differences.waterfall(differences.steps(side(dict.fromkeys(PATHS, 1.0)), side(two), CATEGORIES))
    assert found["label"].tolist()[-2:] == ["8 other phases", "unaccounted"]
    assert len(found) == differences.MOST_STEPS + 2


def test_one_run_a_side_resolves_nothing() -> None:
    assert not differences.steps(side({"score": 9.0}), side({"score": 1.0}), CATEGORIES)["resolved"].any()


def test_many_runs_resolve_what_is_more_than_their_noise() -> None:
    before, after = {"score": 9.0, "inline": 1.0}, {"score": 5.0, "inline": 1.0}
    found = differences.steps(side(before, 8, 0.05), side(after, 9, 0.05), CATEGORIES).set_index("path")["resolved"]
    assert found["score"]
    assert not found["inline"]


def test_a_phase_is_resolved_where_one_in_it_is() -> None:
    before, after = {"score": 1.0, "score/dsl": 9.0}, {"score": 1.0, "score/dsl": 5.0}
    nodes = differences.nodes(differences.steps(side(before, 8, 0.01), side(after, 9, 0.01), CATEGORIES))
    resolved = dict(zip(nodes["id"], nodes["resolved"], strict=True))
    assert resolved["run/score"] and resolved["run/score/dsl"]
    assert not resolved["run/unaccounted"]


def test_only_what_differs_is_listed_and_what_one_side_lacks_is_unknown() -> None:
    found = differences.settings(
        {"config": {"none"}, "python": {"3.11"}}, {"config": {"all"}, "python": {"3.11"}, "cpu": {"x"}}
    )
    assert found.to_numpy().tolist() == [["config", "none", "all"], ["cpu", "unknown", "x"]]


def test_tasks_that_only_one_side_timed_are_left_out() -> None:
    one = pd.DataFrame({"task_id": ["a", "a", "b", "c"], "seconds": [1.0, 3.0, 5.0, np.nan]})
    two = pd.DataFrame({"task_id": ["a", "c"], "seconds": [1.0, 1.0]})
    assert differences.tasks(one, two).to_numpy().tolist() == [["a", 2.0, 1.0]]
