"""Operations shared between candidates on the same sample."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from optim.arc.wins import dsl_cache
from optim.arc.wins.dsl_cache import GraphEvaluator, Sample
from optim.arc.workers.guard import TimeLimit
from tests.optim.bench import answers, small
from tests.optim.own_data import write_dsl, write_solvers, write_tasks

WIN = frozenset({"dsl_cache"})


def test_most_operations_are_found_already(tmp_path: Path) -> None:
    caches = [
        one
        for record in answers(small(tmp_path, wins=WIN, candidates=132))[1]
        for one in record["caches"]
        if one["name"] == "dsl"
    ]
    assert sum(one["hits"] for one in caches) > sum(one["misses"] for one in caches) > 0
    assert all(one["miss_seconds"] > 0 for one in caches if one["misses"])


def test_answers_stay_equal_when_values_are_given_up_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, _ = answers(small(tmp_path / "a"))
    monkeypatch.setattr(dsl_cache, "MAX_VALUES", 10)
    assert answers(small(tmp_path / "b", wins=WIN))[0] == expected


IMPURE = """
counter = []

def tick(grid):
    counter.append(1)
    return ((len(counter),),)
"""

CHANGEABLE = """
def cells(grid):
    return [cell for row in grid for cell in row]

def drop(cells):
    cells.pop()
    return cells

def togrid(cells):
    return (tuple(cells),)
"""


def test_an_operation_that_is_not_pure_is_run_for_each_candidate_on_its_own(tmp_path: Path) -> None:
    dsl = write_dsl(tmp_path, IMPURE)
    solvers = write_solvers(
        tmp_path, {"t0": "x1 = tick(I)\n    return x1", "u1": "x1 = tick(I)\n    x2 = identity(x1)\n    return x2"}
    )
    own = {"dsl": dsl, "solvers": solvers, "tasks_dir": write_tasks(tmp_path, 1), "tasks": 1, "candidates": 8}
    _, records = answers(small(tmp_path / "a", **own))
    _, shared = answers(small(tmp_path / "b", wins=WIN, **own))
    calls = [
        [one["calls"] for one in record[0]["phases"] if one["path"] == ["score", "dsl"]] for record in (records, shared)
    ]
    assert calls[0] == calls[1]


MEMORY = """
def remember(grid):
    seen = []
    def f(given):
        seen.append(given)
        return given if len(seen) == 1 else ()
    return f

def use(function, grid):
    return function(grid)
"""


def test_a_function_that_remembers_is_not_shared(tmp_path: Path) -> None:
    dsl = write_dsl(tmp_path, MEMORY)
    lines = "x1 = remember(I)\n    x2 = {}(I)\n    x3 = use(x1, x2)\n    return x3"
    own = {
        "dsl": dsl,
        "solvers": write_solvers(tmp_path, {"t0": lines.format("mirror"), "u1": lines.format("flip")}),
        "tasks_dir": write_tasks(tmp_path, 1),
        "tasks": 1,
        "min_score": 0,
    }
    assert answers(small(tmp_path / "a", **own))[0] == answers(small(tmp_path / "b", wins=WIN, **own))[0]


def test_an_operation_that_had_only_the_rest_of_the_time_is_tried_again() -> None:
    def late(given: object) -> object:
        raise TimeLimit

    evaluator = GraphEvaluator.__new__(GraphEvaluator)
    evaluator._graph = SimpleNamespace(calls=[None, None, None, (1, 0), (2, 3)], constant=[False] * 5)  # type: ignore[assignment]
    evaluator._strangers, evaluator._sure = frozenset(), []
    state = Sample({1: tuple, 2: late}, ((1,),), ((1,),))
    evaluator._run(4, (3, 4), state)
    assert state.failed == {}
    evaluator._run(4, (3, 4), state)
    assert list(state.failed) == [4]


def test_what_an_operation_may_change_is_not_shared(tmp_path: Path) -> None:
    dsl = write_dsl(tmp_path, CHANGEABLE)
    lines = "x1 = cells(I)\n    x2 = drop(x1)\n    x3 = togrid(x2)\n    return x3"
    solvers = write_solvers(
        tmp_path, {"t0": lines, "t1": lines, "u2": "x1 = cells(I)\n    x2 = togrid(x1)\n    return x2"}
    )
    own = {"dsl": dsl, "solvers": solvers, "tasks_dir": write_tasks(tmp_path, 2), "tasks": 2, "min_score": 0}
    assert answers(small(tmp_path / "a", **own))[0] == answers(small(tmp_path / "b", wins=WIN, **own))[0]
