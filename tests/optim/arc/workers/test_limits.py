"""A program that misbehaves costs its limit and nothing else."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.workers.supervisor import RunProblem
from optim.arc.workload import prepare
from profiles.records import RunRecord
from tests.optim.own_data import write_dsl, write_solvers, write_tasks
from tests.worked_example import WIN_NAMES

#: CPU seconds of a call: what loops burns all of it for each sample, what is right needs a thousandth.
LIMIT = 0.03
HOSTILE = """
import os
import signal

def loop(grid):
    while True:
        pass

def ccall(grid):
    return ((sum(range(10 ** 12)),),)

def swallow(grid):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass

def disarm(grid):
    signal.setitimer(signal.ITIMER_REAL, 0)
    while True:
        pass

def recurse(grid):
    return recurse(grid)

def eat(grid):
    held = []
    while True:
        held.append(bytearray(10 ** 8))

def die(grid):
    os._exit(7)

def crash(grid):
    os.kill(os.getpid(), signal.SIGSEGV)
    while True:
        pass

def fork(grid):
    os.fork()
    return grid

def session(grid):
    import ctypes
    if ctypes.CDLL(None).fork() == 0:
        os.setsid()
        while True:
            pass
    return grid

def twins(grid):
    import ctypes
    ctypes.CDLL(None).fork()
    return grid

def threads(grid):
    import threading
    for number in range(200):
        threading.Thread(target=lambda: None).start()
    return grid

def parent(grid):
    os.kill(os.getppid(), signal.SIGTERM)
    return grid

def limits(grid):
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    return grid

def open_descriptors():
    return [int(name) for name in os.listdir("/proc/self/fd") if int(name) > 2]

def text(grid):
    for number in open_descriptors():
        try:
            os.write(number, b"text\\n")
        except OSError:
            pass
    return grid

def forged(grid):
    for number in open_descriptors():
        try:
            os.write(number, b'{"task": 1, "record": {}, "accepted": [["x", 1]], "cpu": 0, "disk": null}\\n')
        except OSError:
            pass
    return grid

class Sticky:
    def __init__(self, seconds):
        self.seconds = seconds

    def __del__(self):
        while True:
            pass

def destroy(grid):
    return Sticky(0)

class Sleepy:
    def __del__(self):
        import time
        time.sleep(600)

def doze(grid):
    return Sleepy()

def late(grid):
    try:
        while True:
            pass
    except BaseException:
        return grid
"""
TIMEOUTS = ["loop", "late"]
KILLED = ["ccall", "swallow", "disarm"]
DEADLY = ["die", "crash"]
ERRORS = ["recurse", "eat", "fork", "threads", "parent", "limits"]
FORGED = ["text", "forged"]
GOOD = "x1 = mirror(I)\n    return x1"


def settings_for(folder: Path, *programs: str, **changes: Any) -> Settings:
    """A task for each program that misbehaves, and a last one whose own is right; no mutants, no shared candidates."""
    bodies = {f"t{number}": f"x1 = {program}(I)\n    return x1" for number, program in enumerate(programs)}
    tasks = len(programs) + 1
    solvers = write_solvers(folder, {**bodies, f"t{len(programs)}": GOOD})
    own = {"dsl": write_dsl(folder, HOSTILE), "solvers": solvers, "tasks_dir": write_tasks(folder, tasks)}
    places = {"caches_dir": str(folder / "caches"), "output_dir": str(folder / "out")}
    rest = {"tasks": tasks, "candidates": 1, "limit_seconds": LIMIT, "memory_bytes": 512 * 1024**2, **changes}
    return Settings(**own, **places, **rest)


def run(settings: Settings) -> RunRecord:
    return Run(settings, prepare(settings), "test", Listener(), None).execute().record


def children() -> set[str]:
    found = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())], capture_output=True, text=True)
    return {line for line in found.stdout.splitlines() if not line.strip().endswith("ps")}


# Those that their worker survives share one.
@pytest.mark.parametrize("programs", [TIMEOUTS, ERRORS, *([one] for one in KILLED + DEADLY)], ids=" ".join)
def test_a_program_that_misbehaves_leaves_the_rest_of_the_run_alone_with_the_same_answers(
    programs: list[str], tmp_path: Path
) -> None:
    ways: list[dict[str, Any]] = [{}, {"wins": frozenset(WIN_NAMES)}]
    if programs == KILLED[:1]:
        ways.append({"workers": 2})
    found = {_answers_beside(programs, tmp_path, **way) for way in ways}
    assert len(found) == 1 and None not in found


def _answers_beside(programs: list[str], folder: Path, **way: Any) -> str | None:
    before, threads, start = children(), threading.active_count(), time.monotonic()
    patience = {"limit_seconds": 10.0} if "eat" in programs else {}
    record = run(settings_for(folder, *programs, **way, **patience))
    *all_bad, good = sorted(record.tasks, key=lambda task: task.index)
    assert (good.task_id, good.solved, good.status) == (f"t{len(programs)}", True, "finished")
    for program, bad in zip(programs, all_bad, strict=True):
        assert not bad.solved
        if program in ERRORS:
            assert bad.counts["program.errors"] > 0 and bad.errors == bad.timeouts == 0
        elif program in DEADLY:
            assert bad.errors > 0 and bad.timeouts == 0
        else:
            assert bad.timeouts > 0 and bad.errors == 0
        if program in KILLED + DEADLY:
            assert "candidate 0" in (bad.reason or "") and record.counts["killed"] == 1
    assert children() == before and threading.active_count() == threads
    assert time.monotonic() - start < 30
    return record.results_fingerprint


@pytest.mark.parametrize("wins", [frozenset(), frozenset(WIN_NAMES)], ids=["none", "all"])
@pytest.mark.parametrize("program", FORGED)
def test_who_writes_to_the_pipe_or_answers_in_anothers_place_costs_its_task_and_nothing_else(
    program: str, wins: frozenset[str], tmp_path: Path
) -> None:
    before = children()
    record = run(settings_for(tmp_path, program, wins=wins))
    bad, good = sorted(record.tasks, key=lambda task: task.index)
    assert (bad.status, good.status, good.solved) == ("failed", "finished", True)
    assert "said what no worker says" in (bad.reason or "")
    assert children() == before


@pytest.mark.parametrize("wins", [frozenset(), frozenset(WIN_NAMES)], ids=["none", "all"])
def test_the_answer_of_a_worker_s_twin_is_never_taken(wins: frozenset[str], tmp_path: Path) -> None:
    """Whichever of the two answers first: the task has the worker's own answer, or none."""
    before = children()
    bad, good = sorted(run(settings_for(tmp_path, "twins", wins=wins)).tasks, key=lambda task: task.index)
    assert (good.status, good.solved, bool(bad.solved)) == ("finished", True, False)
    assert bad.status == "finished" or "said what no worker says" in (bad.reason or "")
    assert children() == before


