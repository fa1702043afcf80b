"""Scoring of a candidate stops when it can no longer be among those kept.

Exact, so that answers stay equal. Three reasons: even full marks on the remaining samples would leave it under the
minimal score; or not above the worst of as many distinct better ones as are kept; or its body was scored already.
The sample with the smallest input comes first: most candidates are given up after one, and small grids cost least.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

from optim.arc.parts import Bench, Parts
from optim.arc.score import FULL
from optim.arc.settings import Settings
from optim.arc.tasks import Grid, Task
from optim.project.wins import Win


class Bounds:
    """The most points that a candidate may lose and still be kept."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._allowed = 0
        self._best: list[int] = []
        self._seen: set[str] = set()

    def begin(self, task: Task) -> Sequence[int]:
        samples = len(task.samples)
        # The score must be at least min_score percent of the full score: lost <= full - ceil(full * percent / 100).
        full = samples * FULL
        self._allowed = full - -(-full * self._settings.min_score // 100)
        self._best, self._seen = [], set()
        return sorted(range(samples), key=lambda sample: _cells(task.samples[sample][0]))

    def hopeless(self, body: str, lost: int) -> bool:
        return lost > self._allowed or body in self._seen

    def finished(self, body: str, lost: int) -> None:
        self._seen.add(body)
        heapq.heappush(self._best, -lost)
        if len(self._best) > self._settings.keep:
            heapq.heappop(self._best)
        if len(self._best) == self._settings.keep:
            # A later candidate with as many points comes after those that are there: it must lose less.
            self._allowed = min(self._allowed, -self._best[0] - 1)


def _cells(grid: Grid) -> int:
    return len(grid) * len(grid[0])


def install(bench: Bench, parts: Parts) -> None:
    """Replaces the parts that this win is about."""
    parts.exit_rule = Bounds(bench.settings)


WIN = Win(
    name="early_exit",
    number=3,
    title="Early exit scoring",
    addresses=(("score",),),
    label="Early exit",
    colour="#C2609A",
)
