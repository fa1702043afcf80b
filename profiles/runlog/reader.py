"""Lines in, runs out: one grammar for every form that a pipeline's log comes in.

The forms differ in how lines are wrapped (plain, with arrival times, in JSON, in a notebook); each importer unwraps
them and feeds ``Reader`` with the line, its number in the file and, where known, its moment of arrival in seconds.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from profiles.importers.base import Loss, name_losses
from profiles.runlog import figures
from profiles.runlog.facts import CacheFacts, Conflict, Figure, RunLog
from profiles.runlog.figures import LONGEST, SUMMARY
from profiles.runlog.keys import WHOLE, canonical, is_known
from profiles.runlog.merge import fingerprint, is_part_of
from profiles.runlog.progress import SAMPLE, Progress, begins_work, start_of

#: More different runs than this in one file are counted, not kept.
MOST_RUNS = 500
#: Of two wall-clocks closer than this share the second is the first again, rounded by hand.
_SAME_WALL = 0.01
#: Lower-case words of which every line with figures has one; this prefilter is what most foreign lines cost.
_WORTH_READING = re.compile(
    b"tasks - |timing summary|cache|hits:|misses:|total:|hit rate|time saved|wall|batt|phase|check_|inline"
    b"|generate|solver|errors:|perfect| utc 20|performance|breakdown|component"
).search
_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d) UTC (\d{4})\s{0,9}\Z")
_HEAD = "timing summary (seconds)"
_COLOR = re.compile(rb"\x1b\[[0-9;?]{0,20}[A-Za-z]")
_STAMP = re.compile(rb"\[?20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d[0-9.,:+Z-]{0,20}\]?(?: \[?[A-Z]{4,8}\]?:?)? ")
_LIST_HEAD = re.compile(r"\W{0,20}(?:performance|timing breakdown|main phases|component)\b[^0-9]{0,200}\Z", re.I)


class Reader:
    """Gathers the runs of one file. ``finish`` gives them; ``losses`` says what was left out."""

    def __init__(self, name: str, form: str) -> None:
        self._name, self._form = name, form
        self._done: dict[str, RunLog] = {}
        self._damaged: list[int] = []
        self._unread: list[int] = []
        self._too_many = self._again = self._unlike = self._cut = 0
        self._date: datetime | None = None
        self._began(1)

    def _began(self, number: int) -> None:
        self.log = RunLog(name=self._name, form=self._form, first_line=number)
        self._progress = Progress(self.log)
        self._cache: CacheFacts | None = None
        self._in_summary = self._in_list = self._ended = False
        self._last_figure = 0

    def _next_run(self, number: int) -> None:
        """The words cold and warm behind a run's last figure are a heading of the next run."""
        said, last = self.log.called, self._last_figure
        self.log.called = [one for one in said if one.line < last]
        self._keep()
        self._began(number)
        self.log.called = [one for one in said if one.line > last]

    def feed(self, number: int, line: bytes, arrival: float | None = None) -> None:
        """One line, without its end."""
        sample = SAMPLE(line)
        if sample and not self._ended and self._progress.scored(sample[1]):
            pass
        elif pieces := line.count(b".py:"):
            if self._ended and begins_work(line):
                self._next_run(number)
            if b" start --" in line:
                self._maybe_next(number, line)
            self._progress.take(number, line, pieces, arrival)
        elif line and len(line) <= LONGEST:
            self._feed_text(number, _bare(line), arrival)
        elif line and self._in_summary:
            self._damaged.append(number)
        if arrival is not None and not self._ended:
            if self.log.first_arrival is None and self.log.tasks:
                self.log.first_arrival = arrival
            self.log.last_arrival = arrival

    def feed_last(self, number: int, line: bytes, arrival: float | None = None) -> None:
        """The last line, where no line's end follows: a count at its end may have lost digits, and is left out."""
        if figures.may_be_cut(line.decode("utf-8", "replace")):
            self._cut = number
        else:
            self.feed(number, line, arrival)

    def _maybe_next(self, number: int, line: bytes) -> None:
        """A run that starts with task 0 again, after one that never printed its end."""
        start = start_of(line)
        if start and start[1] == 0 and self._has_begun(start[0]):
            self._next_run(number)

    def _has_begun(self, first_task: str) -> bool:
        known = self.log.tasks.get(first_task)
        return known.done if known else bool(self.log.tasks)

    def _feed_text(self, number: int, line: bytes, arrival: float | None) -> None:
        if self._in_summary and line.strip():
            if self._summary_line(number, line):
                return
            self._in_summary = False
        if self._in_list or _WORTH_READING(line.lower()):
            self._figures(number, line.decode("utf-8", "replace"), arrival)

    def _summary_line(self, number: int, line: bytes) -> bool:
        text = line.decode("utf-8", "replace")
        match = SUMMARY.match(text)
        key = canonical(match[1]) if match else None
        if match and key:
            self._set_key(key, Figure(value=float(match[2]), line=number, text=match[2]))
            self._last_figure = number
            return True
        if text.startswith("  "):
            self._damaged.append(number)
            return True
        return False

    def _figures(self, number: int, text: str, arrival: float | None) -> None:
        if figures.is_final(text):
            if self.log.announced and self._ended and (self.log.keys or self.log.caches or not self._again_said(text)):
                self._next_run(number)
            figures.final_line(text, number, self.log)
            self._progress.ended(arrival)
            self._ended = True
            self.log.last_arrival = arrival if arrival is not None else self.log.last_arrival
        elif _HEAD in text.lower():
            if self.log.keys:
                self._next_run(number)
            self._in_summary, self._ended, self._cache = True, True, None
        elif _LIST_HEAD.match(text):
            self._in_list, self._cache = True, None
        elif self._cache_line(number, text) or self._timing(number, text):
            self._last_figure = number
        else:
            self._dates(text)
            figures.remarks(text, number, self.log)
            if figures.unread(text, self._cache is not None):
                self._unread.append(number)

    def _again_said(self, text: str) -> bool:
        """Whether a final line says what the one before it said."""
        return self.log.announced is not None and self.log.announced.text in text

    def _cache_line(self, number: int, text: str) -> bool:
        name, inline = figures.cache_head(text), figures.cache_inline(text, number)
        if inline or name:
            cache = inline or CacheFacts(name=name or "", line=number)
            if cache.name in self.log.caches:
                self._next_run(number)
            self.log.caches[cache.name] = cache
            self._cache, self._in_list = (None if inline else cache), False
            figures.remarks(text, number, self.log)
            return True
        saved = figures.saved(text, number)
        if saved:
            self._saved(*saved)
            figures.remarks(text, number, self.log)
            return True
        return self._cache is not None and figures.cache_fields(text, number, self._cache, self.log.conflicts)

    def _saved(self, is_total: bool, cache: str | None, figure: Figure) -> None:
        if is_total:
            self.log.total_saved = figure
        else:
            self.log.saved.append((cache, figure))

    def _timing(self, number: int, text: str) -> bool:
        wall = figures.wall(text, number)
        if wall:
            known = self.log.wall or wall
            if abs(known.value - wall.value) > _SAME_WALL * known.value:
                self._next_run(number)
                known = wall
            self.log.wall = known
            return True
        named = figures.named_key(text, number)
        if named:
            if named[0] == WHOLE and self.log.keys.get(WHOLE, named[1]).value != named[1].value:
                self._next_run(number)
            self._in_list, self._cache = True, None
            self._set_key(*named)
            return True
        listed = figures.listed(text, number) if self._in_list or "phase" in text.lower() else None
        if listed and not is_known(listed.name.partition(" ")[0]):
            (self.log.residuals if figures.is_residual(listed.name) else self.log.listed).append(listed)
            return True
        return False

    def _set_key(self, key: str, figure: Figure) -> None:
        known = self.log.keys.setdefault(key, figure)
        if known.value != figure.value:
            self.log.conflicts.append(Conflict(name=key, first=known, second=figure))

    def _dates(self, text: str) -> None:
        match = _DATE.search(text)
        if match and not self._ended:
            try:
                moment = datetime.strptime(f"{match[1]} {match[2]}", "%b %d %H:%M:%S %Y")
            except ValueError:
                return
            self.log.started_at = moment.replace(tzinfo=UTC)

    def _keep(self) -> None:
        log = self.log
        _share_saved(log)
        if log.is_empty():
            return
        previous = next(reversed(self._done.values())) if self._done else None
        if previous is not None and is_part_of(log, previous):
            previous.printed_again = log.first_line
            return
        mark = fingerprint(log)
        if mark in self._done:
            same = _progress_of(log) == _progress_of(self._done[mark])
            self._again, self._unlike = self._again + same, self._unlike + (not same)
        elif len(self._done) < MOST_RUNS:
            self._done[mark] = log
        else:
            self._too_many += 1

    def finish(self) -> tuple[tuple[RunLog, ...], tuple[Loss, ...]]:
        """The runs in the order of the file, and what was lost."""
        self._keep()
        self._began(0)
        losses = list(name_losses(iter(self._damaged), "a line of the timing summary is cut or damaged"))
        losses += name_losses(iter(self._unread), "the line seems to give a figure, but not one that can be read")
        if self._cut:
            losses.append(Loss(line=self._cut, reason="the text ends within a line, so its figure may be cut"))
        if self._again:
            losses.append(Loss(reason=f"{self._again:,} more copies of the same run in this file were left out"))
        if self._unlike:
            reason = "runs with the same figures as another but other progress lines were left out"
            losses.append(Loss(reason=f"{self._unlike:,} {reason}"))
        if self._too_many:
            losses.append(Loss(reason=f"more than {MOST_RUNS} runs in one file: {self._too_many:,} were left out"))
        return tuple(self._done.values()), tuple(losses)


