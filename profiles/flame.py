"""Profiles as a flat list of frames to draw: nothing recursive, pruned so that a page can hold it, two compared.

Frames with equal stacks are one. Of a pruned list what was left out is gathered as "other" below each frame that lost
something, so that a frame's total seconds still are its self seconds plus its children's totals.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from profiles.exports import speedscope
from profiles.sessions import read_session

MOST_FRAMES = 2_000
OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One frame in one stack. ``parent`` is another frame's ``id``, None outermost; parents come before children.

    ``start_seconds`` is where to draw it: where its parent starts, after its siblings before it. ``line`` 0: unknown.
    """

    id: int
    parent: int | None
    name: str
    file: str
    line: int
    self_seconds: float
    total_seconds: float
    depth: int
    start_seconds: float = 0.0

    @property
    def place(self) -> str:
        """File and line, as far as known."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, kw_only=True, slots=True)
class FrameChange:
    """A frame of either of two profiles, its total seconds in both; ``start_seconds`` is its place in the second."""

    id: int
    parent: int | None
    name: str
    file: str
    line: int
    before_seconds: float
    after_seconds: float
    depth: int
    start_seconds: float = 0.0

    @property
    def total_seconds(self) -> float:
        return max(self.before_seconds, self.after_seconds)


_Node = TypeVar("_Node", Frame, FrameChange)


def session_frames(session: Mapping[str, Any] | str | bytes, most: int | None = MOST_FRAMES) -> list[Frame]:
    """The frames of a pyinstrument session (its JSON), at most ``most``; the stem that called the profiler is left out.

    Raises:
        SessionError: it is no session.
    """
    plain = read_session(session) if isinstance(session, str | bytes) else session
    stem = [_identifier(info) for info in plain.get("start_call_stack") or () if isinstance(info, str)]
    tree = _Tree()
    for stack, seconds in plain["frame_records"]:
        node = 0
        for info in stack:
            node = tree.child(node, _identifier(info), info)
        tree.own[node] += seconds
    return _finish(tree.frames(tree.trimmed(stem)), most)


def session_to_speedscope(session: Mapping[str, Any] | str | bytes, name: str = "profile") -> str:
    """A pyinstrument session as a speedscope file. Raises SessionError."""
    plain = read_session(session) if isinstance(session, str | bytes) else session
    named: dict[str, dict[str, Any]] = {}
    for stack, _ in plain["frame_records"]:
        for info in stack:
            if info not in named:
                title, file, line = _read_info(info)
                named[info] = {"name": title, **({"file": file} if file else {}), **({"line": line} if line else {})}
    return speedscope(name, [([named[info] for info in stack], seconds) for stack, seconds in plain["frame_records"]])


def difference(before: Sequence[Frame], after: Sequence[Frame], most: int | None = MOST_FRAMES) -> list[FrameChange]:
    """The frames of two profiles, matched by the names and files on their stacks (lines move), largest first kept.

    Give it lists that are not pruned (``most=None``): what is gathered as "other" can not be told apart.
    """
    tree, seconds = _Tree(), (dict[int, float](), dict[int, float]())
    first: dict[int, Frame] = {}
    for frames, spent in zip((before, after), seconds, strict=True):
        nodes: dict[int | None, int] = {None: 0}
        for frame in frames:
            node = nodes[frame.id] = tree.child(nodes[frame.parent], f"{frame.name}\x00{frame.file}", "")
            first.setdefault(node, frame)
            spent[node] = spent.get(node, 0.0) + frame.total_seconds
    changes = [
        FrameChange(
            id=node,
            parent=tree.parents[node] or None,
            name=frame.name,
            file=frame.file,
            line=frame.line,
            before_seconds=seconds[0].get(node, 0.0),
            after_seconds=seconds[1].get(node, 0.0),
            depth=frame.depth,
        )
        for node, frame in sorted(first.items())
    ]
    kept = changes if most is None else _prune(changes, most, _other_change)
    return _laid_out(kept, lambda change: change.after_seconds)


def pruned(frames: list[Frame], most: int = MOST_FRAMES) -> list[Frame]:
    """At most so many of the frames, the heaviest; what was left out is gathered as "other"."""
    return _finish(frames, most)


def left_heavy(frames: Sequence[Frame]) -> list[Frame]:
    """The frames with the longest of siblings first, instead of in the order in which they first ran."""
    below: dict[int | None, list[Frame]] = {}
    for frame in frames:
        below.setdefault(frame.parent, []).append(frame)
    order: list[Frame] = []
    waiting = [below.get(None, [])]
    while waiting:
        siblings = sorted(waiting.pop(), key=lambda frame: -frame.total_seconds)
        order += siblings
        waiting += [below[frame.id] for frame in reversed(siblings) if frame.id in below]
    return _laid_out(order, lambda frame: frame.total_seconds)


_LIBRARY = re.compile(r"(^|/)(site-packages|dist-packages)/|/python3\.\d+/|^<frozen |^<built-in>|^<__array")


def is_library(file: str) -> bool:
    """Whether a file is the interpreter's or an installed package's, as its path says."""
    return bool(_LIBRARY.search(file.replace("\\", "/")))


def folded(frames: Sequence[Frame], is_folded: Callable[[str], bool] = is_library) -> list[Frame]:
    """The frames with what libraries do inside of themselves taken into the frame that was called from outside.

    A frame of the user's own below such a frame stays, directly below it. The seconds stay the same.

    Args:
        is_folded: whether a file is a library's.
    """
    kept: dict[int, Frame] = {}
    above: dict[int | None, int | None] = {None: None}
    for frame in frames:
        parent = above[frame.parent]
        if parent is not None and is_folded(frame.file) and is_folded(kept[parent].file):
            above[frame.id] = parent
            own = kept[parent].self_seconds + frame.self_seconds
            kept[parent] = replace(kept[parent], self_seconds=own)
            continue
        above[frame.id] = frame.id
        depth = 0 if parent is None else kept[parent].depth + 1
        kept[frame.id] = replace(frame, parent=parent, depth=depth)
    return _laid_out(list(kept.values()), lambda frame: frame.total_seconds)


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionSeconds:
    """A function over all stacks that it is in; ``total_seconds`` count a recursion once."""

    name: str
    file: str
    line: int
    self_seconds: float
    total_seconds: float
    stacks: int


def function_seconds(frames: Sequence[Frame]) -> list[FunctionSeconds]:
    """The functions of a profile, those with the most seconds of their own first.

    Give it a list that is not pruned.
    """
    keys = {frame.id: (frame.name, frame.file, frame.line) for frame in frames}
    own: dict[tuple[str, str, int], float] = defaultdict(float)
    total: dict[tuple[str, str, int], float] = defaultdict(float)
    stacks: Counter[tuple[str, str, int]] = Counter()
    around: dict[int | None, frozenset[tuple[str, str, int]]] = {None: frozenset()}
    for frame in frames:
        key, outside = keys[frame.id], around[frame.parent]
        own[key] += frame.self_seconds
        stacks[key] += 1
        if key not in outside:
            total[key] += frame.total_seconds
        around[frame.id] = outside if key in outside else outside | {key}
    return [
        FunctionSeconds(
            name=name,
            file=file,
            line=line,
            self_seconds=own[name, file, line],
            total_seconds=total[name, file, line],
            stacks=stacks[name, file, line],
        )
        for name, file, line in sorted(own, key=lambda key: -own[key])
    ]


class _Tree:
    """Equal stacks in one node; node 0 stands above the outermost frames, and parents have the smaller numbers."""

    def __init__(self) -> None:
        self._children: dict[tuple[int, str], int] = {}
        self.parents, self.infos, self.keys, self.own = [0], ["(no stack)"], [""], [0.0]

    def child(self, node: int, key: str, info: str) -> int:
        known = self._children.get((node, key))
        if known is None:
            known = self._children[node, key] = len(self.parents)
            self.parents.append(node)
            self.keys.append(key)
            self.infos.append(info)
            self.own.append(0.0)
        return known

    def trimmed(self, stem: Sequence[str]) -> int:
        """The node above the first frames to show: those that called the profiler and did nothing else go."""
        below: dict[int, list[int]] = {}
        for node in range(1, len(self.parents)):
            below.setdefault(self.parents[node], []).append(node)
        first = 0
        for key in stem:
            only = below.get(first, [])
            if self.own[first] > 0 or [self.keys[node] for node in only] != [key]:
                break
            first = only[0]
        return self.parents[first]

    def frames(self, top: int) -> list[Frame]:
        """The frames below ``top`` with their totals."""
        totals = list(self.own)
        for node in range(len(totals) - 1, 0, -1):
            totals[self.parents[node]] += totals[node]
        depths, boxes = {top: -1}, []
        for node in range(1, len(totals)):
            parent = self.parents[node]
            if parent in depths:
                depths[node] = depths[parent] + 1
                above = None if parent == top else parent
                boxes.append(self._frame(node, above, depths[node], totals[node]))
        return boxes if top or not self.own[0] else [*boxes, self._frame(0, None, 0, self.own[0])]

    def _frame(self, node: int, parent: int | None, depth: int, total_seconds: float) -> Frame:
        name, file, line = _read_info(self.infos[node])
        return Frame(
            id=node,
            parent=parent,
            name=name,
            file=file,
            line=line,
            self_seconds=self.own[node],
            total_seconds=total_seconds,
            depth=depth,
        )


def _identifier(info: str) -> str:
    """What pyinstrument takes a frame for: function, file and the function's first line, without attributes."""
    return info.split("\x01", 1)[0]


