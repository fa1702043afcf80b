"""speedscope's JSON, evented and sampled, of any number of threads.

Format: https://www.speedscope.app/file-format-schema.json. A file becomes one profiled run: its wall-clock is the
longest profile's, since several profiles are threads that ran side by side, each below a frame of its own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from profiles.importers._names import clean
from profiles.importers._stacks import Frame, StackTree, session
from profiles.importers.base import (
    LARGEST,
    Importer,
    ImportProblem,
    Loss,
    Parsed,
    Source,
    content_key,
    count,
    counted,
    read_json,
    seconds,
)
from profiles.records import RunRecord

NAME = "speedscope"
_SCHEMA = b"speedscope.app/file-format-schema.json"
_SECONDS_PER = {"seconds": 1.0, "milliseconds": 1e-3, "microseconds": 1e-6, "nanoseconds": 1e-9}


def recognize(source: Source) -> float:
    data = source.utf8
    if not source.head.lstrip().startswith("{") or b'"profiles"' not in data or b'"frames"' not in data:
        return 0.0
    return 0.95 if _SCHEMA in data else 0.5


@dataclass(kw_only=True)
class _Reading:
    """What all profiles of a file share while they are read."""

    frames: int
    tree: StackTree = field(default_factory=StackTree)
    losses: dict[str, int] = field(default_factory=dict)

    def lose(self, reason: str) -> None:
        self.losses[reason] = self.losses.get(reason, 0) + 1

    def index(self, value: object) -> int | None:
        """``value`` as the index of a frame, or None."""
        index = count(value)
        return index if index is not None and index < self.frames else None


def parse(source: Source) -> Parsed:
    """The file's profiles as one profiled run.

    Raises:
        ImportProblem: no JSON, no speedscope file, or one whose weights are no time.
    """
    plain = read_json(source.text)
    shared = plain.get("shared") if isinstance(plain, dict) else None
    frames = shared.get("frames") if isinstance(shared, dict) else None
    profiles = plain.get("profiles") if isinstance(plain, dict) else None
    if not isinstance(frames, list) or not isinstance(profiles, list) or not profiles:
        raise ImportProblem("a speedscope file must have a list of profiles and shared.frames, and this one has not")
    infos = [_frame(frame).info for frame in frames]
    reading = _Reading(frames=len(infos))
    lengths = list[float | None]()
    for profile in profiles:
        root = 0
        if len(profiles) > 1:
            infos.append(Frame(name=_text(profile, "name") or "(thread without a name)").info)
            root = reading.tree.child(0, len(infos) - 1)
        lengths.append(_read_profile(profile, root, reading))
    if reading.losses and not reading.tree.total_seconds:
        raise ImportProblem(f"nothing of the profile could be read: {next(iter(reading.losses))}")
    wall = None if None in lengths else max(length or 0.0 for length in lengths)
    return _parsed(source.name, plain, wall, infos, reading, len(profiles))


def _frame(plain: object) -> Frame:
    line = count(plain.get("line")) if isinstance(plain, dict) else None
    return Frame(name=_text(plain, "name"), file=_text(plain, "file"), line=min(line or 0, 10**9))


def _text(plain: object, name: str) -> str:
    value = plain.get(name) if isinstance(plain, dict) else None
    return value if isinstance(value, str) else ""


def _moment(value: object) -> float | None:
    """A moment on a profile's own clock, which may begin anywhere, also below 0."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    return float(number) if number is not None and abs(number) <= LARGEST else None


def _read_profile(profile: object, root: int, reading: _Reading) -> float | None:
    """Reads one thread below ``root`` and gives its length in seconds; None where it does not say and was cut."""
    if not isinstance(profile, dict):
        reading.lose("a profile is no JSON object")
        return None
    scale = _SECONDS_PER.get(_text(profile, "unit"))
    if scale is None:
        known = ", ".join(_SECONDS_PER)
        raise ImportProblem(f"the profile's unit is {profile.get('unit')!r:.40}, which is no time; known: {known}")
    if profile.get("type") == "evented":
        spent = _read_events(profile, root, scale, reading)
    elif profile.get("type") == "sampled":
        spent = _read_samples(profile, root, scale, reading)
    else:
        raise ImportProblem(f"the profile's type is {profile.get('type')!r:.40}; known: evented, sampled")
    start, end = _moment(profile.get("startValue")), _moment(profile.get("endValue"))
    if start is None or end is None or end < start:
        is_whole = not reading.losses
        instead = "its frames' seconds are taken instead" if is_whole else "what is left of it is no wall-clock"
        reading.lose(f"a profile's startValue and endValue are no stretch of time; {instead}")
        return spent if is_whole else None
    return max((end - start) * scale, spent)


