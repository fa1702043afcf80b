"""kill -9 of a command takes all that it started with it, and the next command finds nothing in its way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from db import queries
from db.engine import open_engine
from tests.at_work import alive, end, sleeper, until
from tests.cli.place import own_data, quickwin, started
from tests.cli.test_run import SLOW
from tests.cli.test_serve import free_port, healthy
from tests.worked_example import THIRD
from views.actions import measuring as actions

#: How often each is killed, at another moment each time.
TIMES = 12


def attempts() -> int:
    engine = open_engine()
    try:
        return len(queries.attempts(engine, 1)) if len(queries.measurements(engine)) else 0
    finally:
        engine.dispose()


def killed(process: subprocess.Popen[str], place: Path) -> None:
    """Kills the process alone; fails where anything of it goes on."""
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    until(lambda: not alive(place), "all that it started is gone", 20)


@pytest.mark.parametrize("starts", ["group", "session", "orphan"])
def test_killing_measure_takes_the_command_and_all_that_it_started(place: Path, starts: str) -> None:
    sleeper(place, seconds=30, starts=starts)
    process = started("measure", "none", "quick")
    try:
        # measure, the launcher, the command, and what the command started
        until(lambda: len(alive(place)) >= 4 and (place / "answer.txt").exists(), "the command is at work")
        killed(process, place)
    finally:
        end(process, place)


def test_killing_measure_at_any_moment_leaves_no_process_and_a_cache_that_comes_back(place: Path) -> None:
    sleeper(place, seconds=0.1, starts="session")
    (place / ".cache").mkdir()
    (place / ".cache" / "mine").write_text("kept")
    chance = random.Random(14)
    for _ in range(TIMES):
        process = started("measure", "none", "quick")
        try:
            time.sleep(chance.uniform(0.2, 2.5))
            killed(process, place)
        finally:
            end(process, place)
        assert quickwin("runs").exit_code == 0
        assert (place / ".cache" / "mine").read_text() == "kept"


@pytest.mark.parametrize("command", ["measure", "attribute"])
def test_killing_a_measurement_of_the_built_in_pipeline_takes_its_run_and_its_workers(
    place: Path, command: str
) -> None:
    data = own_data(place, 40, SLOW, "x1 = slow(I)\n    return x1")
    words = ["none", THIRD] if command == "measure" else ["--wins", THIRD]
    for processes in (2, 3, 4):
        process = started(command, *words, *data, "--workers", "2")
        try:
            until(lambda: len(alive(place)) >= processes, "its run, and then its workers, are there")  # noqa: B023
            killed(process, place)
        finally:
            end(process, place)


def test_a_measurement_that_the_app_started_takes_its_run_too(place: Path) -> None:
    sleeper(place, seconds=30, starts="session")
    pid, _ = actions.start(["measure", "none", "quick"])
    process = actions.STARTED[pid]
    try:
        until(lambda: len(alive(place)) >= 4 and (place / "answer.txt").exists(), "the command is at work")
        os.kill(pid, signal.SIGKILL)
        process.wait(20)
        until(lambda: not alive(place), "all that it started is gone", 20)
    finally:
        for left in alive(place):
            os.kill(left, signal.SIGKILL)


def test_killing_serve_takes_its_server(place: Path) -> None:
    port = free_port()
    process = started("serve", "--port", str(port), "--no-browser")
    try:
        assert healthy(process, port)
        killed(process, place)
    finally:
        end(process, place)


def test_killing_serve_while_it_starts_takes_its_server(place: Path) -> None:
    chance = random.Random(9)
    for _ in range(3):
        process = started("serve", "--port", str(free_port()), "--no-browser")
        try:
            time.sleep(chance.uniform(0.5, 3.0))
            killed(process, place)
        finally:
            end(process, place)


def test_a_reset_that_is_at_work_is_taken_too_and_what_it_left_running_by_itself_stays(place: Path) -> None:
    sleeper(place, seconds=0.05)
    file = place / "quickwin.toml"
    slow = 'paths = [".cache"], reset = ["sleep 300"]'
    file.write_text(file.read_text().replace('paths = [".cache"]', slow))
    process = started("measure", "none", "quick")
    try:
        until(lambda: any(_is(pid, b"sleep") for pid in alive(place)), "the reset is at work")
        killed(process, place)
    finally:
        end(process, place)
    leaving = 'paths = [".cache"], reset = ["sh -c \'sleep 300 >/dev/null 2>&1 &\'"]'
    file.write_text(file.read_text().replace(slow, leaving))
    try:
        assert quickwin("run", "--quiet", "--cold").exit_code == 0
        assert any(_is(pid, b"sleep") for pid in alive(place))
    finally:
        for left in alive(place):
            os.kill(left, signal.SIGKILL)


def _is(pid: int, name: bytes) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_bytes().strip() == name
    except OSError:
        return False
