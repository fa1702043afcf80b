"""pyinstrument's session JSON (``Session.save``, ``.pyisession``) and the tree that its JSON renderer prints.

Both become a profiled run, whose wall-clock is the session's duration, and a session of which every frame was checked.
A session counts samples, so a function's seconds are good to some samples; a profiled run is never evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from profiles.importers._names import clean
from profiles.importers._stacks import DEEPEST, Frame, StackTree, session
from profiles.importers.base import (
    Importer,
    ImportProblem,
    Loss,
    Parsed,
    Source,
    content_key,
    count,
    name_losses,
    read_json,
    seconds,
)
from profiles.records import RunRecord

NAME = "pyinstrument"
_KEYS = (b'"sample_count"', b'"duration"')
_DIGITS = re.compile(r"\d{1,9}")


def recognize(source: Source) -> float:
    data = source.utf8
    if not source.head.lstrip().startswith("{") or not all(key in data for key in _KEYS):
        return 0.0
    return 0.95 if b'"frame_records"' in data or b'"root_frame"' in data else 0.0


def parse(source: Source) -> Parsed:
    """The session; stacks that can not be true are losses.

    Raises:
        ImportProblem: no JSON, no session, or a session without a duration.
    """
    plain = read_json(source.text)
    if not isinstance(plain, dict):
        raise ImportProblem("a pyinstrument session must be a JSON object")
    frames, losses = Frames(), list[int]()
    tree = StackTree()
    if isinstance(plain.get("frame_records"), list):
        _read_records(plain["frame_records"], tree, frames, losses)
        what = "stack"
    elif isinstance(plain.get("root_frame"), dict):
        _read_tree(plain["root_frame"], tree, frames, losses)
        what = "frame"
    else:
        raise ImportProblem("the session has no frame_records and no root_frame: it holds no samples")
    return _parsed(source.name, plain, tree, frames, _name(losses, what))


class Frames:
    """The distinct frames of a profile, by index."""

    def __init__(self) -> None:
        self.infos: list[str] = []
        self._known: dict[Any, int] = {}

    def index(self, key: Any, frame: Frame) -> int:
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self.infos)
            self.infos.append(frame.info)
        return known

    def of_info(self, info: str) -> int:
        """The index of a frame that pyinstrument wrote as ``function NUL file NUL line SOH attributes``."""
        known = self._known.get(info)
        return self.index(info, _frame_of_info(info)) if known is None else known


def _frame_of_info(info: str) -> Frame:
    identifier, *attributes = info.split("\x01")
    name, file, line, *_ = [*identifier.split("\x00"), "", ""]
    owner = next((attribute[1:] for attribute in attributes if attribute.startswith("c")), "")
    return Frame(name=name, file=file, line=int(line) if _DIGITS.fullmatch(line) else 0, owner=owner)


def _read_records(records: list[Any], tree: StackTree, frames: Frames, losses: list[int]) -> None:
    for number, record in enumerate(records, start=1):
        stack, spent = record if isinstance(record, list) and len(record) == 2 else (None, None)
        own = seconds(spent)
        if own is None or not isinstance(stack, list) or not all(isinstance(frame, str) for frame in stack):
            losses.append(number)
            continue
        tree.add(tree.stack(frames.of_info(frame) for frame in stack), own)


def _read_tree(root: Mapping[str, Any], tree: StackTree, frames: Frames, losses: list[int]) -> None:
    """Walks the printed tree with a stack of its own; a frame's own seconds are its less its children's."""
    waiting: list[tuple[Any, int]] = [(root, 0)]
    number = 0
    while waiting:
        plain, parent = waiting.pop()
        number += 1
        total = seconds(plain.get("time")) if isinstance(plain, dict) else None
        if total is None:
            losses.append(number)
            continue
        node = tree.child(parent, _index(plain, frames))
        children = plain.get("children")
        children = children if isinstance(children, list) else []
        spent = sum(seconds(child.get("time")) or 0.0 for child in children if isinstance(child, dict))
        tree.add(node, max(total - spent, 0.0))
        waiting.extend((child, node) for child in reversed(children))


def _index(plain: Mapping[str, Any], frames: Frames) -> int:
    name, file, line = plain.get("function"), plain.get("file_path"), count(plain.get("line_no")) or 0
    frame = Frame(
        name=name if isinstance(name, str) else "", file=file if isinstance(file, str) else "", line=min(line, 10**9)
    )
    return frames.index(frame, frame)


def _name(losses: list[int], what: str) -> list[Loss]:
    numbers = name_losses(iter(losses), f"is no {what} with seconds and was left out")
    return [Loss(reason=loss.reason if loss.line is None else f"{what} {loss.line} {loss.reason}") for loss in numbers]


def _parsed(name: str, plain: Mapping[str, Any], tree: StackTree, frames: Frames, losses: list[Loss]) -> Parsed:
    duration, cpu = seconds(plain.get("duration")), seconds(plain.get("cpu_time"))
    sampled = seconds(tree.total_seconds)
    if duration is None or sampled is None:
        raise ImportProblem(
            "the session's duration must be a number of seconds >= 0, and so must what its frames add up to"
        )
    records = tree.records(frames.infos)
    if tree.folded:
        losses.append(Loss(reason=f"{tree.folded:,} frames too deep to be shown are counted in the frame above them"))
    target, start = plain.get("target_description"), seconds(plain.get("start_time"))
    target = clean(target) if isinstance(target, str) and target else clean(name)
    samples = count(plain.get("sample_count")) or 0
    record = RunRecord(
        key=content_key("pyinstrument", [start, duration, samples, json.dumps(records)]),
        label=clean(name),
        source=f"imported:{NAME}",
        source_name=clean(name),
        started_at=_moment(start),
        wall_seconds=duration,
        cpu_seconds=cpu,
        profiled=True,
        counts={"samples": samples},
        notes=(f"a profiled run of {target}: its frames hold {sampled:.3f} s of {duration:.3f} s",),
    )
    profile = session(
        records,
        duration=duration,
        samples=samples,
        target=target,
        start=start or 0.0,
        cpu_seconds=cpu or 0.0,
        start_stack=_start_stack(plain.get("start_call_stack")),
    )
    return Parsed(runs=(record,), losses=tuple(losses), profiles=(profile,))


def _start_stack(plain: object) -> list[str]:
    frames = plain[:DEEPEST] if isinstance(plain, list) else []
    return [_frame_of_info(frame).info for frame in frames if isinstance(frame, str)]


def _moment(start: float | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(start, UTC) if start else None
    except (OverflowError, ValueError, OSError):
        return None


IMPORTER = Importer(
    name=NAME,
    title="pyinstrument session",
    description="pyinstrument's session JSON, or the tree that its JSON renderer prints.",
    recognize=recognize,
    parse=parse,
)
