"""Real processes for tests: a project whose command takes its time, and what of it is still alive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.cli.place import started

#: It writes its answer, starts what it is told to start, and sleeps for its parameter's seconds.
SCRIPT = """\
import os, pathlib, subprocess, sys, time
seconds, starts = float(sys.argv[1]), sys.argv[2]
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
if "group" in starts:
    subprocess.Popen(sleep)
if "session" in starts:
    subprocess.Popen(sleep, start_new_session=True)
if "orphan" in starts:
    subprocess.Popen(["/bin/sh", "-c", '"$@" & exit', "sh", *sleep], start_new_session=True).wait()
pathlib.Path(".cache").mkdir(exist_ok=True)
pathlib.Path("answer.txt").write_text("42")
time.sleep(seconds / (2 if "--quick" in sys.argv else 1))
"""
PROJECT = """\
[project]
name = "sleeper"
[pipeline]
command = "{program} work.py {{seconds}} {{starts}}"
parameters = {{ seconds = {seconds}, starts = "{starts}" }}
answers = {{ files = ["answer.txt"] }}
caches = {{ paths = [".cache"] }}
[[win]]
name = "quick"
on = {{ args = ["--quick"] }}
"""
#: Generous: the machine may be busy.
PATIENCE_SECONDS = 60.0


def sleeper(folder: Path, seconds: float = 0.2, starts: str = "nothing") -> Path:
    """A project whose command sleeps so long; ``starts``: what it leaves (``group``, ``session``, ``orphan``)."""
    (folder / "work.py").write_text(SCRIPT)
    (folder / "quickwin.toml").write_text(PROJECT.format(program=sys.executable, seconds=seconds, starts=starts))
    return folder


def measuring(*words: str) -> subprocess.Popen[str]:
    """``measure`` in a process of its own."""
    return started("measure", *words)


def until(true: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Waits until something is so; fails the test when it does not come to be.

    Where it takes long to look, as at all processes or into a database, who is waited for has the machine meanwhile.
    """
    end = time.monotonic() + seconds
    while True:
        looked = time.thread_time()
        if true():
            return
        assert time.monotonic() < end, f"waited {seconds:g} s in vain until {what}"
        time.sleep(max(0.02, 4 * (time.thread_time() - looked)))


def until_spent(process: subprocess.Popen[str], seconds: float, done: Path) -> None:
    """Until a command has taken so many CPU seconds, however slow the machine is, or its file is there, or it ended."""

    def spent() -> float:
        user, system = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    until(lambda: process.poll() is not None or done.exists() or spent() >= seconds, "the command has come so far")


def alive(place: Path) -> list[int]:
    """The processes, other than this one, that were started for a test in this folder: by folder or environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            at, environ = os.readlink(folder / "cwd"), (folder / "environ").read_bytes()
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        belongs = Path(at).is_relative_to(place) or os.fsencode(f"={place}") in environ
        if belongs and int(folder.name) != os.getpid() and state not in "ZX":
            found.append(int(folder.name))
    return found


def end(process: subprocess.Popen[str], place: Path) -> None:
    """Whatever is left of a test ends with it."""
    for pid in [*alive(place), process.pid]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.communicate(timeout=PATIENCE_SECONDS)
