"""Tables as ``pstats`` prints them, one or several in a text, also in the middle of other text.

    [cProfile cumulative top]
             2074 function calls (101 primitive calls) in 0.001 seconds
       Ordered by: cumulative time
       List reduced from 39 to 12 due to restriction <12>
       ncalls  tottime  percall  cumtime  percall filename:lineno(function)
       1973/1    0.001    0.000    0.001    0.001 <stdin>:2(f)

Tables of the same profile in another order are put together: equal total lines, or equal rows where a function is in
both. A table that was reduced does not hold all functions: what its total line has more than its rows is kept as
"(not listed)".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from profiles.importers._stacks import FunctionTiming
from profiles.importers.base import LARGEST, Importer, ImportProblem, Loss, Parsed, Source, count, name_losses, seconds
from profiles.importers.cprofile import profiled_run

NAME = "pstats"
COLUMNS = ("ncalls", "tottime", "percall", "cumtime", "percall", "filename:lineno(function)")
_TOTAL = re.compile(
    r"(-?\d{1,18}) function calls (?:\((-?\d{1,18}) primitive calls\) )?in (\d{1,12}(?:\.\d{1,9})?) (?:CPU )?seconds"
)
#: Calls below 0 are a profiler's way of saying that it did not count them.
_CALLS = re.compile(r"(-?\d{1,18})(?:/(-?\d{1,18}))?")
_ROW = re.compile(r"\s{0,40}(-?\d{1,18}(?:/-?\d{1,18})?)((?:\s{1,40}-?\d{1,12}(?:\.\d{1,9})?){2,4})\s{1,40}(\S.*)")
_LINE = re.compile(r":(\d{1,9})\(")
#: A line above this is no row of a table, and is not looked into.
_LINE_CHARACTERS = 4_000
_NOT_LISTED = "(not listed)"


@dataclass(kw_only=True, slots=True)
class Table:
    """One printed table: the total line's calls and seconds where it was there, and the rows."""

    calls: int | None = None
    total_seconds: float | None = None
    functions: dict[tuple[str, int, str], FunctionTiming] = field(default_factory=dict)

    def same_profile(self, other: Table) -> bool:
        common = self.functions.keys() & other.functions.keys()
        if any(self.functions[key] != other.functions[key] for key in common):
            return False
        if self.total_seconds is not None and other.total_seconds is not None:
            return (self.calls, self.total_seconds) == (other.calls, other.total_seconds)
        return bool(common)

    def take(self, line: str, number: int, losses: list[int]) -> bool:
        """Adds the row to the table; False where the table ends here."""
        row = read_row(line)
        if row is not None:
            self.functions.setdefault((row.file, row.line, row.name), row)
            return True
        if line[:1].isspace() and line.strip() and _CALLS.match(line.lstrip()):
            losses.append(number)
            return True
        return False

    @property
    def listed_seconds(self) -> float:
        return sum(function.self_seconds for function in self.functions.values())


def recognize(source: Source) -> float:
    """Surest where the text is the table; a log around it, which says more, has an importer of its own."""
    if b"filename:lineno(function)" not in source.utf8:
        return 0.0
    head = source.head.lstrip()[:2000]
    return 0.7 if _TOTAL.search(head) or is_heading(head.split("\n", 1)[0]) else 0.4


def parse(source: Source) -> Parsed:
    """A profiled run per profile that was printed.

    Raises:
        ImportProblem: no table with a row that can be read.
    """
    losses: list[int] = []
    tables = read_tables(source.lines(), losses)
    if not tables:
        raise ImportProblem(
            "no row of a pstats table could be read; one looks like '10  0.5  0.05  0.9  0.09 file.py:7(name)'"
        )
    bad = name_losses(iter(losses), "the row of the pstats table can not be read and was left out")
    parsed = of_tables(source.name, tables)
    return Parsed(runs=parsed.runs, losses=(*bad, *parsed.losses), profiles=parsed.profiles)


def of_tables(name: str, tables: Iterable[Table]) -> Parsed:
    """A profiled run with its profile for each profile that was printed; empty where there is no table."""
    parts = [_run(name, table) for table in join(tables)]
    return Parsed(
        runs=tuple(run for part in parts for run in part.runs),
        losses=tuple(loss for part in parts for loss in part.losses),
        profiles=tuple(profile for part in parts for profile in part.profiles),
    )


def is_heading(line: str) -> bool:
    """Whether ``line`` is the heading of a table."""
    return COLUMNS[-1] in line and tuple(line[:_LINE_CHARACTERS].split()) == COLUMNS


def read_tables(lines: Iterable[tuple[int, str]], losses: list[int]) -> list[Table]:
    """The tables in numbered lines; the numbers of rows that can not be read are added to ``losses``."""
    reader = TableReader()
    for number, line in lines:
        reader.take(number, line)
    losses += reader.losses
    return reader.gathered()