def test_what_left_the_session_of_its_worker_is_killed_with_it(tmp_path: Path) -> None:
    record = run(settings_for(tmp_path, "session"))
    assert record.tasks[1].solved
    end = time.monotonic() + 10  # killed is not yet gone
    while (left := _left()) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == []


def _left() -> list[Path]:
    """The processes whose environment holds a worker's mark and this test's name."""
    marks = (b"QUICKWIN_WORKER_MARK=", b"test_what_left_the_session_of_its_worker")
    return [path for path in Path("/proc").glob("[0-9]*/environ") if all(_carries(path, mark) for mark in marks)]


def _carries(path: Path, text: bytes) -> bool:
    try:
        return text in path.read_bytes()
    except OSError:
        return False


@pytest.mark.parametrize("program", ["destroy", "doze"])
def test_an_objects_end_that_loops_or_sleeps_costs_its_candidate(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optim.arc.workers.patience._BETWEEN_SECONDS", 0.4)
    monkeypatch.setattr("optim.arc.workers.patience.BACKSTOP", 6)
    start = time.monotonic()
    record = run(settings_for(tmp_path, program))
    bad, good = record.tasks
    assert time.monotonic() - start < 120
    assert good.solved and not bad.solved
    if program == "doze":  # what sleeps uses no CPU: the wall-clock of the task as a whole ends it
        assert bad.status == "failed" and "did not come back" in (bad.reason or "")
    else:
        assert bad.status == "finished" and (record.counts["killed"] == 1 or bad.timeouts > 0)


@pytest.mark.parametrize("wins", [frozenset(), frozenset(WIN_NAMES)], ids=["none", "all"])
def test_who_dies_of_what_earlier_tasks_left_in_its_worker_is_tried_in_a_fresh_one(
    wins: frozenset[str], tmp_path: Path
) -> None:
    """The third number of a grid's first row is its task's: with those of two tasks this program dies."""
    more = """
seen = set()

def pile(grid):
    seen.add(grid[0][2])
    if len(seen) > 1:
        os._exit(7)
    return mirror(grid)
"""
    settings = settings_for(tmp_path, "pile", wins=wins)
    write_dsl(tmp_path, HOSTILE + more)
    write_solvers(tmp_path, dict.fromkeys(("t0", "t1"), "x1 = pile(I)\n    return x1"))
    record = run(settings)
    assert [(task.status, task.solved, task.errors) for task in record.tasks] == [("finished", True, 0)] * 2
    assert "killed" not in record.counts


def test_a_task_with_too_many_candidates_that_must_be_killed_fails_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optim.arc.workers.supervisor.MAX_KILLS", 2)
    more = "".join(f"\ndef die{number}(grid):\n    os._exit(7)\n" for number in range(4))
    settings = settings_for(tmp_path, "die0", candidates=4)
    Path(settings.dsl or "").write_text("import os\n" + more)
    Path(settings.solvers or "").write_text("def solve_t0(I):\n    x1 = die0(I)\n    return x1\n")
    record = run(settings)
    assert [task.status for task in record.tasks] == ["failed", "failed"]
    assert "3 candidates cost their worker" in (record.tasks[0].reason or "")


def test_what_a_program_started_is_killed_with_it(tmp_path: Path) -> None:
    mark = str(tmp_path / "mark")
    more = f"""
import subprocess

def spawn(grid):
    subprocess.Popen(["sh", "-c", "sleep 5; touch {mark}"])
    sum(range(10 ** 12))
"""
    settings = settings_for(tmp_path, "spawn")
    Path(settings.dsl or "").write_text(Path(settings.dsl or "").read_text() + more)
    run(settings)
    left = subprocess.run(["pgrep", "-f", mark], capture_output=True, text=True).stdout
    assert left == ""


def test_a_dsl_that_does_not_import_ends_the_run_in_one_sentence(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, "loop")
    Path(settings.dsl or "").write_text("import nothing_of_that_name\n")
    with pytest.raises(RunProblem, match=r"dsl.py does not import: ModuleNotFoundError"):
        run(settings)
