"""Lines in, runs out: one grammar for every form that a pipeline's log comes in.

The forms differ in how lines are wrapped (plain, with arrival times, in JSON, in a notebook); each importer unwraps
them and feeds ``Reader`` with the line, its number in the file and, where known, its moment of arrival in seconds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from profiles.importers.base import ImportProblem, Loss, Parsed, name_losses
from profiles.importers.pstats_table import TableReader, of_tables
from profiles.runlog import figures
from profiles.runlog.columns import ColumnTable
from profiles.runlog.facts import CacheFacts, Figure, RunLog
from profiles.runlog.figures import LONGEST
from profiles.runlog.keys import WHOLE, is_known
from profiles.runlog.merge import fingerprint, is_part_of
from profiles.runlog.moments import Moments, Stamp
from profiles.runlog.prefix import MOST_HELD, Prefix
from profiles.runlog.progress import BLOCK, SAMPLE, Progress, begins_work, start_of
from profiles.runlog.terminal import shown

#: More different runs than this in one file are counted, not kept.
MOST_RUNS = 500
#: Of two wall-clocks closer than this share the second is the first again, rounded by hand.
_SAME_WALL = 0.01
#: Without any of these in it, lower-case, a text concerns no run: such stretches are passed over at once.
_TELLING = (
    *(b".py:", b"|", b"tasks - ", b"timing summary", b"cache", b"hits:", b"misses:", b"total:", b"hit rate"),
    *(b"time saved", b"wall", b"batt", b"phase", b"check_", b"inline", b"generate", b"solver", b"errors:", b"perfect"),
    *(b" utc 20", b"performance", b"breakdown", b"component", b"function calls", b"filename:lineno", b"profile"),
    *(b"samples:", b"timer unit", b"interrupt", b"killed", b"terminated", b"traceback"),
    *(b"user\t", b"sys\t", b"user ", b"sys ", b"time (seconds)", b"maximum resident"),
)
_WORTH_READING = re.compile(b"|".join(map(re.escape, _TELLING[2:]))).search
_DATE = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2} {1,2}\d{1,2} \d\d:\d\d:\d\d) UTC (\d{4})\s{0,9}\Z")
_HEAD = "timing summary (seconds)"
_LIST_HEAD = re.compile(r"\W{0,20}(?:performance|timing breakdown|main phases|component)\b[^0-9]{0,200}\Z", re.I)
_PROFILER = re.compile(
    r"\[cProfile |\bRecorded: .{0,60}Samples: |Timer unit: |Wrote profile results to |\bpy-spy> ",
    re.I,
)
#: A profile that is printed in a way that is not read within a log.
_OTHER_PROFILE = re.compile(r"\bRecorded: .{0,60}Samples: |Timer unit: \d", re.I)
#: What a notebook's runner prints at its end says nothing of the run.
_AROUND = b"[NbConvertApp]"
#: A line of the summary that is cut or damaged; others are of another writer, as of the stderr between its lines.
_CUT_ROW = re.compile(r"  (?:[\w.<>?\ufffd]{0,91}(?:\s|\Z)|.*\d)")
_SHORT = 12
_STOPPED = re.compile(r"(?:\^C)?(?:KeyboardInterrupt\b|Killed\b|Terminated\b|Traceback \(most recent call last\))")


class Reader:
    """Gathers the runs of one file. ``finish`` gives them; ``losses`` says what was left out."""

    def __init__(self, name: str, form: str) -> None:
        self._name, self._form = name, form
        self._done: dict[str, RunLog] = {}
        self._damaged: list[int] = []
        self._unread: list[int] = []
        self._unsettled: list[int] = []
        self._too_many = self._again = self._unlike = self._cut = 0
        self._prefix, self._has_prefix = Prefix(), False
        self._held: list[tuple[int, bytes, float | None]] | None = None
        self._moments = Moments()
        self._stamp: Stamp | None = None
        self._tables, self._columns = TableReader(), ColumnTable(name, form)
        self._unread_profiles: list[int] = []
        self._began(1)

    def _began(self, number: int) -> None:
        self.log = RunLog(name=self._name, form=self._form, first_line=number)
        self._progress = Progress(self.log)
        self._cache: CacheFacts | None = None
        self._in_summary = self._in_list = self._ended = False
        self._last_figure = self._last_text = 0
        self._after_summary = False

    def _next_run(self, number: int) -> None:
        """The words cold and warm behind a run's last figure are a heading of the next run."""
        called, last = self.log.called, self._last_figure
        self.log.called = [call for call in called if call.line < last]
        self._keep()
        self._began(number)
        self.log.called = [call for call in called if call.line > last]

    def feed_piece(self, number: int, piece: bytes, arrivals: Sequence[bytes] = ()) -> None:
        """Many whole lines at once, each with its end, from line ``number`` on: as ``feed`` with each of them.

        ``arrivals`` are the lines' moments as they are written, or none.
        """
        piece = piece.replace(b"\r\n", b"\n") if b"\r\n" in piece else piece
        # One byte is found far sooner than two.
        if b"\x1b" in piece or b"\r" in piece or (b"|" in piece and b"%|" in piece) or b"\0" in piece:
            for at, line in enumerate(piece[:-1].split(b"\n")):
                self.feed(number + at, line, float(arrivals[at]) if arrivals else None)
        elif self._is_quiet(piece):
            if not piece.isspace():
                self._last_text = number + piece.count(b"\n") - 1
            if arrivals:
                self._arrived(float(arrivals[0]))
                self._arrived(float(arrivals[-1]))
        else:
            self._feed_blocks(number, piece, arrivals)

    def _is_quiet(self, piece: bytes) -> bool:
        if self._in_summary or self._in_list or self._held is not None or self._tables.is_open or self._has_prefix:
            return False
        lower = piece.lower()
        return not any(word in lower for word in _TELLING)

    def _feed_blocks(self, first: int, piece: bytes, arrivals: Sequence[bytes]) -> None:
        """The usual lines of a task at once, all others one by one."""
        at, position, find, feed = 0, 0, piece.find, self.feed
        while position < len(piece):
            block = None if self._ended or self._held is not None else BLOCK(piece, position)
            if block and not self._tables.is_open:
                lines = piece.count(b"\n", position, block.end())
                moments = (float(arrivals[at]), float(arrivals[at + lines - 1])) if arrivals else None
                if self._progress.take_block(block, first + at, lines, moments):
                    for moment in moments or ():
                        self._arrived(moment)
                    at, position = at + lines, block.end()
                    continue
            end = find(b"\n", position)
            feed(first + at, piece[position:end], float(arrivals[at]) if arrivals else None)
            at, position = at + 1, end + 1

    def feed_stamped(self, number: int, line: bytes, moment: bytes) -> None:
        """One line, without its end, and its moment as it is written beside it."""
        self._stamp = self._moments.of(moment)
        self.feed(number, line, self._stamp.seconds if self._stamp else None)

    def feed(self, number: int, line: bytes, arrival: float | None = None) -> None:
        """One line, without its end."""
        if b"\x1b" in line or b"\r" in line or b"%|" in line or b"\0" in line:
            for piece in shown(line):
                self._take(number, piece, arrival)
        else:
            self._take(number, line, arrival)

    def _take(self, number: int, line: bytes, arrival: float | None) -> None:
        """One line as it can be seen: its prefix is learned, or stripped."""
        is_progress = line.startswith(b"run_batt.py:")
        if is_progress and self._held is None and not self._ended:
            sample = SAMPLE(line)
            if sample and self._progress.scored(sample[1]):
                if arrival is not None:
                    self._arrived(arrival)
                return
        if self._has_prefix and not is_progress:
            line, arrival = self._without_prefix(line, arrival)
        if self._held is not None:
            self._hold(number, line, arrival)
        elif not is_progress and _may_be_prefixed(line) and (verdict := self._prefix.look_at(line)) is not None:
            self._held = [(number, line, arrival)]
            if verdict:
                self._release()
        else:
            self._read(number, line, arrival)

    def _hold(self, number: int, line: bytes, arrival: float | None) -> None:
        held = self._held or []
        held.append((number, line, arrival))
        if self._prefix.look_at(line) or len(held) >= MOST_HELD:
            self._release()

    def _release(self) -> None:
        held, self._held = self._held or [], None
        self._has_prefix = self._prefix.is_known
        for number, line, arrival in held:
            if self._has_prefix:
                line, arrival = self._without_prefix(line, arrival)
            self._read(number, line, arrival)

    def _without_prefix(self, line: bytes, arrival: float | None) -> tuple[bytes, float | None]:
        """The line's own text, and when it came: by its wrapping, else by what stands before it."""
        before, line = self._prefix.split(line)
        if arrival is None:
            self._stamp = self._moments.of(before) if before else None
            arrival = self._stamp.seconds if self._stamp else None
        return line, arrival

    def _read(self, number: int, line: bytes, arrival: float | None) -> None:
        if self._tables.is_open and self._tables.take(number, line.decode("utf-8", "replace")):
            return
        pieces = line.count(b".py:")
        if pieces and b"filename:lineno" not in line:
            if self._ended and begins_work(line):
                self._next_run(number)
            if b" start --" in line:
                self._maybe_next(number, line)
            self._progress.take(number, line, pieces, arrival)
        elif line and len(line) <= LONGEST:
            self._feed_text(number, line, arrival)
        elif line and self._in_summary:
            self._damaged.append(number)
        elif not line and (self.log.keys or self.log.either):
            self._after_summary = True
        if arrival is not None:
            self._arrived(arrival)

    def _arrived(self, arrival: float) -> None:
        if not self._ended:
            if self.log.first_arrival is None and self.log.tasks:
                self.log.first_arrival, self.log.stamp = arrival, self._stamp
            self.log.last_arrival = arrival

    def feed_last(self, number: int, line: bytes, arrival: float | None = None) -> None:
        """The last line, where no line's end follows: a count at its end may have lost digits, and is left out."""
        line = line.rstrip(b"\0")
        if figures.may_be_cut(line.decode("utf-8", "replace")):
            self._cut = number
        elif len(line) < _SHORT and b"run_batt.py:".startswith(line[:12]):
            # The beginning of a progress line: the text broke off in it.
            self._progress.last_line = number
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
        if not line.isspace() and not line.startswith(_AROUND):
            self._last_text = number
        if self._in_summary and line.strip():
            if self._summary_line(number, line):
                return
            self._in_summary = False
        if self._in_list or line.count(b"|") > 1 or _WORTH_READING(line.lower()):
            self._figures(number, line.decode("utf-8", "replace"), arrival)

    def _summary_line(self, number: int, line: bytes) -> bool:
        text = line.decode("utf-8", "replace")
        named = figures.summary_key(text, number)
        if named:
            self.log.set_key(*named)
            self._last_figure = number
            return True
        if self._either(number, text, bare=True):
            return True
        if text.startswith("  ") and not self._after_summary and not self._tables.take(number, text):
            if _CUT_ROW.match(text):
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
            if self.log.keys or self.log.either:
                self._next_run(number)
            self._in_summary, self._ended, self._cache = True, True, None
        elif "|" in text[1:] and self._columns.take(number, text):
            self._last_figure = number
        elif self._tables.take(number, text) or self._profiler(number, text):
            self.log.profiled = True
        elif _LIST_HEAD.match(text):
            self._in_list, self._cache = True, None
        elif self._cache_line(number, text) or self._timing(number, text):
            self._last_figure = number
        else:
            self._dates(text)
            figures.remarks(text, number, self.log)
            figures.resources(text, self.log)
            if _STOPPED.match(text) and not self._ended:
                self.log.interrupted = bool(self.log.tasks or self.log.validations)
            if figures.unread(text, self._cache is not None):
                self._unread.append(number)

    def _profiler(self, number: int, text: str) -> bool:
        """Whether a line tells of a profiler that ran beside the pipeline."""
        if not _PROFILER.search(text):
            return False
        if _OTHER_PROFILE.search(text):
            self._unread_profiles.append(number)
        return True

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
            self.log.set_key(*named)
            return True
        if self._either(number, text, bare=False):
            return True
        listed = figures.listed(text, number) if self._in_list or "phase" in text.lower() else None
        if listed and not is_known(listed.name.partition(" ")[0]):
            (self.log.residuals if figures.is_residual(listed.name) else self.log.listed).append(listed)
            return True
        return False

    def _either(self, number: int, text: str, *, bare: bool) -> bool:
        named = figures.either_key(text, number, bare=bare)
        if named:
            self.log.either.append(named)
            self._last_figure = number
        return bool(named)

    def _dates(self, text: str) -> None:
        match = _DATE.search(text)
        if match and not self._ended:
            try:
                moment = datetime.strptime(f"{match[1]} {match[2]}", "%b %d %H:%M:%S %Y")
            except ValueError:
                return
            self.log.started_at = moment.replace(tzinfo=UTC)

    def _keep(self) -> None:
        self._unsettled += self.log.settle()
        _share_saved(self.log)
        self.log.breaks_off = not self._ended and self._progress.last_line > self._last_text
        if not self.log.is_empty():
            self._keep_tables()
            self._keep_log(self.log)
        for log in self._columns.runs():
            self._keep_log(log)

    def _keep_tables(self) -> None:
        """The tables of a profiler that stand in a run's text are the run's."""
        tables = of_tables(self._name, self._tables.gathered())
        self.log.profiles += tables.profiles
        self.log.profiled = self.log.profiled or bool(tables.profiles)

    def _keep_log(self, log: RunLog) -> None:
        previous = next(reversed(self._done.values())) if self._done else None
        if previous is not None and is_part_of(log, previous):
            previous.printed_again = log.first_line
            previous.profiled = previous.profiled or log.profiled
            previous.profiles += log.profiles
            return
        mark = fingerprint(log)
        if mark in self._done:
            same = _progress_of(log) == _progress_of(self._done[mark])
            self._again, self._unlike = self._again + same, self._unlike + (not same)
        elif len(self._done) < MOST_RUNS:
            self._done[mark] = log
        else:
            self._too_many += 1

    def parsed(self, nothing: str, losses: tuple[Loss, ...] = ()) -> Parsed:
        """What was read, with ``losses`` of the importer's own: runs, else the tables of a profiler.

        Raises:
            ImportProblem: neither is there; ``nothing`` says so.
        """
        logs, more = self.finish()
        if logs:
            return Parsed(logs=logs, losses=(*losses, *more))
        tables = of_tables(self._name, self._tables.gathered())
        if not tables.runs:
            where = next((f"; line {loss.line:,}: {loss.reason}" for loss in more if loss.line), "")
            raise ImportProblem(f"{nothing}{where}")
        return Parsed(runs=tables.runs, profiles=tables.profiles, losses=(*losses, *more, *tables.losses))

    def finish(self) -> tuple[tuple[RunLog, ...], tuple[Loss, ...]]:
        """The runs in the order of the file, and what was lost."""
        self._release()
        self._keep()
        self._began(0)
        losses = list(name_losses(iter(self._damaged), "a line of the timing summary is cut or damaged"))
        either = "the figure could be thousands or have a decimal comma, and nothing beside it says which"
        losses += name_losses(iter(self._unsettled), either)
        losses += name_losses(iter(self._unread), "the line seems to give a figure, but not one that can be read")
        losses += name_losses(iter(self._tables.losses), "the row of the pstats table can not be read and was left out")
        other = "another profiler's report is printed here; its tree is not read out of a log, its own file would be"
        losses += name_losses(iter(self._unread_profiles), other)
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


def _may_be_prefixed(line: bytes) -> bool:
    """Whether the line holds what a known line does, somewhere behind its beginning. Cheap: most lines do not."""
    if line.startswith(b"run_batt.py:") or len(line) > LONGEST * 2:
        return False
    return b"batt" in line or b" tasks - " in line or b"iming summary" in line or b"=== Cache" in line


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
