"""The memory of a process and all that it started, sampled; what that costs is kept below 2% of a core."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_FIRST_SECONDS, _LONGEST_SECONDS = 0.02, 2.0
#: The pause between two samples is so many times what a sample costs.
_PAUSE_FACTOR = 50
_PROC = Path("/proc")


class MemorySampler:
    """Peak resident bytes, summed over the tree below ``pid``."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._next = time.monotonic() + _FIRST_SECONDS
        self.peak_bytes = 0

    def due_in(self) -> float:
        """Seconds until the next sample."""
        return max(0.0, self._next - time.monotonic())

    def sample(self) -> None:
        """Looks, if it is time."""
        start = time.monotonic()
        if start < self._next:
            return
        self.peak_bytes = max(self.peak_bytes, sum(map(_resident, tree(self._pid))))
        cost = time.monotonic() - start
        self._next = start + min(_LONGEST_SECONDS, max(0.05, _PAUSE_FACTOR * cost))


def tree(pid: int) -> list[int]:
    """The process and everything below it that is alive, by their ids."""
    if not _PROC.is_dir():
        return _tree_elsewhere(pid)
    if not os.path.exists(f"/proc/{pid}"):
        return []
    children, below = _children(), [pid]
    for process_id in below:  # grows while it is walked
        below += children(process_id)
    return below


def _children() -> Callable[[int], Sequence[int]]:
    """Tells the children of a process: asked of the process itself where the kernel can, else looked up among all."""
    if os.path.exists(f"/proc/self/task/{os.getpid()}/children"):
        return _told
    by_parent: dict[int, list[int]] = {}
    for name in os.listdir(_PROC):
        if name.isdigit() and (parent := _parent(name)) is not None:
            by_parent.setdefault(parent, []).append(int(name))
    return lambda pid: by_parent.get(pid, ())


def _told(pid: int) -> list[int]:
    """The children of all threads of a process."""
    try:
        texts = [_text(f"/proc/{pid}/task/{thread}/children") for thread in os.listdir(f"/proc/{pid}/task")]
    except OSError:
        return []
    return [int(word) for text in texts for word in text.split()]


def _text(path: str) -> bytes:
    """A small file of /proc; empty where it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 1 << 16)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _parent(name: str) -> int | None:
    stat = _text(f"/proc/{name}/stat")
    return int(stat[stat.rindex(b")") :].split()[2]) if b")" in stat else None


def _resident(pid: int) -> int:
    if not _PROC.is_dir():
        return _resident_elsewhere(pid)
    try:
        return int((_PROC / str(pid) / "statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _tree_elsewhere(pid: int) -> list[int]:
    import psutil  # where there is no /proc; a bundle on Linux needs the standard library only

    try:
        return [pid, *(process.pid for process in psutil.Process(pid).children(recursive=True))]
    except psutil.Error:
        return []


def _resident_elsewhere(pid: int) -> int:
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
