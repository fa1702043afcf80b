"""A table that gives the keys of a pipeline in several columns of seconds: each column is a run.

| key           | before | after  |
|---------------|--------|--------|
| main.run_batt | 10.0 s | 9.0 s  |
"""

from __future__ import annotations

import re

from profiles.importers._names import clean
from profiles.runlog import figures, keys
from profiles.runlog.facts import Figure, RunLog

_RULE = re.compile(r"[\s|:+=-]{3,400}\Z")
_UNIT_NAMED = re.compile(r"\((?:s|sec|seconds)\)|\bseconds?\b", re.I)
#: Columns of what two others have between them are no runs.
_BETWEEN = re.compile(r"diff|delta|change|speed-?up|saved|saving|gain|improve|ratio|factor|%|Δ|×", re.I)
_MOST = 20


class ColumnTable:
    """The rows of one table while they come; ``runs`` gives a log for each column of seconds."""

    def __init__(self, name: str, form: str) -> None:
        self._name, self._form = name, form
        self._header: list[str] = []
        self._runs: dict[int, RunLog] = {}

    def take(self, number: int, text: str) -> bool:
        """Whether the line was a row with a key and several figures, or belongs to a table that has such."""
        if _RULE.match(text):
            return bool(self._runs)
        cells = [cell.strip().strip("*`").strip() for cell in text.strip().strip("|│┃").split("|")]
        key = keys.canonical(cells[0].removesuffix(":")) if cells else None
        if key is None or len(cells) != len(self._header):
            if not self._runs and not any(figures.cell(cell, bare=False) for cell in cells[1:]):
                self._header = cells[:_MOST]
            return False
        return self._take_row(number, key, cells)

    def _take_row(self, number: int, key: str, cells: list[str]) -> bool:
        spent = {column: seconds for column, seconds in self._seconds(cells).items() if seconds is not None}
        if not self._runs and len(spent) < 2:
            return False
        for column, seconds in spent.items():
            if column not in self._runs and len(self._runs) < _MOST:
                title = clean(self._header[column], 60)
                self._runs[column] = RunLog(name=self._name, form=self._form, first_line=number, title=title)
            if column in self._runs:
                figure = Figure(value=seconds, line=number, text=cells[column])
                self._runs[column].keys.setdefault(key, figure)
        return True

    def _seconds(self, cells: list[str]) -> dict[int, float | None]:
        return {
            column: figures.cell(cell, bare=bool(_UNIT_NAMED.search(self._header[column])))
            for column, cell in enumerate(cells)
            if column and not _BETWEEN.search(self._header[column])
        }

    def runs(self) -> list[RunLog]:
        """The runs so far; the table is over and begins anew."""
        done, self._runs, self._header = list(self._runs.values()), {}, []
        return done
