"""The recorder's journal: JSON lines that a run writes while it goes on, several runs in one file if need be."""

from __future__ import annotations

import re

from profiles.importers._plain import read_run
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source
from profiles.journal import JournalError, read_journals
from profiles.recorder import JOURNAL_FORMAT

NAME = JOURNAL_FORMAT
_HEADER = re.compile(rf'\{{.{{0,400}}"format": ?"{JOURNAL_FORMAT}"')


def recognize(source: Source) -> float:
    return 0.95 if _HEADER.match(source.head.lstrip()) else 0.0


def parse(source: Source) -> Parsed:
    """The runs of the journal; lines that were cut are named in the run's notes and as losses.

    Raises:
        ImportProblem: no run in it, one by a newer Quickwin, or one that can not be true.
    """
    try:
        records = read_journals(source.utf8)
    except JournalError as error:
        raise ImportProblem(str(error)) from error
    if not records:
        raise ImportProblem("the journal holds no run: its first line is cut or damaged")
    read = [read_run(record.to_json(), NAME) for record in records]
    notes = (note for record, _ in read for note in record.notes if "left out" in note)
    losses = (*map(_loss, notes), *(loss for _, more in read for loss in more))
    return Parsed(runs=tuple(record for record, _ in read), losses=losses)


def _loss(note: str) -> Loss:
    number = re.match(r"line (\d{1,9}) ", note)
    return Loss(line=int(number[1]) if number else None, reason=note)


IMPORTER = Importer(
    name=NAME,
    title="Quickwin journal",
    description="The journal that Quickwin's recorder writes during a run.",
    recognize=recognize,
    parse=parse,
)
