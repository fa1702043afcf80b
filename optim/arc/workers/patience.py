"""How long the supervisor waits for a worker: CPU seconds of its main thread, read from outside, and a backstop.

The worker's own timer ends most calls. What it can not end, and what a program does between calls (an object's
``__del__``), is seen here: the heartbeat has not moved while the thread used so much, or so long a time went by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from optim.arc.workers.guard import BACKSTOP, Heartbeat

#: Seconds between two looks at a worker.
_LOOK_SECONDS = 0.05
#: CPU seconds that a worker may take between two beats when no call is at work: saving, inlining, collecting.
_BETWEEN_SECONDS = 20.0
#: A task as a whole may take so many limits of a call, and no less than so many CPU seconds.
_TASK_LIMITS, _TASK_SECONDS = 60, 600.0


def thread_seconds(pid: int) -> float | None:
    """CPU seconds of a process's main thread; None where the system (not Linux) or the process does not tell."""
    try:
        return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return None


@dataclass(frozen=True)
class Overdue:
    """A worker that must be killed. ``kind``: ``call``, ``backstop``, ``between`` or ``task``; ``reason``: a clause."""

    kind: str
    reason: str


class Patience:
    """Looks at one worker again and again."""

    def __init__(
        self,
        limit: float,
        heartbeat: Heartbeat,
        cpu_clock: Callable[[], float | None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._limit, self._heartbeat, self._cpu_clock, self._clock = limit, heartbeat, cpu_clock, clock
        self._beat: tuple[float, int, int, int] | None = None
        self._task: int | None = None
        self._since = self._cpu_since = self._task_cpu_since = 0.0
        self._next = 0.0

    def overdue(self, task: int | None) -> Overdue | None:
        """What the worker has outstayed, if anything; ``task`` is what it has to do, None when it may idle."""
        now = self._clock()
        if now < self._next:
            return None
        self._next = now + _LOOK_SECONDS
        beat, cpu = self._heartbeat.read(), self._cpu_clock() or 0.0
        if task != self._task:
            self._task, self._task_cpu_since = task, cpu
        if task is None or beat != self._beat:
            self._beat, self._since, self._cpu_since = beat, now, cpu
        if task is None:
            return None
        return self._judge(now - self._since, cpu - self._cpu_since, cpu - self._task_cpu_since, bool(beat[0]))

    def _judge(self, seconds: float, used: float, task_used: float, in_call: bool) -> Overdue | None:
        # The worker's own timer interrupts within a tick of the limit; what lives longer can not be interrupted.
        patience = 2 * self._limit + 0.25 if in_call else max(2 * self._limit, _BETWEEN_SECONDS)
        if used > patience:
            what = f"the {self._limit:g} CPU s of a call" if in_call else f"{patience:g} CPU s between two calls"
            return Overdue("call" if in_call else "between", f"did not come back within {what} and was killed")
        if seconds > BACKSTOP * patience:
            return Overdue(
                "backstop", f"did not come back within {BACKSTOP * patience:g} s of wall-clock and was killed"
            )
        whole = max(_TASK_LIMITS * self._limit, _TASK_SECONDS)
        if task_used > whole:
            return Overdue("task", f"took more than {whole:g} CPU s as a whole, and its worker was killed")
        return None
