from __future__ import annotations

import dataclasses

import pytest

from db.rollups import rollups
from profiles.records import RunRecord
from tests.db.samples import phases, record, task


def test_a_serial_run_is_divided_without_a_rest() -> None:
    found = rollups(record())
    parts = ("dsl_seconds", "framework_seconds", "io_seconds", "unaccounted_seconds")
    assert [found[name] for name in parts] == [1.0, 2.0, 0.5, 0.5]
    assert found["overhead_share"] == 0.75


def test_tasks_are_counted_by_what_happened_to_them() -> None:
    tasks = (task(0, errors=2), task(1, timeouts=3), task(2, status="failed", solved=None))
    found = rollups(record(tasks=tasks))
    assert {name: found[name] for name in ("task_count", "solved", "failed", "errors", "timeouts")} == {
        "task_count": 3,
        "solved": 1,
        "failed": 1,
        "errors": 2,
        "timeouts": 3,
    }


def test_with_workers_the_overhead_is_a_share_of_wall_clock_x_workers() -> None:
    found = rollups(record(workers=2))
    assert found["overhead_share"] == pytest.approx(1 - 1 / 8)
    assert found["unaccounted_seconds"] == pytest.approx(8.0 - 3.5)


def test_a_run_without_phases_of_its_own_is_divided_by_those_of_its_tasks() -> None:
    found = rollups(record(phases=()))
    assert found["dsl_seconds"] == pytest.approx(0.03)


NO_DSL = tuple(dataclasses.replace(phase, category="framework") for phase in phases())


def test_a_run_of_this_bench_that_had_no_program_to_run_is_all_overhead() -> None:
    assert rollups(record(phases=NO_DSL))["overhead_share"] == 1.0


@pytest.mark.parametrize(
    "one",
    [
        record(config=None, phases=NO_DSL),
        record(phases=(), tasks=()),
        record(wall_seconds=0.5),
    ],
    ids=["no dsl phase", "no phases", "phases longer than the run"],
)
def test_an_overhead_that_does_not_follow_is_unknown(one: RunRecord) -> None:
    assert rollups(one)["overhead_share"] is None


@pytest.mark.parametrize("basis", ["last_task", "count"])
def test_seconds_that_are_not_the_runs_are_left_out(basis: str) -> None:
    odd = dataclasses.replace(phases()[0], path=("odd",), self_seconds=99.0, basis=basis)
    assert rollups(record(phases=(*phases(), odd)))["framework_seconds"] == 2.0