def _read_info(info: str) -> tuple[str, str, int]:
    """Name (with its class), file and line of a frame as pyinstrument writes it."""
    identifier, *attributes = info.split("\x01")
    name, file, line = [*identifier.split("\x00"), "", ""][:3]
    owner = next((attribute[1:] for attribute in attributes if attribute.startswith("c")), "")
    digits = line if line.isascii() and line.isdigit() and len(line) < 10 else "0"
    return f"{owner}.{name}" if owner else name, file, int(digits)


def _finish(frames: list[Frame], most: int | None) -> list[Frame]:
    kept = frames if most is None else _prune(frames, most, _other_frame)
    return _laid_out(kept, lambda frame: frame.total_seconds)


def _laid_out(nodes: Iterable[_Node], width: Callable[[_Node], float]) -> list[_Node]:
    """Nodes with ``start_seconds``; parents must come before their children."""
    free: dict[int | None, float] = {None: 0.0}
    placed = []
    for node in nodes:
        start = free[node.id] = free[node.parent]
        free[node.parent] = start + width(node)
        placed.append(replace(node, start_seconds=start))
    return placed


def _prune(nodes: list[_Node], most: int, other: Callable[[int, list[_Node]], _Node]) -> list[_Node]:
    """The heaviest nodes and one "other" below each that lost children, at most ``most`` together."""
    if len(nodes) <= most:
        return nodes
    weights: dict[int | None, float] = {None: math.inf}
    for node in nodes:  # rounding must not make a child heavier than its parent
        weights[node.id] = min(node.total_seconds, weights[node.parent])
    order: list[_Node] = sorted(nodes, key=lambda child: -weights[child.id])
    room: int = _room(order, most)
    kept: set[int | None] = {None, *(node.id for node in order[:room])}
    lost: dict[int | None, list[_Node]] = {}
    for node in order[room:]:
        if node.parent in kept:
            lost.setdefault(node.parent, []).append(node)
    new = max(node.id for node in nodes) + 1
    others = [other(new_id, gone) for new_id, gone in enumerate(lost.values(), start=new)]
    return [node for node in nodes if node.id in kept] + others


def _room(order: Sequence[_Node], most: int) -> int:
    """How many of the first nodes fit, together with an "other" below each that lacks some of its children."""
    waiting = Counter(node.parent for node in order)
    fits, lacking = 0, 1
    for kept, node in enumerate(order[:most], start=1):
        lacking += waiting[node.id] > 0
        waiting[node.parent] -= 1
        lacking -= waiting[node.parent] == 0
        if kept + lacking <= most:
            fits = kept
    return fits


def _other_frame(new_id: int, gone: list[Frame]) -> Frame:
    seconds = sum(frame.total_seconds for frame in gone)
    return replace(gone[0], id=new_id, name=OTHER, file="", line=0, self_seconds=seconds, total_seconds=seconds)


def _other_change(new_id: int, gone: list[FrameChange]) -> FrameChange:
    before, after = sum(frame.before_seconds for frame in gone), sum(frame.after_seconds for frame in gone)
    return replace(gone[0], id=new_id, name=OTHER, file="", line=0, before_seconds=before, after_seconds=after)
