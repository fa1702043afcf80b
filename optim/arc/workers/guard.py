"""Time limits on single calls of programs, inside the process that runs them.

A cheap timer for the many: one ticking alarm interrupts a call that is over its limit. What it can not interrupt (a
long C call, a program that swallows exceptions) is found by the supervisor, which reads the ``Heartbeat`` from outside
and kills the process. A call that came back too late is a timeout all the same.
"""

from __future__ import annotations

import contextlib
import mmap
import resource
import signal
import threading
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from types import FrameType


class TimeLimit(BaseException):
    """A call was over its limit. Not an ``Exception``, so that a program's ``except Exception`` does not swallow it."""


class Heartbeat:
    """Four numbers in a file that two processes map: since when a call runs, its candidate, the task, the phase.

    ``started`` is in seconds of the system-wide monotonic clock, 0 while no call runs.
    """

    SLOTS = 4

    def __init__(self, path: Path | None = None) -> None:
        self._map = mmap.mmap(-1, 8 * self.SLOTS) if path is None else self._open(path)
        self.beat = memoryview(self._map).cast("d")

    def _open(self, path: Path) -> mmap.mmap:
        if not path.exists():
            path.write_bytes(bytes(8 * self.SLOTS))
        with path.open("r+b") as file:
            return mmap.mmap(file.fileno(), 8 * self.SLOTS)

    def read(self) -> tuple[float, int, int, int]:
        """``started``, candidate index, task index, phase number."""
        started, candidate, task, phase = self.beat
        return started, int(candidate), int(task), int(phase)

    def close(self) -> None:
        self.beat.release()
        self._map.close()


class Guard:
    """Holds calls to ``limit`` seconds. ``begin`` and ``end`` stand around each call, within ``ticking``."""

    def __init__(self, limit: float, heartbeat: Heartbeat, clock: Callable[[], float] = monotonic) -> None:
        self.limit, self._clock, self._beat = limit, clock, heartbeat.beat
        self._started = 0.0

    def candidate(self, index: int) -> None:
        """Says whose calls follow, so that the supervisor can name the culprit."""
        self._beat[1] = index

    def task(self, index: int) -> None:
        """Says whose candidates follow."""
        self._beat[2] = index

    def phase(self, number: int) -> None:
        """Says which phase of the task follows."""
        self._beat[3] = number

    def begin(self) -> None:
        """A call begins."""
        self._started = self._beat[0] = self._clock()

    def end(self) -> float:
        """The call is over, well or not; gives the seconds that it took.

        More than ``limit`` is a timeout, also when nothing interrupted the call.
        """
        started, self._started = self._started, 0.0
        self._beat[0] = 0.0
        return self._clock() - started

    @contextlib.contextmanager
    def ticking(self) -> Iterator[None]:
        """One alarm for all calls within: it ticks four times a limit and interrupts a call that is over it."""
        with self.interruptible():
            signal.setitimer(signal.ITIMER_REAL, self.limit / 4, self.limit / 4)
            try:
                yield
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """The alarm signal interrupts a call that is over its limit; who sends it is the caller's affair."""
        before = signal.signal(signal.SIGALRM, self._interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGALRM, before)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._started and self._clock() - self._started > self.limit:
            raise TimeLimit


class Watchdog:
    """One thread for one call, within ``Guard.interruptible``: it waits and then interrupts the main thread."""

    def __init__(self, limit: float) -> None:
        self._limit, self._done = limit, threading.Event()
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The call is over; returns when the thread is gone."""
        self._done.set()
        self._thread.join()

    def _wait(self) -> None:
        # The call begins a little after this thread: a little more than the limit, then again in case it was swallowed.
        patience = self._limit * 1.05
        while not self._done.wait(patience):
            interrupt_main(signal.SIGALRM)
            patience = self._limit / 4


def limit_memory(limit_bytes: int) -> None:
    """From now on this process gets a MemoryError instead of more than ``limit_bytes`` of address space.

    Where the system does not have such limits (macOS) nothing happens.
    """
    with contextlib.suppress(ValueError, OverflowError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, resource.getrlimit(resource.RLIMIT_AS)[1]))
