"""Phases of a run as a tree whose parts add up: self seconds and what no phase covers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from views.frames import rows

ROOT = "run"
UNACCOUNTED = "unaccounted"

_NODES = {
    "id": "str",
    "parent": "str",
    "label": "str",
    "category": "str",
    "total_seconds": "float64",
    "self_seconds": "float64",
    "calls": "int64",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """A run's phases: ``nodes`` as ``charts.run.icicle`` wants them, and what they are seconds of.

    ``serial``: the seconds are wall-clock, and ``unaccounted`` is what no phase covers (below 0 where the phases hold
    more than the run lasted). Otherwise they are worker-seconds, and what no phase covers is not known (None); nor is
    it where no phase was timed at all.
    """

    nodes: pd.DataFrame
    serial: bool
    covered: float
    unaccounted: float | None

    @property
    def whole(self) -> float:
        """The seconds that the parts add up to."""
        return self.covered + max(self.unaccounted or 0.0, 0.0)

    def by_category(self) -> pd.DataFrame:
        """Self seconds by category, as ``charts.run.shares`` wants them, the largest first and unaccounted last."""
        parts = self.nodes[self.nodes["parent"] != ""].groupby("category")["self_seconds"].sum()
        found = parts[parts > 0].sort_values(ascending=False).rename_axis("category").reset_index(name="seconds")
        last = found["category"] == UNACCOUNTED
        return pd.concat([found[~last], found[last]], ignore_index=True)

    def largest(self) -> Mapping[str, Any] | None:
        """The phase with the most seconds of its own; None without any."""
        known = self.nodes[(self.nodes["parent"] != "") & (self.nodes["category"] != UNACCOUNTED)]
        return next(iter(rows(known.nlargest(1, "self_seconds"))), None)


def parts(phases: pd.DataFrame, wall_seconds: float | None, workers: int) -> Parts:
    """The parts of one run.

    Args:
        phases: as ``db.queries.phases`` gives them; those that do not hold seconds of the whole run are left out.
    """
    timed = phases[whole(phases, workers)]
    serial = workers == 1 and wall_seconds is not None and (timed["basis"] == "sum").all()
    covered = float(timed["self_seconds"].sum())
    unaccounted = wall_seconds - covered if serial and wall_seconds is not None and len(timed) else None
    own = {row["path"]: row for row in rows(timed)}
    if unaccounted is not None and unaccounted > 0:
        own[UNACCOUNTED] = {"category": UNACCOUNTED, "self_seconds": unaccounted, "calls": 1}
    return Parts(nodes=tree(own), serial=bool(serial), covered=covered, unaccounted=unaccounted)


def whole(phases: pd.DataFrame, workers: int) -> pd.Series[bool]:
    """Which phases hold seconds of the whole run, to be laid beside each other.

    In a serial run those that add up its wall-clock; what a log added up over threads besides is no part of that.
    """
    sums = phases["basis"] == "sum"
    return sums if workers == 1 and sums.any() else sums | (phases["basis"] == "workers")


def tree(own: Mapping[str, Mapping[Any, Any]]) -> pd.DataFrame:
    """Nodes from what each phase took itself, by path; totals are added up, so that no child outgrows its parent.

    Ancestors that were not recorded are put in with no seconds of their own.
    """
    paths = list(dict.fromkeys(path for one in own for path in (*_ancestors(one), one)))
    totals = dict.fromkeys(["", *paths], 0.0)
    for path, row in own.items():
        for one in ("", *_ancestors(path), path):
            totals[one] += float(row["self_seconds"])
    nodes = [(ROOT, "", ROOT, "", totals[""], 0.0, 1)]
    for path in paths:
        row = own.get(path, {"category": "", "self_seconds": 0.0, "calls": 0})
        parent, _, name = path.rpartition("/")
        nodes.append(
            (f"{ROOT}/{path}", _node(parent), name, row["category"], totals[path], row["self_seconds"], row["calls"])
        )
    return pd.DataFrame(nodes, columns=list(_NODES)).astype(_NODES)


def _node(path: str) -> str:
    return f"{ROOT}/{path}" if path else ROOT


def _ancestors(path: str) -> Iterable[str]:
    names = path.split("/")
    return ["/".join(names[:depth]) for depth in range(1, len(names))]
