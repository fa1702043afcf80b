"""The pipeline's own output: whole, its last part only, a pasted and annotated piece, the shell script's log around it,
several runs in one file, lines glued together by parallel writers."""

from __future__ import annotations

import re

from profiles.importers.base import Importer, Parsed, Source
from profiles.runlog.reader import Reader

NAME = "run_batt"
_TAIL_BYTES = 1 << 16
_LINE = re.compile(r"run_batt\.py:\d{1,6}: ")
_MARKS = (
    (re.compile(r"Timing summary \(seconds\):"), 0.9),
    (re.compile(r"=== Cache Statistics ==="), 0.9),
    (re.compile(r"\d tasks - (?:\d{1,9} timeouts?\b|timeouts = \d)"), 0.8),
    (re.compile(r"\b(?:main\.run_batt|run_batt\.(?:check_batt|check_solver|phase\d))"), 0.7),
    (re.compile(r"\b(?:Inlining|Validation) Cache\**:", re.I), 0.6),
    (re.compile(r"\bwall-clock:?\**:?\s{1,9}\d{1,9}\.\d{1,6}", re.I), 0.4),
)


def recognize(source: Source) -> float:
    """By its marks in the first or the last 64 kB; text that is JSON around them belongs to others."""
    tail = source.utf8[-_TAIL_BYTES:].decode("utf-8", "replace")
    text = source.head + "\n" + tail
    if text[:64].count("\0") > 8:
        return 0.0
    if _LINE.search(text) or b"run_batt.py:" in source.utf8:
        best = 0.9
    else:
        best = max((sure for mark, sure in _MARKS if mark.search(text)), default=0.0)
    return best * 0.4 if text.lstrip()[:2] in ("[{", '{"', "{\n", "[\n") else best


def parse(source: Source) -> Parsed:
    """The runs in a log.

    Raises:
        ImportProblem: there is none in it.
    """
    reader, cut = Reader(source.name, NAME), source.cut_line
    for number, piece in source.byte_pieces():
        whole, _, rest = piece.rpartition(b"\n")
        if whole or not rest:
            reader.feed_piece(number, whole + b"\n")
        if rest:
            reader.feed_last(cut, rest.rstrip(b"\r"))
    return reader.parsed("the text mentions the pipeline but holds no run: no task, final line, cache or timing key")


IMPORTER = Importer(
    name=NAME,
    title="run_batt log",
    description="The stdout of run_batt.py, whole or a pasted piece, also inside the shell script's log.",
    recognize=recognize,
    parse=parse,
)
