"""Several runs: which is best and why, and what stands against saying so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from services.comparing import NOT_COMPARABLE, WRONG, Comparison, compare
from services.differences import PhaseRow, difference_words, phase_changes, phase_table, unit_words
from services.problems import USAGE, fail
from services.run_facts import RunFacts, read, side
from services.wording import listed, seconds, sentence, shortened, times

if TYPE_CHECKING:
    from sqlalchemy import Engine

MOST_RUNS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranked:
    """A run in its place; ``comparison`` is with the first run that was named, None of that run itself."""

    run: RunFacts
    comparison: Comparison | None

    @property
    def stands(self) -> bool:
        """Whether it can be held against the first run at all."""
        return self.comparison is None or self.comparison.verdict not in (NOT_COMPARABLE, WRONG)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """Runs by their seconds, the fastest first; runs without a wall-clock last.

    ``summary`` says which is best and why, ``against`` what stands against it, ``notes`` what else differs or is not
    sure, a sentence each. ``phases`` are the phases of all runs in the order of ``runs``.
    """

    runs: tuple[RunFacts, ...]
    rows: tuple[Ranked, ...]
    summary: tuple[str, ...]
    against: tuple[str, ...]
    notes: tuple[str, ...]
    phases: tuple[PhaseRow, ...]

    @property
    def reference(self) -> RunFacts:
        return self.runs[0]

    @property
    def best(self) -> RunFacts | None:
        """The fastest of those that can be held against the first; None where there is no other."""
        standing = [row.run for row in self.rows if row.stands and row.run.wall_seconds is not None]
        return standing[0] if len(standing) > 1 else None


def rank(engine: Engine, run_ids: Iterable[int]) -> Ranking:
    """Which of 2 to 12 runs is best and why, each held against the first that is named.

    Raises:
        Problem: fewer than two of them are there, or more than 12 were asked for.
    """
    ids = list(dict.fromkeys(int(run_id) for run_id in run_ids))
    if not 2 <= len(ids) <= MOST_RUNS:
        fail(f"2 to {MOST_RUNS} different runs are compared, got {len(ids)}", USAGE)
    runs = read(engine, ids)
    if len(runs) != len(ids):
        missing = [str(run_id) for run_id in ids if run_id not in {run.id for run in runs}]
        fail(f"there is no run {listed(missing)}; quickwin runs lists them", USAGE)
    return ranked(engine, runs)


def ranked(engine: Engine, runs: Sequence[RunFacts]) -> Ranking:
    """The same of runs that were read."""
    first = runs[0]
    comparisons = [None, *(compare(engine, side(first), side(run)) for run in runs[1:])]
    rows = [Ranked(run=run, comparison=comparison) for run, comparison in zip(runs, comparisons, strict=True)]
    rows.sort(key=lambda row: (row.run.wall_seconds is None, row.run.wall_seconds or 0.0))
    notes = dict.fromkeys(note for comparison in comparisons if comparison for note in comparison.differences)
    made = Ranking(
        runs=tuple(runs),
        rows=tuple(rows),
        summary=(),
        against=tuple(_objections(rows)),
        notes=tuple(notes),
        phases=phase_table(runs),
    )
    return replace(made, summary=tuple(_summary(made)))


def _objections(rows: Sequence[Ranked]) -> list[str]:
    """What stands against holding a run against the first, a sentence for each such run."""
    objections = []
    for row in sorted(rows, key=lambda row: row.run.id):
        if row.comparison is not None and not row.stands:
            reasons = " ".join(row.comparison.obstacles) or row.comparison.reason
            objections.append(f"{sentence(row.run.name)[:-1]}: {row.comparison.verdict}. {reasons}")
    return objections


def _summary(ranking: Ranking) -> list[str]:
    """Which is best, how it stands to the others, and the phases that make the difference."""
    best = ranking.best
    if best is None:
        return _by_seconds_alone(ranking)
    others = [row.run for row in ranking.rows if row.stands and row.run.wall_seconds and row.run.id != best.id]
    ratios = [f"{times(_ratio(other, best))} as fast as {other.name}" for other in others]
    among = (
        "" if len(others) + 1 == len(ranking.rows) else f" of those that can be held against {ranking.reference.name}"
    )
    lines = [
        f"{sentence(best.name)[:-1]} ({shortened(best.label, 60)}) took the least time{among}, "
        f"{seconds(best.wall_seconds)}: {listed(ratios)}.",
        "One run each is no evidence that one is faster; interleaved blocks are.",
    ]
    other = ranking.reference if best.id != ranking.reference.id else others[-1]
    made = phase_changes(side(other), side(best))
    if made is not None:
        lines.insert(1, f"Against {other.name}: {difference_words(made, unit_words(best))}")
    return lines


def _ratio(before: RunFacts, after: RunFacts) -> float | None:
    one, two = before.wall_seconds, after.wall_seconds
    return one / two if one and two else None


def _by_seconds_alone(ranking: Ranking) -> list[str]:
    timed = [row.run for row in ranking.rows if row.run.wall_seconds is not None]
    if not timed:
        return ["None of them says how long it took."]
    order = listed(f"{run.name} ({seconds(run.wall_seconds)})" for run in timed)
    return [f"By their seconds alone: {order}. None of them can be held against {ranking.reference.name}."]
