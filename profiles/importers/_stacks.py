"""Call stacks of foreign profiles, gathered in a tree without recursion and written as a pyinstrument session.

Equal stacks are added up, so the order in time is not kept. The tree costs a few words per distinct stack; how deep
it goes and how much is written out is bounded, and what is folded into an outer frame keeps its seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from profiles.importers._names import clean

#: Frames below this depth are counted in the frame at this depth.
DEEPEST = 500
#: A session is written with at most this many frames in all its stacks together.
FRAMES_WRITTEN = 300_000
_ROOT = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """A function as a profile names it; ``line`` 0 where unknown, ``owner`` the class of a method."""

    name: str
    file: str = ""
    line: int = 0
    owner: str = ""

    @property
    def info(self) -> str:
        """As pyinstrument writes it: function, file, line with zero bytes between; the class is an attribute."""
        owner = f"\x01c{clean(self.owner)}" if self.owner else ""
        return f"{clean(self.name) or '(no name)'}\x00{clean(self.file)}\x00{self.line}{owner}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionTiming:
    """One function of a profile without call stacks: calls (all and not recursive), own and total seconds.

    Calls are None where the profiler did not count them.
    """

    name: str
    file: str
    line: int
    calls: int | None
    primitive_calls: int | None
    self_seconds: float
    total_seconds: float


class StackTree:
    """Seconds by call stack. A node is the number of a stack, made by ``child`` from its parent's; 0 is the root."""

    def __init__(self, deepest: int = DEEPEST) -> None:
        self._deepest = deepest
        self._children: dict[tuple[int, int], int] = {}
        self._parents, self._frames, self._depths, self._seconds = [_ROOT], [-1], [0], [0.0]
        self.folded = 0

    def child(self, node: int, frame: int) -> int:
        """The stack of ``node`` with ``frame``, an index, on top; ``node`` itself where that would be too deep."""
        known = self._children.get((node, frame))
        if known is not None:
            return known
        if self._depths[node] >= self._deepest:
            self.folded += 1
            return node
        self._children[node, frame] = new = len(self._parents)
        self._parents.append(node)
        self._frames.append(frame)
        self._depths.append(self._depths[node] + 1)
        self._seconds.append(0.0)
        return new

    def stack(self, frames: Iterable[int]) -> int:
        """The node of a whole stack, outermost frame first."""
        node = _ROOT
        for frame in frames:
            node = self.child(node, frame)
        return node

    def add(self, node: int, seconds: float) -> None:
        self._seconds[node] += seconds

    @property
    def total_seconds(self) -> float:
        return sum(self._seconds)

    def records(self, infos: Sequence[str], limit: int = FRAMES_WRITTEN) -> list[list[Any]]:
        """``[[frame info, ...], seconds]`` for each stack that has seconds of its own, in order of appearance."""
        deepest = self._deepest
        while sum(depth for depth, own in zip(self._depths, self._seconds, strict=True) if own) > limit and deepest > 1:
            deepest //= 2
            self._fold(deepest)
        return [[self._infos(node, infos), own] for node, own in enumerate(self._seconds) if own]

    def _fold(self, deepest: int) -> None:
        for node in range(len(self._parents) - 1, _ROOT, -1):
            if self._depths[node] > deepest and self._seconds[node]:
                self.folded += 1
                self._seconds[self._parents[node]] += self._seconds[node]
                self._seconds[node] = 0.0

    def _infos(self, node: int, infos: Sequence[str]) -> list[str]:
        stack = []
        while node != _ROOT:
            stack.append(infos[self._frames[node]])
            node = self._parents[node]
        return stack[::-1]


def session(
    records: list[list[Any]],
    *,
    duration: float,
    samples: int,
    target: str,
    start: float = 0.0,
    cpu_seconds: float = 0.0,
    start_stack: Sequence[str] = (),
    functions: Sequence[FunctionTiming] = (),
) -> Mapping[str, Any]:
    """A session as pyinstrument's ``Session.from_json`` reads it, and its ``root_frame``: that needs a start stack.

    A profile without call stacks (cProfile's) has its table beside it in ``functions``, a list of FunctionTiming as
    dicts with clean names; its stacks are then one function each, with the function's own seconds.
    """
    plain: dict[str, Any] = {
        "start_time": start,
        "duration": duration,
        "min_interval": 0.001,
        "max_interval": 0.001,
        "sample_count": samples,
        "start_call_stack": list(start_stack[:DEEPEST]) or [""],
        "target_description": clean(target),
        "cpu_time": cpu_seconds,
        "sys_path": [],
        "sys_prefixes": [],
        "frame_records": records,
    }
    if functions:
        plain["functions"] = [
            {**asdict(function), "name": clean(function.name), "file": clean(function.file)}
            for function in sorted(functions, key=lambda function: -function.self_seconds)
        ]
    return plain


def flat_session(functions: Sequence[FunctionTiming], *, duration: float, target: str) -> Mapping[str, Any]:
    """The session of a profile without call stacks: below one root, each function with its own seconds."""
    root = Frame(name="(functions, by their own seconds)").info
    own = sorted(
        (function for function in functions if function.self_seconds > 0), key=lambda function: -function.self_seconds
    )
    records: list[list[Any]] = [
        [[root, Frame(name=function.name, file=function.file, line=function.line).info], function.self_seconds]
        for function in own
    ]
    calls = sum(function.calls or 0 for function in functions)
    return session(records, duration=duration, samples=calls, target=target, functions=functions)
