"""The memory of a process and all that it started, sampled; what that costs is kept below 2% of a core."""

from __future__ import annotations

import time

import psutil

_FIRST_SECONDS, _LONGEST_SECONDS = 0.02, 2.0
#: The pause between two samples is so many times what a sample costs.
_PAUSE_FACTOR = 50


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
        self.peak_bytes = max(self.peak_bytes, sum(_resident(process) for process in tree(self._pid)))
        cost = time.monotonic() - start
        self._next = start + min(_LONGEST_SECONDS, max(0.05, _PAUSE_FACTOR * cost))


def tree(pid: int) -> list[psutil.Process]:
    """The process and everything below it that is alive."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0
