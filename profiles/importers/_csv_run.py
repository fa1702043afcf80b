"""What the rows of a CSV add up to, and the run record that it makes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from profiles.importers._csv_cells import Columns
from profiles.importers._names import clean
from profiles.importers.base import content_key, counted, phases_from_totals
from profiles.records import BASES, Finding, PhaseTiming, RunRecord, TaskRecord

NAME = "csv"
WHOLE = ("total", "wall", "run", "wallclock", "overall", "all", "sum")
MAX_TASKS = 100_000
#: Figures that differ by less than this share are the same figure, rounded.
_ROUNDING = 0.005
_SUMMED = "wall-clock is the sum of the rows, as in a serial run"
_DECIMALS = re.compile(r"[+-]?(?:0\d*\.\d|\d{4,}\.\d|\d+\.(?:\d{1,2}|\d{4,})(?!\d))")
_LIKE_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}(?![0-9.])")

Path = tuple[str, ...]


@dataclass(kw_only=True)
class Part:
    """What the rows of one task, or of the run, add up to."""

    seconds: dict[Path, float] = field(default_factory=dict)
    calls: dict[Path, int] = field(default_factory=dict)
    whole: float | None = None

    def add(self, path: Path, seconds: float, calls: int) -> None:
        self.seconds[path] = self.seconds.get(path, 0.0) + seconds
        self.calls[path] = self.calls.get(path, 0) + calls


@dataclass(kw_only=True)
class Table:
    """All parts: the run's own and one per task; category and basis of a phase where a row names them.

    ``title`` and ``place`` tell the run from others of the same file; ``status`` and ``started_at`` are a list's.
    """

    run: Part = field(default_factory=Part)
    tasks: dict[str, Part] = field(default_factory=dict)
    categories: dict[Path, str] = field(default_factory=dict)
    bases: dict[Path, str] = field(default_factory=dict)
    paths: set[Path] = field(default_factory=set)
    bare: bool = False
    commas: bool = False
    points: bool = False
    decimals: bool = False
    repeated: int = 0
    lost: int = 0
    own: bool = False
    pipeline: str | None = None
    title: str = ""
    place: str = ""
    status: str = "finished"
    started_at: datetime | None = None

    def look_at(self, cell: str) -> None:
        """Remembers what must be said of the figures: one without a unit, and which marks they have."""
        text = cell.strip()
        self.bare = self.bare or (text[-1:].isdigit() and ":" not in text)
        self.commas = self.commas or "," in text
        self.decimals = self.decimals or ("," not in text and _DECIMALS.match(text) is not None)
        self.points = self.points or ("," not in text and _LIKE_THOUSANDS.match(text) is not None)

    def basis(self, path: Path) -> str:
        return self.bases.get(path, "sum")

    def part(self, task: str) -> Part | None:
        """The part of a task, made where it is new; None where there are too many."""
        if not task or task.lower() in WHOLE:
            return self.run
        if task not in self.tasks and len(self.tasks) >= MAX_TASKS:
            return None
        return self.tasks.setdefault(task, Part())


def complete(totals: Mapping[Path, float], own: bool = False) -> tuple[dict[Path, float], list[Path]]:
    """Totals with every missing outer phase, each at least as long as the phases below it; and those made longer.

    ``own``: what is given are seconds without those of the phases below, which are added.
    """
    inner: dict[Path, float] = {}
    done: dict[Path, float] = {}
    raised = []
    outer_first = dict.fromkeys(path[:depth] for path in totals for depth in range(1, len(path) + 1))
    for path in sorted(outer_first, key=len, reverse=True):
        below = inner.get(path, 0.0)
        if path in totals and totals[path] < below * (1 - _ROUNDING) and not own:
            raised.append(path)
        spent = totals.get(path, 0.0)
        done[path] = spent + below if own else max(spent, below)
        inner[path[:-1]] = inner.get(path[:-1], 0.0) + done[path]
    return {path: done[path] for path in outer_first}, raised


def build(name: str, table: Table, columns: Columns) -> RunRecord:
    """The run: tasks and their phases, the run's phases, and what the rows do not agree on as findings."""
    findings = _findings(table, columns)
    summed = Part()
    tasks = []
    for index, (task, part) in enumerate(table.tasks.items()):
        totals = _completed(part, f"task {task}", table, findings)
        for path, seconds in totals.items():
            summed.add(path, seconds, part.calls.get(path, 1))
        tasks.append(_task(task, index, part, totals, table))
    totals = _run_totals(summed, table, findings)
    wall = table.run.whole
    if wall is None:
        wall = (
            math.fsum(task.seconds or 0.0 for task in tasks)
            + _outermost(totals, table)
            - _outermost(summed.seconds, table)
        )
    phases = _phases(totals, {**summed.calls, **table.run.calls}, table)
    label = f"{clean(name)}: {table.title}" if table.title else clean(name)
    figures = (
        [[task.task_id, task.seconds] for task in tasks],
        [[phase.path, phase.total_seconds] for phase in phases],
        wall,
    )
    return RunRecord(
        key=content_key(NAME, (*figures, table.place, table.title) if table.title else figures),
        label=label,
        source=f"imported:{NAME}",
        pipeline=table.pipeline,
        source_name=clean(name),
        status=table.status,
        started_at=table.started_at,
        wall_seconds=max(wall, 0.0),
        phases=phases,
        tasks=tuple(tasks),
        findings=tuple(findings),
        notes=(columns.sentence, *(() if table.run.whole is not None else (_SUMMED,))),
    )


