"""A worker ends with the process that started it, also while it answers nothing and is in no Python code."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

#: Runs the program in the folder that is given: one call that stays in C for hours, with a limit as long.
_RUN = """
import sys
from pathlib import Path
from tests.optim.arc.workers.test_limits import run, settings_for
run(settings_for(Path(sys.argv[1]), "ccall", limit_seconds=600.0))
"""
_ROOT = Path(__file__).resolve().parents[4]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _busy_child(parent: int) -> int | None:
    """The child of a process that computes, and is in a call by now."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and int(fields[11]) > 50:  # in user mode for half a second
            return int(stat.parent.name)
    return None


def _wait_for(found: Callable[[], Any], seconds: float = 60.0) -> Any:
    end = time.monotonic() + seconds
    while not found() and time.monotonic() < end:
        time.sleep(0.05)
    return found()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_worker_that_does_not_answer_ends_when_the_process_of_its_run_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _RUN, str(tmp_path)]
    with subprocess.Popen(command, cwd=_ROOT, env={**os.environ, "PYTHONPATH": str(_ROOT)}) as parent:
        try:
            pid = _wait_for(lambda: _busy_child(parent.pid))
            time.sleep(1.5)  # the worker's start is over, its call is not
            assert pid is not None and _alive(pid)
        finally:
            parent.kill()
    assert _wait_for(lambda: not _alive(pid), 10)
