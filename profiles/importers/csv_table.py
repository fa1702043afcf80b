"""Tables of ``task,phase,seconds`` as CSV: delimiters , ; and tab, units in the header or the cell, decimal commas.

    task;phase;time (ms)
    44f52bb0;validate/compile;12,5

Columns are found by their names; ``task`` or ``phase`` may be missing, others are left alone. A phase below another
one is written ``validate/compile``; a phase's seconds include those of the phases below it. A phase named ``total``
(or ``wall``, ``run``) is the whole of its task or, without a task, of the run. Without it the whole is the sum of the
outermost phases, as in a serial run. Rows of the same task and phase are added up; a row without a task, or of a task
named ``total``, is the run's own: where the tasks have that phase too it is compared, not added.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from profiles.importers._csv_cells import Columns, find_columns, is_preamble, read_seconds
from profiles.importers._names import clean
from profiles.importers.base import (
    Importer,
    ImportProblem,
    Parsed,
    Source,
    content_key,
    count,
    name_losses,
    phases_from_totals,
)
from profiles.records import CATEGORIES, Finding, PhaseTiming, RunRecord, TaskRecord

NAME = "csv"
WHOLE = ("total", "wall", "run", "wallclock", "overall", "all", "sum")
MAX_PHASES = 2_000
MAX_TASKS = 100_000
_DEEPEST = 20
_HEAD = 8_000
#: Figures that differ by less than this share are the same figure, rounded.
_ROUNDING = 0.005
_LIKE_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}(?![0-9.])")

Path = tuple[str, ...]


@dataclass(kw_only=True)
class _Part:
    """What the rows of one task, or of the run, add up to."""

    seconds: dict[Path, float] = field(default_factory=dict)
    calls: dict[Path, int] = field(default_factory=dict)
    whole: float | None = None

    def add(self, path: Path, seconds: float, calls: int) -> None:
        self.seconds[path] = self.seconds.get(path, 0.0) + seconds
        self.calls[path] = self.calls.get(path, 0) + calls


@dataclass(kw_only=True)
class _Table:
    """All parts: the run's own and one per task, and the category of each phase where a row names it."""

    run: _Part = field(default_factory=_Part)
    tasks: dict[str, _Part] = field(default_factory=dict)
    categories: dict[Path, str] = field(default_factory=dict)
    paths: set[Path] = field(default_factory=set)
    bare: bool = False
    commas: bool = False
    points: bool = False

    def look_at(self, cell: str) -> None:
        """Remembers what must be said of the figures: one without a unit, and which marks they have."""
        text = cell.strip()
        self.bare = self.bare or text[-1:].isdigit()
        self.commas = self.commas or "," in text
        self.points = self.points or ("," not in text and _LIKE_THOUSANDS.match(text) is not None)

    def part(self, task: str) -> _Part | None:
        """The part of a task, made where it is new; None where there are too many."""
        if not task or task.lower() in WHOLE:
            return self.run
        if task not in self.tasks and len(self.tasks) >= MAX_TASKS:
            return None
        return self.tasks.setdefault(task, _Part())


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
    table, bad = _Table(), dict[str, list[int]]()
    for number, row in _rows(lines, columns.delimiter, bad):
        reason = _take(table, row, columns)
        if reason:
            bad.setdefault(reason, []).append(number)
    if not table.tasks and not table.run.seconds and table.run.whole is None:
        raise ImportProblem("no row of the CSV has a figure that can be read as a time")
    losses = tuple(loss for reason, numbers in bad.items() for loss in name_losses(iter(numbers), reason))
    return Parsed(runs=(_record(source.name, table, columns),), losses=losses)


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


def _take(table: _Table, row: Sequence[str], columns: Columns) -> str | None:
    """Adds a row to the table; the reason where it can not be read."""
    if len(row) <= columns.seconds:
        return "the row has no cell for the time"
    figure = read_seconds(row[columns.seconds], columns)
    if figure is None:
        return "the figure is no time that can be true"
    table.look_at(row[columns.seconds])
    path, is_whole = _path(_cell(row, columns.phase)) if columns.phase is not None else ((), True)
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
    if columns.category is not None and (category := _cell(row, columns.category).strip().lower()) in CATEGORIES:
        table.categories[path] = category
    part.add(path, figure, _calls(_cell(row, columns.calls)) if columns.calls is not None else 1)
    return None


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and column < len(row) else ""


@lru_cache(MAX_PHASES)
def _path(cell: str) -> tuple[Path, bool]:
    """The path that a cell names, and whether it is the whole rather than a phase."""
    path = tuple(name for part in cell.replace(" > ", "/").split("/") if (name := clean(part.strip())))
    return path, len(path) == 1 and path[0].lower().replace("_", "") in WHOLE


@lru_cache(MAX_PHASES)
def _name(cell: str) -> str:
    return clean(cell.strip())


