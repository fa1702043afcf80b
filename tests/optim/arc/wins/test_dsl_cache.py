"""Operations shared between candidates on the same sample."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from optim.arc.sizes import approximate_bytes
from optim.arc.wins import dsl_cache, win_names
from optim.arc.wins.dsl_cache import GraphEvaluator, Holding, Sample
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


@pytest.mark.parametrize("cache_bytes", [1, 3_000, 50_000])
@pytest.mark.parametrize("wins", [WIN, frozenset(win_names())])
def test_answers_stay_equal_when_values_are_given_up_all_the_time(
    cache_bytes: int, wins: frozenset[str], tmp_path: Path
) -> None:
    expected, _ = answers(small(tmp_path / "a"))
    assert answers(small(tmp_path / "b", wins=wins, cache_bytes=cache_bytes))[0] == expected


def test_the_oldest_are_given_up_but_not_what_is_needed_now() -> None:
    holding, values, other = Holding(100), {1: "a", 2: "b", 3: "c"}, {1: "d"}
    assert not holding.add(values, 1, 40)
    assert not holding.add(other, 1, 40)
    assert not holding.add(values, 2, 10)
    assert holding.add(values, 3, 40)
    holding.drop(values, {1, 3})
    assert (values, other, holding.dropped) == ({1: "a", 3: "c"}, {}, 2)
    holding.settle()
    assert (values, holding.dropped) == ({1: "a", 3: "c"}, 2)


def test_what_is_held_stays_within_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    most, held = 200_000, list[int]()

    class Watched(Holding):
        def settle(self) -> None:
            super().settle()
            held.append(sum(approximate_bytes(values[node]) for values, node, _ in self._entries))

    monkeypatch.setattr(dsl_cache, "Holding", Watched)
    answers(small(tmp_path, wins=WIN, cache_bytes=most))
    assert most / 4 < max(held) <= most


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
    evaluator._holding, evaluator._constant_bytes, evaluator._most_constant = Holding(10**6), 0, 0
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
