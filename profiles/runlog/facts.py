"""What a pipeline's log says, with the line of each figure: gathered line by line, judged later.

Facts are what is written, not what is true: a claimed timeout is a fact here, and the audit says whether it holds.
These few classes are not frozen, because the reader fills them in as lines arrive.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from profiles.runlog.moments import Stamp
from profiles.runlog.numbers import decimal_mark


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """A number as a log prints it, and the line, from 1, where it stands. ``has_unit`` is false for bare seconds."""

    value: float
    line: int
    text: str = ""
    has_unit: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A line of a pasted list that gives a name seconds (and perhaps a share, 0-1) without being a known key."""

    name: str
    seconds: float
    line: int
    share: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """One name with two values; the first was taken."""

    name: str
    first: Figure
    second: Figure


@dataclass(kw_only=True, slots=True)
class TaskFacts:
    """What the log says of one task. Moments are arrival seconds of the log, where it has any."""

    task_id: str
    index: int
    line: int
    scored_samples: int = 0
    timed_out_samples: int = 0
    outputs: int | None = None
    candidates: int | None = None
    kept: int | None = None
    validated: int | None = None
    validated_line: int | None = None
    validate_seconds: float | None = None
    matches: int = 0
    started: float | None = None
    ended: float | None = None
    done: bool = False
    seconds: float | None = None
    success: bool | None = None
    success_line: int | None = None
    reason: str | None = None


@dataclass(kw_only=True, slots=True)
class CacheFacts:
    """One block of the cache statistics. ``hit_rate`` is in percent, as printed; ``saved`` in seconds."""

    name: str
    line: int
    hits: Figure | None = None
    misses: Figure | None = None
    total: Figure | None = None
    hit_rate: Figure | None = None
    entries: Figure | None = None
    saved: Figure | None = None

    def figures(self) -> tuple[float | None, ...]:
        """Hits, misses, total, entries: the numbers that tell runs apart."""
        return tuple(figure.value if figure else None for figure in (self.hits, self.misses, self.total, self.entries))


@dataclass(kw_only=True, slots=True)
class RunLog:
    """One run as a log tells it. ``form`` is the importer's name, ``name`` the file's.

    ``title`` tells it from the others of a table. ``profiled``: a profiler ran beside it, so that its seconds are no
    evidence; ``profiles`` are the tables that it printed, as pyinstrument sessions. ``interrupted``: something says
    that the run was stopped; ``breaks_off``: the text ends, or the next run begins, amid its progress lines.
    """

    name: str
    form: str
    first_line: int = 1
    tasks: dict[str, TaskFacts] = field(default_factory=dict)
    announced: Figure | None = None
    claimed_timeouts: Figure | None = None
    claimed_errors: Figure | None = None
    claimed_solvers: Figure | None = None
    final_seconds: Figure | None = None
    wall: Figure | None = None
    keys: dict[str, Figure] = field(default_factory=dict)
    #: Keys with a figure like ``1,234``, which may be a thousand or a little over one.
    either: list[tuple[str, Figure]] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    residuals: list[Listed] = field(default_factory=list)
    caches: dict[str, CacheFacts] = field(default_factory=dict)
    total_saved: Figure | None = None
    saved: list[tuple[str | None, Figure]] = field(default_factory=list)
    #: CPU seconds by ``user`` and ``sys``, as ``time`` prints them behind a run.
    cpu: dict[str, float] = field(default_factory=dict)
    peak_bytes: int | None = None
    telemetry: dict[str, int] = field(default_factory=dict)
    validations: list[tuple[int, float, int]] = field(default_factory=list)
    timed_out_lines: list[int] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    praise: list[Figure] = field(default_factory=list)
    called: list[Figure] = field(default_factory=list)
    printed_again: int = 0
    final_form: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    interrupted: bool = False
    breaks_off: bool = False
    profiled: bool = False
    profiles: list[Mapping[str, Any]] = field(default_factory=list)
    title: str = ""
    first_arrival: float | None = None
    last_arrival: float | None = None
    #: What stood before the line that arrived first, where that is where its moment comes from.
    stamp: Stamp | None = None

    @property
    def wall_figure(self) -> Figure | None:
        """The wall-clock and where it stands: ``main.run_batt``, else a pasted one, else the final line's."""
        return self.keys.get("main.run_batt") or self.wall or self.final_seconds

    @property
    def task_count(self) -> int | None:
        """Tasks announced, else seen; None where the log shows neither."""
        if self.announced is not None:
            return int(self.announced.value)
        return len(self.tasks) or len(self.validations) or None

    def settle(self) -> list[int]:
        """Takes figures like ``1,234`` in the way that the other figures of the run are written.

        Returns:
            The lines of those that nothing settles; none of them is taken.
        """
        either, self.either = self.either, []
        others = [figure.text for figure in self.keys.values()]
        marks = {decimal_mark(text) for text in others} - {""}
        thousands = marks == {"."} and any("," in text and "." in text for text in others)
        if marks != {","} and not thousands:
            return [figure.line for _, figure in either]
        for key, figure in either:
            self.set_key(key, replace(figure, value=figure.value * 1000) if thousands else figure)
        return []

    def set_key(self, key: str, figure: Figure) -> None:
        """The first figure of a key stays; another one is a conflict."""
        known = self.keys.setdefault(key, figure)
        if known.value != figure.value:
            self.conflicts.append(Conflict(name=key, first=known, second=figure))

    def is_empty(self) -> bool:
        """Whether nothing was found that makes a run."""
        return not any(
            (
                *(self.tasks, self.announced, self.keys, self.validations, self.wall, self.telemetry),
                *(
                    figure
                    for cache in self.caches.values()
                    for figure in (cache.hits, cache.misses, cache.total, cache.entries, cache.hit_rate, cache.saved)
                ),
            )
        )

    def ordered_tasks(self) -> list[TaskFacts]:
        return list(self.tasks.values())
