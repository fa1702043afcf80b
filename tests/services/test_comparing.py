"""What may be said about two runs: never a speedup before it is known that they are comparable and right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db.engine import open_engine
from db.store import add_block_run, begin_measurement, store_run
from profiles.records import Environment, PhaseTiming, TaskRecord
from services.comparing import Comparison, against, compare, differences
from services.ranking import rank
from services.run_facts import Side, read, side
from tests.cli.records import record
from tests.services.facts import run


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    made = open_engine(f"sqlite:///{tmp_path / 'quickwin.db'}")
    yield made
    made.dispose()


def compared(engine: Engine, before: dict[str, Any], after: dict[str, Any]) -> Comparison:
    ids = [store_run(engine, record(name, **changes))[0] for name, changes in (("before", before), ("after", after))]
    one, two = (side(one) for one in read(engine, ids))
    return compare(engine, one, two)


def tasks(*states: dict[str, Any]) -> tuple[TaskRecord, ...]:
    return tuple(TaskRecord(task_id=f"t{n}", index=n, seconds=1.0, **state) for n, state in enumerate(states))


FAST: dict[str, Any] = {"wall_seconds": 3.0}
CASES: list[Any] = [
    pytest.param(
        {"tasks": tasks({})}, {**FAST, "tasks": tasks({"timeouts": 5})}, "wrong", "5 new timeouts", id="timeouts"
    ),
    pytest.param(
        {"tasks": tasks({})}, {**FAST, "tasks": tasks({"timeouts": 1})}, "wrong", "1 new timeout", id="one timeout"
    ),
    pytest.param({"tasks": tasks({})}, {**FAST, "tasks": tasks({"errors": 2})}, "wrong", "2 new errors", id="errors"),
    pytest.param(
        {}, {**FAST, "tasks": tasks({"status": "failed", "reason": "killed by signal 9"})}, "wrong",
        "1 task failed that did not fail before (killed by signal 9)", id="a killed task",
    ),
    pytest.param({}, {**FAST, "results_fingerprint": "other"}, "wrong", "other results", id="other answers"),
    pytest.param(
        {"cache_state": "unknown"}, {**FAST, "cache_state": "unknown"}, "not comparable",
        "The cache state of run 1 and of run 2 is unknown", id="both cache states unknown",
    ),
    pytest.param({}, {**FAST, "profiled": True}, "not comparable", "Run 2 was profiled", id="profiled"),
    pytest.param({}, {**FAST, "status": "interrupted"}, "not comparable", "Run 2 is interrupted", id="unfinished"),
    pytest.param({"wall_seconds": None}, FAST, "not comparable", "Run 1 has no wall-clock", id="no wall-clock"),
    pytest.param(
        {}, {**FAST, "environment": Environment(machine="m2")}, "not comparable", "The machine differs", id="machine"
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "verdict", "reason"), CASES)
def test_no_ratio_is_said_of_what_is_wrong_or_not_comparable(
    engine: Engine, before: dict[str, Any], after: dict[str, Any], verdict: str, reason: str
) -> None:
    found = compared(engine, before, after)
    assert (found.verdict, found.speedup) == (verdict, None)
    assert reason in found.reason


def test_one_pair_is_unresolved_and_its_ratio_may_be_said(engine: Engine) -> None:
    found = compared(engine, {}, {"wall_seconds": 8.0})
    assert (found.verdict, found.speedup, found.obstacles) == ("unresolved", 1.25, ())


def test_everything_that_stands_against_it_is_named(engine: Engine) -> None:
    found = compared(engine, {}, {"cache_state": "warm", "profiled": True, "environment": Environment(machine="m2")})
    assert len(found.obstacles) == 3


def test_answers_that_differ_only_in_tasks_with_timeouts_are_said_to(engine: Engine) -> None:
    before = {"tasks": tasks({"solved": True, "timeouts": 1}, {"solved": True})}
    slow = {"tasks": tasks({"solved": False, "timeouts": 1}, {"solved": True}), "results_fingerprint": "other"}
    found = compared(engine, before, slow)
    assert found.verdict == "wrong"
    assert "they differ only in 1 task with timeouts (t0)" in found.reason


def test_answers_that_differ_elsewhere_too_are_not_put_down_to_timeouts(engine: Engine) -> None:
    before = {"tasks": tasks({"solved": True, "timeouts": 1}, {"solved": True})}
    both = {"tasks": tasks({"solved": False, "timeouts": 1}, {"solved": False}), "results_fingerprint": "other"}
    assert "only in" not in compared(engine, before, both).reason


def test_answers_that_were_not_recorded_are_not_wrong_but_not_checked(engine: Engine) -> None:
    found = compared(engine, {"results_fingerprint": None}, {"wall_seconds": 5.0, "results_fingerprint": None})
    assert (found.verdict, found.speedup) == ("unresolved", 2.0)
    assert found.differences == ("Answers not checked: none were recorded of run 1 and run 2.",)


def test_a_first_config_that_differs_from_itself_blames_nobody(engine: Engine) -> None:
    changes = [{}, {"results_fingerprint": "another"}, {"wall_seconds": 5.0, "results_fingerprint": "a third"}]
    ids = [store_run(engine, record(f"run {at}", **one))[0] for at, one in enumerate(changes)]
    one, two, three = read(engine, ids)
    assert compare(engine, side(one), side(three)).verdict == "wrong"
    both = compare(engine, Side(name="before", runs=(one, two)), side(three))
    assert both.verdict != "wrong"
    assert both.differences == ("Answers not checked: those of none differ from run to run.",)
    measured = begin_measurement(engine, {"arms": [{"name": "A", "config": "none"}]})
    for position, (arm, run_id) in enumerate(zip(("A", "A2", "B"), ids, strict=True), 1):
        add_block_run(engine, measured, block=1, arm=arm, position=position, run_id=run_id)
    pair = compare(engine, side(one), side(three))
    assert (pair.verdict, pair.speedup, pair.differences) == ("unresolved", 2.0, both.differences)


def test_another_interpreter_and_other_packages_are_said_and_compared(engine: Engine) -> None:
    one = Environment(machine="m1", python="3.11.2", packages={"numpy": "2.1", "attrs": "1"})
    two = Environment(machine="m1", python="3.13.0", packages={"numpy": "2.2", "attrs": "1"})
    found = compared(engine, {"environment": one}, {"environment": two})
    assert found.verdict == "unresolved"
    assert found.differences == (
        "Python differs (run 1: 3.11.2, run 2: 3.13.0).",
        "1 package of run 1 and run 2 differs (numpy 2.1 and 2.2).",
    )


def test_two_pipelines_are_not_comparable_whatever_else_is_alike() -> None:
    reasons = against(run(1, pipeline="arc"), run(2, pipeline="run_batt"))
    assert reasons == ["the pipeline differs (arc and run_batt): seconds of two programs can not be compared"]
    assert against(run(1, pipeline="arc"), run(2, pipeline="arc")) == []


def test_what_a_person_stated_is_said_to_be(engine: Engine) -> None:
    notes = differences(side(run(1, stated=("cache_state", "machine"))), side(run(2)))
    assert notes == ("Of run 1 this is stated, not read: cache state and machine.",)


def test_several_runs_are_ranked_and_the_best_is_never_a_wrong_one(engine: Engine) -> None:
    changes: list[dict[str, Any]] = [
        {}, {"wall_seconds": 8.0}, {"wall_seconds": 5.0}, {"wall_seconds": 1.0, "results_fingerprint": "other"},
    ]  # fmt: skip
    score = (PhaseTiming(path=("score",), self_seconds=1.0, total_seconds=1.0),)
    ids = [store_run(engine, record(f"run {n}", phases=score, **one))[0] for n, one in enumerate(changes)]
    found = rank(engine, ids)
    assert [row.run.id for row in found.rows] == [4, 3, 2, 1]
    assert found.best is not None and found.best.id == 3
    assert found.summary[0] == (
        "Run 3 (run 2) took the least time of those that can be held against run 1, 5.00 s: "
        "1.60x as fast as run 2 and 2.00x as fast as run 1."
    )
    assert found.summary[1].startswith("Against run 1: The difference is −5.00 s")
    assert "no evidence" in found.summary[2]
    assert len(found.against) == 1 and found.against[0].startswith("Run 4: wrong.")


def test_runs_that_can_not_be_held_against_each_other_are_ordered_by_seconds_alone(engine: Engine) -> None:
    ids = [store_run(engine, record(f"log {n}", environment=None, wall_seconds=10.0 - n))[0] for n in range(3)]
    found = rank(engine, ids)
    assert found.best is None
    assert "By their seconds alone: run 3 (8.00 s), run 2 (9.00 s) and run 1 (10.0 s)." in found.summary[0]
    assert len(found.against) == 2 and "The machine of run 1 and of run 2 is unknown" in found.against[0]
