"""Quickwin's export of one measurement: its spec, its blocks and the runs in them, as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from profiles.exports import MEASUREMENT_FORMAT, MEASUREMENT_VERSION
from profiles.importers._plain import read_run
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, count, read_json
from profiles.records import RunRecord

NAME = MEASUREMENT_FORMAT
#: A measurement has at most so many runs.
MOST_RUNS = 5000


def recognize(source: Source) -> float:
    if not source.head.lstrip().startswith("{") or f'"{NAME}"' not in source.head:
        return 0.0
    return 0.96 if '"format"' in source.head else 0.0


def parse(source: Source) -> Parsed:
    """The measurement with its runs.

    Raises:
        ImportProblem: no JSON, no such export, one by a newer Quickwin, or no block of it is whole.
    """
    plain = read_json(source.text)
    if not isinstance(plain, dict) or plain.get("format") != NAME:
        raise ImportProblem(f'a measurement\'s export begins with {{"format": "{NAME}", and this file does not')
    version = count(plain.get("version"))
    if version is None or not 1 <= version <= MEASUREMENT_VERSION:
        raise ImportProblem(
            f"this Quickwin reads version {MEASUREMENT_VERSION} of a measurement's export, not this one"
        )
    runs, losses = _runs(plain.get("runs"))
    spec, blocks, lost = plain.get("spec"), *_blocks(plain.get("blocks"), {run.key for run in runs})
    if not isinstance(spec, dict) or not isinstance(spec.get("arms"), list) or not blocks:
        raise ImportProblem("the export holds no measurement: its spec needs arms, and its blocks need their runs")
    measurement = {"spec": spec, "blocks": blocks}
    return Parsed(runs=runs, losses=(*losses, *lost), measurements=(measurement,))


def _runs(plain: Any) -> tuple[tuple[RunRecord, ...], tuple[Loss, ...]]:
    records: list[RunRecord] = []
    losses: list[Loss] = []
    for number, run in enumerate(plain[:MOST_RUNS] if isinstance(plain, list) else (), 1):
        try:
            record, lost = read_run(run, NAME)
        except ImportProblem as problem:
            losses.append(Loss(reason=f"run {number} of the measurement was left out: {problem}"))
        else:
            records.append(record)
            losses += lost
    return tuple(records), tuple(losses)


def _blocks(plain: Any, keys: set[str]) -> tuple[list[Mapping[str, Any]], tuple[Loss, ...]]:
    """The rows whose run is there: block, arm, position, key."""
    rows = plain if isinstance(plain, list) else []
    whole = [row for row in rows if _is_row(row, keys)]
    lost = (Loss(reason=f"{len(rows) - len(whole):,} runs of blocks were left out: they are not in the file"),)
    return whole, lost if len(whole) < len(rows) else ()


def _is_row(row: Any, keys: set[str]) -> bool:
    if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("arm", "key")):
        return False
    if row["key"] not in keys:
        return False
    return all(count(row.get(name)) is not None and row[name] < 2**31 for name in ("block", "position"))


IMPORTER = Importer(
    name=NAME,
    title="Quickwin measurement",
    description="A measurement with its blocks and runs, as another Quickwin exports it.",
    recognize=recognize,
    parse=parse,
)
