"""The recorder's journal: JSON lines that a run writes while it goes on, several runs in one file if need be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from profiles.importers._plain import read_run
from profiles.importers.base import Importer, ImportProblem, Parsed, Source, name_losses
from profiles.journal import JournalError, read_journals
from profiles.recorder import JOURNAL_FORMAT, UNNAMED
from profiles.records import RunRecord

NAME = JOURNAL_FORMAT
_LINE_NOTE = re.compile(r"line (\d{1,9}) of the journal ")
_LEFT_OUT = "the line of the journal is cut or damaged and was left out"
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
    losses = (loss for _, more in read for loss in more)
    return Parsed(
        runs=tuple(_labelled(_without_left_out(record), source.name) for record, _ in read),
        losses=(*name_losses(_left_out(record for record, _ in read), _LEFT_OUT), *losses),
    )


def _labelled(record: RunRecord, file: str) -> RunRecord:
    """Called as its file where the program gave it no name: several such runs are told apart."""
    return record.replace(label=file) if record.label == UNNAMED and file else record


def _left_out(records: Iterable[RunRecord]) -> Iterator[int]:
    """The numbers of the lines that the records' notes say were left out."""
    notes = (_LINE_NOTE.match(note) for record in records for note in record.notes)
    return (int(note[1]) for note in notes if note is not None)


def _without_left_out(record: RunRecord) -> RunRecord:
    """Of many notes on lines that were left out, one with their number: the losses name the lines."""
    others = tuple(note for note in record.notes if _LINE_NOTE.match(note) is None)
    count = len(record.notes) - len(others)
    return record.replace(notes=(*others, f"{count:,} lines of the journal were left out")) if count else record


IMPORTER = Importer(
    name=NAME,
    title="Quickwin journal",
    description="The journal that Quickwin's recorder writes during a run.",
    recognize=recognize,
    parse=parse,
)
