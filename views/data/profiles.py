"""Profiles as frames to draw: one run's, and the difference of two."""

from __future__ import annotations

from typing import Any

import pandas as pd

from db import queries
from profiles import flame
from profiles.sessions import SessionError
from views.data.connection import cached, engine

COLUMNS = ["depth", "start", "seconds", "self_seconds", "name", "place", "category"]
#: Files that hold DSL programs and their functions; all else surrounds them.
_DSL_FILES = ("dsl.py", "verifiers.py", "solvers.py")
MOST_LINES = 200


@cached("runs", ttl=300, max_entries=8)
def frames(run_id: int) -> pd.DataFrame:
    """The profile of a run as ``charts.flame.flame`` wants it, pruned; empty where there is none or it is damaged."""
    found = _session(run_id, flame.MOST_FRAMES)
    rows = [
        (one.depth, one.start_seconds, one.total_seconds, one.self_seconds, one.name, _place(one), _category(one))
        for one in found
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _session(run_id: int, most: int | None) -> list[flame.Frame]:
    text = queries.profile(engine(), run_id)
    try:
        return [] if text is None else flame.session_frames(text, most)
    except SessionError:
        return []


def _category(frame: flame.Frame | flame.FrameChange) -> str:
    if frame.name == flame.OTHER and not frame.file:
        return "unaccounted"
    file = frame.file.replace("\\", "/").rpartition("/")[2]
    return "dsl" if file in _DSL_FILES or file.startswith("<") else "framework"


@cached("runs", ttl=300, max_entries=8)
def difference(before: int, after: int) -> pd.DataFrame:
    """The second profile, as ``charts.flame.difference`` wants it, with what it has no more; empty without one.

    Adds the columns before_share and after_share: of each profile's whole.
    """
    one, two = _session(before, None), _session(after, None)
    wholes = [sum(frame.total_seconds for frame in side if frame.depth == 0) for side in (one, two)]
    if not all(wholes):
        return pd.DataFrame(columns=[*COLUMNS, "before_share", "after_share"])
    changes = flame.difference(one, two)
    rows = [
        (*_drawn(change), change.before_seconds / wholes[0], change.after_seconds / wholes[1]) for change in changes
    ]
    return pd.DataFrame(rows, columns=[*COLUMNS, "before_share", "after_share"])


def _drawn(change: flame.FrameChange) -> tuple[Any, ...]:
    return change.depth, change.start_seconds, change.after_seconds, 0.0, change.name, _place(change), _category(change)


def _place(frame: flame.Frame | flame.FrameChange) -> str:
    """The file with the folder that it lies in, and the line; no more of the path, which is long and says less."""
    file = "/".join(frame.file.replace("\\", "/").split("/")[-2:])
    return f"{file}:{frame.line}" if frame.line else file


def changed(frames: pd.DataFrame) -> pd.DataFrame:
    """The frames whose share changed most, gone ones too: columns name, before_share, after_share, change, place."""
    found = frames.assign(change=frames["after_share"] - frames["before_share"])
    order = found["change"].abs().sort_values(ascending=False).index[:MOST_LINES]
    return found.loc[order, ["name", "before_share", "after_share", "change", "place"]]


@cached("runs", ttl=300, max_entries=8)
def functions(run_id: int) -> pd.DataFrame:
    """The functions with the most seconds of their own: columns name, self_seconds, share (0-1), stacks, place."""
    found = [(one.name, _place(one), one.self_seconds) for one in _session(run_id, None)]
    table = pd.DataFrame(found, columns=["name", "place", "self_seconds"])
    grouped = table.groupby(["name", "place"], sort=False)["self_seconds"].agg(["sum", "size"])
    ordered = grouped.sort_values("sum", ascending=False).reset_index()
    ordered = ordered.rename(columns={"sum": "self_seconds", "size": "stacks"})
    ordered["share"] = ordered["self_seconds"] / (ordered["self_seconds"].sum() or 1.0)
    return ordered.loc[: MOST_LINES - 1, ["name", "self_seconds", "share", "stacks", "place"]]


def call_tree(frames: pd.DataFrame) -> pd.DataFrame:
    """The frames as an indented list, outermost first: columns call, seconds, self_seconds, share (0-1), place."""
    whole = float(frames.loc[frames["depth"] == 0, "seconds"].sum()) or 1.0
    ordered = frames.sort_values(["start", "depth"], kind="stable")
    calls = ["\u2007\u2007" * depth + name for depth, name in zip(ordered["depth"], ordered["name"], strict=True)]
    shown = ordered.assign(call=calls, share=ordered["seconds"] / whole)
    return shown[["call", "seconds", "self_seconds", "share", "place"]]
