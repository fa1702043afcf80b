"""A run in this process: who is told what, and what is left when it ends early."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from optim.arc.runner import Listener, Run, found_state, no_room
from optim.arc.settings import Settings
from optim.arc.workers.supervisor import Progress
from optim.arc.workload import prepare
from profiles.journal import read_journal
from profiles.records import RunRecord, TaskRecord
from tests.optim.own_data import write_dsl, write_solvers, write_tasks
from tests.worked_example import SECOND

TASKS = 4


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    solvers = write_solvers(tmp_path, {f"t{number}": "x1 = mirror(I)\n    return x1" for number in range(TASKS)})
    own = {"dsl": write_dsl(tmp_path), "solvers": solvers, "tasks_dir": write_tasks(tmp_path, TASKS)}
    places = {"caches_dir": str(tmp_path / "caches"), "output_dir": str(tmp_path / "out")}
    return Settings(tasks=TASKS, candidates=3, **own, **places)


def test_the_peak_memory_is_that_of_the_workers_and_not_of_who_started_them(settings: Settings, tmp_path: Path) -> None:
    ballast = bytearray(400 << 20)
    ballast[::4096] = b"x" * len(ballast[::4096])  # held, not only asked for
    few = replace(settings, workers=2)
    one, two = (Run(each, prepare(each), "one", Listener(), None).execute().record for each in (settings, few))
    alone, both = one.counts["peak_bytes"], two.counts["peak_bytes"]
    assert len(ballast) > alone > 5 << 20
    assert both > 1.5 * alone


def test_who_listens_hears_of_the_beginning_and_of_each_task_once(settings: Settings, tmp_path: Path) -> None:
    begun, done, seen = list[RunRecord](), list[TaskRecord](), list[Progress]()
    run = Run(settings, prepare(settings), "one", Listener(begun.append, done.append, seen.append), tmp_path / "j")
    finished = run.execute().record
    assert [one.status for one in begun] == ["running"]
    assert sorted(one.index for one in done) == list(range(TASKS))
    assert list(finished.tasks) == done and all(one.solved for one in done)
    assert (seen[-1].done, seen[-1].total) == (TASKS, TASKS)
    assert finished.key == begun[0].key and finished.results_fingerprint
    assert read_journal(tmp_path / "j").tasks == finished.tasks


def test_an_interrupted_run_is_recorded_with_what_it_had(settings: Settings, tmp_path: Path) -> None:
    done: list[TaskRecord] = []

    def second(task: TaskRecord) -> None:
        done.append(task)
        if len(done) == 2:
            raise KeyboardInterrupt

    run = Run(settings, prepare(settings), "one", Listener(on_task=second), tmp_path / "j")
    with pytest.raises(KeyboardInterrupt):
        run.execute()
    assert run.record is not None
    assert (run.record.status, run.record.results_fingerprint) == ("interrupted", None)
    assert list(run.record.tasks) == done
    assert read_journal(tmp_path / "j").status == "interrupted"
    assert found_state(settings, prepare(settings)) == "cold"


def test_a_finished_run_primes_its_caches(settings: Settings) -> None:
    work = prepare(settings)
    assert found_state(settings, work) == "cold"
    Run(settings, work, "one", Listener(), None).execute()
    assert found_state(settings, work) == "warm"
    less_memory = replace(settings, memory_bytes=settings.memory_bytes // 2)  # entries of other limits are not used
    assert found_state(less_memory, prepare(less_memory)) == "unknown"


def test_caches_on_the_machines_of_a_cluster_are_unknown(settings: Settings) -> None:
    away = replace(settings, scheduler="tcp://host:8786", wins=frozenset({SECOND}))
    assert found_state(away, prepare(away)) == "unknown"


def test_room_is_looked_for_where_the_folder_will_be(tmp_path: Path) -> None:
    assert no_room(tmp_path / "not" / "there" / "yet", 1) is None
    assert f"no room on the disk of {tmp_path}" in (no_room(tmp_path / "not" / "there", sys.maxsize) or "")
