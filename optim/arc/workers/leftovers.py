"""Processes that a worker's programs left behind, also those that left its process group and its session.

They inherit the worker's environment, and with it a mark that nobody else has.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

#: The name of the mark in the environment.
MARK = "QUICKWIN_WORKER_MARK"
#: A process may start another while it is looked for.
_ROUNDS = 5


def kill_marked(mark: str) -> int:
    """Ends all processes that carry the mark, and gives how many there were; none where there is no /proc."""
    killed = 0
    for _ in range(_ROUNDS):
        pids = _marked(f"{MARK}={mark}".encode())
        for pid in pids:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        killed += len(pids)
        if not pids:
            break
    return killed


def _marked(mark: bytes) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found
