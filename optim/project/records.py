"""What a plan consists of: frozen records, checked by ``optim.project.plan`` where they are read.

Seconds are floats, percents floats of 0-100, ranges ``Range(low=, high=)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from optim.project.fields import Range
from optim.project.wins import Win

#: Which evidence a checklist's item can wait for; what each means stands in ``plan.toml``.
WIN_NEEDS = ("correct", "measured_10", "before", "after", "saving", "decided", "committed")
FINAL_NEEDS = ("reference_run", "reference_correct", "reference_seconds", "reference_speedup", "results")
NEEDS = (*WIN_NEEDS, *FINAL_NEEDS, "person")


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimedCache:
    """A cache of the baseline: its counts, and the hit rate (percent) that was claimed beside them."""

    name: str
    hits: int
    lookups: int
    claimed_percent: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Baseline:
    """Where the plan began. ``saving_percent`` is the claimed saving since the origin."""

    name: str
    date: date
    seconds: float
    tasks: int
    solvers: int
    errors: int
    overhead_percent: float
    saving_percent: float
    caches: tuple[ClaimedCache, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where it is meant to go: seconds, the speedup that is claimed for them, percent saved since the origin."""

    seconds: Range
    speedup: Range
    saving_percent: Range


@dataclass(frozen=True, kw_only=True, slots=True)
class Intermediate:
    """The first stop: after ``wins`` wins (from, to), so much speedup, so many seconds."""

    wins: Range
    speedup: float
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Compounding:
    """The claim that ``wins`` savings of ``each_percent`` make ``total_percent``."""

    each_percent: float
    wins: int
    total_percent: float


@dataclass(frozen=True, kw_only=True, slots=True)
class ChecklistItem:
    """A line to tick; ``needs`` is one of ``NEEDS``."""

    text: str
    needs: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Checklist:
    """A named list of items; ``each_win`` when every win has to meet them."""

    name: str
    each_win: bool
    items: tuple[ChecklistItem, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A heading and its lines of text."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All of it; ``wins`` are all of the project's, in order, those beyond the plan last."""

    file: str
    title: str
    phase: str
    status: str
    reference_machine: str
    earlier: tuple[tuple[str, str], ...]
    origin_seconds: float
    baseline: Baseline
    target: Target
    intermediate: Intermediate
    compounding: Compounding
    speedup_formula: str
    wins: tuple[Win, ...]
    checklists: tuple[Checklist, ...]
    insights: tuple[Section, ...]
    success: tuple[Section, ...]
    notes: tuple[str, ...]

    @property
    def planned(self) -> tuple[Win, ...]:
        """The wins that the plan has a table for; the others are beyond it."""
        return tuple(win for win in self.wins if win.planned)

    def win(self, name: str) -> Win:
        """The win of that name.

        Raises:
            KeyError: there is none.
        """
        return {win.name: win for win in self.wins}[name]

    def number(self, number: int) -> Win | None:
        """The win with that tracker number; None where there is none."""
        return next((win for win in self.wins if win.number == number), None)
