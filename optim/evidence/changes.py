"""Where a series of sittings became faster or slower, and whose change that was: the code's or the machine's.

Runs of one sitting share the state of their machine, so a sitting counts once, by the middle of its runs. A change of
level is a change of the *code* only where the commit or the settings changed between the sittings around it and the
machine did not; anywhere else it is the machine's, or nobody knows.

Method: penalized least squares on log seconds (Killick, Fearnhead & Eckley, "Optimal detection of changepoints with a
linear computational cost", 2012, as in Truong, Oudre & Vayatis, "Selective review of offline change point detection
methods", 2020), in units of the noise between neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

#: The newest sittings of a series that are looked at; the cost grows with their square.
MOST_SITTINGS = 2_000
#: A series shorter than this shows no change that deserves the name.
FEWEST_SITTINGS = 8
SMALLEST_STRETCH = 4
#: A change below this share is not worth a line, however sure.
SMALLEST_CHANGE = 0.03
#: More changes than these are not shown; the largest stay.
MOST_CHANGES = 6
_SMALLEST_NOISE = 0.002


@dataclass(frozen=True, kw_only=True, slots=True)
class Sitting:
    """Runs of one config that belong together, in the order of time.

    ``code`` is the clean commit, ``settings`` what the runs were started with; None where they are not known.
    """

    run_ids: tuple[int, ...]
    seconds: float
    code: str | None
    machine: str | None
    settings: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A new level from the sitting ``place`` on. ``whose``: ``code``, ``machine`` or ``unknown``."""

    place: int
    ratio: float
    whose: str

    @property
    def sentence(self) -> str:
        """One sentence for people."""
        share = abs(1 - self.ratio)
        what = f"{100 * share:.0f}% {'slower' if self.ratio > 1 else 'faster'} from here on"
        if self.whose == "code":
            return f"{what}: the code or its settings changed here, the machine did not."
        if self.whose == "machine":
            return f"{what}, with the same code: the machine's doing."
        return f"{what}: whether by the code or the machine is not known."


def sittings(runs: Sequence[tuple[int, float, object, str | None, str | None, str | None]]) -> list[Sitting]:
    """The sittings of runs in the order of time: neighbours with the same key (a measurement) are one.

    Args:
        runs: (run id, seconds, key of the sitting or None for a run by itself, code, machine, settings).
    """
    numbered = [(("alone", at) if run[2] is None else ("of", run[2]), run) for at, run in enumerate(runs)]
    stretch = []
    for _, group in groupby(numbered, key=lambda place: place[0]):
        members = [run for _, run in group]
        stretch.append(
            Sitting(
                run_ids=tuple(run[0] for run in members),
                seconds=median(run[1] for run in members),
                code=members[0][3],
                machine=members[0][4],
                settings=members[0][5],
            )
        )
    return stretch


def changes(series: Sequence[Sitting]) -> list[Change]:
    """The changes of level of a series of sittings, oldest first."""
    newest = series[-MOST_SITTINGS:]
    places = change_points([sitting.seconds for sitting in newest])
    edges = [0, *places, len(newest)]
    levels = [median(sitting.seconds for sitting in newest[start:stop]) for start, stop in pairwise(edges)]
    offset = len(series) - len(newest)
    return [
        Change(place=place + offset, ratio=after / before, whose=_whose(newest, place))
        for place, (before, after) in zip(places, pairwise(levels), strict=True)
    ]


def _whose(series: Sequence[Sitting], place: int) -> str:
    """What changed at that place: looked for one sitting either way, since the place itself is an estimate."""
    before, after = series[max(place - 2, 0)], series[min(place + 1, len(series) - 1)]
    if before.machine is None or after.machine is None or before.machine != after.machine:
        return "machine" if before.machine and after.machine else "unknown"
    if None not in (before.settings, after.settings) and before.settings != after.settings:
        return "code"
    if before.code is None or after.code is None:
        return "unknown"
    return "code" if before.code != after.code else "machine"


def change_points(seconds: Sequence[float]) -> list[int]:
    """The positions at which a new level begins, in order; empty for a short or steady series. Seconds are > 0."""
    import numpy as np

    values = np.log(np.maximum(np.asarray(seconds, dtype=float), 1e-9))
    if len(values) < FEWEST_SITTINGS:
        return []
    import ruptures

    scale = max(1.4826 * float(np.median(np.abs(np.diff(values)))) / math.sqrt(2), _SMALLEST_NOISE)
    search = ruptures.KernelCPD(kernel="linear", min_size=SMALLEST_STRETCH).fit((values / scale).reshape(-1, 1))
    places = [int(place) for place in search.predict(pen=6 * math.log(len(values)))[:-1]]
    return _largest(values.tolist(), places)


def _largest(values: Sequence[float], places: Sequence[int]) -> list[int]:
    """The changes that are worth a line: neighbours' medians apart by the smallest change, the largest few."""
    edges = [0, *places, len(values)]
    levels = [median(values[start:stop]) for start, stop in pairwise(edges)]
    steps = {place: abs(after - before) for place, (before, after) in zip(places, pairwise(levels), strict=True)}
    worth = [place for place in places if steps[place] >= math.log1p(SMALLEST_CHANGE)]
    return sorted(sorted(worth, key=lambda place: -steps[place])[:MOST_CHANGES])
