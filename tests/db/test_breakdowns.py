"""The account of a run is the same from its record and from its rows."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from sqlalchemy import Engine, update

from db import queries
from db.engine import writing
from db.models import Run
from db.seals import seal
from db.store import store_run
from profiles.breakdown import breakdown
from profiles.records import PhaseTiming
from tests.db.samples import phases, record, task

IN_TASKS = tuple(dataclasses.replace(one, basis="workers") for one in phases(0.1))
RUN = tuple(dataclasses.replace(one, basis="workers") for one in phases(0.3))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"phases": (*phases(), PhaseTiming(path=("score",), category="io", total_seconds=0.2, self_seconds=0.2))},
        {"phases": (*phases(0.5), PhaseTiming(path=("unaccounted",), total_seconds=0.2, self_seconds=0.2))},
        {"phases": ()},
        {"wall_seconds": None},
        {"workers": 3, "phases": RUN, "tasks": tuple(task(index, phases=IN_TASKS) for index in range(3))},
    ],
    ids=["serial", "one path in two categories", "reserved name", "of its tasks", "no wall-clock", "workers"],
)
def test_rows_tell_the_same_as_the_record(engine: Engine, changes: dict[str, Any]) -> None:
    one = record(**changes)
    run_id, _ = store_run(engine, one)
    found = queries.breakdowns(engine, [run_id])[run_id]
    assert found.seconds == pytest.approx(breakdown(one).seconds)
    shares = queries.phase_shares(engine, [run_id])
    assert shares["self_seconds"].sum() == pytest.approx(found.whole_seconds)
    assert shares["share"].sum() == pytest.approx(1.0)


def test_a_run_of_version_1_with_workers_knows_its_idle_time_from_its_tasks(engine: Engine) -> None:
    tasks = tuple(task(index, phases=IN_TASKS) for index in range(3))
    run_id, _ = store_run(engine, record(workers=3, phases=RUN, tasks=tasks))
    with writing(engine) as connection:
        connection.execute(update(Run).where(Run.id == run_id).values(unaccounted_seconds=None))
        seal(connection, run_id)
    found = queries.breakdowns(engine, [run_id])[run_id]
    assert found.whole_seconds == pytest.approx(12.0)
    assert found.seconds["idle"] == pytest.approx(12.0 - 6.0)


def test_phases_of_single_tasks_are_no_phases_of_the_run(engine: Engine) -> None:
    odd = PhaseTiming(path=("only in a task",), total_seconds=9.0, self_seconds=9.0)
    run_id, _ = store_run(engine, record(tasks=(task(0, phases=(*phases(0.01), odd)),)))
    assert ("only in a task",) not in queries.breakdowns(engine, [run_id])[run_id].by_path()


def test_a_run_that_is_not_there_has_no_breakdown(engine: Engine) -> None:
    assert queries.breakdowns(engine, [7]) == {}
