"""Reads the recorder's journal back: a run that died is restored with what it had.

A journal is JSON lines (see ``profiles.recorder``): a header, one line per finished task, a final line. Several runs
may follow each other in one file. A line that was cut, by a kill or a full disk, is left out and named in the notes.

Errors:
    JournalError (a ValueError): this is no journal, or one from a newer version.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from profiles.recorder import ECHO_PREFIX, JOURNAL_FORMAT, JOURNAL_VERSION, Totals, expand
from profiles.records import RunRecord, TaskRecord

Json = dict[str, Any]


class JournalError(ValueError):
    """The bytes are no journal that can be read."""


def read_journal(source: bytes | str | os.PathLike[str]) -> RunRecord:
    """The last run of a journal, given as bytes or by its path.

    Finished where the final line says so; else interrupted, with every task that was written.

    Raises:
        JournalError: no run in it, or one from a newer version.
        OSError: the path can not be read.
    """
    runs = read_journals(source)
    if not runs:
        raise JournalError(f"no run in this journal: its first line must be a header with format {JOURNAL_FORMAT!r}")
    return runs[-1]


def read_journals(source: bytes | str | os.PathLike[str]) -> list[RunRecord]:
    """All runs of a journal in the order of the file; empty where not even one header is whole.

    Raises:
        JournalError: a run from a newer version, or a header that can not be true.
        OSError: the path can not be read.
    """
    if isinstance(source, bytes):
        return _read_lines(source.split(b"\n"))
    with Path(source).open("rb") as file:
        return _read_lines(file)


_ECHOED = re.compile(rf"{ECHO_PREFIX} (\w{{1,16}}) (\d{{1,9}}) (\d{{1,6}})/(\d{{1,6}}) ([0-9a-f]{{8}}) ([^\r\n]*)")


def echoed(text: str) -> dict[str, str]:
    """The journals whose lines are in a log behind ``ECHO_PREFIX``, by run; a copy of a line counts once.

    A line that is cut, or whose checksum is another, is left out; so is one of which a part is missing.
    """
    parts: dict[str, dict[int, dict[int, str]]] = {}
    whole: dict[tuple[str, int], int] = {}
    for run, number, part, of, checksum, piece in _ECHOED.findall(text):
        if f"{zlib.crc32(piece.encode()):08x}" == checksum:
            parts.setdefault(run, {}).setdefault(int(number), {})[int(part)] = piece
            whole[run, int(number)] = int(of)
    return {
        run: "".join(
            "".join(piece for _, piece in sorted(lines[number].items())) + "\n"
            for number in sorted(lines)
            if len(lines[number]) == whole[run, number]
        )
        for run, lines in parts.items()
    }


def task_from_json(plain: Mapping[str, Any]) -> TaskRecord:
    """The record of a task that the recorder gave to ``on_task``.

    Raises:
        RecordError: a field is missing or holds a value that can not be true.
    """
    return RunRecord.from_json({"key": "task", "label": "task", "tasks": [plain]}).tasks[0]


def _read_lines(lines: Iterable[bytes]) -> list[RunRecord]:
    runs: list[_Run] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        plain = _parse(line)
        if plain.get("type") == "header" and plain.get("format") == JOURNAL_FORMAT:
            runs.append(_Run(plain))
        elif runs:
            runs[-1].read(number, plain)
    return [run.record() for run in runs]


def _parse(line: bytes) -> Json:
    """The object in a line; empty where the line is cut or holds something else."""
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _notes(part: Json) -> list[str]:
    notes = part.get("notes", ())
    if not isinstance(notes, list | tuple):
        raise TypeError(f"notes must be a list, got {notes!r:.60}")
    return list(notes)


class _Run:
    """One run while its lines are read."""

    def __init__(self, header: Json) -> None:
        version = header.get("version")
        if not isinstance(version, int) or version > JOURNAL_VERSION:
            raise JournalError(f"journal version {version!r} can not be read, only versions up to {JOURNAL_VERSION}")
        self._header = header
        self._basis = "workers" if header.get("workers", 1) != 1 else "sum"
        self._tasks: list[TaskRecord] = []
        self._totals, self._wall, self._notes = Totals(), 0.0, list[str]()
        self._end: Json | None = None

    def read(self, number: int, line: Json) -> None:
        """Takes one line in; what can not be read is noted by its number."""
        try:
            if line["type"] == "task":
                self._read_task(line)
            elif line["type"] == "end":
                self._end = expand(line, self._basis)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._notes.append(f"line {number} of the journal is cut or damaged and was left out")

    def _read_task(self, line: Json) -> None:
        plain, between = expand(line, self._basis), expand(line.get("between", {}), self._basis)
        task = task_from_json(plain)
        self._totals.add(between)
        self._totals.add(plain)
        self._tasks.append(task)
        self._wall = max(self._wall, (plain["start_seconds"] or 0.0) + (task.seconds or 0.0))

    def record(self) -> RunRecord:
        end = self._end or self._restored()
        try:
            notes = [note for part in (self._header, end) for note in _notes(part)] + self._notes
            record = RunRecord.from_json({**self._header, **end, "notes": dict.fromkeys(notes)})
        except (TypeError, ValueError) as error:
            raise JournalError(f"a run of this journal can not be true: {error}") from error
        return record.replace(tasks=tuple(self._tasks))

    def _restored(self) -> Json:
        note = f"the journal has no final line: the run was interrupted after {len(self._tasks)} finished tasks"
        return {**self._totals.take(), "status": "interrupted", "wall_seconds": self._wall, "notes": [note]}
