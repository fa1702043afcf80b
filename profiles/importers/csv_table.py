"""Tables of ``task,phase,seconds`` as CSV: delimiters , ; and tab, units in the header or the cell, decimal commas.

    task;phase;time (ms)
    44f52bb0;validate/compile;12,5

Columns are found by their names; ``task`` or ``phase`` may be missing, others are left alone. A phase below another
one is written ``validate/compile``; a phase's seconds include those of the phases below it. A phase named ``total``
(or ``wall``, ``run``) is the whole of its task or, without a task, of the run. Without it the whole is the sum of the
outermost phases, as in a serial run. Rows of the same task and phase are added up; a row without a task, or of a task
named ``total``, is the run's own: where the tasks have that phase too it is compared, and the larger figure taken.
What Quickwin exports as CSV reads back with the same phases, tasks and seconds.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from profiles.importers._csv_cells import Columns, find_columns, is_preamble, read_seconds
from profiles.importers._csv_run import MAX_TASKS, NAME, WHOLE, Path, Table, build
from profiles.importers._names import clean
from profiles.importers.base import Importer, ImportProblem, Parsed, Source, count, name_losses
from profiles.records import BASES, CATEGORIES

MAX_PHASES = 2_000
_DEEPEST = 20
_HEAD = 8_000
#: What spreadsheets take for a formula; an apostrophe before it is an export's way of saying that it is text.
_ESCAPED = re.compile(r"'(?=[=+@\t\r-])")


def recognize(source: Source) -> float:
    header = next((line for line in source.head[:_HEAD].split("\n") if not is_preamble(line)), "")
    columns = find_columns(header.lstrip("\ufeff"))
    if columns is None:
        return 0.0
    return 0.85 if columns.task is not None and columns.phase is not None else 0.6


def parse(source: Source) -> Parsed:
    """One run out of the table; rows that can not be read are losses.

    Raises:
        ImportProblem: the header names no seconds, or no row can be read.
    """
    lines = source.lines()
    header = next((text.lstrip("\ufeff") for _, text in lines if not is_preamble(text)), "")
    columns = find_columns(header)
    if columns is None:
        raise ImportProblem("the first line of a CSV must name its columns, like 'task,phase,seconds'")
    table, bad = Table(), dict[str, list[int]]()
    for number, row in _rows(lines, columns.delimiter, bad):
        reason = _take(table, row, columns)
        if reason:
            bad.setdefault(reason, []).append(number)
    if not table.tasks and not table.run.seconds and table.run.whole is None:
        raise ImportProblem("no row of the CSV has a figure that can be read as a time")
    losses = tuple(loss for reason, numbers in bad.items() for loss in name_losses(iter(numbers), reason))
    return Parsed(runs=(build(source.name, table, columns),), losses=losses)


def _rows(
    lines: Iterator[tuple[int, str]], delimiter: str, bad: dict[str, list[int]]
) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their last line; blank ones are passed over."""
    last = 0

    def texts() -> Iterator[str]:
        nonlocal last
        for number, text in lines:
            last = number
            yield text + "\n"

    reader = csv.reader(texts(), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            bad.setdefault("a cell is longer than any name or figure; its quotes may not match", []).append(last)
            continue
        if any(row):
            yield last, row


def _take(table: Table, row: Sequence[str], columns: Columns) -> str | None:
    """Adds a row to the table; the reason where it can not be read."""
    if len(row) <= columns.seconds:
        return "the row has no cell for the time"
    if any(cell.strip() for cell in row[columns.width :]):
        return "the row has more cells than the header names: a comma in a figure or a name may need quotes"
    path, is_whole = _path(_cell(row, columns.phase)) if columns.phase is not None else ((), True)
    figure = read_seconds(row[columns.seconds], columns)
    if figure is None:
        is_unknown = is_whole and not row[columns.seconds].strip()
        return None if is_unknown else "the figure is no time that can be true"
    table.look_at(row[columns.seconds])
    if not is_whole and not 1 <= len(path) <= _DEEPEST:
        return f"the row names no phase, or one below more than {_DEEPEST} others"
    if not is_whole and path not in table.paths and len(table.paths) >= MAX_PHASES:
        return f"there are more than {MAX_PHASES:,} phases"
    part = table.part(_name(_cell(row, columns.task)))
    if part is None:
        return f"there are more than {MAX_TASKS:,} tasks"
    if is_whole:
        part.whole = (part.whole or 0.0) + figure
        return None
    table.paths.add(path)
    _take_kind(table, row, path, columns)
    table.repeated += path in part.seconds
    part.add(path, figure, _calls(_cell(row, columns.calls)) if columns.calls is not None else 1)
    return None


def _take_kind(table: Table, row: Sequence[str], path: Path, columns: Columns) -> None:
    if columns.category is not None and (category := _cell(row, columns.category).strip().lower()) in CATEGORIES:
        table.categories[path] = category
    if columns.basis is not None and (basis := _cell(row, columns.basis).strip().lower()) in BASES:
        table.bases[path] = basis


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and column < len(row) else ""


@lru_cache(MAX_PHASES)
def _path(cell: str) -> tuple[Path, bool]:
    """The path that a cell names, and whether it is the whole rather than a phase."""
    path = tuple(name for part in _unescaped(cell).replace(" > ", "/").split("/") if (name := clean(part.strip())))
    return path, len(path) == 1 and path[0].lower().replace("_", "") in WHOLE


@lru_cache(MAX_PHASES)
def _name(cell: str) -> str:
    return clean(_unescaped(cell).strip())


def _unescaped(cell: str) -> str:
    """The cell without the apostrophe that an export puts before what could be a formula."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def _calls(cell: str) -> int:
    text = cell.strip()
    return (count(int(text)) or 1) if text.isascii() and text.isdigit() and len(text) < 17 else 1


IMPORTER = Importer(
    name=NAME,
    title="CSV of phases",
    description="A table of task, phase and seconds, in CSV with any usual delimiter, unit and decimal mark.",
    recognize=recognize,
    parse=parse,
)