def _bare(line: bytes) -> bytes:
    """The line without a terminal's colours and without the moment and level that a logger puts before it."""
    if b"\x1b" in line:
        line = _COLOR.sub(b"", line)
    if line.startswith((b"20", b"[20")):
        line = _STAMP.sub(b"", line, count=1)
    return line


def _progress_of(log: RunLog) -> tuple[list[str], list[tuple[int, float]]]:
    return list(log.tasks), [(solvers, seconds) for solvers, seconds, _ in log.validations]


def _share_saved(log: RunLog) -> None:
    """Gives each claim of saved time to its cache: by name, by the rate that it was computed with, else by order."""
    unnamed = [figure for name, figure in log.saved if name not in log.caches]
    for name, figure in log.saved:
        if name in log.caches:
            log.caches[name].saved = figure
    caches = [cache for cache in log.caches.values() if cache.saved is None]
    if not all(cache.hits for cache in caches):
        return
    if len(unnamed) == 1 and len(caches) > 1:
        caches = sorted(caches, key=lambda cache: _distance(cache, unnamed[0]))
    for cache, figure in zip(caches, unnamed, strict=False):
        cache.saved = figure


def _distance(cache: CacheFacts, figure: Figure) -> float:
    """How far the claim is from hits times one of the constants that the pipeline multiplies them by."""
    hits = cache.hits.value if cache.hits else 0.0
    return min(abs(hits * constant - figure.value) for constant in (0.150, 0.087))
