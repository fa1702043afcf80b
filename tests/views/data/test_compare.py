"""What Compare draws of a difference: it adds up, and a bar that nobody could see is none."""

import numpy as np
import pandas as pd
import pytest

from services.run_facts import Side
from tests.services.facts import run
from views.data import compare as data


def side(own: dict[str, float], wall: float) -> Side:
    return Side(name="side", runs=(run(1, own, wall),))


def test_a_step_that_nobody_could_see_is_no_bar_and_nothing_is_lost() -> None:
    found = data.phase_changes(side({"score": 6.0, "save": 1.0}, 10.0), side({"score": 3.0, "save": 1.00001}, 7.0))
    assert found is not None
    table = data.waterfall(found)
    assert table["label"].tolist() == ["score"]
    assert table[["before_seconds", "after_seconds"]].sum().tolist() == pytest.approx([10.0, 7.0])


def test_two_runs_alike_still_have_their_steps() -> None:
    found = data.phase_changes(side({"score": 6.0}, 10.0), side({"score": 6.0}, 10.0))
    assert found is not None
    assert data.waterfall(found)["after_seconds"].sum() == pytest.approx(10.0)


def test_a_phase_is_resolved_where_one_in_it_is() -> None:
    own = {"score": 1.0}
    before, after = (
        Side(name=name, runs=tuple(run(n, {**own, "score/dsl": dsl + n / 100}, wall, block=(1, n)) for n in range(14)))
        for name, dsl, wall in (("a", 9.0, 12.0), ("b", 5.0, 8.0))
    )
    found = data.phase_changes(before, after)
    assert found is not None
    nodes = data.nodes(found)
    resolved = dict(zip(nodes["id"], nodes["resolved"], strict=True))
    assert resolved["run/score"] and resolved["run/score/dsl"]
    assert not resolved["run/unaccounted"]


def test_only_what_differs_is_listed_and_what_one_side_lacks_is_unknown() -> None:
    found = data.differing(
        {"config": {"none"}, "python": {"3.11"}}, {"config": {"all"}, "python": {"3.11"}, "cpu": {"x"}}
    )
    assert found.to_numpy().tolist() == [["config", "none", "all"], ["cpu", "unknown", "x"]]


def test_tasks_that_only_one_side_timed_are_left_out() -> None:
    one = pd.DataFrame({"task_id": ["a", "a", "b", "c"], "seconds": [1.0, 3.0, 5.0, np.nan]})
    two = pd.DataFrame({"task_id": ["a", "c"], "seconds": [1.0, 1.0]})
    assert data.common_tasks(one, two).to_numpy().tolist() == [["a", 2.0, 1.0]]
