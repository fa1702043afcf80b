from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import uuid
from datetime import timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from pandas.testing import assert_frame_equal
from sqlalchemy import Engine, select, text, update

from db import queries, store
from db.engine import writing
from db.models import Document, Run
from db.problems import DatabaseProblem, UnknownRow
from profiles.processes import owner_of
from profiles.records import RunRecord
from tests.db.samples import STARTED, merged, phases, record, task
from tests.db.strategies import records


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records)
def test_a_stored_run_is_read_back_equal(engine: Engine, one: RunRecord) -> None:
    one = one.replace(key=uuid.uuid4().hex)
    run_id, new = store.store_run(engine, one)
    assert new
    assert queries.run(engine, run_id) == one


def test_a_run_of_many_tasks_is_read_back_equal(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(task_count=200))
    assert queries.run(engine, run_id) == record(task_count=200)


def test_moments_come_back_as_the_same_moment_in_utc(engine: Engine) -> None:
    elsewhere = STARTED.astimezone(timezone(timedelta(hours=5, minutes=30)))
    run_id, _ = store.store_run(engine, record(started_at=elsewhere))
    found = queries.run(engine, run_id).started_at
    assert found == STARTED
    assert found.utcoffset() == timedelta(0)


def test_the_same_key_twice_adds_nothing_and_changes_nothing(engine: Engine) -> None:
    first, _ = store.store_run(engine, record())
    second, new = store.store_run(engine, record(label="other", wall_seconds=1.0))
    assert (second, new) == (first, False)
    assert queries.run(engine, first) == record()
    assert queries.run_count(engine) == 1


def test_storing_a_deleted_run_again_brings_it_back(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record())
    store.delete_runs(engine, [run_id])
    assert store.store_run(engine, record()) == (run_id, False)
    assert queries.run_count(engine) == 1


def test_a_run_that_can_not_be_stored_leaves_nothing_behind(engine: Engine) -> None:
    with pytest.raises(ValueError, match="below 2"):
        store.store_run(engine, record(counts={"huge": 2**64}))
    assert queries.run_count(engine) == 0


def test_the_runs_of_an_imported_file_are_found_by_its_digest(engine: Engine) -> None:
    ids = [store.store_run(engine, record(key), file_digest="abc")[0] for key in ("one", "two")]
    assert queries.imported(engine, "abc") == ids
    assert queries.imported(engine, "def") == []
    with writing(engine) as connection:
        assert connection.scalars(select(Document.digest)).all() == ["abc"]


def test_each_finished_task_is_there_as_soon_as_it_is_added(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(tasks=(), phases=(), wall_seconds=None))
    for index in range(3):
        store.add_task(engine, run_id, task(index), wall_seconds=index + 0.5)
        found = queries.run(engine, run_id)
        assert found.tasks == tuple(task(one) for one in range(index + 1))
        assert (found.status, found.wall_seconds) == ("running", index + 0.5)
    row = queries.runs(engine).iloc[0]
    assert (row["tasks"], row["solved"], row["status"]) == (3, 2, "running")


def test_tasks_that_are_added_together_are_there_as_if_one_by_one(engine: Engine) -> None:
    ids = [store.begin_run(engine, record(key, tasks=(), phases=())) for key in ("one", "two")]
    for index in range(3):
        store.add_task(engine, ids[0], task(index))
    store.add_tasks(engine, ids[1], [task(index) for index in range(3)])
    one, two = (queries.run(engine, run_id) for run_id in ids)
    assert (two.tasks, two.phases) == (one.tasks, one.phases)
    rows = [queries.runs(engine, ids=[run_id]).iloc[0] for run_id in ids]
    assert [(row["tasks"], row["solved"]) for row in rows] == [(3, 2), (3, 2)]


def test_the_phases_of_a_running_run_are_the_sum_of_its_tasks(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(tasks=(), phases=()))
    for index in range(3):
        store.add_task(engine, run_id, task(index))
    found = queries.phases(engine, run_id)
    expected = {"/".join(one.path): one.self_seconds for one in merged(task(0), task(1), task(2))}
    assert dict(zip(found["path"], found["self_seconds"], strict=True)) == pytest.approx(expected)


def test_phases_so_far_take_the_place_of_the_sum(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(tasks=(), phases=()))
    store.add_task(engine, run_id, task(0), phases=phases(1.0))
    store.add_task(engine, run_id, task(1), phases=phases(2.0))
    assert queries.run(engine, run_id).phases == phases(2.0)
    assert queries.run(engine, run_id).tasks == (task(0), task(1))


def test_a_finished_run_is_the_record_it_was_finished_with(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(tasks=(), phases=()))
    for index in range(3):
        store.add_task(engine, run_id, task(index))
    store.finish_run(engine, run_id, record())
    assert queries.run(engine, run_id) == record()
    whole, _ = store.store_run(engine, record("two"))
    found = [queries.runs(engine, ids=[one]).drop(columns=["id", "key", "stored_at"]) for one in (run_id, whole)]
    assert_frame_equal(*found)


def test_a_committed_task_that_the_record_lacks_is_kept(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(tasks=(), phases=()))
    store.add_task(engine, run_id, task(9))
    store.finish_run(engine, run_id, record())
    assert [one.index for one in queries.run(engine, run_id).tasks] == [0, 1, 2, 9]