class TableReader:
    """Gathers tables line by line. A table ends with a blank line, as pstats prints it, or where a line is no row."""

    def __init__(self) -> None:
        self.losses: list[int] = []
        self._tables: list[Table] = []
        self._total: re.Match[str] | None = None
        self._table: Table | None = None

    @property
    def is_open(self) -> bool:
        """Whether a heading came and its table has not ended."""
        return self._table is not None

    def take(self, number: int, line: str) -> bool:
        """Takes a line; whether it belongs to a table."""
        if is_heading(line):
            self._close()
            self._table, self._total = _new_table(self._total), None
            return True
        if self._table is not None:
            if self._table.take(line, number, self.losses):
                return True
            self._close()
        match = _TOTAL.search(line) if "function calls" in line and len(line) <= _LINE_CHARACTERS else None
        self._total = match or self._total
        return match is not None

    def _close(self) -> None:
        if self._table is not None:
            self._tables.append(self._table)
            self._table = None

    def gathered(self) -> list[Table]:
        """The tables with rows so far; what comes next is gathered anew."""
        self._close()
        done, self._tables = [table for table in self._tables if table.functions], []
        return done


def _new_table(total: re.Match[str] | None) -> Table:
    return Table() if total is None else Table(calls=int(total[1]), total_seconds=float(total[3]))


def read_row(line: str) -> FunctionTiming | None:
    """One row, or None. A time per call is blank where there were no calls, and below 0 where they are unknown."""
    match = _ROW.match(line) if len(line) <= _LINE_CHARACTERS else None
    calls = _CALLS.fullmatch(match[1]) if match else None
    columns = _columns(match[2].split(), calls[1]) if match and calls else None
    if match is None or calls is None or columns is None:
        return None
    own, total = seconds(columns[0]), seconds(columns[1])
    if abs(int(calls[1])) > LARGEST or own is None or total is None:
        return None
    all_calls = count(int(calls[1]))
    name, file, line_number = split_where(match[3].rstrip())
    return FunctionTiming(
        name=name,
        file=file,
        line=line_number,
        calls=all_calls,
        primitive_calls=None if all_calls is None else max(min(int(calls[2] or calls[1]), all_calls), 0),
        self_seconds=own,
        total_seconds=total,
    )


def _columns(figures: list[str], calls: str) -> tuple[float, float] | None:
    """Own and total seconds out of two to four figures: either time per call may be blank."""
    if len(figures) == 2:
        own, total = figures
    elif len(figures) == 4:
        own, total = figures[0], figures[2]
    else:
        own, total = figures[0], figures[1] if int(calls) == 0 else figures[2]
    return float(own), float(total)


def split_where(where: str) -> tuple[str, str, int]:
    """Name, file and line of ``file.py:7(name)``; of ``{built-in ...}`` and the like all as the name."""
    matches = list(_LINE.finditer(where))
    if not matches or not where.endswith(")"):
        return where, "", 0
    last = matches[-1]
    return where[last.end() : -1], where[: last.start()], int(last[1])


def join(tables: Iterable[Table]) -> list[Table]:
    """Tables of one profile put together, in order of first appearance."""
    joined: list[Table] = []
    for table in tables:
        known = next((known_table for known_table in joined if known_table.same_profile(table)), None)
        if known is None:
            joined.append(table)
            continue
        known.functions = {**table.functions, **known.functions}
        if known.total_seconds is None:
            known.calls, known.total_seconds = table.calls, table.total_seconds
    return joined


def _run(name: str, table: Table) -> Parsed:
    functions = list(table.functions.values())
    listed, total = table.listed_seconds, table.total_seconds
    if total is None:
        note = "the table has no line with the total: what functions that are not in it took is unknown"
        return profiled_run(NAME, name, functions, [Loss(reason=note)], is_whole=False, notes=(note,))
    rest = total - listed
    if rest > 0:
        functions.append(_rest(table, functions, rest))
    slack = 0.0005 * (len(functions) + 1)
    losses = [] if rest >= -slack else [Loss(reason=_too_much(listed, total))]
    return profiled_run(NAME, name, functions, losses, wall=total)


def _rest(table: Table, functions: list[FunctionTiming], rest: float) -> FunctionTiming:
    calls = max((table.calls or 0) - sum(function.calls or 0 for function in functions), 0)
    return FunctionTiming(
        name=_NOT_LISTED, file="", line=0, calls=calls, primitive_calls=calls, self_seconds=rest, total_seconds=rest
    )


def _too_much(listed: float, total: float) -> str:
    return f"the rows' own seconds add up to {listed:.3f} s, more than the {total:.3f} s of the table's total line"


IMPORTER = Importer(
    name=NAME,
    title="pstats tables",
    description="Tables as pstats prints them, one or several in a text.",
    recognize=recognize,
    parse=parse,
)
