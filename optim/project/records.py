"""What a plan consists of: frozen records, checked by ``optim.project.plan`` where they are read.

Seconds are floats, percents floats of 0-100, ranges ``Range(low=, high=)``.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

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
    """Where the plan began, as far as it says. ``saving_percent`` is the claimed saving since the origin."""

    seconds: float
    name: str = ""
    date: datetime.date | None = None
    tasks: int | None = None
    solvers: int | None = None
    errors: int | None = None
    overhead_percent: float | None = None
    saving_percent: float | None = None
    caches: tuple[ClaimedCache, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Where it is meant to go: seconds, the speedup that is claimed for them, percent saved since the origin."""

    seconds: Range
    speedup: Range | None = None
    saving_percent: Range | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """A machine that the plan speaks of: the baseline's seconds there, and those that are aimed at."""

    name: str
    baseline_seconds: float | None = None
    target_seconds: Range | None = None


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
    """All of it; only ``title``, ``phase`` and ``wins`` are always there.

    ``wins`` are all of the project's, in order, those beyond the plan last. ``reference_pipeline`` is the program whose
    seconds the plan speaks of, None where it is the project's own; ``reference_machine`` the machine whose seconds
    count. ``cache_states`` are those in which the pipeline can be measured.
    """

    file: str
    title: str
    phase: str
    wins: tuple[Win, ...]
    status: str = ""
    reference_machine: str | None = None
    reference_pipeline: str | None = None
    cache_states: tuple[str, ...] = ("cold", "warm")
    machines: tuple[Machine, ...] = ()
    earlier: tuple[tuple[str, str], ...] = ()
    origin_seconds: float | None = None
    baseline: Baseline | None = None
    target: Target | None = None
    intermediate: Intermediate | None = None
    compounding: Compounding | None = None
    speedup_formula: str | None = None
    checklists: tuple[Checklist, ...] = ()
    insights: tuple[Section, ...] = ()
    success: tuple[Section, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def tasks(self) -> int | None:
        """How many tasks the baseline was of; None where the plan does not say."""
        return None if self.baseline is None else self.baseline.tasks

    @property
    def machine(self) -> str:
        """What the machine is called whose seconds count."""
        return self.reference_machine or "the reference machine"

    @property
    def is_of_another_pipeline(self) -> bool:
        """Whether the plan speaks of another program than the one that is measured here: what is measured is an analogy
        then, and none of its ratios goes onto the plan's seconds.
        """
        return self.reference_pipeline is not None

    @property
    def there(self) -> str:
        """The program and the machine of which the plan speaks: ``run_batt on Kaggle``."""
        return f"{self.reference_pipeline} on {self.machine}" if self.reference_pipeline else self.machine

    @property
    def file_stem(self) -> str:
        """What the names of its documents begin with: ``PHASE5`` of "Phase 5"."""
        return re.sub(r"[^\w]+", "", self.phase).upper() or "PROJECT"

    @property
    def results_file(self) -> str:
        """The name of the file that the results are written to."""
        return f"{self.file_stem}_RESULTS.md"

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
