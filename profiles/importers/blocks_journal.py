"""The journal of a bundle: a measurement that was made elsewhere, with its blocks and runs, line by line."""

from __future__ import annotations

import re
from typing import Any

from profiles.blocks import BLOCKS_FORMAT, BlocksError, Journal, read_blocks
from profiles.importers._plain import read_run
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source
from profiles.records import RunRecord

NAME = BLOCKS_FORMAT
_HEADER = re.compile(rf'\{{.{{0,200}}"format": ?"{BLOCKS_FORMAT}"')


def recognize(source: Source) -> float:
    return 0.97 if _HEADER.match(source.head.lstrip()) else 0.0


def parse(source: Source) -> Parsed:
    """The measurements of the journal with all their runs, those too whose block was not finished.

    Raises:
        ImportProblem: not one run in it is whole, or it is by a newer Quickwin.
    """
    return parse_lines([line for _, line in source.lines()])


def parse_lines(lines: list[str]) -> Parsed:
    """As ``parse``, of lines out of whatever they came in."""
    try:
        journals = read_blocks(lines)
    except BlocksError as error:
        raise ImportProblem(str(error)) from error
    runs: dict[str, RunRecord] = {}
    losses: list[Loss] = []
    for journal in journals:
        for line in journal.runs:
            _read(line, runs, losses)
        if journal.damaged:
            losses.append(Loss(reason=f"{journal.damaged:,} lines of the measurement's journal are cut or damaged"))
    if not runs:
        raise ImportProblem("the journal of a measurement holds no whole run yet")
    measurements = tuple(
        measurement for measurement in (_measurement(journal, runs) for journal in journals) if measurement["attempts"]
    )
    return Parsed(runs=tuple(runs.values()), losses=tuple(losses), measurements=measurements)


def _read(line: dict[str, Any], runs: dict[str, RunRecord], losses: list[Loss]) -> None:
    try:
        record, lost = read_run(line["record"], NAME)
    except ImportProblem as problem:
        losses.append(Loss(reason=f"a run of block {line['block']} was left out: {problem}"))
    else:
        runs[record.key] = record
        losses += lost


def _measurement(journal: Journal, runs: dict[str, RunRecord]) -> dict[str, Any]:
    blocks = [_row(line) for line in journal.block_runs() if line["record"].get("key") in runs]
    attempts = [
        {**_row(line), "attempt": line["attempt"], "ended": str(line.get("ended", "finished"))}
        for line in journal.runs
        if line["record"].get("key") in runs
    ]
    return {"spec": journal.spec, "blocks": blocks, "attempts": attempts}


def _row(line: dict[str, Any]) -> dict[str, Any]:
    return {**{name: line[name] for name in ("block", "arm", "position")}, "key": line["record"].get("key")}


IMPORTER = Importer(
    name=NAME,
    title="Blocks of a bundle",
    description="The journal that a bundle writes while it measures on another machine: a measurement with its blocks.",
    recognize=recognize,
    parse=parse,
)
