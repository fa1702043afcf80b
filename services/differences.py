"""Where a difference comes from: phase by phase, adding up exactly, and what of it is more than the runs' noise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from db import queries
from profiles.breakdown import IDLE, OTHER, PART_CATEGORIES, SMALL_SHARE, UNACCOUNTED, Breakdown, phase_paths
from services.run_facts import RunFacts, Side
from services.wording import listed, shortened, signed

#: Fewer blocks than this tell nothing, as for the whole run.
FEWEST_BLOCKS = 6
CONFIDENCE = 0.95
#: Where no step is that large, one below this share of the largest is small.
BESIDE_LARGEST = 0.1
#: Less than this share of the whole is nothing in a sentence.
_NOTHING = 1e-4


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseChange:
    """A phase's self seconds on both sides (means), and whether their difference is more than the runs' noise.

    ``low`` and ``high`` are the interval of ``change``; None where no blocks tell it.
    """

    path: str
    category: str
    before_seconds: float
    after_seconds: float
    resolved: bool = False
    low: float | None = None
    high: float | None = None

    @property
    def change(self) -> float:
        return self.after_seconds - self.before_seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class PhaseRow:
    """A phase's self seconds in each of several runs, in the order of the runs."""

    path: str
    category: str
    seconds: tuple[float, ...]

    @property
    def spread(self) -> float:
        return max(self.seconds) - min(self.seconds)


def phase_changes(before: Side, after: Side) -> tuple[PhaseChange, ...] | None:
    """Phase by phase from one side to the other, idle workers and unaccounted last; None where the seconds are not of
    one kind. The sums of the seconds are what the sides' runs took on average: wall-clock, or worker-seconds.

    Only blocks tell whether a phase differs: of runs that were not interleaved, what the machine did in between is in
    every phase, and none is resolved.
    """
    runs = (*before.runs, *after.runs)
    if len({run.made.unit for run in runs}) != 1 or any(not _is_whole(run.made) for run in runs):
        return None
    one, two = ([run.made.by_path() for run in one_side.runs] for one_side in (before, after))
    categories = {part.path: part.category for run in runs for part in run.made.parts}
    paths = _ordered({**categories, (UNACCOUNTED,): UNACCOUNTED})
    spans = _spans(_by_block(before, one), _by_block(after, two), paths)
    return tuple(
        PhaseChange(
            path=queries.path_words(path),
            category=categories.get(path, UNACCOUNTED),
            before_seconds=_mean([spent.get(path, 0.0) for spent in one]),
            after_seconds=_mean([spent.get(path, 0.0) for spent in two]),
            resolved=span is not None and (span[0] > 0 or span[1] < 0),
            low=None if span is None else span[0],
            high=None if span is None else span[1],
        )
        for path, span in zip(paths, spans, strict=True)
    )


def _is_whole(made: Breakdown) -> bool:
    return made.rest_seconds is not None and made.rest_seconds >= 0 and bool(made.parts)


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _ordered(categories: Mapping[tuple[str, ...], str]) -> list[tuple[str, ...]]:
    """Paths in the order of the record, idle and unaccounted last."""
    return sorted(categories, key=lambda path: (path == (IDLE,)) + 2 * (path == (UNACCOUNTED,)))


_Spent = Mapping[tuple[str, ...], float]
_Blocks = Mapping[tuple[int, int], Sequence[_Spent]]


def _by_block(side: Side, spent: Sequence[_Spent]) -> _Blocks:
    """What the runs of each block spent by phase, as far as they were interleaved."""
    by_block: dict[tuple[int, int], list[_Spent]] = {}
    for run, own in zip(side.runs, spent, strict=True):
        if run.block is not None:
            by_block.setdefault(run.block, []).append(own)
    return by_block


def _spans(one: _Blocks, two: _Blocks, paths: Sequence[tuple[str, ...]]) -> list[tuple[float, float] | None]:
    """The interval of each phase's change from the blocks in which both sides ran, for all phases at once (Bonferroni).

    It is the measurement's own, which holds however often one looked; its trials are here the blocks' differences.
    """
    both = sorted(one.keys() & two.keys())
    if not paths or len(both) < FEWEST_BLOCKS:
        return [None] * len(paths)
    import numpy as np

    from optim.evidence.statistics import log_interval, middle  # numpy

    confidence, spans = 1 - (1 - CONFIDENCE) / len(paths), list[tuple[float, float] | None]()
    for path in paths:
        trials = np.array([_spent(two[block], path) - _spent(one[block], path) for block in both])
        low, high = log_interval(trials, middle(trials), confidence)
        spans.append((low, high) if math.isfinite(low) and math.isfinite(high) else None)
    return spans


