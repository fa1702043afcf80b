"""How long a run will still take: from what its tasks took in an earlier run, and from how large they are.

A task of which nothing is known takes what one of its size would, by a power law through the others; it is scaled so
that those together come out right, as a mean over a few very long tasks says more than most of them do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

#: Finished tasks and seconds after which a run of which nothing was known says how long it will take.
FIRST_TASKS, FIRST_SECONDS = 10, 1.0
#: From so many finished tasks on it is told how much slower or faster they are than in the earlier run.
_PACE_TASKS = 10
_LEAST_SECONDS = 1e-5
#: Powers of the size that time can follow.
_FLATTEST, _STEEPEST = 0.5, 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """What is known from before: seconds by task id, and of which run or runs, in words."""

    source: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)


class Outlook:
    """The seconds that are left of a run whose tasks have these ids and sizes (cells)."""

    def __init__(
        self,
        sizes: Sequence[tuple[str, int]],
        workers: int = 1,
        earlier: Earlier = Earlier(),
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._sizes, self._workers, self._earlier, self._clock = sizes, max(workers, 1), earlier, clock
        self._known = {
            index: earlier.seconds[task_id] for index, (task_id, _) in enumerate(sizes) if task_id in earlier.seconds
        }
        self._done: dict[int, float] = {}
        self._start = self._last = clock()

    def take(self, index: int, seconds: float | None) -> None:
        """A task is done."""
        self._done[index] = seconds or 0.0
        self._last = self._clock()

    @property
    def basis(self) -> str:
        """From what it is told, in words."""
        if self._known:
            return self._earlier.source
        return f"by its first {len(self._done)} tasks"

    def left_seconds(self) -> float | None:
        """Seconds from now to the end, about; None where nothing is known yet."""
        done = dict(self._done)  # who asks may be another thread than who takes tasks in
        left = [index for index in range(len(self._sizes)) if index not in done]
        if not left:
            return 0.0
        if not self._known and (len(done) < FIRST_TASKS or self._clock() - self._start < FIRST_SECONDS):
            return None
        law = power_law([(self._sizes[index][1], seconds) for index, seconds in (self._known | done).items()])
        expected = [self._known[index] if index in self._known else law(self._sizes[index][1]) for index in left]
        whole = self._pace(done) * max(sum(expected) / self._workers, max(expected))
        return max(whole - (self._clock() - self._last), 0.0)

    def _pace(self, done: Mapping[int, float]) -> float:
        """How much longer the tasks take than they did in the earlier run."""
        both = [(seconds, self._known[index]) for index, seconds in done.items() if index in self._known]
        now, before = sum(pair[0] for pair in both), sum(pair[1] for pair in both)
        return now / before if len(both) >= _PACE_TASKS and now > 0 and before > 0 else 1.0


def power_law(points: Sequence[tuple[int, float]]) -> Callable[[int], float]:
    """Seconds by size: least squares over the logarithms, then scaled to the points' sum.

    Args:
        points: (size, seconds) of tasks, at least one.
    """
    logs = [(math.log(max(size, 1)), math.log(max(seconds, _LEAST_SECONDS))) for size, seconds in points]
    x, y = (sum(pair[at] for pair in logs) / len(logs) for at in (0, 1))
    spread = sum((log - x) ** 2 for log, _ in logs)
    slope = sum((log - x) * (two - y) for log, two in logs) / spread if spread > 0 else 1.0
    power = min(max(slope, _FLATTEST), _STEEPEST)
    raw = sum(max(size, 1) ** power for size, _ in points)
    scale = sum(seconds for _, seconds in points) / raw
    return lambda size: scale * max(size, 1) ** power
