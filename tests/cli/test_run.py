"""``run``: what it stores, what it refuses, and how it ends."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from db import queries, store
from db.engine import open_engine
from db.problems import problem
from tests.at_work import PATIENCE_SECONDS
from tests.cli.place import one_sentence, own_data, quickwin, started, with_database
from tests.worked_example import FOURTH, THIRD

SLOW = "\nimport time\n\n\ndef slow(grid):\n    time.sleep(0.05)\n    return mirror(grid)\n"


def stored_runs() -> Any:
    engine = open_engine()
    try:
        return queries.runs(engine)
    finally:
        engine.dispose()


def test_a_run_is_stored_and_its_solvers_and_log_are_on_disk(place: Path) -> None:
    result = quickwin("run", *own_data(place), "--cold", "--json", "--quiet", "--log", "run.log")
    assert result.exit_code == 0, result.stderr
    plain = json.loads(result.stdout)
    assert (plain["status"], plain["cache_state"], plain["label"]) == ("finished", "cold", "none cold")
    assert plain["counts"]["accepted"] >= 3
    assert stored_runs()["id"].tolist() == [plain["id"]]
    assert (place / "run.log").stat().st_size
    assert list((place / "home" / "solvers").glob("*/solvers/*.py"))
    assert not list((place / "home" / "journals").iterdir())


def test_a_warm_run_is_primed_first_and_gives_the_same_answers(place: Path) -> None:
    data = own_data(place)
    runs = [quickwin("run", *data, "--wins", "all", state, "--json", "--quiet") for state in ("--cold", "--warm")]
    cold, warm = (json.loads(one.stdout) for one in runs)
    assert (cold["cache_state"], warm["cache_state"]) == ("cold", "warm")
    assert cold["results_fingerprint"] == warm["results_fingerprint"]
    assert stored_runs()["label"].tolist() == ["all warm", "priming", "all cold"]


def test_the_wins_that_were_kept_are_run_and_none_is_said_to_be_none(place: Path) -> None:
    words = ["run", *own_data(place, 1), "--wins", "kept", "--json", "--quiet"]
    result = quickwin(*words)
    assert json.loads(result.stdout)["config"] == "none"
    assert "no win was decided to be kept, so kept is none" in result.stderr
    engine = open_engine()
    store.decide(engine, THIRD, "keep", "it pays")
    store.decide(engine, FOURTH, "revert", "it does not")
    engine.dispose()
    result = quickwin(*words)
    assert json.loads(result.stdout)["config"] == THIRD
    assert result.stderr == ""


@pytest.mark.parametrize("label", ["../../up", "x" * 300, "a\nb", "ä 🚀 / \\ :"])
def test_any_label_is_only_a_name(place: Path, label: str) -> None:
    before = set(place.parent.iterdir())
    result = quickwin("run", *own_data(place, 1), "--cold", "--quiet", "--label", label)
    assert result.exit_code == 0, result.stderr
    assert set(place.parent.iterdir()) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--wins", "nonsense"], "no win is called nonsense; known: none, all"),
        (["--task", "nope"], "no task is called nope; there are 3, for example t0"),
        (["--tasks", "0"], "tasks must be at least 1, got 0"),
        (["--candidates", "-1"], "candidates must be at least 1"),
        (["--workers", "0"], "workers must be at least 1"),
        (["--memory", "0"], "memory_bytes must be at least 1"),
        (["--limit", "nan"], "limit_seconds must be between"),
        (["--min-score", "101"], "min_score must be a percentage"),
        (["--tasks-dir", "nowhere"], "nowhere is no folder"),
        (["--dsl", "nowhere.py"], "nowhere.py is no file"),
    ],
)
def test_what_can_not_be_meant_is_refused_before_anything_is_stored(place: Path, words: list[str], said: str) -> None:
    result = quickwin("run", *own_data(place), *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr and one_sentence(result.stderr)
    assert stored_runs().empty


def test_a_dsl_without_solvers_is_refused(place: Path) -> None:
    own_data(place)
    result = quickwin("run", "--dsl", "dsl.py")
    assert result.exit_code == 2 and "--dsl and --solvers go together" in result.stderr


def test_a_broken_task_is_named_and_the_rest_runs(place: Path) -> None:
    data = own_data(place)
    (place / "tasks" / "t1.json").write_text("{")
    result = quickwin("run", *data, "--cold", "--quiet", "--json")
    assert result.exit_code == 0 and "Warning: t1.json was skipped" in result.stderr
    assert stored_runs()["tasks"].tolist() == [2]


def test_no_task_left_is_an_error(place: Path) -> None:
    data = own_data(place)
    for path in (place / "tasks").iterdir():
        path.write_text("{")
    result = quickwin("run", *data)
    assert result.exit_code == 2 and "none readable" in result.stderr and one_sentence(result.stderr)


@pytest.mark.parametrize("text", ["import nothing_of_that_name\n", "def (\n", "raise ValueError('no')\n", "ONE = 1\n"])
def test_a_dsl_that_does_not_import_is_one_sentence(place: Path, text: str) -> None:
    data = own_data(place)
    (place / "dsl.py").write_text(text)
    result = quickwin("run", *data, "--cold", "--quiet")
    assert result.exit_code in (2, 3) and "dsl.py" in result.stderr and one_sentence(result.stderr)


@pytest.mark.parametrize("text", ["def (\n", "", "import os\n"])
def test_solvers_that_can_not_be_read_are_one_sentence(place: Path, text: str) -> None:
    data = own_data(place)
    (place / "solvers.py").write_text(text)
    result = quickwin("run", *data, "--cold", "--quiet")
    assert result.exit_code == 2 and "solvers.py" in result.stderr and one_sentence(result.stderr)


def _damage(file: Path) -> None:
    file.write_bytes(b"SQLite format 3\0" + bytes(50))


def _newer(file: Path) -> None:
    open_engine().dispose()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE quickwin_version SET version_num = '9999'")


@pytest.mark.parametrize(("spoil", "said"), [(_damage, "is damaged"), (_newer, "newer version of Quickwin")])
def test_a_database_that_can_not_be_used_is_one_sentence_and_stays_as_it_is(
    place: Path, spoil: Callable[[Path], None], said: str
) -> None:
    file, data = place / "quickwin.db", own_data(place)
    spoil(file)
    before = file.read_bytes()
    result = quickwin("run", *data)
    assert result.exit_code == 3 and said in result.stderr and one_sentence(result.stderr)
    assert file.read_bytes() == before


def test_a_locked_database_is_one_sentence(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_engine().dispose()
    monkeypatch.setattr("db.engine.open_engine.__kwdefaults__", {"busy_seconds": 0.1})
    with closing(sqlite3.connect(place / "quickwin.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        result = quickwin("run", *own_data(place), "--quiet")
        assert result.exit_code == 3 and "is locked by another process" in result.stderr
        assert one_sentence(result.stderr)


@pytest.mark.parametrize("function", ["begin_run", "finish_run"])
def test_a_database_that_fails_during_the_run_is_one_sentence_and_the_journal_stays(
    place: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    def refuse(*ignored: object) -> None:
        raise problem("no room", "quickwin.db")

    monkeypatch.setattr(f"db.store.{function}", refuse)
    result = quickwin("run", *own_data(place), "--cold", "--quiet")
    assert result.exit_code == 3 and "no room left" in result.stderr and one_sentence(result.stderr)
    if function == "finish_run":
        monkeypatch.undo()
        monkeypatch.chdir(place)
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{place / 'other.db'}")
        [journal] = (place / "home" / "journals").iterdir()
        assert str(journal) in result.stderr
        assert quickwin("import", "--yes", str(journal)).exit_code == 0
        assert stored_runs()["status"].tolist() == ["finished"]


def test_a_home_that_can_not_be_made_is_one_sentence(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "file").touch()
    monkeypatch.setenv("QUICKWIN_HOME", str(place / "file" / "home"))
    result = quickwin("run", *own_data(place), "--cold", "--quiet")
    assert result.exit_code == 3 and "can not be written" in result.stderr and one_sentence(result.stderr)


def test_a_disk_without_room_is_said_before_the_run(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type(shutil.disk_usage("/"))(10**9, 10**9 - 10**6, 10**6)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    result = quickwin("run", *own_data(place), "--cold", "--quiet")
    assert result.exit_code == 3 and "no room on the disk" in result.stderr and "1.0 MB free" in result.stderr


def _mounted(folder: Path) -> bool:
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    return shutil.which("mount") is not None and subprocess.run(words, capture_output=True).returncode == 0


def test_a_disk_that_fills_up_ends_the_run_in_one_sentence_and_keeps_what_was_committed(place: Path) -> None:
    disk = place / "disk"
    if not _mounted(disk):
        pytest.skip("no file system can be mounted here")
    try:
        fill = f"\ndef fill(grid):\n    open({str(disk / 'full')!r}, 'ab').write(bytes(30_000_000))\n"
        own = own_data(place, more_dsl=fill, body="x1 = mirror(I)\n    x2 = fill(I)\n    return x1")
        (place / "solvers.py").write_text(
            "def solve_t0(I):\n    x1 = mirror(I)\n    return x1\n\ndef solve_t2(I):\n    x1 = fill(I)\n    return x1\n"
        )
        result = quickwin("run", *own, "--cold", "--quiet", "--output", str(disk / "out"))
        assert result.exit_code == 3 and "No space left on device" in result.stderr and one_sentence(result.stderr)
        assert stored_runs()["status"].tolist() == ["failed"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _over(pid: int) -> bool:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], PATIENCE_SECONDS)[0])
    finally:
        os.close(descriptor)


def _children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in found.split()]


def _wait_for_tasks(process: subprocess.Popen[str], journals: Path, count: int) -> None:
    """Until the journal has its header and so many tasks; what ends the run before that fails the test."""
    while sum(path.read_bytes().count(b"\n") for path in journals.glob("*.jsonl")) <= count:
        assert process.poll() is None, process.communicate()
        select.select([], [], [], 0.02)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_from_outside_keeps_its_tasks_and_leaves_no_process(
    place: Path, number: signal.Signals
) -> None:
    data = own_data(place, 40, SLOW, "x1 = slow(I)\n    return x1")
    with_database()
    quiet = ["--quiet"] if number in (signal.SIGINT, signal.SIGHUP) else []
    with started("run", *data, "--cold", "--label", "long", *quiet) as process:
        _wait_for_tasks(process, place / "home" / "journals", 3)
        workers = _children(process.pid)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert workers and all(_over(worker) for worker in workers)
    if number == signal.SIGKILL:
        [journal] = (place / "home" / "journals").glob("*.jsonl")
        from profiles.journal import read_journal

        assert read_journal(journal).status == "interrupted"
    else:
        assert process.returncode == 3
        assert "Error: interrupted; the tasks that were done are kept in run 1" in said and "Traceback" not in said
        assert one_sentence(said) or not quiet
    assert quickwin("runs").exit_code == 0
    [row] = stored_runs().to_dict("records")
    assert (row["status"], row["label"]) == ("interrupted", "long")
    assert 2 <= row["tasks"] < 40


def test_a_cluster_that_fails_is_one_sentence_and_leaves_no_empty_run(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from optim.arc.workers.cluster import ClusterSupervisor, RunProblem

    @contextmanager
    def connected(self: ClusterSupervisor, **options: object) -> Iterator[None]:
        yield

    def lost(self: ClusterSupervisor) -> None:
        raise RunProblem("the Dask cluster lost a job of 5 tasks: KilledWorker")

    monkeypatch.setattr(ClusterSupervisor, "workers", connected)
    monkeypatch.setattr(ClusterSupervisor, "found_state", lambda self, *asked: ("cold", None))
    monkeypatch.setattr(ClusterSupervisor, "run", lost)
    result = quickwin("run", *own_data(place), "--scheduler", "tcp://127.0.0.1:1", "--quiet")
    assert result.exit_code == 3
    assert one_sentence(result.stderr) and "KilledWorker" in result.stderr
    assert stored_runs().empty