def test_a_name_given_while_the_run_went_on_stays(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(tasks=()))
    store.rename_run(engine, run_id, "better")
    store.finish_run(engine, run_id, record())
    assert queries.run(engine, run_id) == record(label="better")


def test_an_unfinished_run_can_be_begun_anew_and_a_finished_one_can_not(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(tasks=()))
    store.add_task(engine, run_id, task(0))
    assert store.begin_run(engine, record(tasks=())) == run_id
    assert queries.run(engine, run_id).tasks == ()
    store.finish_run(engine, run_id, record())
    with pytest.raises(ValueError, match="has finished already"):
        store.begin_run(engine, record())


@pytest.mark.parametrize("write", ["add_task", "finish_run"])
def test_writing_to_a_run_that_is_not_there_is_an_error(engine: Engine, write: str) -> None:
    what = task() if write == "add_task" else record()
    with pytest.raises(UnknownRow, match=r"there is no run 99|no run 99 is under way"):
        getattr(store, write)(engine, 99, what)


def _begin_elsewhere(engine: Engine, owner: str, pid: int) -> int:
    run_id = store.begin_run(engine, record(tasks=(), phases=(), wall_seconds=None, pid=os.getpid()))
    store.add_task(engine, run_id, task(0))
    with writing(engine) as connection:
        connection.execute(update(Run).where(Run.id == run_id).values(pid=pid, owner=owner))
    return run_id


def test_a_run_whose_process_is_gone_is_interrupted_with_what_it_had(engine: Engine) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    run_id = _begin_elsewhere(engine, owner_of(child.pid), child.pid)
    assert store.mark_interrupted(engine) == 0
    child.kill()
    child.communicate()
    assert store.mark_interrupted(engine) == 1
    found = queries.run(engine, run_id)
    assert (found.status, found.wall_seconds, found.tasks) == ("interrupted", None, (task(0),))
    assert found.phases == merged(task(0))
    assert queries.runs(engine).iloc[0]["dsl_seconds"] == pytest.approx(0.01)


def test_a_process_id_that_was_used_again_is_another_process(engine: Engine) -> None:
    host, boot, namespace, _ = owner_of(os.getpid()).split("|")
    _begin_elsewhere(engine, f"{host}|{boot}|{namespace}|1", os.getpid())
    assert store.mark_interrupted(engine) == 1


def test_a_run_from_before_a_restart_of_the_machine_is_interrupted(engine: Engine) -> None:
    host, _, namespace, started = owner_of(os.getpid()).split("|")
    _begin_elsewhere(engine, f"{host}|earlier|{namespace}|{started}", os.getpid())
    assert store.mark_interrupted(engine) == 1


def test_a_run_on_another_machine_counts_as_gone_only_after_a_long_silence(engine: Engine) -> None:
    _begin_elsewhere(engine, "elsewhere|boot|namespace|1", 1)
    assert store.mark_interrupted(engine) == 0
    assert store.mark_interrupted(engine, silent_seconds=-1) == 1


def test_finished_runs_are_never_marked(engine: Engine) -> None:
    store.store_run(engine, record(pid=1))
    assert store.mark_interrupted(engine, silent_seconds=-1) == 0


def test_a_run_that_was_marked_too_early_still_finishes(engine: Engine) -> None:
    run_id = _begin_elsewhere(engine, "elsewhere|boot|namespace|1", 1)
    store.mark_interrupted(engine, silent_seconds=-1)
    store.add_task(engine, run_id, task(1))
    assert queries.run(engine, run_id).tasks == (task(0), task(1))
    store.finish_run(engine, run_id, record())
    assert queries.run(engine, run_id) == record()


def test_a_finished_run_takes_no_more_tasks(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record())
    with pytest.raises(UnknownRow, match="no run 1 is under way"):
        store.add_task(engine, run_id, task(7))
    assert queries.run(engine, run_id) == record()


def test_a_changed_byte_in_a_run_is_noticed_when_it_is_read(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record())
    with writing(engine) as connection:
        connection.execute(text("UPDATE task_phases SET self_seconds = self_seconds * 2 WHERE task = 1"))
    with pytest.raises(DatabaseProblem, match=f"run {run_id} is not what was written") as caught:
        queries.run(engine, run_id)
    assert caught.value.kind == "damaged"


def test_two_phases_that_differ_in_category_only_stay_two(engine: Engine) -> None:
    twice = (phases()[0], dataclasses.replace(phases()[0], category="io"))
    one = record(phases=(), tasks=(task(0, phases=twice),))
    run_id, _ = store.store_run(engine, one)
    assert queries.run(engine, run_id) == one


def test_errors_and_timeouts_of_tasks_are_added_up_while_the_run_is_running(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(task_count=0, status="running"))
    for index, (errors, timeouts) in enumerate(((2, 0), (1, 3))):
        store.add_task(engine, run_id, task(index, errors=errors, timeouts=timeouts))
    row = queries.runs(engine, status="running").iloc[0]
    assert (row["errors"], row["timeouts"], row["tasks"]) == (3, 3, 2)
