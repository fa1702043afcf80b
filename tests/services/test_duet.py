"""Two arms at once: where it is refused, and a real pair of runs."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from db import queries
from db.engine import open_engine
from optim.evidence.measure import Planned, RunFailed
from optim.evidence.spec import Spec, pair_arms
from optim.pipelines.external.process import execute
from optim.pipelines.protocol import Lane, Target
from optim.project.command import Answers, Caches
from services import duet
from services.account import account
from services.duet import cores, lanes, refusal
from services.processes import Child, FreshRuns
from services.run_marks import DUET
from tests.cli.place import quickwin
from tests.optim.pipelines.external.projects import git, project
from tests.worked_example import WIN_NAMES

TWO_CORES = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or len(os.sched_getaffinity(0)) < 2, reason="needs two cores"
)
SIZE = {"tasks": 2, "candidates": 20}


def spec(**changes: object) -> Spec:
    given = {"kind": "pair", "arms": pair_arms("none", WIN_NAMES[0]), "parameters": SIZE, "duet": True, **changes}
    return Spec(**given)  # type: ignore[arg-type]


def test_one_core_is_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3}, raising=False)
    monkeypatch.setattr(os, "sched_setaffinity", lambda pid, mask: None, raising=False)
    assert refusal(spec()) == (
        "no duet: it needs two cores, and this process may use 1; without --duet it is measured one run after the other"
    )
    assert refusal(spec(duet=False)) is None


def test_where_no_process_can_be_held_to_a_core_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    assert "can not hold a process to a core" in (refusal(spec()) or "")


@TWO_CORES
@pytest.mark.parametrize(
    ("parameters", "words"),
    [({"workers": 2}, "workers = 2"), ({"scheduler": "tcp://x"}, "on a cluster"), ({"workers": 1}, None)],
)
def test_runs_of_several_processes_are_refused(parameters: dict[str, object], words: str | None) -> None:
    reason = refusal(spec(parameters=parameters))
    assert reason is None if words is None else words in (reason or "")


def test_two_runs_in_one_folder_may_not_share_files(tmp_path: Path) -> None:
    one, two = Target(config=frozenset()), Target(config=frozenset({"fast"}))
    free = project(tmp_path / "free", answers=Answers(stdout=True))
    files = project(tmp_path / "files", answers=Answers(files=("out/*",)), caches=Caches(paths=(".cache",)))
    assert free.no_duet((one, two), {}) is None
    assert "keeps caches and writes its answers into files" in (files.no_duet((one, two), {}) or "")
    assert files.no_duet([Target(config=frozenset(), ref=ref) for ref in ("a", "b")], {}) is None
    assert files.no_duet([Target(config=frozenset(), ref="a")] * 2, {}) is not None


def test_the_two_cores_are_no_threads_of_one_where_there_are_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(duet, "_TOPOLOGY", tmp_path)
    assert cores() == (0, 1)
    (tmp_path / "cpu0/topology").mkdir(parents=True)
    for siblings, second in (("0-1", 2), ("0,2", 1), ("0-3", 1)):
        (tmp_path / "cpu0/topology/thread_siblings_list").write_text(f"{siblings}\n")
        assert cores() == (0, second)


@TWO_CORES
def test_who_leaves_its_lane_is_waited_for_no_more() -> None:
    with lanes() as (one, two):
        waiting = threading.Thread(target=two.meet)
        waiting.start()
        one.leave()
        waiting.join(30)
        assert not waiting.is_alive()
        assert os.read(two.hear, 8) == b""


@TWO_CORES
def test_both_runs_are_at_work_on_the_same_task_and_only_that_time_counts(place: Path) -> None:
    engine = open_engine()
    child, folder = Child(), place / "scratch"
    folder.mkdir()
    runs = FreshRuns(engine, spec(), child, folder, folder, "m")
    arms = spec().arms
    planned = [Planned(arm=arm, block=1, position=at) for at, arm in enumerate(arms[:2], 1)]
    with child.guarded():
        runs.open()
        outcomes = runs.both(*planned)
        runs.close()
    records = [queries.run(engine, one.run_id or 0) for one in outcomes]
    assert [one.status for one in outcomes] == ["finished", "finished"]
    assert [one.results_fingerprint for one in outcomes] == [records[0].results_fingerprint] * 2
    for one, record in zip(outcomes, records, strict=True):
        assert one.wall_seconds == pytest.approx(sum(task.seconds or 0 for task in record.tasks))
        assert one.wall_seconds <= (record.wall_seconds or 0)
    assert [run["tags"] for run in queries.run_rows(engine)] == [DUET, DUET]
    assert account(engine).baseline is None
    engine.dispose()


@TWO_CORES
def test_a_run_that_dies_is_an_outcome_and_the_other_one_goes_on(place: Path) -> None:
    class Dying(Child):
        def run(self, command: Sequence[str], lane: Lane | None = None) -> str:
            if lane is not None and lane.core == cores()[0]:
                raise RunFailed("killed by SIGKILL")
            return super().run(command, lane)

    engine = open_engine()
    child, folder = Dying(), place / "scratch"
    folder.mkdir()
    runs = FreshRuns(engine, spec(), child, folder, folder, "m")
    planned = [Planned(arm=arm, block=1, position=at) for at, arm in enumerate(spec().arms[:2], 1)]
    with child.guarded():
        runs.open()
        dead, alive = runs.both(*planned)
    assert (dead.status, dead.reason) == ("died", "killed by SIGKILL")
    assert alive.status == "finished" and alive.wall_seconds
    engine.dispose()


@TWO_CORES
def test_a_command_is_held_to_its_core_and_a_stop_wakes_who_waits_for_it(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"]}
    told = execute(
        [sys.executable, "-c", "import os; print(sorted(os.sched_getaffinity(0)))"],
        folder=tmp_path, env=env, timeout_seconds=60, core=cores()[1], wake=os.pipe()[0],
    )  # fmt: skip
    assert told.stdout.kept.decode().strip() == f"[{cores()[1]}]"
    wake, wakes = os.pipe()
    stopping = threading.Event()

    def stop_soon() -> None:
        stopping.set()
        os.write(wakes, b".")

    threading.Timer(0.5, stop_soon).start()
    start = time.monotonic()
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    ended = execute(sleeping, folder=tmp_path, env=env, timeout_seconds=60, stop=stopping.is_set, core=0, wake=wake)
    assert ended.ended == "stop" and time.monotonic() - start < 30


@TWO_CORES
def test_a_command_of_two_commits_is_measured_at_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "job.py").write_text("print(sum(range(200_000)))\n")
    (place / "quickwin.toml").write_text(
        '[project]\nname = "sums"\n[pipeline]\ncommand = "{python} job.py"\nanswers = { stdout = true }\n'
        '[[win]]\nname = "quick"\non = { args = ["--quick"] }\n'
    )
    git(place, "init", "-q")
    git(place, "add", "job.py", "quickwin.toml")
    git(place, "commit", "-q", "-m", "one")
    monkeypatch.chdir(place)
    told = quickwin("measure", "none", "quick", "--duet", "--blocks", "6", "--json")
    assert told.exit_code in (0, 1), told.output
    assert '"duet": true' in told.output and "side by side" in told.output
    assert len(queries.blocks(open_engine(), 1)) == 24


def test_an_attribution_is_no_duet(place: Path) -> None:
    told = quickwin("attribute", "--duet", "--tasks", "2")
    assert told.exit_code == 2 and "a duet is of two configs" in told.output


def test_a_problem_is_told_before_anything_begins(place: Path) -> None:
    told = quickwin("measure", "none", WIN_NAMES[0], "--duet", "--workers", "2")
    assert told.exit_code == 2 and "no duet" in told.output
    assert not len(queries.measurements(open_engine()))
