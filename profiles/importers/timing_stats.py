"""The pipeline's timing statistics, JSON lines: a start and a completion per task.

    {"timestamp": "...", "task_id": "97999447", "event": "task_start", "timeout_value": 10.0}
    {"timestamp": "...", "task_id": "97999447", "execution_time": 1.415, "success": true, "error_type": null, ...}

The file is appended to: a start of a task that was completed before begins the next run. A start that is repeated
before its completion is a retry; one without a completion is a task that was interrupted.
"""

from __future__ import annotations

from typing import Any

from profiles.importers._json_lines import Entries, head_entries
from profiles.importers._names import clean
from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, moment, name_losses, seconds
from profiles.runlog.facts import RunLog, TaskFacts

NAME = "timing-stats"
_ID_CHARACTERS = 60


def recognize(source: Source) -> float:
    entries = head_entries(source)
    mine = [
        entry
        for entry in entries
        if "task_id" in entry and ("execution_time" in entry or entry.get("event") == "task_start")
    ]
    return 0.95 if mine and len(mine) * 2 >= len(entries) else 0.0


def parse(source: Source) -> Parsed:
    """The runs in the file.

    Raises:
        ImportProblem: no entry is of a task.
    """
    reading, entries = _Reading(source.name), Entries(source)
    for number, entry in entries:
        reading.take(number, entry)
    if not reading.logs:
        raise ImportProblem("JSON lines without a start or completion of a task")
    return Parsed(logs=tuple(reading.logs), losses=(*entries.losses, *reading.losses()))


class _Reading:
    """The runs while entries are read."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.logs: list[RunLog] = []
        self._foreign: list[int] = []
        self._retried: list[int] = []

    def take(self, number: int, entry: dict[str, Any]) -> None:
        task_id = entry.get("task_id")
        if not isinstance(task_id, str) or not task_id.strip():
            self._foreign.append(number)
        elif entry.get("event") == "task_start":
            self._start(number, clean(task_id.strip(), _ID_CHARACTERS), entry)
        elif "execution_time" in entry:
            self._complete(number, clean(task_id.strip(), _ID_CHARACTERS), entry)
        else:
            self._foreign.append(number)

    def _start(self, number: int, task_id: str, entry: dict[str, Any]) -> None:
        log = self._log(number, task_id)
        if task_id in log.tasks:
            self._retried.append(number)
            return
        log.started_at = log.started_at or moment(entry.get("timestamp"))
        log.tasks[task_id] = TaskFacts(task_id=task_id, index=len(log.tasks), line=number)

    def _complete(self, number: int, task_id: str, entry: dict[str, Any]) -> None:
        log = self._log(number, task_id)
        task = log.tasks.setdefault(task_id, TaskFacts(task_id=task_id, index=len(log.tasks), line=number))
        task.seconds, task.done = seconds(entry.get("execution_time")), True
        if task.seconds is None:
            self._foreign.append(number)
        success = entry.get("success")
        task.success, task.success_line = success if isinstance(success, bool) else None, number
        texts = [str(entry[name]) for name in ("error_type", "error_msg") if entry.get(name)]
        task.reason = clean(": ".join(texts)) if texts else None
        log.ended_at = moment(entry.get("timestamp")) or log.ended_at

    def _log(self, number: int, task_id: str) -> RunLog:
        """The run that an entry of a task belongs to: the next one where this one has completed the task."""
        log = self.logs[-1] if self.logs else None
        known = log.tasks.get(task_id) if log else None
        if log is None or (known is not None and known.done):
            log = RunLog(name=self._name, form=NAME, first_line=number)
            self.logs.append(log)
        return log

    def losses(self) -> tuple[Loss, ...]:
        return (
            *name_losses(iter(self._foreign), "the entry has no task or no seconds"),
            *name_losses(iter(self._retried), "the task was started again before it was completed"),
        )


IMPORTER = Importer(
    name=NAME,
    title="Timing statistics",
    description="JSON lines with a start and a completion per task, as the pipeline appends them.",
    recognize=recognize,
    parse=parse,
)
