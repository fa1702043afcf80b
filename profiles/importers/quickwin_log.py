"""Quickwin's own log, as ``profiles.logs.write_log`` writes it: back into a run equal to the one that was written.

Rows that can not be read, and an end that is missing, are losses; a section or column that is not known is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from profiles import logs
from profiles.importers._plain import read_run
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, name_losses

NAME = "quickwin-log"
_FIRST_LINE = re.compile(rf"{logs.FIRST_WORDS} (\d{{1,9}})\s*", re.ASCII)
_SECTION = re.compile(r"\[([a-z ]{1,40})\]\s*")
_STRING = r'"(?:[^"\\]|\\.)*"'
_CELL = re.compile(rf'(?:[^\s"]|{_STRING})+')
_NAME = re.compile(rf"({_STRING}|[^\"/,]+)([/,]|$)")
_WHOLE = re.compile(r"-?\d{1,18}")
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,25})?(?:e[+-]?\d{1,4})?")
_PAIRS = ("run", "workload", "environment")
_TABLES = ("packages", "phases", "caches", "counts", "tasks", "task phases", "task counts", "findings", "notes")
#: Longer lines are no rows of a log.
_LINE_CHARACTERS = 1_000_000

Row = dict[str, Any]


class _BadRow(ValueError):
    """A line that is no row of its section."""


def recognize(source: Source) -> float:
    return 1.0 if _FIRST_LINE.match(source.head.lstrip()[:200]) else 0.0


def parse(source: Source) -> Parsed:
    """The run in the log.

    Raises:
        ImportProblem: written by a newer Quickwin, or no run in it.
    """
    reading = _Reading()
    for number, line in source.lines():
        reading.take(number, line)
    if reading.version is None:
        raise ImportProblem(
            f"the first line of a Quickwin log is '{logs.FIRST_WORDS} {logs.VERSION}', and there is none"
        )
    losses = list(name_losses(iter(reading.bad), "the line is no row of its section and was left out"))
    if not reading.ended:
        losses.append(Loss(reason=f"the log was cut: its last line, {logs.END}, is missing"))
    record, more = read_run(reading.plain(), NAME)
    if not reading.ended and record.status == "finished":
        record = record.replace(notes=(*record.notes, "read from a log that was cut: parts of the run are missing"))
    return Parsed(runs=(record,), losses=(*losses, *more))


class _Reading:
    """A log while its lines are read: rows by section."""

    def __init__(self) -> None:
        self.version: int | None = None
        self.ended = False
        self.bad: list[int] = []
        self._rows: dict[str, list[Row]] = {}
        self._section = ""
        self._columns: list[str] | None = None

    def take(self, number: int, line: str) -> None:
        """Takes one line in; one that can not be read is noted."""
        if self.version is None:
            if line.strip():
                self.version = _version(line)
        elif not line.strip() or line.startswith("#") or self.ended:
            return
        elif line.rstrip() == logs.END:
            self.ended = True
        elif (section := _SECTION.fullmatch(line)) is not None:
            self._section, self._columns = section[1], None
        else:
            self._take_row(number, line)

    def _take_row(self, number: int, line: str) -> None:
        try:
            cells = split_cells(line)
            if self._section in _PAIRS:
                self._take_pair(cells)
            elif self._section in _TABLES and self._columns is None:
                self._columns = cells
            elif self._section in _TABLES:
                self._add(dict(zip(self._columns or (), cells, strict=True)))
        except ValueError:
            self.bad.append(number)

    def _take_pair(self, cells: list[str]) -> None:
        name, value = cells
        self._rows.setdefault(self._section, [{}])[0][name] = read_cell(name, value)

    def _add(self, cells: dict[str, str]) -> None:
        row = {name: read_cell(name, cell) for name, cell in cells.items()}
        self._rows.setdefault(self._section, []).append(row)

    def plain(self) -> Row:
        """The run as ``RunRecord.to_json`` would write it, of whatever types the cells are."""
        plain = dict(self._pairs("run") or {})
        for name in ("phases", "caches", "findings"):
            plain[name] = self._rows.get(name, [])
        plain["counts"] = _mapping(self._rows.get("counts", ()), "count")
        plain["notes"] = [row.get("text") for row in self._rows.get("notes", ())]
        plain["workload"] = self._pairs("workload")
        environment = self._pairs("environment")
        if environment is not None:
            environment = {**environment, "packages": _mapping(self._rows.get("packages", ()), "version")}
        return {**plain, "environment": environment, "tasks": self._tasks()}

    def _pairs(self, section: str) -> Row | None:
        rows = self._rows.get(section)
        return rows[0] if rows else None

    def _tasks(self) -> list[Row]:
        phases, counts = _by_task(self._rows.get("task phases", ())), _by_task(self._rows.get("task counts", ()))
        return [
            {**task, "phases": phases.get(index, []), "counts": _mapping(counts.get(index, ()), "count")}
            for task in self._rows.get("tasks", ())
            for index in [str(task.get("index"))]
        ]


def _version(line: str) -> int | None:
    match = _FIRST_LINE.fullmatch(line)
    if match is None:
        return None
    if int(match[1]) != logs.VERSION:
        raise ImportProblem(
            f"this log is of version {match[1]}, and this Quickwin reads version {logs.VERSION}; "
            "the Quickwin that wrote it, or a newer one, reads it"
        )
    return int(match[1])


def _mapping(rows: Iterable[Row], value: str) -> Row:
    return {str(row["name"]): row[value] for row in rows if "name" in row and value in row}


def _by_task(rows: Iterable[Row]) -> dict[str, list[Row]]:
    by_task: dict[str, list[Row]] = {}
    for row in rows:
        by_task.setdefault(str(row.get("task")), []).append(row)
    return by_task


def split_cells(line: str) -> list[str]:
    """The cells of a line, still as they are written.

    Raises:
        ValueError: a text without its closing quote, or a line too long.
    """
    if len(line) > _LINE_CHARACTERS:
        raise _BadRow("too long")
    cells, at, end = [], 0, len(line.rstrip())
    while at < end:
        if line[at].isspace():
            at += 1
            continue
        match = _CELL.match(line, at)
        if match is None:
            raise _BadRow("a quote is open")
        cells.append(match[0])
        at = match.end()
        if at < end and not line[at].isspace():
            raise _BadRow("a quote is open")
    return cells


def read_cell(name: str, cell: str) -> Any:
    """What ``write_cell`` wrote: None, a truth, a number, a text, or for a path or config a list of texts.

    Raises:
        ValueError: a JSON string that can not be read.
    """
    if cell == logs.NOTHING:
        return None
    if name == "path":
        return _read_names(cell, "/")
    if name == "config":
        return [] if cell == "none" else _read_names(cell, ",")
    if cell[0] == '"':
        return json.loads(cell)
    if cell in (logs.YES, logs.NO):
        return cell == logs.YES
    if _WHOLE.fullmatch(cell):
        return int(cell)
    return float(cell) if _NUMBER.fullmatch(cell) else cell


def _read_names(cell: str, separator: str) -> list[str]:
    names: list[str] = []
    at = 0
    while at < len(cell) or not names:
        match = _NAME.match(cell, at)
        if match is None or match[2] not in ("", separator):
            raise _BadRow("no list of names")
        names.append(json.loads(match[1]) if match[1][0] == '"' else match[1])
        at = match.end()
    if cell[-1] == separator:
        raise _BadRow("a name is missing")
    return names


IMPORTER = Importer(
    name=NAME,
    title="Quickwin log",
    description="The log that Quickwin writes of its own runs (run --log).",
    recognize=recognize,
    parse=parse,
)