def _spent(runs: Sequence[_Spent], path: tuple[str, ...]) -> float:
    return _mean([run.get(path, 0.0) for run in runs])


def folded(changes: Sequence[PhaseChange]) -> list[PhaseChange]:
    """The steps that are more than 1% of the larger whole, by size; the rest as one called "other"; unaccounted last.

    Where none is, the difference is made of small steps: those are named that are not small beside the largest of them.
    The sums stay what they were.
    """
    least = SMALL_SHARE * _larger_whole(changes)
    largest = max((abs(step.change) for step in changes), default=0.0)
    if largest < least:
        least = BESIDE_LARGEST * largest
    last = [step for step in changes if step.path == UNACCOUNTED]
    rest = sorted((step for step in changes if step.path != UNACCOUNTED), key=lambda step: -abs(step.change))
    small = [step for step in rest if abs(step.change) < least]
    other = [_together(small)] if small else []
    return [*rest[: len(rest) - len(small)], *other, *last]


def _larger_whole(changes: Sequence[PhaseChange]) -> float:
    sides = ([step.before_seconds for step in changes], [step.after_seconds for step in changes])
    return max(math.fsum(side) for side in sides)


def _together(small: Sequence[PhaseChange]) -> PhaseChange:
    return PhaseChange(
        path=OTHER if len(small) > 1 else small[0].path,
        category=small[0].category if len({step.category for step in small}) == 1 else "unknown",
        before_seconds=math.fsum(step.before_seconds for step in small),
        after_seconds=math.fsum(step.after_seconds for step in small),
    )


def difference_words(changes: Sequence[PhaseChange] | None, unit: str = "", runs: Sequence[RunFacts] = ()) -> str:
    """Which phases a difference comes from, in a sentence; ``unit`` is said behind the seconds, ``runs`` are both."""
    if changes is None and runs and not any(phase_paths(run.made) for run in runs):
        return "Neither run says where its time went; a Recorder() in the program, or a log with phases, would."
    if changes is None:
        return (
            "Their phases can not be laid side by side: one has none, or more than its run lasted, or seconds of "
            "another kind."
        )
    change, whole = math.fsum(step.change for step in changes), _larger_whole(changes)
    largest = sorted(changes, key=lambda step: -abs(step.change))[:2]
    moved = [step for step in largest if abs(step.change) > whole * _NOTHING]
    if not moved:
        return "No phase differs."
    named = [f"{shortened(step.path, 60)} ({_change_words(step)})" for step in moved]
    return f"The difference is {signed(change, whole)}{unit}; most of it comes from {listed(named)}."


def _change_words(step: PhaseChange) -> str:
    """A change in seconds, with its interval where blocks tell it."""
    if step.low is None or step.high is None:
        return signed(step.change)
    return f"{signed(step.change)}, {signed(step.low)} to {signed(step.high)}"


def phase_table(runs: Sequence[RunFacts], *, only_differing: bool = False) -> tuple[PhaseRow, ...]:
    """Phases x runs, in drawing order: by category, then by name, so that a phase has the same place everywhere.

    What is under 1% of every run is one row called "other". ``only_differing``: without phases whose seconds differ by
    less than 1% of the longest run.
    """
    rows = _phase_rows(runs)
    wholes = [run.made.whole_seconds or 1.0 for run in runs]
    small = [row for row in rows if _is_small(row, wholes)]
    if len(small) > 1:
        sums = tuple(math.fsum(amounts) for amounts in zip(*(row.seconds for row in small), strict=True))
        last = [row for row in rows if row.category == UNACCOUNTED and row not in small]
        rows = [row for row in rows if row not in small and row not in last]
        rows += [PhaseRow(path=OTHER, category="unknown", seconds=sums), *last]
    least = SMALL_SHARE * max(wholes, default=0.0)
    return tuple(row for row in rows if not only_differing or row.spread >= least)


def _is_small(row: PhaseRow, wholes: Sequence[float]) -> bool:
    return all(amount < SMALL_SHARE * whole for amount, whole in zip(row.seconds, wholes, strict=True))


def _phase_rows(runs: Sequence[RunFacts]) -> list[PhaseRow]:
    spent = [run.made.by_path() for run in runs]
    categories = {part.path: part.category for run in runs for part in run.made.parts}
    order = sorted(categories, key=lambda path: (PART_CATEGORIES.index(categories[path]), path))
    rows = [
        PhaseRow(
            path=queries.path_words(path),
            category=categories[path],
            seconds=tuple(by_path.get(path, 0.0) for by_path in spent),
        )
        for path in order
    ]
    return [row for row in rows if any(row.seconds)]


def unit_words(run: RunFacts) -> str:
    """What is said behind seconds that are not wall-clock."""
    return "" if run.made.unit == "wall-clock" else " of worker-seconds"
