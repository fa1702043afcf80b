"""pyinstrument sessions: recorded, kept as JSON text, read back without running anything that is in them.

A session says where time went, never how long a run takes: sampling makes call-dense code several times slower.

Errors:
    SessionError (a ValueError): the text is no session.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from types import TracebackType
from typing import Any

from profiles.secrets import kept, kept_path

INTERVAL_SECONDS = 0.001
#: A pruned session has at most this many distinct stacks, and this many frames in what is cut shorter.
MOST_STACKS = 20_000
SHORT_STACK = 10

Session = dict[str, Any]
Stack = tuple[str, ...]


class SessionError(ValueError):
    """The text is no pyinstrument session that can be read."""


class profile:  # used as a context manager, like a function
    """``with profile() as profiler: ...``; afterwards ``profiler.text`` is the session's JSON, pruned."""

    def __init__(self) -> None:
        from pyinstrument import Profiler  # only a profiled run pays for the import

        self._profiler = Profiler(interval=INTERVAL_SECONDS, async_mode="disabled")
        self.text: str | None = None

    def __enter__(self) -> profile:
        self._profiler.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.text = write_session(prune(self._profiler.stop().to_json()))


def write_session(session: Mapping[str, Any]) -> str:
    """The session as JSON text, which ``read_session`` and pyinstrument's ``Session.load`` read."""
    return json.dumps(session, separators=(",", ":"))


def read_session(text: str | bytes) -> Session:
    """A session's fields, its ``frame_records`` checked: each a list of frames (text) and seconds >= 0.

    Raises:
        SessionError: it is none, with what is wrong.
    """
    try:
        session = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SessionError(f"a session must be JSON, and this is not: {error}") from error
    records = session.get("frame_records") if isinstance(session, dict) else None
    if not isinstance(records, list):
        raise SessionError("a session must have a list frame_records, and this has none")
    for number, record in enumerate(records):
        if not _is_record(record):
            raise SessionError(f"frame record {number} must be a list of frames and seconds >= 0, got {record!r:.80}")
    return dict(session)


def _is_record(record: object) -> bool:
    if not isinstance(record, list) or len(record) != 2:
        return False
    stack, seconds = record
    if not isinstance(stack, list) or not all(isinstance(frame, str) for frame in stack):
        return False
    return type(seconds) in (int, float) and 0 <= seconds < math.inf


def prune(session: Mapping[str, Any], most_stacks: int = MOST_STACKS) -> Session:
    """The session with equal stacks added up (their order in time is lost) and the paths of the machine left out.

    Beyond ``most_stacks`` the lightest are cut to their outermost frames. The seconds stay the same.
    """
    spent = _add_up((tuple(map(_without_line, stack)), seconds) for stack, seconds in session["frame_records"])
    if len(spent) > most_stacks:
        heavy = set(sorted(spent, key=lambda stack: -spent[stack])[:most_stacks])
        cut = ((stack if stack in heavy else stack[:SHORT_STACK], seconds) for stack, seconds in spent.items())
        spent = _add_up(cut)
    records = [[list(stack), seconds] for stack, seconds in spent.items()]
    plain = {
        name: kept(text) for name in ("program", "target_description") if isinstance(text := session.get(name), str)
    }
    return {**session, **plain, "frame_records": records, "sys_path": [], "sys_prefixes": []}


def _add_up(records: Iterable[tuple[Stack, float]]) -> dict[Stack, float]:
    spent: dict[Stack, float] = {}
    for stack, seconds in records:
        spent[stack] = spent.get(stack, 0.0) + seconds
    return spent


def _without_line(frame: str) -> str:
    """A frame without the line that was running in it: its function, file (no home), first line and class."""
    identifier, *attributes = frame.split("\x01")
    if identifier.count("\x00") == 2:
        function, path, line = identifier.split("\x00")
        identifier = f"{function}\x00{_kept_path(path)}\x00{line}"
    return "\x01".join([identifier, *(attribute for attribute in attributes if not attribute.startswith("l"))])


_kept_path = cache(kept_path)


def merge_sessions(texts: Iterable[str]) -> str:
    """The sessions of several workers as one: stacks, seconds, samples and durations added up.

    Raises:
        SessionError: one of them is no session, or there is none.
    """
    sessions = [read_session(text) for text in texts]
    if not sessions:
        raise SessionError("merging needs at least one session, got none")
    merged = dict(sessions[0])
    for name in ("duration", "sample_count", "cpu_time"):
        merged[name] = sum(session.get(name) or 0 for session in sessions)
    merged["start_time"] = min(session.get("start_time") or 0.0 for session in sessions)
    merged["frame_records"] = [record for session in sessions for record in session["frame_records"]]
    return write_session(prune(merged))
