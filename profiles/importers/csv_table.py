"""Tables of runs, tasks or phases with seconds: CSV, TSV and Markdown, units in the header or the cell, decimal commas.

    task;phase;time (ms)
    44f52bb0;validate/compile;12,5

Columns are found by their names: a run's note says which was taken as what and what the rows are. Statistics, shares,
moments, counts and money are never seconds; where two columns could be the seconds the table is refused. Rows of
different runs (``run_id``, ``config``) are different runs, and so is each row of a list of runs. Names that are keys of
run_batt's timing summary mean what they mean there. ``task`` or ``phase`` may be missing, others are left alone.

A phase below another one is written ``validate/compile``; a phase's seconds include those of the phases below it. A
phase named ``total`` (or ``wall``, ``run``) is the whole of its task or, without a task, of the run. Without it the
whole is the sum of the outermost phases, as in a serial run. Rows of the same task and phase are added up; a row
without a task, or of a task named ``total``, is the run's own: where the tasks have that phase too it is compared, and
the larger figure taken.
What Quickwin exports as CSV reads back with the same phases, tasks and seconds.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from profiles.importers._csv_cells import Columns, cells_of, find_columns, is_preamble, read_seconds
from profiles.importers._csv_run import MAX_TASKS, NAME, WHOLE, Path, Table, build
from profiles.importers._names import clean
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, count, moment, name_losses
from profiles.records import BASES, CATEGORIES
from profiles.runlog.build import PIPELINE
from profiles.runlog.keys import WHOLE as PIPELINE_WHOLE
from profiles.runlog.keys import Key, canonical, is_known, key

MAX_PHASES = 2_000
MAX_RUNS = 500
#: What trackers of experiments call the end of a run.
STATUSES = {
    **dict.fromkeys(("failed", "crashed", "error", "failure", "errored"), "failed"),
    **dict.fromkeys(("killed", "canceled", "cancelled", "aborted", "stopped", "interrupted", "running"), "interrupted"),
}
_RULE = re.compile(r"[\s|:+=-]{3,400}")
_MARKED = re.compile(r"(\*{1,3}|`)(?=[^*`\s])([^*`]{1,200})\1")
_DEEPEST = 20
_HEAD = 8_000
#: What spreadsheets take for a formula; an apostrophe before it is an export's way of saying that it is text.
_ESCAPED = re.compile(r"'(?=[=+@\t\r-])")


def recognize(source: Source) -> float:
    columns = _header(source)[1]
    if columns is None:
        return 0.0
    return 0.92 if _has_figures(source, columns) else 0.6


def _header(source: Source) -> tuple[int, Columns | None]:
    """The number of the line that names the columns, and the columns; a Markdown table may have some text around it."""
    lines = list(enumerate(source.head[:_HEAD].split("\n"), start=1))
    first = next(((number, text) for number, text in lines if not is_preamble(text)), (1, ""))
    columns = find_columns(first[1].lstrip("\ufeff"))
    if columns is not None:
        return first[0], columns
    written = [text for _, text in lines if text.strip()]
    if sum(text.lstrip().startswith(("|", "+-", "+=")) for text in written) * 2 < len(written):
        return 1, None
    bars = ((number, find_columns(text)) for number, text in lines if text.lstrip().startswith("|"))
    return next(((number, columns) for number, columns in bars if columns is not None), (1, None))


def _has_figures(source: Source, columns: Columns) -> bool:
    """Whether one of the first rows has as many cells as the header: text that only looks like a header has not."""
    rows = source.head[:_HEAD].split("\n")[:20]
    return sum(row.count(columns.delimiter) >= columns.width - 1 for row in rows) > 1


def parse(source: Source) -> Parsed:
    """The runs out of the table; rows that can not be read are losses.

    Raises:
        ImportProblem: the header names no seconds or several columns that could be, or no row can be read.
    """
    at, columns = _header(source)
    if columns is None:
        raise ImportProblem("the first line of a CSV must name its columns, like 'task,phase,seconds'")
    if columns.problem:
        raise ImportProblem(columns.problem)
    lines = ((number, text) for number, text in source.lines() if number > at)
    tables, bad = dict[str, Table](), dict[str, list[int]]()
    bars = columns.delimiter == "|" and source.head.split("\n")[at - 1].lstrip("\ufeff ").startswith("|")
    for number, row in _rows(lines, columns.delimiter, bars, bad):
        reason = _take_row(tables, row, columns, number)
        if reason:
            bad.setdefault(reason, []).append(number)
    kept = {name: table for name, table in tables.items() if table.tasks or table.run.seconds or table.run.whole}
    if not kept and not any(table.run.whole is not None for table in tables.values()):
        raise ImportProblem("no row of the CSV has a figure that can be read as a time")
    losses = tuple(loss for reason, numbers in bad.items() for loss in name_losses(iter(numbers), reason))
    taken = columns.header[columns.seconds]
    untaken = tuple(
        Loss(reason=f"the column {name!r} could be a time too and was not taken: {taken!r} is the seconds")
        for name in columns.untaken
    )
    runs = tuple(build(source.name, table, columns) for table in (kept or tables).values())
    return Parsed(runs=runs, losses=(*losses, *untaken))


def _take_row(tables: dict[str, Table], row: list[str], columns: Columns, number: int) -> str | None:
    """Adds a row to the table of its run; the reason where it can not be read."""
    name = _name(_cell(row, columns.run))
    is_list = columns.rows == "runs"
    key = f"{name} {number}" if is_list else name
    if key not in tables:
        if len(tables) >= MAX_RUNS:
            return f"there are more than {MAX_RUNS:,} runs"
        title = _name(_cell(row, columns.phase)) or name if is_list else name
        started = moment(_cell(row, columns.start).strip()) if is_list else None
        status = STATUSES.get(_cell(row, columns.status).strip().lower(), "finished")
        tables[key] = Table(
            title=title,
            started_at=started,
            status=status if is_list else "finished",
            place=name,
            own=columns.own,
        )
    reason = _take(tables[key], row, columns)
    tables[key].lost += reason is not None and not is_list
    return reason


def _rows(
    lines: Iterator[tuple[int, str]], delimiter: str, bars: bool, bad: dict[str, list[int]]
) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of their last line; blank ones are passed over. ``bars``: each row begins with one."""
    last = 0

    def texts() -> Iterator[str]:
        nonlocal last
        for number, text in lines:
            last = number
            if delimiter != "|":
                yield text + "\n"
            elif (text.lstrip().startswith("|") if bars else "|" in text) and not _RULE.fullmatch(text):
                yield cells_of(text, delimiter) + "\n"

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
    task = _name(_cell(row, columns.task))
    path, is_whole = _path(_cell(row, columns.phase)) if columns.phase is not None else ((), True)
    is_whole = is_whole or columns.rows == "runs"
    pipeline = _key(_cell(row, columns.phase).strip(), bool(task)) if columns.rows == "phases" else None
    if pipeline is not None:
        path, is_whole = pipeline.path, pipeline.name == PIPELINE_WHOLE
        table.pipeline = PIPELINE
    figure = read_seconds(row[columns.seconds], columns)
    if figure is None:
        is_unknown = is_whole and not row[columns.seconds].strip()
        return None if is_unknown else "the figure is no time that can be true"
    table.look_at(row[columns.seconds])
    if not is_whole and not 1 <= len(path) <= _DEEPEST:
        return f"the row names no phase, or one below more than {_DEEPEST} others"
    if not is_whole and path not in table.paths and len(table.paths) >= MAX_PHASES:
        return f"there are more than {MAX_PHASES:,} phases"
    part = table.part(task)
    if part is None:
        return f"there are more than {MAX_TASKS:,} tasks"
    if is_whole:
        part.whole = (part.whole or 0.0) + figure
        return None
    table.paths.add(path)
    if pipeline is not None:
        table.categories[path], table.bases[path] = pipeline.category, pipeline.basis
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
def _key(cell: str, of_a_task: bool) -> Key | None:
    """The key of run_batt's timing summary that a cell names; of one task, what holds the last task is a sum."""
    name = canonical(cell) if is_known(cell) and "." in cell else None
    return (
        Key(name=PIPELINE_WHOLE, path=("run",), basis="sum")
        if name == PIPELINE_WHOLE
        else (key(name, 1 if of_a_task else None) if name else None)
    )


@lru_cache(MAX_PHASES)
def _name(cell: str) -> str:
    return clean(_unescaped(cell).strip())


def _unescaped(cell: str) -> str:
    """The cell without the apostrophe that an export puts before what could be a formula, or Markdown's emphasis."""
    marked = _MARKED.fullmatch(cell.strip())
    return marked[2] if marked else cell[1:] if _ESCAPED.match(cell) else cell


def _calls(cell: str) -> int:
    text = cell.strip()
    return (count(int(text)) or 1) if text.isascii() and text.isdigit() and len(text) < 17 else 1


IMPORTER = Importer(
    name=NAME,
    title="Table of seconds",
    description="Runs, tasks or phases with seconds, as CSV, TSV or Markdown, in any usual unit and decimal mark.",
    recognize=recognize,
    parse=parse,
)
