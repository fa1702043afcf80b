"""The progress lines of a run, ``run_batt.py:LINE: message``, also where parallel writers glued several together."""

from __future__ import annotations

import re
from collections.abc import Callable

from profiles.runlog.facts import RunLog, TaskFacts

_WHERE = rb"(?:run_batt|batt|card|utils|expand_solver)\.py:\d{1,6}: "
_GLUED = re.compile(rb"(?=" + _WHERE + rb")")
#: One pattern for all messages, tried at the start of a line or of a glued piece. The name of the outermost group
#: that matched is the rule that takes it.
_MESSAGES = {
    "sample": rb"(?:demo|test)\[\d{1,4}\] - (\w{1,40}) - \d{1,9}(?!\w)",
    "start": rb"-- (\w{1,40}) - (\d{1,9}) start --",
    "timed_out": rb"-- (\w{1,40}) - (?:demo|test)\[\d{1,4}\] timed out",
    "done": rb"-- (\w{1,40}) - (\d{1,9}) done - (\d{1,9}) candidates scored",
    "scoring": rb"-- (?:\d{1,9} - )?Demo\+Test scoring: (\d{1,9}) outputs, (-?\d{1,15}) matches",
    "filtered": rb"-- (?:\d{1,9} - )?Filtered to (\d{1,9}) unique candidates \(from (\d{1,9})\)",
    "validated": rb"-- (?:\d{1,9} - )?Phase 3a: Validated (\d{1,9}) solvers in (\d{1,9}\.\d{3})s",
    "stats": rb"-- (\w{1,40}) batch stats:",
    "telemetry": rb"(Total attempts|Success \(first try\)|Timeouts|Other errors): (\d{1,15})(?: \(|\s{0,9}\Z)",
}
_ALL = b"|".join(b"(?P<%s>%s)" % (name.encode(), pattern) for name, pattern in _MESSAGES.items())
_MESSAGE = re.compile(rb"(?:" + _WHERE + rb")?(?:" + _ALL + rb")")
_HERE = rb"run_batt\.py:\d{1,6}: "
#: The usual lines of a task from its start on, as they follow each other when no other writer comes between.
BLOCK = re.compile(
    _HERE + rb"-- (\w{1,40}) - (\d{1,9}) start --\n"
    rb"((?:" + _HERE + rb"(?:demo|test)\[\d{1,4}\] - \1 - \d{1,9}\n)*)"
    rb"(?:" + _HERE + rb"-- Demo\+Test scoring: (\d{1,9}) outputs, (-?\d{1,15}) matches,"
    rb" -?\d{1,15} diff calls \(skipped -?\d{1,15}\)\n)?"
    rb"(?:" + _HERE + rb"-- \1 - \2 done - (\d{1,9}) candidates scored\n)?"
    rb"(?:" + _HERE + rb"-- Filtered to (\d{1,9}) unique candidates \(from \d{1,9}\)\n)?"
    rb"(?:" + _HERE + rb"-- Phase 3a: Validated (\d{1,9}) solvers in (\d{1,9}\.\d{3})s \(parallelized\)\n)?"
    rb"(" + _HERE + rb"-- \1 batch stats: added=\d{1,9} processed=\d{1,9}\n)?"
).match
#: Most lines of a log are these.
SAMPLE = re.compile(rb"run_batt\.py:\d{1,6}: " + _MESSAGES["sample"] + rb"\Z").match
_START = re.compile(_MESSAGES["start"])
_WORK = frozenset(("sample", "start", "validated"))
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
        self._current_id = b""
        self.last_line = 0

    def scored(self, task_id: bytes) -> bool:
        """Counts a scored sample of the task that is under way; False where it is another task's."""
        if self._current is None or task_id != self._current_id:
            return False
        self._current.scored_samples += 1
        return True

    def take_block(self, match: re.Match[bytes], number: int, lines: int, moments: tuple[float, float] | None) -> bool:
        """All ``lines`` that ``BLOCK`` matched, from line ``number`` on, at once; False where they are no new task's.

        ``moments`` are those at which the first and the last of them arrived.
        """
        task_id, index, samples, outputs, matches, candidates, kept, solvers, spent, stats = match.groups()
        name, tasks, previous = task_id.decode(), self.log.tasks, self._current
        if index == b"0" or name in tasks:
            return False
        task = self._current = tasks[name] = TaskFacts(task_id=name, index=int(index), line=number)
        self._current_id = task_id
        if moments is not None:
            if previous is not None and previous.ended is None:
                previous.ended = moments[0]
            task.started, task.ended = moments[0], moments[1] if stats is not None else None
        task.scored_samples = samples.count(b"\n")
        if outputs is not None:
            task.outputs, task.matches = int(outputs), int(matches)
        if candidates is not None:
            task.candidates = int(candidates)
        if kept is not None:
            task.kept = int(kept)
        task.done = stats is not None or candidates is not None
        if solvers is not None:
            line = number + match.string.count(b"\n", match.start(), match.start(8))
            self.log.validations.append((int(solvers), float(spent), line))
            task.validated, task.validated_line, task.validate_seconds = int(solvers), line, float(spent)
        self.last_line = number + lines - 1
        return True

    def take(self, number: int, line: bytes, pieces: int, arrival: float | None) -> None:
        """One line of progress, as whole or as glued as it came; ``pieces`` is how often it holds ``.py:``."""
        if pieces == 1:
            self._take_piece(number, line, arrival)
            return
        for piece in _GLUED.split(line):
            self._take_piece(number, piece, arrival)

    def _take_piece(self, number: int, piece: bytes, arrival: float | None) -> None:
        match = _MESSAGE.match(piece) or _behind_other_text(piece)
        if match and match.lastgroup and match.lastindex:
            self.last_line = number
            # The named group is the last that closed, so its own groups come right behind it.
            _RULES[match.lastgroup](self, match, match.lastindex, number, arrival)

    def _task(self, task_id: bytes, number: int) -> TaskFacts:
        current = self._current
        name = task_id.decode()
        if current is not None and current.task_id == name:
            return current
        return self.log.tasks.get(name) or self._begin(name, len(self.log.tasks), number)

    def _begin(self, name: str, index: int, number: int) -> TaskFacts:
        task = self.log.tasks.setdefault(name, TaskFacts(task_id=name, index=index, line=number))
        self._current, self._current_id = task, name.encode()
        return task

    def start(self, match: re.Match[bytes], at: int, number: int, arrival: float | None) -> None:
        previous = self._current
        if previous is not None and previous.ended is None:
            previous.ended = arrival
        task = self._begin(match[at + 1].decode(), int(match[at + 2]), number)
        if task.started is None:
            task.started = arrival

    def sample(self, match: re.Match[bytes], at: int, number: int, _arrival: float | None) -> None:
        self._task(match[at + 1], number).scored_samples += 1

    def timed_out(self, match: re.Match[bytes], at: int, number: int, _arrival: float | None) -> None:
        self._task(match[at + 1], number).timed_out_samples += 1
        self.log.timed_out_lines.append(number)

    def done(self, match: re.Match[bytes], at: int, number: int, _arrival: float | None) -> None:
        task = self._task(match[at + 1], number)
        task.done, task.candidates = True, int(match[at + 3])

    def scoring(self, match: re.Match[bytes], at: int, _number: int, _arrival: float | None) -> None:
        if self._current is not None:
            self._current.outputs, self._current.matches = int(match[at + 1]), int(match[at + 2])

    def filtered(self, match: re.Match[bytes], at: int, _number: int, _arrival: float | None) -> None:
        if self._current is not None:
            self._current.kept = int(match[at + 1])

    def validated(self, match: re.Match[bytes], at: int, number: int, _arrival: float | None) -> None:
        solvers, seconds = int(match[at + 1]), float(match[at + 2])
        self.log.validations.append((solvers, seconds, number))
        task = self._current
        if task is not None and task.validated is None:
            task.validated, task.validated_line, task.validate_seconds = solvers, number, seconds

    def stats(self, match: re.Match[bytes], at: int, number: int, arrival: float | None) -> None:
        task = self._task(match[at + 1], number)
        task.done, task.ended = True, arrival if arrival is not None else task.ended

    def telemetry(self, match: re.Match[bytes], at: int, _number: int, _arrival: float | None) -> None:
        self.log.telemetry[_TELEMETRY_NAMES[match[at + 1]]] = int(match[at + 2])

    def ended(self, arrival: float | None) -> None:
        """The final line came: the task that was under way is over."""
        if self._current is not None and self._current.ended is None:
            self._current.ended = arrival


_Rule = Callable[[Progress, re.Match[bytes], int, int, float | None], None]
_RULES: dict[str, _Rule] = {name: getattr(Progress, name) for name in _MESSAGES}


def _behind_other_text(piece: bytes) -> re.Match[bytes] | None:
    where = _GLUED.search(piece)
    return _MESSAGE.match(piece, where.start()) if where and where.start() else None


def begins_work(line: bytes) -> bool:
    """Whether the line shows a task at work: after a run's last figures it belongs to the next run."""
    match = _MESSAGE.match(line)
    return match is not None and match.lastgroup in _WORK


def start_of(line: bytes) -> tuple[str, int] | None:
    """Task id and index where the line starts a task."""
    match = _START.search(line)
    return (match[1].decode(), int(match[2])) if match else None
