from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine

from benchmarks.database import killed_writers, many_writers, start_writer
from db import queries, store
from tests.db.samples import record

# Python 3.12 and later warn of forks beside threads; the writers use none of what those could hold.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")


def test_many_writers_at_once_lose_nothing(url: str) -> None:
    found = many_writers(url, writers=8, commits=8)
    assert {name: found[name] for name in ("commits", "kept", "errors", "finished")} == {
        "commits": 64,
        "kept": 64,
        "errors": 0,
        "finished": 8,
    }


def test_killed_writers_lose_no_committed_task_and_are_never_shown_as_finished(url: str) -> None:
    found = killed_writers(url, kills=4, at_once=2, seed=random.randrange(10**6))
    assert found["tasks promised"]
    assert {name: found[name] for name in ("tasks lost", "shown as finished", "shown as interrupted")} == {
        "tasks lost": 0,
        "shown as finished": 0,
        "shown as interrupted": 4,
    }


def test_an_interrupted_run_has_no_time_but_the_phases_of_its_tasks(url: str, engine: Engine) -> None:
    writer = start_writer(url, "killed", 10_000)
    writer.listen(3)
    writer.kill()
    assert store.mark_interrupted(engine) == 1
    kept = queries.run(engine, 1)
    assert (kept.status, kept.wall_seconds, len(kept.phases)) == ("interrupted", None, 12)


def test_threads_that_store_the_same_run_store_it_once(engine: Engine) -> None:
    start = Barrier(4)

    def store_it(_: int) -> bool:
        start.wait()
        return store.store_run(engine, record())[1]

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(store_it, range(4))) == [False, False, False, True]
    assert queries.run_count(engine) == 1
