"""Phases of a run as a tree whose parts add up: a breakdown as frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from db.queries.breakdowns import path_words
from profiles.breakdown import IDLE, UNACCOUNTED, WALL_CLOCK, Breakdown, parts_by_path
from views.frames import rows

ROOT = "run"

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
    """A run's breakdown with its ``nodes`` as ``charts.run.tree`` wants them."""

    nodes: pd.DataFrame
    made: Breakdown

    @property
    def serial(self) -> bool:
        """Whether the seconds are wall-clock; otherwise they are of several workers, or of phases alone."""
        return self.made.unit == WALL_CLOCK

    @property
    def whole(self) -> float:
        """The seconds that the parts add up to."""
        return self.made.whole_seconds

    @property
    def excess(self) -> float:
        """By how many seconds the phases claim more than the run lasted."""
        return max(-(self.made.rest_seconds or 0.0), 0.0)

    def by_category(self) -> pd.DataFrame:
        """Self seconds by category: columns category, seconds; the largest first, what is no phase last."""
        spent = {name: seconds for name, seconds in self.made.seconds.items() if seconds > 0}
        order = sorted(spent, key=lambda name: (name in (IDLE, UNACCOUNTED), name == UNACCOUNTED, -spent[name]))
        table = pd.DataFrame([(name, spent[name]) for name in order], columns=["category", "seconds"])
        return table.astype({"category": "str", "seconds": "float64"})

    def largest(self) -> Mapping[str, Any] | None:
        """The phase with the most seconds of its own; None without any."""
        known = self.nodes[(self.nodes["parent"] != "") & ~self.nodes["category"].isin((IDLE, UNACCOUNTED))]
        return next(iter(rows(known.nlargest(1, "self_seconds"))), None)


def parts(made: Breakdown) -> Parts:
    """The parts of one run."""
    own = {
        path_words(path): {"category": part.category, "self_seconds": part.self_seconds, "calls": part.calls}
        for path, part in parts_by_path(made.parts).items()
    }
    return Parts(nodes=tree(own), made=made)


def tree(own: Mapping[str, Mapping[Any, Any]]) -> pd.DataFrame:
    """Nodes from what each phase took itself, by path; totals are added up, so that no child outgrows its parent.

    Ancestors that were not recorded are put in with no seconds of their own.
    """
    paths = list(dict.fromkeys(path for row_path in own for path in (*_ancestors(row_path), row_path)))
    totals = dict.fromkeys(["", *paths], 0.0)
    for path, row in own.items():
        for above in ("", *_ancestors(path), path):
            totals[above] += float(row["self_seconds"])
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
