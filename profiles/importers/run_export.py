"""Quickwin's JSON export of one run: ``{"format": "quickwin-run", "version": 1, "run": {...}}``."""

from __future__ import annotations

from profiles.exports import RUN_FORMAT, RUN_VERSION
from profiles.importers._plain import read_run
from profiles.importers.base import Importer, ImportProblem, Parsed, Source, count, read_json

NAME = RUN_FORMAT


def recognize(source: Source) -> float:
    if not source.head.lstrip().startswith("{") or f'"{NAME}"' not in source.head:
        return 0.0
    return 0.95 if '"format"' in source.head else 0.0


def parse(source: Source) -> Parsed:
    """The run in the export.

    Raises:
        ImportProblem: no JSON, no export, one by a newer Quickwin, or a run that can not be true.
    """
    plain = read_json(source.text)
    if not isinstance(plain, dict) or plain.get("format") != NAME:
        head = f'{{"format": "{NAME}", "version": {RUN_VERSION}'
        raise ImportProblem(f"an export begins with {head}, and this file does not")
    version = count(plain.get("version"))
    if version is None or not 1 <= version <= RUN_VERSION:
        shown = "none that can be read" if version is None else f"{version:,}"
        raise ImportProblem(
            f"the export's version is {shown}, and this Quickwin reads version {RUN_VERSION}; "
            "the Quickwin that wrote it, or a newer one, reads it"
        )
    record, losses = read_run(plain.get("run"), NAME)
    return Parsed(runs=(record,), losses=losses)


IMPORTER = Importer(
    name=NAME,
    title="Quickwin export",
    description="One run as Quickwin exports it in JSON.",
    recognize=recognize,
    parse=parse,
)
