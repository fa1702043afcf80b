"""A log as copied from Kaggle's web page: ``16.6s<TAB>45<TAB>text``, moment, the page's line number, text."""

from __future__ import annotations

import re

from profiles.importers.base import Importer, Parsed, Source
from profiles.runlog.reader import Reader

NAME = "kaggle-web"
_LINE = re.compile(rb"\s{0,4}(\d{1,9}(?:\.\d{1,6})?)s[\t ](\d{1,9})(?:[\t ]|\Z)")
_ENOUGH_LINES = 0.3


def recognize(source: Source) -> float:
    lines = [line for line in source.utf8[:16384].split(b"\n")[:100] if line.strip()]
    matching = sum(_LINE.match(line) is not None for line in lines)
    is_mine = matching == len(lines) if len(lines) < 3 else matching >= _ENOUGH_LINES * len(lines)
    return 0.97 if matching and is_mine else 0.0


def parse(source: Source) -> Parsed:
    """The runs in the text. A line without a moment has that of the line before.

    Raises:
        ImportProblem: there is none in it.
    """
    reader = Reader(source.name, NAME)
    arrival: float | None = None
    cut = source.cut_line
    for number, line in source.byte_lines():
        match = _LINE.match(line)
        if match:
            arrival = float(match[1])
            line = line[match.end() :]
        if number == cut:
            reader.feed_last(number, line, arrival)
        else:
            reader.feed(number, line, arrival)
    return reader.parsed("text of Kaggle's log page, but no run of the pipeline in it")


IMPORTER = Importer(
    name=NAME,
    title="Kaggle web page",
    description="Log lines copied from Kaggle's web page: moment, line number, text.",
    recognize=recognize,
    parse=parse,
)
