"""What is known about the wins: measurements, decisions and runs of the reference machine, as frozen records.

Seconds are floats, speedups before / after, savings shares of 0-1, moments timezone-aware datetimes in UTC.
``optim.evidence.assembly`` makes them from what the database gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

#: Grades of evidence: interleaved here, interleaved on another machine, and not interleaved.
BLOCKS, ELSEWHERE, SEPARATE_RUNS = "blocks", "blocks from elsewhere", "separate runs"
#: Verdicts that a speedup can be taken from: it is known well enough to be held against another one.
RESOLVED = ("faster", "slower", "slightly faster", "slightly slower", "same")
#: Verdicts that speak about answers which were equal on both sides.
SAME_ANSWERS = (*RESOLVED, "unresolved")
#: What an attribution says in sentences, by its kind.
REMARKS = ("ghosts", "clashes", "burdens", "outliers")
#: What may be wrong, by what its verdict's reason says of it; where it says none of these, the answers are others.
ANSWERS_DIFFER = "its answers differ"
_FAULTS = {
    "other results": ANSWERS_DIFFER,
    "one that fails": "its runs fail more often",
    "that did not fail": "its runs fail more often",
    "timeout": "it has more timeouts",
    "error": "it has more errors",
}
#: How the reason of a verdict begins that says the verdict itself (``optim.evidence.verdicts.sentence``); of the others
#: with the word.
_BEGINNINGS = {"slightly faster": "Faster", "slightly slower": "Slower", "same": "The same", "wrong": "Not a faster"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A finished measurement of one win: ``config_before`` without it, ``config_after`` the same with it.

    ``low`` and ``high`` are the 95% interval of ``speedup``, ``noise_low`` and ``noise_high`` that of the A/A control.
    ``before_seconds`` and ``after_seconds`` are geometric means over the blocks. ``committed``: all its runs came from
    one clean git commit; None where unknown; ``code`` is the fingerprint of its files. ``pooled`` are the measurements
    whose blocks were judged together. ``attributed``: an attribution tells it, beside all other wins. ``lines`` are the
    intervals of what did not settle it (``cpu``, ``wall``, ``memory``), as ``speedup``, ``low`` and ``high``.
    """

    measurement_id: int
    win: str
    config_before: str
    config_after: str
    verdict: str
    reason: str = ""
    speedup: float | None = None
    low: float | None = None
    high: float | None = None
    noise_low: float | None = None
    noise_high: float | None = None
    before_seconds: float | None = None
    after_seconds: float | None = None
    blocks: int = 0
    more_blocks: int | None = None
    tasks: int | None = None
    workload: str | None = None
    cache_state: str = "unknown"
    machine: str | None = None
    measured_at: datetime | None = None
    committed: bool | None = None
    commit: str | None = None
    code: str | None = None
    pooled: tuple[int, ...] = ()
    grade: str = BLOCKS
    attributed: bool = False
    lines: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)

    def is_old(self, newest: Measured | None) -> bool:
        """Whether it was made of other code than the newest one, so that it tells of code that is no more.

        The files tell where both have their fingerprint, else the commit.
        """
        if newest is None or (self.commit is not None and self.commit == newest.commit and self.committed):
            return False
        if self.code is not None and newest.code is not None:
            return self.code != newest.code
        return self.commit is not None and newest.commit is not None and self.commit != newest.commit

    @property
    def saving(self) -> float | None:
        """The share of the time that is gone: 1 - after / before."""
        return None if self.speedup is None else 1 - 1 / self.speedup

    @property
    def result(self) -> str:
        """What it came to: the reason, behind the verdict's word where that does not begin with it."""
        beginning = _BEGINNINGS.get(self.verdict, self.verdict.capitalize())
        if self.reason.startswith(beginning):
            return self.reason
        return f"{self.verdict}: {self.reason}" if self.reason else self.verdict

    @property
    def fault(self) -> str:
        """What is wrong with the config after it, as a clause; empty where the verdict is not wrong."""
        if self.verdict != "wrong":
            return ""
        return next((fault for sign, fault in _FAULTS.items() if sign in self.reason), ANSWERS_DIFFER)

    @property
    def name(self) -> str:
        """How a document names it as evidence."""
        return f"measurement {self.measurement_id}"

    @property
    def basis(self) -> str:
        """Its name, with the others whose blocks were judged with its own, and its grade where that is less."""
        others = [str(number) for number in self.pooled if number != self.measurement_id]
        pooled = f", pooled with {', '.join(others)}" if others else ""
        return f"{self.name}{pooled}" + ("" if self.grade == BLOCKS else f", {self.grade}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """What a person decided about a win, the newest that counts."""

    decision_id: int
    win: str
    decision: str
    because: str
    decided_at: datetime | None = None
    measurement_id: int | None = None
    forced: bool = False
    who: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WinEvidence:
    """All that is known about one win: its measurements, newest first, and its decision.

    ``kept_beside`` is the config of the other wins that are kept; None while none is.
    """

    win: str
    measurements: tuple[Measured, ...] = ()
    decided: Decided | None = None
    kept_beside: str | None = None

    @property
    def measured(self) -> Measured | None:
        """The measurement that speaks for the win: the newest cold one, else the newest; beside the wins that are kept
        where it was measured so.

        A warm one tells what a second run over the same tasks saves, which a first run never sees. Wrong answers are
        wrong in any state: where the newest of a state says so, it speaks.
        """
        newest = _by_caches(self.measurements)
        wrong = next((known for known in newest.values() if known.verdict == "wrong"), None)
        beside = _by_caches(
            measurement for measurement in self.measurements if measurement.config_before == self.kept_beside
        )
        told = beside if beside and ("cold" in beside or "cold" not in newest) else newest
        return wrong or told.get("cold") or next(iter(told.values()), None)

    @property
    def alone(self) -> Measured | None:
        """The measurement of the win by itself that speaks for it; None where it was only measured beside others."""
        by_itself = tuple(measurement for measurement in self.measurements if measurement.config_before == "none")
        return replace(self, measurements=by_itself, kept_beside=None).measured

    @property
    def decision(self) -> str:
        """``keep``, ``revert`` or ``undecided``."""
        return self.decided.decision if self.decided else "undecided"

    def measurement(self, measurement_id: int | None) -> Measured | None:
        """Its measurement of that id; None where there is none."""
        return next(
            (known for known in self.measurements if measurement_id in (known.measurement_id, *known.pooled)), None
        )


def _by_caches(measurements: Iterable[Measured]) -> dict[str, Measured]:
    """The first of each state of the caches; an attribution speaks where no pair was measured: its few blocks are
    shared by all configs."""
    first: dict[str, Measured] = {}
    for measurement in sorted(measurements, key=lambda measurement: measurement.attributed):
        first.setdefault(measurement.cache_state, measurement)
    return first


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """The speedup of several wins together over none: measured as such, or a product of separate measurements.

    ``source`` names the evidence. A product is no measurement: wins may clash, or do the same work twice.
    """

    wins: tuple[str, ...]
    speedup: float
    low: float | None = None
    high: float | None = None
    measured: bool
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceRun:
    """A run on the machine whose seconds count."""

    run_id: int
    label: str
    status: str = "finished"
    wall_seconds: float | None = None
    tasks: int | None = None
    solvers: int | None = None
    errors: int = 0
    timeouts: int = 0
    config: str | None = None
    cache_state: str = "unknown"
    started_at: datetime | None = None

    @property
    def name(self) -> str:
        """How a document names it as evidence."""
        return f"run {self.run_id}"

    @property
    def clean(self) -> bool:
        """Finished, without error or timeout."""
        return self.status == "finished" and not self.errors and not self.timeouts


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackerEvidence:
    """All evidence there is. ``results_file`` is the report's name once it was written.

    ``there`` is what was measured of the plan's own pipeline, where that is another than the one here. ``attribution``
    is what the newest attribution says (``Attribution.to_json``) with all of its question, ``attributed_by`` their
    numbers.
    """

    wins: tuple[WinEvidence, ...] = ()
    together: tuple[Together, ...] = ()
    reference: tuple[ReferenceRun, ...] = ()
    results_file: str | None = None
    there: tuple[WinEvidence, ...] = ()
    attribution: Mapping[str, Any] | None = None
    attributed_by: tuple[int, ...] = ()

    def measured_there(self, win: str) -> Measured | None:
        """The measurement of the plan's own pipeline that speaks for the win, where that is another than here."""
        return next((own.measured for own in self.there if own.win == win), None)

    def win(self, name: str) -> WinEvidence:
        """The evidence on one win, empty where there is none."""
        return next((evidence for evidence in self.wins if evidence.win == name), WinEvidence(win=name))

    def joint(self, wins: frozenset[str]) -> Together | None:
        """The speedup of exactly these wins together; None where nothing tells it."""
        return next((joined for joined in self.together if frozenset(joined.wins) == wins), None)

    def decisions(self, decision: str) -> tuple[str, ...]:
        """The wins decided that way."""
        return tuple(win.win for win in self.wins if win.decision == decision)

    def with_results(self, file: str) -> TrackerEvidence:
        """The same evidence once the report was written to ``file``."""
        return replace(self, results_file=file)

    def confirmed(self, tasks: int | None) -> ReferenceRun | None:
        """The newest clean run of that many tasks (None: of any number) on the reference machine; None without one."""
        whole = [run for run in self.reference if run.clean and tasks in (None, run.tasks) and run.wall_seconds]
        return max(whole, key=lambda run: run.run_id, default=None)

    def alone_there(self, win: str, tasks: int | None) -> ReferenceRun | None:
        """The newest clean run there with that win alone; None without one."""
        return self._there(win, tasks)

    def baseline_there(self, tasks: int | None) -> ReferenceRun | None:
        """The newest clean run there without any win; None without one."""
        return self._there("none", tasks)

    def _there(self, config: str, tasks: int | None) -> ReferenceRun | None:
        runs = [run for run in self.reference if run.clean and run.config == config and run.wall_seconds]
        return max((run for run in runs if tasks in (None, run.tasks)), key=lambda run: run.run_id, default=None)

    def measurements(self) -> Iterator[Measured]:
        """All measurements of all wins."""
        for win in self.wins:
            yield from win.measurements

    def machine_pairs(self) -> tuple[tuple[float, float], ...]:
        """Speedups of the same change over the same work, measured on two machines: (on the one, on the other).

        Of each machine the newest that is settled; the first machine is paired with each of the others.
        """
        groups: dict[Any, dict[str, float]] = {}
        for measurement in self.measurements():
            if (
                measurement.machine
                and measurement.workload
                and measurement.speedup
                and measurement.verdict in RESOLVED
                and measurement.grade != SEPARATE_RUNS
            ):
                change = (
                    measurement.win,
                    measurement.config_before,
                    measurement.config_after,
                    measurement.cache_state,
                    measurement.workload,
                )
                groups.setdefault(change, {}).setdefault(measurement.machine, measurement.speedup)
        pairs = []
        for by_machine in groups.values():
            first, *others = (by_machine[machine] for machine in sorted(by_machine))
            pairs += [(first, other) for other in others]
        return tuple(pairs)

    @property
    def newest(self) -> Measured | None:
        """The newest measurement that knows its code."""
        known = [
            measurement
            for measurement in self.measurements()
            if measurement.commit is not None or measurement.code is not None
        ]
        return max(known, key=lambda measured: measured.measurement_id, default=None)

    @property
    def due(self) -> tuple[Decided, ...]:
        """Decisions for another look: what they rest on was measured before the code changed."""
        newest = self.newest
        return tuple(
            row.decided
            for row in self.wins
            if row.decided
            and (basis := row.measurement(row.decided.measurement_id)) is not None
            and basis.is_old(newest)
        )

    def is_due(self, win: str) -> bool:
        """Whether the decision about a win rests on code that has changed since."""
        return any(measured.win == win for measured in self.due)

    @property
    def empty(self) -> bool:
        """Nothing was measured, decided or imported."""
        known = (*self.wins, *self.there)
        return not self.reference and not any(evidence.measurements or evidence.decided for evidence in known)
