"""What is left of a run is found also at the moment at which it executes a program."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from profiles.system import HAS_PROCESS_GROUPS, kill_marked, marked
from tests.at_work import until

pytestmark = pytest.mark.skipif(not HAS_PROCESS_GROUPS or not Path("/proc/self").exists(), reason="needs /proc")


def started(mark: str) -> int:
    """A process in a session of its own, which may have come no further than to execute its program."""
    return os.posix_spawn("/bin/sleep", ["sleep", "60"], {**os.environ, "QUICKWIN_RUN": mark}, setsid=True)


def test_processes_are_ended_that_have_only_just_been_started() -> None:
    left = []
    for number in range(100):
        pids = [started(f"{os.getpid()}-{number}") for _ in range(2)]
        kill_marked(f"QUICKWIN_RUN={os.getpid()}-{number}")
        for pid in pids:
            try:
                until(lambda: os.waitpid(pid, os.WNOHANG)[0], "it is ended", 2)  # noqa: B023
            except AssertionError:
                left.append(pid)
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
    assert left == []


def test_only_those_with_the_mark_are_found() -> None:
    pid = started("this one")
    try:
        until(lambda: pid in marked("QUICKWIN_RUN=this one")[0], "it is found")
        assert kill_marked("QUICKWIN_RUN=another one") == 0 and pid in marked("QUICKWIN_RUN=this one")[0]
        assert marked("QUICKWIN_RUN=this one", newer_than=pid)[0] == []
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
