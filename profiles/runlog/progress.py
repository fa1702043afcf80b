"""The progress lines of a run, ``run_batt.py:LINE: message``, also where parallel writers glued several together."""

from __future__ import annotations

import re
from collections.abc import Callable

from profiles.runlog.facts import RunLog, TaskFacts

#: Most lines of a log are these, so they are known by one match on the bytes.
SAMPLE = re.compile(rb"run_batt\.py:\d{1,6}: (?:demo|test)\[\d{1,4}\] - (\w{1,40}) - \d{1,9}\Z")
_GLUED = re.compile(rb"(?=(?:run_batt|batt|card|utils|expand_solver)\.py:\d{1,6}: )")
_SAMPLE_ANYWHERE = re.compile(rb"(?:demo|test)\[\d{1,4}\] - (\w{1,40}) - \d{1,9}(?!\w)")
_START = re.compile(rb"-- (\w{1,40}) - (\d{1,9}) start --")
_TIMED_OUT = re.compile(rb"-- (\w{1,40}) - (?:demo|test)\[\d{1,4}\] timed out")
_DONE = re.compile(rb"-- (\w{1,40}) - (\d{1,9}) done - (\d{1,9}) candidates scored")
_SCORING = re.compile(rb"Demo\+Test scoring: (\d{1,9}) outputs, (\d{1,12}) matches")
_FILTERED = re.compile(rb"Filtered to (\d{1,9}) unique candidates \(from (\d{1,9})\)")
_VALIDATED = re.compile(rb"Phase 3a: Validated (\d{1,9}) solvers in (\d{1,9}\.\d{3})s")
_STATS = re.compile(rb"-- (\w{1,40}) batch stats:")
_TELEMETRY = re.compile(rb"(Total attempts|Success \(first try\)|Timeouts|Other errors): (\d{1,15})(?: \(|\s*\Z)")
_TELEMETRY_NAMES = {
    b"Total attempts": "inlining.attempts",
    b"Success (first try)": "inlining.successes",
    b"Timeouts": "inlining.timeouts",
    b"Other errors": "inlining.errors",
}


class Progress:
    """Takes progress lines into a run's facts; lines that name no task belong to the one that started last."""

    def __init__(self, log: RunLog) -> None:
        self.log = log
        self._current: TaskFacts | None = None

    def take(self, number: int, line: bytes, arrival: float | None) -> None:
        """One line of progress, as whole or as glued as it came."""
        sample = SAMPLE.match(line)
        if sample:
            self._task(sample[1], number).scored_samples += 1
            return
        for piece in _GLUED.split(line):
            self._take_piece(number, piece, arrival)

    def _take_piece(self, number: int, piece: bytes, arrival: float | None) -> None:
        for word, pattern, rule in _RULES:
            if word in piece:
                match = pattern.search(piece)
                if match:
                    rule(self, match, number, arrival)
                    return

    def _task(self, task_id: bytes, number: int) -> TaskFacts:
        current = self._current
        name = task_id.decode()
        if current is not None and current.task_id == name:
            return current
        return self.log.tasks.get(name) or self._begin(name, len(self.log.tasks), number)

    def _begin(self, name: str, index: int, number: int) -> TaskFacts:
        task = self.log.tasks.setdefault(name, TaskFacts(task_id=name, index=index, line=number))
        self._current = task
        return task

    def start(self, match: re.Match[bytes], number: int, arrival: float | None) -> None:
        previous = self._current
        if previous is not None and previous.ended is None:
            previous.ended = arrival
        task = self._begin(match[1].decode(), int(match[2]), number)
        if task.started is None:
            task.started = arrival

    def sample(self, match: re.Match[bytes], number: int, _arrival: float | None) -> None:
        self._task(match[1], number).scored_samples += 1

    def timed_out(self, match: re.Match[bytes], number: int, _arrival: float | None) -> None:
        self._task(match[1], number).timed_out_samples += 1
        self.log.timed_out_lines.append(number)

    def done(self, match: re.Match[bytes], number: int, _arrival: float | None) -> None:
        task = self._task(match[1], number)
        task.done, task.candidates = True, int(match[3])

    def scoring(self, match: re.Match[bytes], _number: int, _arrival: float | None) -> None:
        if self._current is not None:
            self._current.outputs, self._current.matches = int(match[1]), int(match[2])

    def filtered(self, match: re.Match[bytes], _number: int, _arrival: float | None) -> None:
        if self._current is not None:
            self._current.kept = int(match[1])

    def validated(self, match: re.Match[bytes], number: int, _arrival: float | None) -> None:
        solvers, seconds = int(match[1]), float(match[2])
        self.log.validations.append((solvers, seconds, number))
        task = self._current
        if task is not None and task.validated is None:
            task.validated, task.validated_line, task.validate_seconds = solvers, number, seconds

    def stats(self, match: re.Match[bytes], number: int, arrival: float | None) -> None:
        task = self._task(match[1], number)
        task.done, task.ended = True, arrival if arrival is not None else task.ended

    def telemetry(self, match: re.Match[bytes], _number: int, _arrival: float | None) -> None:
        self.log.telemetry[_TELEMETRY_NAMES[match[1]]] = int(match[2])

    def ended(self, arrival: float | None) -> None:
        """The final line came: the task that was under way is over."""
        if self._current is not None and self._current.ended is None:
            self._current.ended = arrival


_Rule = Callable[[Progress, re.Match[bytes], int, float | None], None]
_RULES: tuple[tuple[bytes, re.Pattern[bytes], _Rule], ...] = (
    (b" start --", _START, Progress.start),
    (b" timed out", _TIMED_OUT, Progress.timed_out),
    (b" candidates scored", _DONE, Progress.done),
    (b"Demo+Test", _SCORING, Progress.scoring),
    (b"Filtered to", _FILTERED, Progress.filtered),
    (b"Phase 3a", _VALIDATED, Progress.validated),
    (b"batch stats", _STATS, Progress.stats),
    (b"] - ", _SAMPLE_ANYWHERE, Progress.sample),
    (b": ", _TELEMETRY, Progress.telemetry),
)


def begins_work(line: bytes) -> bool:
    """Whether the line shows a task at work: after a run's last figures it belongs to the next run."""
    return bool(SAMPLE.match(line) or _START.search(line) or _VALIDATED.search(line))


def start_of(line: bytes) -> tuple[str, int] | None:
    """Task id and index where the line starts a task."""
    match = _START.search(line) if b" start --" in line else None
    return (match[1].decode(), int(match[2])) if match else None
