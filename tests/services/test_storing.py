"""Storing a run as its tasks come: alone at once, a crowd together, and nothing left behind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db import queries, store
from db.engine import open_engine
from profiles.records import RunRecord, TaskRecord
from services.storing import COMMIT_SECONDS, Storing


def _task(index: int) -> TaskRecord:
    return TaskRecord(task_id=f"t{index}", index=index, seconds=0.1)


@pytest.fixture
def engine(place: Path) -> Iterator[Engine]:
    engine = open_engine()
    yield engine
    engine.dispose()


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many tasks each commit held."""
    sizes, add = list[int](), store.add_tasks

    def counted(engine: Engine, run_id: int, tasks: list[TaskRecord]) -> None:
        add(engine, run_id, tasks)
        sizes.append(len(tasks))

    monkeypatch.setattr(store, "add_tasks", counted)
    return sizes


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true() and time.monotonic() < end:
        time.sleep(0.01)


def _begun(engine: Engine) -> tuple[Storing, int]:
    storing = Storing(engine)
    storing.begin(RunRecord(key="k", label="one"))
    assert storing.run_id is not None
    return storing, storing.run_id


def test_tasks_that_come_fast_are_committed_together_and_all_of_them(engine: Engine, commits: list[int]) -> None:
    storing, run_id = _begun(engine)
    for index in range(300):
        storing.task(_task(index))
    storing.drain()
    assert sum(commits) == 300 and len(commits) < 100
    assert [one.index for one in queries.run(engine, run_id).tasks] == list(range(300))


def test_a_task_that_comes_alone_is_committed_without_waiting_for_another(engine: Engine, commits: list[int]) -> None:
    storing, run_id = _begun(engine)
    for index in range(2):
        storing.task(_task(index))
        _until(lambda: sum(commits) == index + 1)  # noqa: B023
        assert len(queries.run(engine, run_id).tasks) == index + 1
        time.sleep(COMMIT_SECONDS)
    storing.drain()
    assert commits == [1, 1]


def test_what_the_database_says_is_kept_for_the_end(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*ignored: object) -> None:
        raise OSError("no room")

    storing, _ = _begun(engine)
    monkeypatch.setattr(store, "add_tasks", broken)
    storing.task(_task(0))
    storing.drain()
    assert str(storing.problem) == "no room"