def _findings(table: Table, columns: Columns) -> list[Finding]:
    findings = []
    if table.bare and not columns.unit_named:
        findings.append(_finding("no-unit", "note", "figures without a unit", "read as seconds"))
    if table.commas and table.points:
        claimed = "figures with decimal commas beside figures like 1.234"
        findings.append(_finding("two-decimal-marks", "warning", claimed, "read as decimals, not as thousands"))
    elif table.points and columns.delimiter == ";" and not table.decimals:
        claimed = "every figure with a point looks like 1.234, and the columns are set apart by semicolons"
        findings.append(_finding("points-or-thousands", "warning", claimed, "read as decimals, not as thousands"))
    if table.lost and table.run.whole is None:
        rows = counted(table.lost, "row")
        follows = "the wall-clock is the sum of the other rows, so it may be too small"
        findings.append(_finding("rows-lost", "warning", f"{rows} of the table could not be read", follows))
    if table.repeated:
        claimed = f"{table.repeated:,} rows name a task and phase that an earlier row named"
        findings.append(_finding("rows-added-up", "note", claimed, "their times are added up"))
    return findings


def _finding(rule: str, severity: str, claimed: str, follows: str) -> Finding:
    return Finding(rule=rule, severity=severity, claimed=claimed, follows=follows)


def _completed(
    part: Part, where: str, table: Table, findings: list[Finding], own: bool | None = None
) -> dict[Path, float]:
    """The part's totals, those in wall-clock seconds completed; sums over workers and the like stay as they are."""
    given = table.own if own is None else own
    totals, raised = complete({path: own for path, own in part.seconds.items() if table.basis(path) == "sum"}, given)
    for path in raised:
        claimed = f"{where}: {'/'.join(path)} took {part.seconds[path]:.6g} s"
        follows = f"the phases below it add up to {totals[path]:.6g} s, which is taken instead"
        findings.append(_finding("phase-below-its-parts", "warning", claimed, follows))
    return {**totals, **{path: own for path, own in part.seconds.items() if table.basis(path) != "sum"}}


def _run_totals(summed: Part, table: Table, findings: list[Finding]) -> dict[Path, float]:
    """The larger of the run's own figure and of its tasks' sum for each phase; where they differ it is said."""
    own = _completed(table.run, "the run", table, findings)
    for path, claimed in table.run.seconds.items():
        tasks = summed.seconds.get(path)
        if tasks is not None and abs(tasks - claimed) > _ROUNDING * max(tasks, claimed):
            what = f"{'/'.join(path)} of the run took {claimed:.6g} s"
            follows = f"its tasks add up to {tasks:.6g} s; the larger figure is taken"
            findings.append(_finding("total-against-tasks", "warning", what, follows))
    together = Part(
        seconds={
            path: max(summed.seconds.get(path, 0.0), own.get(path, 0.0))
            for path in dict.fromkeys([*summed.seconds, *own])
        }
    )
    return _completed(together, "the run", table, [], own=False)


def _outermost(totals: Mapping[Path, float], table: Table) -> float:
    return math.fsum(own for path, own in totals.items() if len(path) == 1 and table.basis(path) == "sum")


def _task(task: str, index: int, part: Part, totals: Mapping[Path, float], table: Table) -> TaskRecord:
    whole = _outermost(totals, table) if part.whole is None else part.whole
    return TaskRecord(task_id=task, index=index, seconds=whole, phases=_phases(totals, part.calls, table))


def _phases(totals: Mapping[Path, float], calls: Mapping[Path, int], table: Table) -> tuple[PhaseTiming, ...]:
    def category(path: Path) -> str:
        return table.categories.get(path, "framework")

    timings: list[PhaseTiming] = []
    for basis in BASES if table.bases else ("sum",):
        group = {path: own for path, own in totals.items() if table.basis(path) == basis}
        timings += phases_from_totals(group, calls=calls, category=category, basis=basis)
    return tuple(timings)
