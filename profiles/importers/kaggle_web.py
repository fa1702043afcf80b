"""A log as copied from Kaggle's web page: ``16.6s<TAB>45<TAB>text``, moment, the page's line number, text."""

from __future__ import annotations

import re

from profiles.importers.base import Importer, Parsed, Source
from profiles.runlog.reader import Reader

NAME = "kaggle-web"
_LINE = re.compile(rb"\s{0,4}(\d{1,9}(?:\.\d{1,6})?)s[\t ](\d{1,9})(?:[\t ]|\Z)")
#: The same for many lines at once.
_ROWS = re.compile(rb"(?m)^\s{0,4}(\d{1,9}(?:\.\d{1,6})?)s[\t ]\d{1,9}(?:[\t ](.*))?\r?\n").findall
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
    for first, piece in source.byte_pieces():
        rows = _ROWS(piece) if piece.endswith(b"\n") else ()
        if rows and len(rows) == piece.count(b"\n"):
            moments, texts = zip(*rows, strict=True)
            reader.feed_piece(first, b"\n".join((*texts, b"")), moments)
            arrival = float(moments[-1])
        else:
            arrival = _feed(reader, first, piece, arrival, source.cut_line if piece[-1:] != b"\n" else 0)
    return reader.parsed("text of Kaggle's log page, but no run of the pipeline in it")


def _feed(reader: Reader, first: int, piece: bytes, arrival: float | None, cut: int) -> float | None:
    """Feeds the lines of a piece one by one; gives the last moment."""
    for number, line in enumerate((piece[:-1] if piece.endswith(b"\n") else piece).split(b"\n"), first):
        match = _LINE.match(line)
        if match:
            arrival = float(match[1])
            line = line[match.end() :]
        if number == cut:
            reader.feed_last(number, line.rstrip(b"\r"), arrival)
        else:
            reader.feed(number, line.rstrip(b"\r"), arrival)
    return arrival


IMPORTER = Importer(
    name=NAME,
    title="Kaggle web page",
    description="Log lines copied from Kaggle's web page: moment, line number, text.",
    recognize=recognize,
    parse=parse,
)
