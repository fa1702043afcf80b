"""Profiles as frames to draw: one run's, and the difference of two."""

from __future__ import annotations

from typing import Any

import pandas as pd

from db import queries
from profiles import flame
from profiles.sessions import SessionError
from services.project import current_project
from views.data.connection import cached, engine

COLUMNS = ["depth", "start", "seconds", "self_seconds", "name", "place", "category"]
#: Files of the built-in pipeline that hold DSL programs and their functions; all else surrounds them.
_DSL_FILES = ("dsl.py", "verifiers.py", "solvers.py")
MOST_LINES = 200
#: The chart draws what fits and keeps all of these within reach.
MOST_FRAMES = 12_000


@cached("runs", ttl=300, max_entries=8)
def frames(run_id: int, left_heavy: bool = False, fold: bool = False) -> pd.DataFrame:
    """The profile of a run as ``charts.flame.drawing`` wants it, pruned; empty where there is none or it is damaged.

    Args:
        left_heavy: the longest of siblings first, instead of in the order in which they first ran.
        fold: what libraries do inside of themselves is one frame.
    """
    shown = _session(run_id, None if fold else MOST_FRAMES)
    if fold:
        shown = flame.pruned(flame.folded(shown), MOST_FRAMES)
    if left_heavy:
        shown = flame.left_heavy(shown)
    rows = [
        (frame.depth, frame.start_seconds, frame.total_seconds, frame.self_seconds, frame.name, _place(frame),
         _category(frame), frame.id, -1 if frame.parent is None else frame.parent)
        for frame in shown
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS, "id", "parent"])


def _session(run_id: int, most: int | None) -> list[flame.Frame]:
    text = queries.profile(engine(), run_id)
    try:
        return [] if text is None else flame.session_frames(text, most)
    except SessionError:
        return []


def _category(frame: flame.Frame | flame.FrameChange) -> str:
    if frame.name == flame.OTHER and not frame.file:
        return "unaccounted"
    if current_project().command is not None:
        return "framework" if flame.is_library(frame.file) else "work"
    file = frame.file.replace("\\", "/").rpartition("/")[2]
    made = file.startswith("<") and not flame.is_library(file)
    return "dsl" if file in _DSL_FILES or made else "framework"


@cached("runs", ttl=300, max_entries=8)
def difference(before: int, after: int) -> pd.DataFrame:
    """The second profile, as ``charts.flame.difference`` wants it, with what it has no more; empty without one.

    Adds the columns before_share and after_share: of each profile's whole.
    """
    one, two = _session(before, None), _session(after, None)
    wholes = [sum(frame.total_seconds for frame in side if frame.depth == 0) for side in (one, two)]
    if not all(wholes):
        return pd.DataFrame(columns=[*COLUMNS, "before_share", "after_share", "id", "parent"])
    changes = flame.difference(one, two, MOST_FRAMES)
    rows = [
        (*_drawn(change), change.before_seconds / wholes[0], change.after_seconds / wholes[1], change.id,
         -1 if change.parent is None else change.parent)
        for change in changes
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS, "before_share", "after_share", "id", "parent"])


def _drawn(change: flame.FrameChange) -> tuple[Any, ...]:
    return change.depth, change.start_seconds, change.after_seconds, 0.0, change.name, _place(change), _category(change)


def _place(frame: flame.Frame | flame.FrameChange | flame.FunctionSeconds) -> str:
    """The file with the folder that it lies in, and the line; no more of the path, which is long and says less."""
    file = "/".join(frame.file.replace("\\", "/").split("/")[-2:])
    return f"{file}:{frame.line}" if frame.line else file


def changed(frames: pd.DataFrame) -> pd.DataFrame:
    """The frames whose share changed most, gone ones too: columns name, before_share, after_share, change, place."""
    table = frames.assign(change=frames["after_share"] - frames["before_share"])
    order = table["change"].abs().sort_values(ascending=False).index[:MOST_LINES]
    return table.loc[order, ["name", "before_share", "after_share", "change", "place"]]


@cached("runs", ttl=300, max_entries=8)
def functions(run_id: int) -> pd.DataFrame:
    """The functions with the most seconds of their own: columns name, self_seconds, total_seconds, share (of their
    own, 0-1), stacks, place.
    """
    timed = flame.function_seconds(_session(run_id, None))
    whole = sum(function.self_seconds for function in timed) or 1.0
    rows = [
        (
            function.name,
            function.self_seconds,
            function.total_seconds,
            function.self_seconds / whole,
            function.stacks,
            _place(function),
        )
        for function in timed[:MOST_LINES]
    ]
    return pd.DataFrame(rows, columns=["name", "self_seconds", "total_seconds", "share", "stacks", "place"])


def call_tree(frames: pd.DataFrame) -> pd.DataFrame:
    """The frames as an indented list, outermost first: columns call, seconds, self_seconds, share (0-1), place."""
    whole = float(frames.loc[frames["depth"] == 0, "seconds"].sum()) or 1.0
    ordered = frames.sort_values(["start", "depth"], kind="stable")
    calls = ["\u2007\u2007" * depth + name for depth, name in zip(ordered["depth"], ordered["name"], strict=True)]
    shown = ordered.assign(call=calls, share=ordered["seconds"] / whole)
    return shown[["call", "seconds", "self_seconds", "share", "place"]]
