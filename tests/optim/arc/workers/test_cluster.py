"""Tasks spread over a Dask cluster."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.workers.cluster import _result
from optim.arc.workers.supervisor import RunProblem
from optim.arc.workload import prepare
from profiles.records import RunRecord
from tests.optim.bench import small
from tests.worked_example import WIN_NAMES

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real scheduler and a real worker, each a process of its own."""
    folder = tmp_path_factory.mktemp("cluster")
    file = folder / "scheduler.json"
    # Not in our folder: the workers have nothing of ours but what comes with the jobs.
    own = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = ["--host", "127.0.0.1", "--port", "0"]
    processes = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", *scheduler, *common], **own)]
    worker = ["--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
    processes.append(subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", *worker, *common], **own))
    try:
        yield _address(file)
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def _address(file: Path) -> str:
    for _ in range(300):
        if file.exists() and file.stat().st_size:
            with distributed.Client(scheduler_file=str(file), timeout=30) as client:
                client.wait_for_workers(1, timeout=60)
                return str(client.scheduler.address)
        time.sleep(0.1)
    raise AssertionError("the scheduler did not start")


def run(settings: Settings) -> RunRecord:
    return Run(settings, prepare(settings), "test", Listener(), None).execute().record


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same_answers(address: str, tmp_path: Path) -> None:
    here = run(small(tmp_path / "here", tasks=7))
    there = run(small(tmp_path / "there", tasks=7, wins=frozenset(WIN_NAMES), scheduler=address))
    assert there.results_fingerprint == here.results_fingerprint
    assert sorted(task.index for task in there.tasks) == list(range(7))
    assert there.counts["candidates"] == here.counts["candidates"]


@pytest.mark.filterwarnings("ignore")
def test_own_files_and_what_caches_hold_are_known_there(address: str, tmp_path: Path) -> None:
    from tests.optim.own_data import write_dsl, write_solvers, write_tasks

    solvers = write_solvers(tmp_path, {f"t{number}": "x1 = mirror(I)\n    return x1" for number in range(2)})
    own = {"tasks_dir": write_tasks(tmp_path, 2), "dsl": write_dsl(tmp_path), "solvers": solvers}
    settings = small(tmp_path / "own", tasks=2, wins=frozenset(WIN_NAMES), scheduler=address, **own)
    first, second = run(settings), run(settings)
    assert (first.cache_state, second.cache_state) == ("cold", "warm")
    assert first.results_fingerprint == second.results_fingerprint


@pytest.mark.filterwarnings("ignore")
def test_a_worker_that_can_not_run_it_says_what_it_lacks(address: str, tmp_path: Path) -> None:
    from tests.optim.own_data import write_dsl, write_solvers, write_tasks

    solvers = write_solvers(tmp_path, {"t0": "x1 = mirror(I)\n    return x1"})
    dsl = write_dsl(tmp_path, "\nimport a_package_that_is_nowhere\n")
    own = {"tasks_dir": write_tasks(tmp_path, 1), "dsl": dsl, "solvers": solvers}
    with pytest.raises(RunProblem, match="a_package_that_is_nowhere"):
        run(small(tmp_path / "lacks", tasks=1, scheduler=address, **own))


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optim.arc.workers.cluster._CONNECT_SECONDS", 1)
    with pytest.raises(RunProblem, match="no Dask scheduler answers at tcp://127"):
        run(small(tmp_path, scheduler="tcp://127.0.0.1:1"))


def test_a_job_that_the_cluster_lost_is_said_in_one_sentence() -> None:
    class Lost:
        def result(self) -> object:
            raise KeyError("worker is gone")

    with pytest.raises(RunProblem, match="the Dask cluster lost a job of 5 tasks: KeyError"):
        _result(Lost())
