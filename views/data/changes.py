"""Where a series of runs became faster or slower: change points by ruptures' KernelCPD.

Method: penalized least squares on the log of the seconds (Killick, Fearnhead & Eckley, "Optimal detection of
changepoints with a linear computational cost", 2012, as in Truong, Oudre & Vayatis, "Selective review of offline change
point detection methods", 2020), in units of the noise between neighbours, so that the penalty means the same for
every series.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

#: The newest runs of a series that are looked at; the cost grows with their square.
MOST_RUNS = 2_000
#: A series shorter than this shows no change that deserves the name.
FEWEST_RUNS = 8
SMALLEST_STRETCH = 4
#: A change below this share is not worth a line, however sure.
SMALLEST_CHANGE = 0.03
#: More changes than these are not shown; the largest stay.
MOST_CHANGES = 6
_SMALLEST_NOISE = 0.002

COLUMNS = ["config", "start", "stop", "median_seconds", "first_run", "runs"]


def segments(runs: pd.DataFrame) -> pd.DataFrame:
    """The stretches between changes of each config's seconds, oldest first.

    Args:
        runs: columns config, started_at, wall_seconds, run_id, in the order of time.

    Returns:
        config, start, stop (moments of the first and the last run), median_seconds, first_run (its id), runs (number).
    """
    found = [row for config, series in runs.groupby("config", sort=False) for row in _stretches(str(config), series)]
    return pd.DataFrame(found, columns=COLUMNS)


def _stretches(config: str, series: pd.DataFrame) -> list[tuple[Any, ...]]:
    series = series.tail(MOST_RUNS)
    places = [0, *change_points(series["wall_seconds"].tolist()), len(series)]
    parts = [series.iloc[start:stop] for start, stop in pairwise(places)]
    return [
        (
            config,
            part["started_at"].iloc[0],
            part["started_at"].iloc[-1],
            float(part["wall_seconds"].median()),
            int(part["run_id"].iloc[0]),
            len(part),
        )
        for part in parts
    ]


def change_points(seconds: list[float]) -> list[int]:
    """The positions at which a new level begins, in order; empty for a short or steady series. Seconds are > 0."""
    import numpy as np

    values = np.log(np.maximum(np.asarray(seconds, dtype=float), 1e-9))
    if len(values) < FEWEST_RUNS:
        return []
    import ruptures

    scale = max(1.4826 * float(np.median(np.abs(np.diff(values)))) / 2**0.5, _SMALLEST_NOISE)
    search = ruptures.KernelCPD(kernel="linear", min_size=SMALLEST_STRETCH).fit((values / scale).reshape(-1, 1))
    places = [int(place) for place in search.predict(pen=4 * np.log(len(values)))[:-1]]
    return _largest(values, places)


def _largest(values: Any, places: list[int]) -> list[int]:
    """The changes that are worth a line: neighbours' medians apart by the smallest change, the largest few."""
    import numpy as np

    edges = [0, *places, len(values)]
    levels = [float(np.median(values[start:stop])) for start, stop in pairwise(edges)]
    steps = {place: abs(after - before) for place, before, after in zip(places, levels, levels[1:], strict=False)}
    worth = [place for place in places if steps[place] >= np.log1p(SMALLEST_CHANGE)]
    return sorted(sorted(worth, key=lambda place: -steps[place])[:MOST_CHANGES])
