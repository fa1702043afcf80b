"""Journals that runs printed: lines behind ``@quickwin`` in any text, a kernel log, a notebook or a web page's paste.

    12.5s   7   @quickwin a1b2 1 1/1 5d41402a {"type":"header",...}

Each line has a run, a number, a part and a checksum, so that copies count once and damage is noticed. What else the
text holds is not read: the journal says more of the same runs.
"""

from __future__ import annotations

import dataclasses

from profiles.blocks import BLOCKS_FORMAT
from profiles.importers import blocks_journal, journal, kaggle_log, notebook
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source
from profiles.journal import echoed
from profiles.recorder import ECHO_PREFIX

NAME = "printed-journal"
_MARK = f"{ECHO_PREFIX} ".encode()


def recognize(source: Source) -> float:
    return 0.99 if _MARK in source.utf8 and echoed(_printed(source)) else 0.0


def parse(source: Source) -> Parsed:
    """The runs of all journals in the text.

    Raises:
        ImportProblem: not one line of a journal is whole, or what they say can not be true.
    """
    text = _printed(source)
    journals = echoed(text)
    if not journals:
        raise ImportProblem(f"the text mentions {ECHO_PREFIX}, but no line of a journal in it is whole")
    parsed = _together([_parse(source, lines) for lines in _sorted(journals)])
    seen = sum(lines.count("\n") for lines in journals.values())
    marks = text.count(f"{ECHO_PREFIX} ")
    cut = Loss(reason=f"{marks:,} printed pieces of journals gave {seen:,} lines: parts of a line, copies or cut ones")
    runs = tuple(run.replace(source=f"imported:{NAME}") for run in parsed.runs)
    return dataclasses.replace(parsed, runs=runs, losses=(*parsed.losses, *((cut,) if marks != seen else ())))


def _sorted(journals: dict[str, str]) -> list[str]:
    """The journals of runs as one text, then that of each measurement."""
    measured = [text for text in journals.values() if BLOCKS_FORMAT in text[:400]]
    runs = "".join(text for text in journals.values() if text not in measured)
    return [*([runs] if runs else []), *measured]


def _parse(source: Source, text: str) -> Parsed:
    if BLOCKS_FORMAT in text[:400]:
        return blocks_journal.parse_lines(text.splitlines())
    return journal.parse(dataclasses.replace(source, data=text.encode("utf-8", "replace")))


def _together(parts: list[Parsed]) -> Parsed:
    return Parsed(
        runs=tuple(run for part in parts for run in part.runs),
        losses=tuple(loss for part in parts for loss in part.losses),
        measurements=tuple(measurement for part in parts for measurement in part.measurements),
    )


def _printed(source: Source) -> str:
    """The text as the run printed it, out of the envelope that it came in."""
    try:
        if kaggle_log.recognize(source):
            return kaggle_log.printed(source)
        if notebook.recognize(source):
            return notebook.printed(source)
    except ImportProblem:
        pass
    return source.text


IMPORTER = Importer(
    name=NAME,
    title="Printed journal",
    description="Journal lines that Quickwin's recorder or bundle printed, in whatever log they are.",
    recognize=recognize,
    parse=parse,
)
