"""A worker ends with the process that started it, also while it answers nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

_WORKER = (
    "import time; from optim.arc.workers.worker import _die_with_parent; _die_with_parent(); "
    "print('up', flush=True); time.sleep(120)"
)
_PARENT = (
    "import subprocess, sys; "
    f"p = subprocess.Popen([sys.executable, '-c', {_WORKER!r}], stdout=subprocess.PIPE); "
    "p.stdout.readline(); print(p.pid, flush=True); p.wait()"
)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_worker_that_does_not_answer_ends_when_its_parent_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _alive(pid)
        parent.kill()
    end = time.monotonic() + 20
    while _alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _alive(pid)