def _read_samples(profile: Mapping[str, Any], root: int, scale: float, reading: _Reading) -> float:
    samples, weights = profile.get("samples"), profile.get("weights")
    if not isinstance(samples, list) or not isinstance(weights, list):
        raise ImportProblem("a sampled profile must have lists of samples and of weights, and this one has not")
    if len(samples) != len(weights):
        reading.lose(
            f"{len(samples):,} samples have {len(weights):,} weights; those beyond the shorter list are left out"
        )
    spent = 0.0
    for sample, weight in zip(samples, weights, strict=False):
        indices = [reading.index(frame) for frame in sample] if isinstance(sample, list) else [None]
        own = seconds(weight)
        if own is None or None in indices:
            reading.lose("a sample has a weight that is no time, or a frame that is not in the list of frames")
            continue
        node = root
        for index in indices:
            node = reading.tree.child(node, index)  # type: ignore[arg-type]
        reading.tree.add(node, own * scale)
        spent += own * scale
    return spent


def _read_events(profile: Mapping[str, Any], root: int, scale: float, reading: _Reading) -> float:
    """Time between two events belongs to the frame on top; a frame that is never closed ends with the profile."""
    events = profile.get("events")
    if not isinstance(events, list):
        raise ImportProblem("an evented profile must have a list of events, and this one has not")
    open_frames: list[tuple[int, int]] = []
    before = _moment(profile.get("startValue"))
    spent = 0.0
    for event in events:
        at = _moment(event.get("at")) if isinstance(event, dict) else None
        index = reading.index(event.get("frame")) if isinstance(event, dict) else None
        if at is None or index is None or (before is not None and at < before):
            reading.lose(
                "an event has no time, a time before the one before it, or a frame that is not in the list of frames"
            )
            continue
        spent += _spend(open_frames, root, 0.0 if before is None else (at - before) * scale, reading)
        before = at
        _take_event(event.get("type"), index, open_frames, root, reading)
    end = _moment(profile.get("endValue"))
    if open_frames:
        reading.lose("a profile ends while frames are open; they are taken to end with it")
        if end is not None and before is not None and end > before:
            spent += _spend(open_frames, root, (end - before) * scale, reading)
    return spent


def _spend(open_frames: list[tuple[int, int]], root: int, own: float, reading: _Reading) -> float:
    """Adds seconds to the frame on top; those in which no frame is open are nobody's."""
    if not open_frames:
        return 0.0
    reading.tree.add(open_frames[-1][1], own)
    return own


def _take_event(kind: object, index: int, open_frames: list[tuple[int, int]], root: int, reading: _Reading) -> None:
    if kind == "O":
        parent = open_frames[-1][1] if open_frames else root
        open_frames.append((index, reading.tree.child(parent, index)))
    elif kind == "C" and open_frames and open_frames[-1][0] == index:
        open_frames.pop()
    else:
        reading.lose("an event closes a frame that is not the one on top, or is of no known type")


def _parsed(
    name: str, plain: Mapping[str, Any], wall: float | None, infos: list[str], reading: _Reading, threads: int
) -> Parsed:
    if seconds(wall or 0.0) is None or seconds(reading.tree.total_seconds) is None:
        raise ImportProblem("the profile's seconds add up to more than any run can take")
    records = reading.tree.records(infos)
    losses = [Loss(reason=f"{reason} ({counted(times, 'time')})") for reason, times in reading.losses.items()]
    if reading.tree.folded:
        losses.append(
            Loss(reason=f"{reading.tree.folded:,} frames too deep to be shown are counted in the frame above")
        )
    title = clean(_text(plain, "name")) or clean(name)
    notes = [f"a profiled run of {title}: its frames hold {reading.tree.total_seconds:.3f} s"]
    if threads > 1:
        notes.append(f"{threads:,} threads side by side: wall-clock is that of the longest")
    record = RunRecord(
        key=content_key("speedscope", [wall, json.dumps(records)]),
        label=clean(name),
        source=f"imported:{NAME}",
        source_name=clean(name),
        wall_seconds=wall,
        profiled=True,
        counts={"stacks": len(records), "threads": threads},
        notes=tuple(notes),
    )
    profile = session(
        records, duration=reading.tree.total_seconds if wall is None else wall, samples=len(records), target=title
    )
    return Parsed(runs=(record,), losses=tuple(losses), profiles=(profile,))


IMPORTER = Importer(
    name=NAME,
    title="speedscope JSON",
    description="speedscope's evented and sampled profiles, as py-spy, pyinstrument and Quickwin write them.",
    recognize=recognize,
    parse=parse,
)
