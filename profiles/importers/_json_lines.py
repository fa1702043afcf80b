"""JSON lines, one object each, as a pipeline appends them to a file: the last may be torn, some may be doubled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from profiles.importers.base import Loss, Source, name_losses

#: Longer lines are no entries of such a file.
_LONGEST = 100_000
_HEAD_LINES = 20


class Entries:
    """Iterates over line number and object; afterwards ``losses`` names the lines that were left out."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._bad: list[int] = []
        self._doubled: list[int] = []
        self._torn: int | None = None

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        previous = b""
        last = 0
        for number, line in self._source.byte_lines():
            if not line.strip():
                continue
            last = number
            if line == previous:
                self._doubled.append(number)
                continue
            previous = line
            entry = read_entry(line)
            if entry is None:
                self._bad.append(number)
            else:
                yield number, entry
        if self._bad and self._bad[-1] == last:
            self._torn = self._bad.pop()

    @property
    def losses(self) -> tuple[Loss, ...]:
        torn = (Loss(line=self._torn, reason="the last line is torn"),) if self._torn else ()
        return (
            *name_losses(iter(self._bad), "the line is no JSON object"),
            *name_losses(iter(self._doubled), "the line repeats the one before"),
            *torn,
        )


def read_entry(line: bytes) -> dict[str, Any] | None:
    """The object on a line; None where there is none."""
    if len(line) > _LONGEST:
        return None
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def head_entries(source: Source) -> list[dict[str, Any]]:
    """The objects on the first twenty lines that are not empty: what a format is recognized by."""
    lines = [line for line in source.utf8[:65536].split(b"\n") if line.strip()][:_HEAD_LINES]
    return [entry for entry in map(read_entry, lines) if entry is not None]