def _calls(cell: str) -> int:
    text = cell.strip()
    return (count(int(text)) or 1) if text.isascii() and text.isdigit() and len(text) < 17 else 1


def complete(totals: Mapping[Path, float]) -> tuple[dict[Path, float], list[Path]]:
    """Totals with every missing outer phase, each at least as long as the phases below it; and those made longer."""
    inner: dict[Path, float] = {}
    done: dict[Path, float] = {}
    raised = []
    outer_first = dict.fromkeys(path[:depth] for path in totals for depth in range(1, len(path) + 1))
    for path in sorted(outer_first, key=len, reverse=True):
        below = inner.get(path, 0.0)
        if path in totals and totals[path] < below * (1 - _ROUNDING):
            raised.append(path)
        done[path] = max(totals.get(path, 0.0), below)
        inner[path[:-1]] = inner.get(path[:-1], 0.0) + done[path]
    return {path: done[path] for path in outer_first}, raised


def _record(name: str, table: _Table, columns: Columns) -> RunRecord:
    findings = _findings(table, columns)
    run = _Part()
    tasks = []
    for index, (task, part) in enumerate(table.tasks.items()):
        totals = _completed(part, f"task {task}", findings)
        for path, seconds in totals.items():
            run.add(path, seconds, part.calls.get(path, 1))
        tasks.append(_task(task, index, part, totals, table.categories))
    own = _compared(run, table.run, findings)
    wall = table.run.whole
    if wall is None:
        wall = math.fsum([*(task.seconds or 0.0 for task in tasks), *(own[path] for path in own if len(path) == 1)])
    phases = _phases(run.seconds, run.calls, table.categories)
    figures = [[task.task_id, task.seconds] for task in tasks], [[one.path, one.total_seconds] for one in phases], wall
    return RunRecord(
        key=content_key(NAME, figures),
        label=clean(name),
        source=f"imported:{NAME}",
        source_name=clean(name),
        wall_seconds=wall,
        phases=phases,
        tasks=tuple(tasks),
        findings=tuple(findings),
        notes=() if table.run.whole is not None else ("wall-clock is the sum of the rows, as in a serial run",),
    )


def _findings(table: _Table, columns: Columns) -> list[Finding]:
    findings = []
    if table.bare and not columns.unit_named:
        findings.append(_finding("no-unit", "note", "figures without a unit", "read as seconds"))
    if table.commas and table.points:
        claimed = "figures with decimal commas beside figures like 1.234"
        findings.append(_finding("two-decimal-marks", "warning", claimed, "read as decimals, not as thousands"))
    return findings


def _completed(part: _Part, where: str, findings: list[Finding]) -> dict[Path, float]:
    totals, raised = complete(part.seconds)
    for path in raised:
        claimed = f"{where}: {'/'.join(path)} took {part.seconds[path]:.6g} s"
        follows = f"the phases below it add up to {totals[path]:.6g} s, which is taken instead"
        findings.append(_finding("phase-below-its-parts", "warning", claimed, follows))
    return totals


def _compared(run: _Part, own: _Part, findings: list[Finding]) -> dict[Path, float]:
    """Adds the run's own phases that no task has, and returns them; what the tasks have too is compared."""
    totals = _completed(own, "the run", findings)
    added = {path: seconds for path, seconds in totals.items() if path[:1] not in run.seconds}
    for path, seconds in own.seconds.items():
        summed = run.seconds.get(path)
        if path not in added and (summed is None or abs(summed - seconds) > _ROUNDING * max(summed, seconds)):
            claimed = f"{'/'.join(path)} of the run took {seconds:.6g} s"
            findings.append(
                _finding("total-against-tasks", "warning", claimed, f"its tasks add up to {summed or 0.0:.6g} s")
            )
    for path, seconds in added.items():
        run.add(path, seconds, own.calls.get(path, 1))
    return added


def _finding(rule: str, severity: str, claimed: str, follows: str) -> Finding:
    return Finding(rule=rule, severity=severity, claimed=claimed, follows=follows)


def _task(
    task: str, index: int, part: _Part, totals: Mapping[Path, float], categories: Mapping[Path, str]
) -> TaskRecord:
    outermost = math.fsum(seconds for path, seconds in totals.items() if len(path) == 1)
    whole = outermost if part.whole is None else part.whole
    return TaskRecord(task_id=task, index=index, seconds=whole, phases=_phases(totals, part.calls, categories))


def _phases(
    totals: Mapping[Path, float], calls: Mapping[Path, int], categories: Mapping[Path, str]
) -> tuple[PhaseTiming, ...]:
    return phases_from_totals(totals, calls=calls, category=lambda path: categories.get(path, "framework"))


IMPORTER = Importer(
    name=NAME,
    title="CSV of phases",
    description="A table of task, phase and seconds, in CSV with any usual delimiter, unit and decimal mark.",
    recognize=recognize,
    parse=parse,
)
