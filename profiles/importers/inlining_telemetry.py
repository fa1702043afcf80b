"""The pipeline's inlining telemetry, JSON lines: a snapshot per task of counters that only grow within a run."""

from __future__ import annotations

from typing import Any

from profiles.importers._json_lines import Entries, head_entries
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, count, moment, name_losses
from profiles.runlog.facts import RunLog

NAME = "inlining-telemetry"
_COUNTERS = {
    "total_attempts": "inlining.attempts",
    "success_count": "inlining.successes",
    "timeout_count": "inlining.timeouts",
    "timeout_retry_success": "inlining.retry_successes",
    "timeout_retry_fail": "inlining.retry_failures",
    "other_errors": "inlining.errors",
}


def recognize(source: Source) -> float:
    entries = head_entries(source)
    mine = [entry for entry in entries if "total_attempts" in entry]
    return 0.95 if mine and len(mine) * 2 >= len(entries) else 0.0


def parse(source: Source) -> Parsed:
    """The last snapshot of each run in the file: a counter that falls begins the next run.

    Raises:
        ImportProblem: there is no snapshot.
    """
    logs, foreign, entries = list[RunLog](), list[int](), Entries(source)
    for number, entry in entries:
        attempts = count(entry.get("total_attempts"))
        if attempts is None:
            foreign.append(number)
            continue
        if not logs or attempts < logs[-1].telemetry["inlining.attempts"]:
            logs.append(RunLog(name=source.name, form=NAME, first_line=number))
        _take(logs[-1], entry)
    if not logs:
        raise ImportProblem("JSON lines without a snapshot of total_attempts")
    return Parsed(logs=tuple(logs), losses=(*entries.losses, *_losses(foreign)))


def _take(log: RunLog, entry: dict[str, Any]) -> None:
    for name, counter in _COUNTERS.items():
        value = count(entry.get(name))
        if value is not None:
            log.telemetry[counter] = value
    when = moment(entry.get("timestamp"))
    log.started_at, log.ended_at = log.started_at or when, when or log.ended_at


def _losses(foreign: list[int]) -> tuple[Loss, ...]:
    return name_losses(iter(foreign), "the entry has no count of attempts")


IMPORTER = Importer(
    name=NAME,
    title="Inlining telemetry",
    description="JSON lines with counters of inlining attempts, as the pipeline appends them.",
    recognize=recognize,
    parse=parse,
)
