"""What the columns of a CSV hold and what its figures are in seconds: names, units, delimiters, decimal commas."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t")
_NAMES = {
    "task": ("task", "taskid", "taskname", "tasks", "puzzle", "id"),
    "phase": (
        "phase",
        "phases",
        "phasename",
        "path",
        "stage",
        "step",
        "section",
        "component",
        "operation",
        "name",
        "key",
        "timer",
        "function",
    ),
    "calls": ("calls", "count", "ncalls", "n"),
    "category": ("category", "kind"),
    "basis": ("basis",),
}
_SECONDS_NAMES = (
    "time",
    "duration",
    "elapsed",
    "wall",
    "walltime",
    "total",
    "totaltime",
    "cost",
    "took",
    "runtime",
    "timetaken",
    "executiontime",
)
#: Seconds in one of each unit, by the ways people write it.
UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "usec", "\u00b5s", "\u03bcs", "micros", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nsec", "nanos", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
}
#: No run takes longer than this many seconds; sums of such figures stay numbers.
LARGEST = 2.0**53
_HEADER_CHARACTERS = 2_000
_CELL_CHARACTERS = 64
_PLAIN_DIGITS = 15
_WORD = re.compile(r"[^\W_]+")
_CELL = re.compile(r"([+-]?[0-9.,]+(?:[eE][+-]?[0-9]{1,3})?) ?([a-z\u00b5\u03bc]*)")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which column holds what, how columns are set apart, and how many seconds one figure is."""

    delimiter: str
    seconds: int
    task: int | None = None
    phase: int | None = None
    calls: int | None = None
    category: int | None = None
    basis: int | None = None
    scale: float = 1.0
    width: int = 0
    unit_named: bool = True


def is_preamble(line: str) -> bool:
    """Whether a line before the header says nothing: a blank one, a comment, or a spreadsheet's ``sep=;``."""
    text = line.lstrip("\ufeff").strip()
    return not text or text.startswith("#") or text.lower().startswith("sep=")


def find_columns(header: str) -> Columns | None:
    """The columns that a header line names, or None where it is none: it needs seconds, and a task or a phase."""
    if len(header) > _HEADER_CHARACTERS or header.lstrip().startswith(("{", "[")):
        return None
    for delimiter in DELIMITERS:
        try:
            names = next(csv.reader([header.rstrip("\r\n")], delimiter=delimiter), [])
        except csv.Error:
            continue
        columns = _columns([_words(name) for name in names], delimiter)
        if columns is not None:
            return columns
    return None


def _words(name: str) -> list[str]:
    return [word for word in _WORD.findall(name.lower()) if word != "in"]


def _columns(names: list[list[str]], delimiter: str) -> Columns | None:
    found: dict[str, int] = {}
    scale, unit_named = 1.0, False
    for position, words in enumerate(names):
        unit = words[-1] if words and words[-1] in UNITS else None
        rest = "".join(words[:-1] if unit and len(words) > 1 else words)
        if "seconds" not in found and (rest in _SECONDS_NAMES or rest in UNITS):
            found["seconds"] = position
            scale, unit_named = UNITS[unit or "s"], unit is not None
            continue
        for what, known in _NAMES.items():
            if rest in known and what not in found:
                found[what] = position
                break
    if "seconds" not in found or not ("task" in found or "phase" in found):
        return None
    return Columns(delimiter=delimiter, scale=scale, unit_named=unit_named, width=len(names), **found)


def read_seconds(cell: str, columns: Columns) -> float | None:
    """A figure in seconds: its own unit or the header's, with a decimal comma where columns are not set apart by one.

    Where columns are set apart by commas a quoted ``1,5`` has a decimal comma too; ``1,234`` could be either and is
    not read.
    """
    if len(cell) <= _PLAIN_DIGITS and cell.isascii() and cell.replace(".", "", 1).isdigit():
        return float(cell) * columns.scale
    match = _CELL.fullmatch(cell.strip().lower()) if len(cell) <= _CELL_CHARACTERS else None
    if match is None or (match[2] and match[2] not in UNITS):
        return None
    number = _decimal(match[1], columns.delimiter)
    if number is None or _NUMBER.fullmatch(number) is None:
        return None
    figure = float(number) * (UNITS[match[2]] if match[2] else columns.scale)
    return figure if 0 <= figure <= LARGEST else None


def _decimal(text: str, delimiter: str) -> str | None:
    if "," not in text:
        return text
    whole, _, rest = text.rpartition(",")
    if "." in rest:
        return whole.replace(",", "") + rest if delimiter != "," and _thousands(text) else None
    if "," in whole or (delimiter == "," and len(rest) == 3):
        return None
    return whole.replace(".", "") + "." + rest


def _thousands(text: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]*", text) is not None
