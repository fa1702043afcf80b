"""The stretches between changes of a series of runs, as a frame; what a change is says ``optim.evidence.changes``."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median
from typing import Any

import pandas as pd

from optim.evidence.changes import FEWEST_SITTINGS, change_points, changes, sittings
from views.frames import rows

#: The newest runs of a series that are looked at.
MOST_RUNS = 2_000
COLUMNS = ["config", "start", "stop", "median_seconds", "first_run", "runs", "whose", "sittings"]
#: What a measurement calls its runs: its own label, the block, the arm.
_OF_MEASUREMENT = re.compile(r"(.+) block \d+ \S+")

__all__ = ["COLUMNS", "FEWEST_SITTINGS", "MOST_RUNS", "change_points", "segments"]


def segments(runs: pd.DataFrame) -> pd.DataFrame:
    """The stretches between changes of each config's seconds, oldest first.

    Args:
        runs: columns config, started_at, wall_seconds, run_id, in the order of time, and where known label, git_commit,
            git_dirty, machine, workload, workers.

    Returns:
        config, start, stop (moments of the first and the last run), median_seconds, first_run (its id), runs (number),
        whose (who made the change that the stretch begins with: ``code``, ``machine``, ``unknown``; empty for none),
        sittings (of the whole config: fewer than ``FEWEST_SITTINGS`` show no change).
    """
    series: dict[str, list[dict[str, Any]]] = {}
    for row in rows(runs):
        series.setdefault(str(row["config"]), []).append(row)
    stretches = [row for config, own in series.items() for row in _stretches(config, own)]
    return pd.DataFrame(stretches, columns=COLUMNS)


def _stretches(config: str, series: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    series = series[-MOST_RUNS:]
    sat = sittings([_run(row) for row in series])
    steps = changes(sat)
    sizes = [0]
    for sitting in sat:
        sizes.append(sizes[-1] + len(sitting.run_ids))
    edges = [0, *(sizes[change.place] for change in steps), len(series)]
    whose = ["", *(change.whose for change in steps)]
    parts = [series[start:stop] for start, stop in pairwise(edges)]
    return [
        (
            config,
            part[0]["started_at"],
            part[-1]["started_at"],
            float(median(row["wall_seconds"] for row in part)),
            int(part[0]["run_id"]),
            len(part),
            who,
            len(sat),
        )
        for part, who in zip(parts, whose, strict=True)
    ]


def _run(row: dict[Any, Any]) -> tuple[int, float, object, str | None, str | None, str | None]:
    """A run as ``sittings`` takes it: runs of one measurement are one sitting; a dirty commit is no known code."""
    match = _OF_MEASUREMENT.fullmatch(str(row.get("label") or ""))
    commit, machine = (_known(row.get(name)) for name in ("git_commit", "machine"))
    code = commit if commit and row.get("git_dirty") is False else None
    known = [text for name in ("workload", "workers") if (text := _known(row.get(name)))]
    settings = ", ".join(known) or None
    return int(row["run_id"]), float(row["wall_seconds"]), match and match[1], code, machine, settings


def _known(value: Any) -> str | None:
    return None if value is None or value != value else str(value)
