"""Workers that start before it is known what they will work on."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import pytest

from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.workers import supervisor as supervising
from optim.arc.workers.crew import Crew, started_early
from optim.arc.workers.process import WorkerProcess
from optim.arc.workload import prepare
from profiles.records import RunRecord
from tests.optim.bench import small
from tests.optim.own_data import write_dsl, write_solvers, write_tasks


def _run(settings: Settings, crew: Crew | None = None) -> RunRecord:
    return Run(settings, prepare(settings), "early", Listener(), None, crew).execute().record


def _no_more(*arguments: object, **named: object) -> WorkerProcess:
    raise AssertionError("another worker was started")


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_takes_them_and_its_answers_are_the_same(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = _run(small(tmp_path / "alone", workers=workers))
    with started_early(workers) as crew:
        monkeypatch.setattr(supervising, "WorkerProcess", _no_more)
        early = _run(small(tmp_path / "early", workers=workers), crew)
    assert early.results_fingerprint == alone.results_fingerprint is not None
    assert early.workload == alone.workload


def test_they_load_while_they_wait_and_the_set_up_counts_from_their_start(tmp_path: Path) -> None:
    with started_early(1) as crew:
        time.sleep(0.5)
        record = _run(small(tmp_path), crew)
    words = next(note for note in record.notes if note.startswith("set-up")).split()
    assert float(words[words.index("s,") - 1]) > 0.5


def test_they_work_with_a_dsl_of_ones_own_as_well(tmp_path: Path) -> None:
    data = {
        "tasks_dir": write_tasks(tmp_path, 3),
        "dsl": write_dsl(tmp_path),
        "solvers": write_solvers(tmp_path, {f"t{number}": "return mirror(I)" for number in range(3)}),
    }
    alone = _run(small(tmp_path / "alone", **data))
    with started_early(1) as crew:
        early = _run(small(tmp_path / "early", **data), crew)
    assert early.results_fingerprint == alone.results_fingerprint is not None


def test_those_that_nobody_takes_end_and_leave_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with started_early(2) as crew:
        taken = crew.take()
        assert taken is not None
        pid = taken.process.pid
        others = [worker.process.pid for worker in crew._waiting]
        assert len(others) == 1
        assert list(tmp_path.iterdir())
    assert [_is_there(one) for one in others] == [False]
    assert _is_there(pid), "one that was taken is its taker's"
    taken.kill()
    assert not _is_there(pid)
    assert not list(tmp_path.iterdir())


def test_where_they_can_not_be_started_there_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file" / "nothing"))
    (tmp_path / "file").write_text("")
    with started_early(1) as crew:
        assert crew.take() is None
