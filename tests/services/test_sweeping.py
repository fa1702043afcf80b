"""What really killed processes left is gone after the next start, and nothing else is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from db import queries, store
from db.engine import open_engine
from profiles.owned import owned_in
from profiles.processes import owner_of
from profiles.recorder import Recorder
from services import sweeping
from services.scratch import MEMORY, PREFIX
from tests.at_work import alive, end, sleeper, until
from tests.cli.place import own_data, quickwin, started
from tests.cli.test_run import SLOW


@pytest.fixture
def own_temporary(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files of the test's own, for its processes too."""
    folder = place / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def kill(process: subprocess.Popen[str], place: Path) -> int:
    process.send_signal(signal.SIGKILL)
    end(process, place)
    until(lambda: not alive(place), "all of it is gone")
    return process.pid


def of(pid: int, *places: Path) -> list[Path]:
    """What the process has or left in these folders."""
    return [one.path for place in places for one in owned_in(place) if one.pid == pid]


def git(*words: str) -> None:
    config = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    subprocess.run(["git", *config, *words], check=True, capture_output=True)


def test_what_a_killed_run_left_is_gone_after_the_next_and_its_tasks_are_stored(
    place: Path, own_temporary: Path
) -> None:
    data, home = own_data(place, 40, SLOW, "x1 = slow(I)\n    return x1"), place / "home"
    process = started("run", *data, "--cold")
    journals = home / "journals"
    until(lambda: sum(path.read_bytes().count(b"\n") for path in journals.glob("*.jsonl")) > 4, "tasks are done")
    pid = kill(process, place)
    left = of(pid, home, journals, own_temporary)
    assert {path.name.partition("-")[0] for path in left} >= {"caches", "quickwin"} and len(left) >= 3
    tasks = next(journals.glob("*.jsonl")).read_bytes().count(b'"task"')
    assert quickwin("run", *own_data(place, 1), "--cold", "--quiet").exit_code == 0
    assert of(pid, home, journals, own_temporary) == [] and not any(path.exists() for path in left)
    assert not list(home.glob("caches-*")) and not list(journals.iterdir()) and not list(own_temporary.iterdir())
    engine = open_engine()
    killed = queries.run(engine, 1)
    engine.dispose()
    assert killed.status == "interrupted" and len(killed.tasks) >= min(tasks, 4)


def test_what_a_killed_measurement_left_is_gone_after_the_next_and_the_user_s_cache_is_back(
    place: Path, own_temporary: Path
) -> None:
    sleeper(place, seconds=0.2)
    (place / ".cache").mkdir()
    (place / ".cache" / "mine").write_text("kept")
    git("init", "-q")
    git("add", "work.py", "quickwin.toml")
    git("commit", "-qm", "one")
    git("branch", "topic")
    pids = []
    for words in (["none", "quick"], ["--ref", "main", "--ref", "topic"]):
        git("branch", "-f", "main-copy")
        words = [word if word != "main" else "main-copy" for word in words]
        process = started("measure", *words, "--blocks", "6")
        engine = open_engine()
        number = len(pids) + 1
        until(lambda: len(queries.measurements(engine)) >= number and len(queries.attempts(engine, number)), "a run")  # noqa: B023
        engine.dispose()
        pids.append(kill(process, place))
        assert any(path.name.startswith("measure-") for path in of(pids[-1], place / "home"))
    assert (place / ".quickwin" / "trees").is_dir()
    result = quickwin("run", "--cold", "--quiet")
    assert result.exit_code == 0, result.output
    assert (place / ".cache" / "mine").read_text() == "kept"
    assert not list((place / "home").glob("measure-*")) and not (place / ".quickwin" / "trees").exists()
    assert all(of(pid, place / "home", own_temporary, MEMORY) == [] for pid in pids)
    trees = subprocess.run(["git", "worktree", "list"], capture_output=True, text=True, check=True).stdout
    assert len(trees.splitlines()) == 1


def test_what_a_living_measurement_uses_stays_and_the_next_one_says_what_it_removed(
    place: Path, own_temporary: Path
) -> None:
    sleeper(place, seconds=30)
    process = started("measure", "none", "quick")
    try:
        until(lambda: (place / "answer.txt").exists(), "it is at work")
        engine = open_engine()
        said: list[str] = []
        sweeping.sweep(engine, said.append)
        engine.dispose()
        kept = of(process.pid, place / "home", MEMORY, own_temporary)
        assert said == [] and len(kept) >= 2 and all(path.is_dir() for path in kept)
        assert any(path.name.startswith(PREFIX) for path in kept)
    finally:
        end(process, place)
    until(lambda: not alive(place), "all of it is gone")
    engine = open_engine()
    sweeping.sweep(engine, said.append)
    engine.dispose()
    assert said[0].startswith("removed what killed runs left: ") and not any(path.exists() for path in kept)


def test_a_journal_is_removed_only_when_all_of_it_is_in_the_database(place: Path) -> None:
    journals = place / "home" / "journals"
    journals.mkdir(parents=True)
    whole, more, unknown = (journals / f"{name}.jsonl" for name in ("whole", "more", "unknown"))
    records = {}
    for path in (whole, more, unknown):
        recorder = Recorder(journal=path, name=path.stem, key=path.stem)
        for number in range(2):
            with recorder.task(f"t{number}"):
                pass
        recorder.finish()
        records[path] = sweeping.read_journal(path)
    engine = open_engine()
    store.store_run(engine, records[whole])
    store.store_run(engine, records[more].replace(tasks=records[more].tasks[:1], status="interrupted"))
    assert sweeping.sweep(engine).journals == 1
    assert not whole.exists() and more.exists() and unknown.exists(), "no process that is gone owns them"
    engine.dispose()


def test_a_run_that_is_deleted_does_not_come_back_by_its_journal(place: Path) -> None:
    path = place / "home" / "journals" / "one.jsonl"
    path.parent.mkdir(parents=True)
    recorder = Recorder(journal=path, name="one", key="one")
    with recorder.task("t"):
        pass
    recorder.finish()
    dead = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    os.symlink(f"{dead.pid}|{owner_of(dead.pid)}", f"{path}.owner")
    dead.communicate(b"\n")
    engine = open_engine()
    run_id, _ = store.store_run(engine, sweeping.read_journal(path))
    store.delete_runs(engine, [run_id])
    assert sweeping.sweep(engine).journals == 1
    found = queries.run_of_key(engine, "one")
    engine.dispose()
    assert found is not None and (found.id, found.deleted) == (run_id, True)


def test_what_lies_on_another_machine_s_account_stays(place: Path) -> None:
    (place / "home" / "unknown").mkdir(parents=True)
    os.symlink("1|another|boot|namespace|1", place / "home" / "unknown.owner")
    engine = open_engine()
    sweeping.sweep(engine)
    engine.dispose()
    assert (place / "home" / "unknown").is_dir()
