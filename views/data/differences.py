"""Where the difference between two sides comes from: phase by phase, adding up exactly, and what of it is resolved.

A side is one run, or all runs of a config. Pure: frames in, frames out.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from db.queries.breakdowns import path_words
from optim.evidence.factorial_model import student
from profiles.breakdown import UNACCOUNTED, Breakdown
from views.data import phases
from views.frames import rows

#: Fewer runs of a side than this say nothing about its noise.
FEWEST_RUNS = 3
#: More steps than this would not be read; the smallest become one.
MOST_STEPS = 10
CONFIDENCE = 0.95


def per_run(made: Sequence[Breakdown]) -> pd.DataFrame:
    """Self seconds of each run by path, idle workers and what no phase covers among them. Shape (runs, paths)."""
    spent = [{path_words(path): seconds for path, seconds in one.by_path().items()} for one in made]
    return pd.DataFrame([{UNACCOUNTED: 0.0, **row} for row in spent]).fillna(0.0)


def steps(before: pd.DataFrame, after: pd.DataFrame, categories: dict[str, str]) -> pd.DataFrame:
    """The mean self seconds of both sides by phase, and whether their difference is more than their noise.

    Args:
        before, after: as ``per_run`` gives them.
        categories: category by path.

    Returns:
        path, category, before_seconds, after_seconds, change, resolved (bool); the sums of the seconds are the sides'
        mean wall-clocks.
    """
    paths = list(dict.fromkeys([*_phases_of(before), *_phases_of(after), UNACCOUNTED]))
    one, two = (side.reindex(columns=paths, fill_value=0.0) for side in (before, after))
    means = pd.DataFrame({"before_seconds": one.mean(), "after_seconds": two.mean()})
    found = means.assign(change=means["after_seconds"] - means["before_seconds"], resolved=_resolved(one, two))
    found.insert(0, "category", [categories.get(path, UNACCOUNTED) for path in paths])
    return found.rename_axis("path").reset_index()


def _phases_of(side: pd.DataFrame) -> list[str]:
    return [str(name) for name in side.columns if name != UNACCOUNTED]


def _resolved(one: pd.DataFrame, two: pd.DataFrame) -> Sequence[bool]:
    """Welch's t-test of each phase at a level divided by the number of phases (Bonferroni); none for too few runs."""
    if min(len(one), len(two)) < FEWEST_RUNS:
        return [False] * one.shape[1]
    noise = (one.var() / len(one) + two.var() / len(two)) ** 0.5
    freedom = min(len(one), len(two)) - 1
    reach = student((1 - CONFIDENCE) / one.shape[1], freedom)
    return ((two.mean() - one.mean()).abs() > reach * noise).tolist()


def waterfall(found: pd.DataFrame) -> pd.DataFrame:
    """The largest steps by name and the rest as one, unaccounted last; the sums stay what they were.

    Returns:
        label, before_seconds, after_seconds.
    """
    known = found[found["path"] != UNACCOUNTED]
    order = known.assign(size=known["change"].abs()).sort_values("size", ascending=False, kind="stable")
    named, rest = order.head(MOST_STEPS), order.iloc[MOST_STEPS:]
    parts = [(row["path"], row["before_seconds"], row["after_seconds"]) for row in rows(named)]
    if len(rest):
        parts.append((f"{len(rest)} other phases", rest["before_seconds"].sum(), rest["after_seconds"].sum()))
    last = found[found["path"] == UNACCOUNTED]
    parts += [(UNACCOUNTED, row["before_seconds"], row["after_seconds"]) for row in rows(last)]
    return pd.DataFrame(parts, columns=["label", "before_seconds", "after_seconds"])


def nodes(found: pd.DataFrame) -> pd.DataFrame:
    """The steps as a tree, as ``charts.compare.icicle`` wants it: width by the larger of both sides."""
    sides = [
        phases.tree(
            {
                row["path"]: {"category": row["category"], "self_seconds": max(row[name], 0.0), "calls": 0}
                for row in rows(found)
            }
        )
        for name in ("before_seconds", "after_seconds")
    ]
    merged = sides[0][["id", "parent", "label", "total_seconds"]].rename(columns={"total_seconds": "before_seconds"})
    merged["after_seconds"] = sides[1]["total_seconds"]
    larger = {
        row["path"]: {"category": "", "self_seconds": max(row["before_seconds"], row["after_seconds"], 0.0), "calls": 0}
        for row in rows(found)
    }
    known = {f"{phases.ROOT}/{row['path']}": bool(row["resolved"]) for row in rows(found)}
    resolved = [_any_below(node, known) for node in merged["id"]]
    return merged.assign(total_seconds=phases.tree(larger)["total_seconds"], resolved=resolved)


def _any_below(node: str, known: dict[str, bool]) -> bool:
    """A phase is resolved where its own seconds are, or those of a phase in it."""
    return any(resolved for path, resolved in known.items() if path == node or path.startswith(f"{node}/"))


def settings(before: dict[str, set[str]], after: dict[str, set[str]]) -> pd.DataFrame:
    """What differs between the settings and environments of both sides: columns what, before, after (text)."""
    names = dict.fromkeys([*before, *after])
    found = [
        (name, _written(before.get(name)), _written(after.get(name)))
        for name in names
        if before.get(name, set()) != after.get(name, set())
    ]
    return pd.DataFrame(found, columns=["what", "before", "after"]).astype("str")


def _written(values: set[str] | None) -> str:
    if not values:
        return "unknown"
    shown = sorted(values)
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")


def tasks(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Mean seconds of each task that both sides timed: columns task_id, before_seconds, after_seconds."""
    one, two = (side.groupby("task_id", sort=False)["seconds"].mean().dropna() for side in (before, after))
    both = pd.concat({"before_seconds": one, "after_seconds": two}, axis=1, join="inner")
    return both.rename_axis("task_id").reset_index()
