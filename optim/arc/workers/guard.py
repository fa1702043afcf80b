"""Limits on single calls of programs, inside the process that runs them: CPU seconds of the call's own thread.

CPU seconds, so that the load of the machine changes no answer; a wall-clock backstop many times as long holds what
sleeps or waits. A cheap timer for the many: one ticking alarm reads the thread's clock and interrupts a call that is
over its limit. What it can not interrupt (a long C call, a program that swallows exceptions) is found by the
supervisor, which reads the ``Heartbeat`` and the thread's clock from outside, and kills the process. A call that came
back too late is a timeout all the same.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import signal
import threading
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, thread_time
from types import FrameType

from optim.arc.workers.memory import Memory
from profiles.system import naming

#: Wall-clock seconds that a call may take for each CPU second of its limit: so slow no machine under load is.
BACKSTOP = 30
#: Wall-clock seconds between two looks at the clock, at most.
_TICK_SECONDS = 0.1
#: Wall-clock seconds after which the memory of the next call is set anew: a call that takes much takes longer.
_RENEW_SECONDS = 0.05


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
            with naming(path):
                path.write_bytes(bytes(8 * self.SLOTS))
        with path.open("r+b") as file:
            return mmap.mmap(file.fileno(), 8 * self.SLOTS)

    def read(self) -> tuple[float, int, int, int]:
        """``started``, candidate index, task index, phase number; -1 for what is no number any more."""
        started, *numbers = self.beat
        candidate, task, phase = (int(number) if 0 <= number < 1e9 else -1 for number in numbers)
        return started, candidate, task, phase

    def close(self) -> None:
        self.beat.release()
        self._map.close()


class Guard:
    """Holds calls to ``limit`` CPU seconds. ``begin`` and ``end`` stand around each call, within ``ticking``.

    The thread's clock costs a system call, so that not every call reads it: between two looks CPU seconds grow by no
    more than wall-clock does, and that bounds what the thread had used when a call began. A call is never charged for
    more than it used, and for less by what the machine took away within a tick at most.

    ``over`` says of the call that ended last whether it was over its ``limit`` or hit the ``backstop``; ``close_calls``
    are those that took between half of the limit and all of it, as (task, candidate, CPU seconds); ``out_of_memory``
    names the calls that ran out of memory, as (phase, candidate, whether they found less than they may take).

    ``memory``, where there is one, is set anew between calls.
    """

    def __init__(
        self,
        limit: float,
        heartbeat: Heartbeat,
        clock: Callable[[], float] = monotonic,
        cpu_clock: Callable[[], float] = thread_time,
        memory: Memory | None = None,
    ) -> None:
        self.limit, self.backstop = limit, limit * BACKSTOP
        self.over: str | None = None
        self.close_calls: list[tuple[int, int, float]] = []
        self.out_of_memory: set[tuple[int, int, bool]] = set()
        self._memory, self._renew_at, self._grown = memory, math.inf if memory is None else 0.0, False
        self._clock, self._cpu_clock, self._beat = clock, cpu_clock, heartbeat.beat
        self._half = limit / 2
        self._started = self._seen = self._cpu_before = 0.0
        self.look()

    @property
    def in_call(self) -> bool:
        """Whether a call is at work."""
        return self._started != 0.0

    def candidate(self, index: int) -> None:
        """Says whose calls follow, so that the supervisor can name the culprit."""
        self._beat[1] = index

    def ran_out(self) -> None:
        """The call at work ran out of memory."""
        self.out_of_memory.add(
            (int(self._beat[3]), int(self._beat[1]), self._memory is not None and self._memory.short)
        )
        if self._memory is not None:
            self._renew_at = 0.0

    def _renew(self) -> None:
        """When the next call begins: what the last one gave has gone by then."""
        assert self._memory is not None
        self._memory.renew()
        self._grown, self._renew_at = False, self._clock() + _RENEW_SECONDS

    def allow(self, part: float) -> None:
        """The calls that follow may take this part of a call's memory."""
        if self._memory is not None:
            self._memory.allow(part)

    def task(self, index: int) -> None:
        """Says whose candidates follow."""
        self._beat[2] = index

    def phase(self, number: int) -> None:
        """Says which phase of the task follows."""
        self._beat[3] = number

    def look(self) -> None:
        """Reads both clocks: what a later call had used before it began is told from here."""
        self._looked, self._looked_cpu = self._clock(), self._cpu_clock()

    def begin(self) -> None:
        """A call begins."""
        if self._grown:
            self._renew()
        self._started = self._beat[0] = self._clock()

    def passed(self) -> float:
        """Seconds of wall-clock since the call began that is at work."""
        return self._clock() - self._started

    def end(self) -> float:
        """The call is over, well or not; gives the seconds that it took, and sets ``over``.

        Of a call of less than half of the limit by wall-clock it is wall-clock, else CPU seconds.
        """
        started, self._started = self._started, 0.0
        self._beat[0] = 0.0
        now = self._clock()
        self._grown = now > self._renew_at
        seconds = now - started
        if seconds < self._half:
            self.over = None
            return seconds
        return self._end_long(started, seconds)

    def _end_long(self, started: float, seconds: float) -> float:
        used = self._used(started)
        self.over = "limit" if used > self.limit else "backstop" if seconds > self.backstop else None
        if self._half <= used <= self.limit:
            self.close_calls.append((int(self._beat[2]), int(self._beat[1]), used))
        return used

    def _used(self, started: float) -> float:
        """CPU seconds, at the least, of the call that began then."""
        used = self._cpu_clock()
        if self._seen != started:
            self._seen = started
            self._cpu_before = min(used, self._looked_cpu + max(started - self._looked, 0.0))
            self._looked, self._looked_cpu = self._clock(), used
        return used - self._cpu_before

    @contextlib.contextmanager
    def ticking(self) -> Iterator[None]:
        """One alarm for all calls within: it ticks four times a limit or more and interrupts a call that is over it."""
        tick = min(self.limit / 4, _TICK_SECONDS)
        with self.interruptible():
            signal.setitimer(signal.ITIMER_REAL, tick, tick)
            try:
                yield
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """The alarm signal interrupts a call that is over its limit; who sends it is the caller's affair."""
        before = signal.signal(signal.SIGALRM, self._interrupt)
        self.look()
        try:
            yield
        finally:
            signal.signal(signal.SIGALRM, before)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if not self._started:
            self.look()
        elif self._used(self._started) > self.limit or self._clock() - self._started > self.backstop:
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
        # A call uses no more CPU seconds than wall-clock. Then again: it was swallowed, or the call has more time.
        patience = self._limit * 1.05
        while not self._done.wait(patience):
            interrupt_main(signal.SIGALRM)
            patience = self._limit / 4
