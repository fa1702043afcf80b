"""Collapsed stacks, a line each: ``main;solve;step 42``, as py-spy, austin, perf and flame graph scripts write them.

What the number counts is not in the line. austin says microseconds (its frames begin with ``P`` and ``T``, or its
header says so); others count samples, whose rate is not in the file: then the run has no wall-clock, and the profile
shows a hundred samples as a second, which is py-spy's default.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from profiles.importers._profiles import stack_run
from profiles.importers._stacks import Frame, StackTree
from profiles.importers.base import Importer, Loss, Parsed, Source, name_losses

NAME = "collapsed"
SAMPLES_PER_SECOND = 100.0
_LINE = re.compile(r"(\S.{0,60000}?) (\d{1,15})\s*\Z")
_AUSTIN = re.compile(r"P\d{1,9};T[\w:]{1,40}(?:;|\Z)")
_HEADER = re.compile(r"# (\w{1,20}): (.{0,200})")
_PY_SPY = re.compile(r"(.{0,400}) \((.{1,800}?):(\d{1,9})\)\Z")
_PARTS = re.compile(r"(.{1,800}):([^:]{1,400}):(\d{1,9})\Z")
_LOOKED_AT = 60
_LONGEST = 64_000


def recognize(source: Source) -> float:
    lines = [line for line in source.head.split("\n")[:_LOOKED_AT] if line.strip() and not line.startswith("#")]
    lines = lines[:-1] if len(source.data) > len(source.head) and len(lines) > 1 else lines
    stacks = [line for line in lines if len(line) < _LONGEST and _LINE.match(line) and _is_stack(line)]
    deep = sum(";" in line for line in stacks)
    if not lines or len(stacks) < 0.8 * len(lines) or deep * 2 < len(stacks) or not deep:
        return 0.0
    return 0.8 if _AUSTIN.match(stacks[0]) or _PY_SPY.search(stacks[0].rpartition(" ")[0]) else 0.6


def _is_stack(line: str) -> bool:
    return "\t" not in line and not line.startswith(("{", "[{", "[[", '["', "run_batt.py:"))


@dataclass(kw_only=True)
class _Reading:
    """The stacks so far, and what the header says."""

    tree: StackTree = field(default_factory=StackTree)
    infos: dict[str, int] = field(default_factory=dict)
    header: dict[str, str] = field(default_factory=dict)
    weights: list[tuple[int, int]] = field(default_factory=list)
    bad: list[int] = field(default_factory=list)
    is_austin: bool = False

    def take(self, number: int, line: str) -> None:
        header = _HEADER.match(line)
        if header:
            self.header[header[1]] = header[2].strip()
            return
        match = _LINE.match(line) if len(line) < _LONGEST and not line.startswith("#") else None
        if match is None:
            if line.strip() and not line.startswith("#"):
                self.bad.append(number)
            return
        self.is_austin = self.is_austin or _AUSTIN.match(line) is not None
        node = self.tree.stack(self._index(frame) for frame in match[1].split(";") if frame)
        self.weights.append((node, int(match[2])))

    def _index(self, frame: str) -> int:
        return self.infos.setdefault(_frame(frame).info, len(self.infos))


def _frame(text: str) -> Frame:
    """``solve (a.py:7)`` of py-spy, ``a.py:solve:7`` of austin, or a name alone."""
    spy, parts = _PY_SPY.match(text), _PARTS.match(text)
    if spy:
        return Frame(name=spy[1], file=spy[2], line=int(spy[3]))
    return Frame(name=parts[2], file=parts[1], line=int(parts[3])) if parts else Frame(name=text)


def parse(source: Source) -> Parsed:
    """The stacks as one profiled run.

    Raises:
        ImportProblem: no line is a stack with a number.
    """
    reading = _Reading()
    for number, line in source.lines():
        reading.take(number, line)
    is_timed = reading.is_austin or "austin" in reading.header
    scale = 1e-6 if is_timed else 1.0 / SAMPLES_PER_SECOND
    for node, weight in reading.weights:
        reading.tree.add(node, weight * scale)
    losses = list(name_losses(iter(reading.bad), "the line is no stack with a number behind it"))
    if not is_timed:
        losses.append(Loss(reason="its numbers count samples; how many make a second is not in the file: shares hold"))
    duration = reading.header.get("duration", "")
    wall = int(duration) * 1e-6 if is_timed and re.fullmatch(r"\d{1,15}", duration) else None
    notes = () if is_timed else (f"shown as {SAMPLES_PER_SECOND:.0f} samples a second, py-spy's default",)
    infos = list(reading.infos)
    return stack_run(NAME, source.name, reading.tree, infos, wall=wall, losses=losses, notes=notes)


IMPORTER = Importer(
    name=NAME,
    title="Collapsed stacks",
    description="Call stacks with a number each, as py-spy, austin, perf and flame graph scripts write them.",
    recognize=recognize,
    parse=parse,
)
