"""kill -9 of a command takes all that it started with it, and the next command finds nothing in its way."""

from __future__ import annotations

import math
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from db import queries
from db.engine import open_engine
from tests.at_work import PATIENCE_SECONDS, alive, end, sleeper, until, until_spent
from tests.cli.place import own_data, quickwin, started, with_database
from tests.cli.test_run import SLOW
from tests.cli.test_serve import free_port, healthy
from tests.worked_example import THIRD
from views.actions import measuring as actions

#: When a measurement is killed: after so many CPU seconds of its start, or so many seconds after its first run began.
STARTING, AT_WORK = (0.1, 0.35, 0.6), (0.0, 0.15, 0.4, 0.9)


def attempts() -> int:
    engine = open_engine()
    try:
        return len(queries.attempts(engine, 1)) if len(queries.measurements(engine)) else 0
    finally:
        engine.dispose()


def killed(process: subprocess.Popen[str], place: Path) -> None:
    """Kills the process alone; fails where anything of it goes on."""
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=PATIENCE_SECONDS)
    until(lambda: not alive(place), "all that it started is gone")


def test_killing_measure_takes_the_command_and_all_that_it_started(place: Path) -> None:
    sleeper(place, seconds=30, starts="group,session,orphan")
    with_database()
    process = started("measure", "none", "quick")
    try:
        # measure, the launcher, the command, and the three that the command started
        until(lambda: len(alive(place)) >= 6 and (place / "answer.txt").exists(), "the command is at work")
        killed(process, place)
    finally:
        end(process, place)


def test_killing_measure_at_any_moment_leaves_no_process_and_a_cache_that_comes_back(place: Path) -> None:
    sleeper(place, seconds=0.1, starts="session")
    (place / ".cache").mkdir()
    (place / ".cache" / "mine").write_text("kept")
    for spent, later in (*((seconds, 0.0) for seconds in STARTING), *((math.inf, seconds) for seconds in AT_WORK)):
        (place / "answer.txt").unlink(missing_ok=True)
        process = started("measure", "none", "quick")
        try:
            until_spent(process, spent, place / "answer.txt")
            time.sleep(later)
            killed(process, place)
        finally:
            end(process, place)
        assert quickwin("runs").exit_code == 0
        assert (place / ".cache" / "mine").read_text() == "kept"


@pytest.mark.parametrize(
    ("words", "processes"),
    [(("measure", "none", THIRD), 2), (("measure", "none", THIRD), 3), (("measure", "none", THIRD), 4),
     (("attribute", "--wins", THIRD), 4)],
)  # fmt: skip
def test_killing_a_measurement_of_the_built_in_pipeline_takes_its_run_and_its_workers(
    place: Path, words: tuple[str, ...], processes: int
) -> None:
    # What is left over would not end by itself as long as it is waited for.
    data = own_data(place, 40, SLOW.replace("0.05", "5.0"), "x1 = slow(I)\n    return x1")
    with_database()
    process = started(*words, *data, "--workers", "2")
    try:
        until(lambda: len(alive(place)) >= processes, "its run, and then its workers, are there")
        killed(process, place)
    finally:
        end(process, place)


def test_a_measurement_that_the_app_started_takes_its_run_too(place: Path) -> None:
    sleeper(place, seconds=30, starts="session")
    with_database()
    pid, _ = actions.start(["measure", "none", "quick"])
    process = actions.STARTED[pid]
    try:
        until(lambda: len(alive(place)) >= 4 and (place / "answer.txt").exists(), "the command is at work")
        os.kill(pid, signal.SIGKILL)
        process.wait(PATIENCE_SECONDS)
        until(lambda: not alive(place), "all that it started is gone")
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
    with_database()
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
