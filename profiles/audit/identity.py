"""Rules on whether a run's numbers are there already under another name."""

from __future__ import annotations

from collections.abc import Iterator

from profiles.audit.case import Case, Rule
from profiles.records import Finding

#: Shorter runs can agree to the millisecond by chance.
_TELLING_SECONDS = 1.0


def same_numbers_elsewhere(case: Case) -> Iterator[Finding]:
    """The same figures, or the same wall-clock to the millisecond, in a run that is known under another name."""
    record = case.record
    for known in case.known:
        same = known.key == record.key
        if same and _other_wall(record.wall_seconds, known.wall_seconds):
            yield Finding(
                rule="same_numbers_elsewhere",
                severity="warning",
                claimed=f"the key of the known run {known.label}",
                follows=f"that run took {known.wall_seconds:,.3f} s, this one {record.wall_seconds:,.3f} s",
            )
            return
        if same and known.label == record.label:
            return
        if same or _same_wall(record.wall_seconds, known.wall_seconds):
            what = "all figures" if same else f"its wall-clock of {record.wall_seconds:,.3f} s"
            yield Finding(
                rule="same_numbers_elsewhere",
                severity="warning",
                claimed=f"a run called {record.label}",
                follows=f"{what} are those of the known run {known.label}",
            )
            return


def _other_wall(one: float | None, two: float | None) -> bool:
    return one is not None and two is not None and abs(one - two) > 1e-6


def _same_wall(one: float | None, two: float | None) -> bool:
    return one is not None and two is not None and one >= _TELLING_SECONDS and abs(one - two) < 0.0005


RULES: tuple[Rule, ...] = (same_numbers_elsewhere,)
