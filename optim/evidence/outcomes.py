"""What one run of a measurement came to, and whether two of them may be compared at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from profiles.records import RunRecord

_FIELDS = {
    "workload": "the same tasks, parameters and inputs",
    "machine": "the same machine",
    "cache_state": "",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """One run, as far as evidence needs it. ``failed`` counts tasks whose worker had to be killed.

    ``status``: ``finished``; ``died`` when it was killed or gave up with an error; ``timeout`` when it was ended at its
    wall-clock backstop. ``cpu_seconds`` and ``peak_bytes`` are of all its processes together. ``busy_cores`` is what
    other programs took of the machine meanwhile, in cores; None where nobody looked. ``backstops`` counts the calls
    that the wall-clock ended although their CPU seconds had not run out.
    """

    wall_seconds: float | None
    results_fingerprint: str | None
    cpu_seconds: float | None = None
    peak_bytes: int | None = None
    busy_cores: float | None = None
    errors: int = 0
    timeouts: int = 0
    failed: int = 0
    backstops: int = 0
    cache_state: str = "unknown"
    workload: str | None = None
    machine: str | None = None
    status: str = "finished"
    profiled: bool = False
    run_id: int | None = None
    reason: str | None = None

    @property
    def quiet(self) -> bool:
        """Finished, and nothing in it failed or ran into a limit."""
        return self.status == "finished" and not self.timeouts and not self.failed

    @classmethod
    def from_run(cls, run: RunRecord, run_id: int | None = None) -> Self:
        """The outcome that a run's record holds."""
        broken = [task for task in run.tasks if task.status == "failed"]
        return cls(
            wall_seconds=run.wall_seconds,
            results_fingerprint=run.results_fingerprint,
            cpu_seconds=run.cpu_seconds,
            peak_bytes=run.counts.get("peak_bytes"),
            errors=run.errors,
            timeouts=run.timeouts,
            failed=len(broken),
            backstops=run.counts.get("backstops", 0),
            cache_state=run.cache_state,
            workload=run.workload.fingerprint if run.workload else None,
            machine=run.environment.machine if run.environment else None,
            status=run.status,
            profiled=run.profiled,
            run_id=run_id,
            reason=next((task.reason for task in broken if task.reason), None),
        )

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """The outcome in a row of ``db.queries.blocks``; what is missing there (nan, None) stays unknown."""
        known = {name: value for name, value in row.items() if name in cls.__slots__ and value == value}
        counts = {name: int(known.get(name) or 0) for name in ("errors", "timeouts", "failed", "backstops")}
        base = {"wall_seconds": None, "results_fingerprint": None}
        return cls(**{**base, **{name: value for name, value in known.items() if value is not None}, **counts})


def unusable(outcome: Outcome, cache_state: str | None = None) -> str | None:
    """Why a run is no evidence by itself, in a clause; None when it is.

    ``cache_state`` is what was prepared: a warm run that was not warm, or a cold one that found entries, is refused.
    """
    if outcome.status != "finished":
        return f"the run is {outcome.status}, not finished"
    if not outcome.wall_seconds or outcome.wall_seconds <= 0:
        return "the run has no wall-clock time"
    if outcome.profiled:
        return "the run was profiled, which slows it down unevenly"
    if outcome.backstops:
        # Such a limit depends on what else the machine does, so neither the answers nor the seconds are the config's.
        return f"the run had {_count(outcome.backstops, 'call')} ended by the wall-clock backstop, as under heavy load"
    if cache_state is not None and outcome.cache_state != cache_state:
        obstacle = "found cache entries" if cache_state == "cold" else f"had {outcome.cache_state} caches"
        return f"the run was to be {cache_state} but {obstacle}"
    return None


def incomparable(before: Outcome, after: Outcome) -> str | None:
    """Why two runs can not be compared and what would make them comparable, in a sentence; None when they can."""
    return next(iter(obstacles(before, after)), None)


def obstacles(before: Outcome, after: Outcome, names: tuple[str, str] = ("a run", "a run")) -> list[str]:
    """Everything that stands against comparing two runs, and what would help, a clause each; empty when nothing does.

    Args:
        names: what the two are called in the clauses.
    """
    runs = ((before, names[0]), (after, names[1]))
    unfit = [(unusable(run), name) for run, name in runs]
    reasons = [
        f"{reason.replace('the run', name, 1)}: measure it again with a run that finishes unprofiled"
        for reason, name in unfit
        if reason
    ]
    for field, remedy in _FIELDS.items():
        values = [getattr(run, field) for run, _ in runs]
        unknown = [name for value, (_, name) in zip(values, runs, strict=True) if value in (None, "unknown")]
        if unknown:
            missing = " and of ".join(dict.fromkeys(unknown))
            reasons.append(
                f"the {_spoken(field)} of {missing} is unknown: state it, or measure both where it is recorded"
            )
        elif values[0] != values[1]:
            reasons.append(_differs(field, values[0], values[1], remedy))
    return reasons


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _differs(name: str, one: str, two: str, remedy: str) -> str:
    if name == "cache_state":
        return f"the cache state differs ({one} and {two}): run both cold, or both warm"
    return f"the {_spoken(name)} differs ({one[:12]} and {two[:12]}): run both on {remedy}"


def wrong(before: Outcome, after: Outcome) -> str | None:
    """Why the second run's answers are not those of the first, in a clause; None when they are.

    Other results, more errors or timeouts than before, or failed tasks: such a run can not be a faster one.
    """
    if before.results_fingerprint is None and after.results_fingerprint is None:
        return new_faults(before, after) or "no results fingerprint was recorded, so equal answers can not be shown"
    return new_faults(before, after) or other_answers(before, after)


def new_faults(before: Outcome, after: Outcome) -> str | None:
    """What went wrong in the second run that did not in the first, in a clause; None when nothing did."""
    if after.failed > before.failed:
        return f"{_count(after.failed - before.failed, 'task')} failed that did not fail before" + _because(after)
    if after.timeouts > before.timeouts:
        return f"{_count(after.timeouts - before.timeouts, 'new timeout')} ({before.timeouts} before)"
    if after.errors > before.errors:
        return f"{_count(after.errors - before.errors, 'new error')} ({before.errors} before)"
    return None


def other_answers(before: Outcome, after: Outcome) -> str | None:
    """Why the second run's answers are not those of the first, in a clause; None when they are, or nobody looked."""
    one, other = before.results_fingerprint, after.results_fingerprint
    if one == other:
        return None
    if one is None or other is None:
        return "no results fingerprint was recorded, so equal answers can not be shown"
    return f"other results: fingerprint {other[:12]}, not {one[:12]}" + _limits(before, after)


def _because(outcome: Outcome) -> str:
    return f" ({outcome.reason})" if outcome.reason else ""


def _limits(before: Outcome, after: Outcome) -> str:
    """What timeouts may have to do with a difference in answers."""
    if not before.timeouts and not after.timeouts:
        return ""
    load = "".join(
        f", {name} beside {run.busy_cores:.1f} busy cores"
        for name, run in (("one", before), ("the other", after))
        if run.busy_cores
    )
    return f"; {before.timeouts} and {after.timeouts} calls ran into their limit{load}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
