"""How long a run that begins will take, by what is stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from db import store
from db.engine import open_engine
from profiles.records import Environment, RunRecord, TaskRecord, Workload
from services.length import earlier_tasks, outlook_of_command
from tests.cli.records import record


def _tasks(count: int) -> dict[str, Any]:
    tasks = tuple(TaskRecord(task_id=f"t{number}", index=number, seconds=float(number)) for number in range(count))
    workload = Workload(fingerprint=f"w{count}", tasks=count, candidates=count * 10)
    return {"tasks": tasks, "workload": workload, "pipeline": "p"}


BEGINS = record("now", status="running", **_tasks(8)).replace(tasks=())


def test_the_largest_run_of_the_same_kind_tells_what_each_task_took(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/q.db")
    ids = [store.store_run(engine, record(f"r{count}", **_tasks(count)))[0] for count in (3, 5, 4)]
    earlier = earlier_tasks(engine, BEGINS)
    assert earlier.source == f"by run {ids[1]}"
    assert earlier.seconds == {f"t{number}": float(number) for number in range(5)}


@pytest.mark.parametrize(
    "changes",
    [
        {"config": frozenset({"x"})},
        {"cache_state": "warm"},
        {"environment": Environment(machine="m2")},
        {"workload": Workload(fingerprint="w", tasks=8, candidates=8 * 132)},
        {"status": "interrupted"},
        {"pipeline": "another"},
        {"profiled": True},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_run_of_another_kind_tells_nothing(changes: dict[str, Any], tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/q.db")
    store.store_run(engine, record("before", **{**_tasks(8), **changes}))
    assert not earlier_tasks(engine, BEGINS).seconds


def test_a_command_takes_what_its_last_runs_over_the_same_workload_took(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/q.db")
    begins: RunRecord = record("now", status="running", pipeline="p")
    assert outlook_of_command(engine, begins) is None
    first = store.store_run(engine, record("a", pipeline="p", wall_seconds=12.0))[0]
    store.store_run(engine, record("other", pipeline="p", wall_seconds=99.0, workload=Workload(fingerprint="v")))
    outlook = outlook_of_command(engine, begins)
    assert outlook is not None and outlook.basis == f"by run {first}"
    assert outlook.left_seconds() == pytest.approx(12.0, abs=1.0)
    for label, seconds in (("b", 30.0), ("c", 31.0)):
        store.store_run(engine, record(label, pipeline="p", wall_seconds=seconds))
    outlook = outlook_of_command(engine, begins)
    assert outlook is not None and outlook.basis == "by its last 3 runs"
    assert outlook.left_seconds() == pytest.approx(30.0, abs=1.0)
