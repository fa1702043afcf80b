"""Runs that died, ran into their backstop or had timeouts of their own: counted for each side of a measurement.

Every attempt counts, also those of blocks that were repeated: else a config that dies in three runs of ten would be
measured by the seven that survived. Whether one side fails more often than chance allows is told by Fisher's exact test
(R. A. Fisher, "The Design of Experiments", 1935): of all failures, how often would so many fall on that side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from optim.evidence.outcomes import Outcome
from optim.evidence.statistics import percent

#: Below this, more failures are no chance.
SURELY = 0.01
#: Above this they well may be; in between more blocks are needed: a gain is soon clear, deaths are not.
HARDLY = 0.3
#: From this share of failing runs on, a pipeline is called unreliable.
UNRELIABLE = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One run that was begun: the block, which try of it (from 1), arm and place, and what it came to."""

    block: int
    attempt: int
    arm: str
    position: int
    outcome: Outcome


#: What is stored of how an attempt came out.
_OF_OUTCOME = (
    *("run_id", "status", "reason", "wall_seconds", "cpu_seconds", "peak_bytes", "busy_cores"),
    *("errors", "timeouts", "failed", "backstops"),
)


def attempt_row(block: int, attempt: int, arm: str, position: int, outcome: Outcome) -> dict[str, Any]:
    """The columns of ``attempts`` for one: what ``attempts_from_rows`` reads back."""
    place = {"block": block, "attempt": attempt, "arm": arm, "position": position}
    return {**place, **{name: getattr(outcome, name) for name in _OF_OUTCOME}}


def attempts_from_rows(rows: Iterable[Mapping[str, Any]]) -> list[Attempt]:
    """The attempts in rows of ``db.queries.attempts``, in their order."""
    return [
        Attempt(
            block=int(row["block"]),
            attempt=int(row["attempt"]),
            arm=str(row["arm"]),
            position=int(row["position"]),
            outcome=Outcome.from_row(row),
        )
        for row in rows
    ]


def attempts_of_blocks(blocks: Iterable[tuple[int, Mapping[str, Outcome]]]) -> list[Attempt]:
    """What is known of the attempts of blocks, each with its number, whose attempts were not kept: the runs that
    counted."""
    return [
        Attempt(block=number, attempt=1, arm=arm, position=0, outcome=outcome)
        for number, block in blocks
        for arm, outcome in block.items()
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reliability:
    """How many runs of each side were begun, and how many of them failed."""

    before_runs: int = 0
    before_failed: int = 0
    after_runs: int = 0
    after_failed: int = 0
    example: str = ""

    @property
    def chance(self) -> float:
        """How often chance alone gives the second side so many of the failures, or more."""
        return tail(self.before_failed, self.before_runs, self.after_failed, self.after_runs)

    @property
    def worse(self) -> bool:
        """The second side fails more often than chance allows."""
        return self.chance < SURELY

    @property
    def doubtful(self) -> bool:
        """It may: two failures or more, and chance would hardly do it."""
        return self.after_failed > 1 and SURELY <= self.chance < HARDLY

    @property
    def sentence(self) -> str:
        """What failed on which side; empty where nothing did."""
        failed = self.before_failed + self.after_failed
        if not failed:
            return ""
        counts = (
            f"{self.before_failed} of {self.before_runs} runs of the first config failed, "
            f"{self.after_failed} of {self.after_runs} of the second"
        )
        example = f" (such as: {self.example})" if self.example else ""
        if self.worse or self.doubtful:
            return f"{counts}{example}; chance does that in {percent(self.chance)} of cases."
        runs = self.before_runs + self.after_runs
        if failed > 1 and failed / runs > UNRELIABLE:
            return (
                f"{counts}{example}: in both alike, so the pipeline is unreliable; every block counts whole runs only."
            )
        return f"{counts}{example}; their blocks were repeated."

    def to_json(self) -> dict[str, Any]:
        """The counts by side, and the sentence."""
        return {
            "before": {"runs": self.before_runs, "failed": self.before_failed},
            "after": {"runs": self.after_runs, "failed": self.after_failed},
            "sentence": self.sentence,
        }


def tail(before_failed: int, before_runs: int, after_failed: int, after_runs: int) -> float:
    """The chance that the second side has so many of all failures or more, if failing does not depend on the side."""
    failed, runs = before_failed + after_failed, before_runs + after_runs
    if not after_failed:
        return 1.0
    most = min(failed, after_runs)
    ways = sum(math.comb(after_runs, k) * math.comb(before_runs, failed - k) for k in range(after_failed, most + 1))
    return ways / math.comb(runs, failed)


def failure(outcome: Outcome, others: Iterable[Outcome]) -> str | None:
    """Why a run failed, in a clause; None when it did not. ``others`` are runs of the other side."""
    if outcome.status in ("died", "timeout", "failed"):
        how = "ran into its backstop" if outcome.status == "timeout" else outcome.status
        return outcome.reason or f"the run {how}"
    # A call that the wall-clock backstop ended says how busy the machine was, and nothing of the config.
    timeouts = max(outcome.timeouts - outcome.backstops, 0)
    most = {"timeouts": 0, "failed": 0}
    for other in others:
        most["timeouts"] = max(most["timeouts"], other.timeouts - other.backstops)
        most["failed"] = max(most["failed"], other.failed)
    if outcome.failed > most["failed"]:
        reason = f" ({outcome.reason})" if outcome.reason else ""
        return f"{_count(outcome.failed - most['failed'], 'task')} failed that did not fail on the other side{reason}"
    if timeouts > most["timeouts"]:
        return f"{_count(timeouts - most['timeouts'], 'new timeout')} ({most['timeouts']} on the other side)"
    return None


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def reliability(
    blocks: Sequence[Mapping[str, Outcome]],
    attempts: Sequence[Attempt],
    before: Sequence[str],
    after: Sequence[str],
) -> Reliability:
    """The counts of both sides over all attempts; where none are known, over the runs of the blocks."""
    runs = [(attempt.arm, attempt.outcome) for attempt in attempts] or [
        run for block in blocks for run in block.items()
    ]
    sides = [[outcome for arm, outcome in runs if arm in names] for names in (before, after)]
    if all(outcome.quiet for _, outcome in runs):
        return Reliability(before_runs=len(sides[0]), after_runs=len(sides[1]))
    least = _least(sides)
    first, second = ([reason for run in side if (reason := failure(run, least))] for side in sides)
    return Reliability(
        before_runs=len(sides[0]),
        before_failed=len(first),
        after_runs=len(sides[1]),
        after_failed=len(second),
        example=(second or first or [""])[-1],
    )


def failing(
    arms: Mapping[str, frozenset[str]],
    blocks: Sequence[Mapping[str, Outcome]],
    attempts: Sequence[Attempt],
) -> str | None:
    """Which win, or else which config of an attribution fails more often than chance allows, in a clause; else None.

    A win's runs are held against those without it, a config's against all others. Each kind of question shares the 1%
    among its questions (Bonferroni).

    Args:
        arms: the wins that are on, by arm.
    """
    runs = [(attempt.arm, attempt.outcome) for attempt in attempts] or [
        run for block in blocks for run in block.items()
    ]
    if all(outcome.quiet for _, outcome in runs):
        return None
    wins = sorted({win for config in arms.values() for win in config})
    of_wins = {f"with {win} on": [arm for arm, config in arms.items() if win in config] for win in wins}
    of_configs = {f"of the config {arm}": [arm] for arm in arms}
    for questions in (of_wins, of_configs):
        counts = {
            name: reliability(blocks, attempts, [arm for arm in arms if arm not in names], names)
            for name, names in questions.items()
        }
        name = min(counts, key=lambda count: counts[count].chance)
        worst = counts[name]
        if worst.chance < SURELY / len(questions):
            example = f" (such as: {worst.example})" if worst.example else ""
            return (
                f"{worst.after_failed} of {worst.after_runs} runs {name} failed{example}, {worst.before_failed} of "
                f"{worst.before_runs} others; chance does that in {percent(worst.chance)} of cases"
            )
    return None


def failures(
    arms: Sequence[str], blocks: Sequence[Mapping[str, Outcome]], attempts: Sequence[Attempt]
) -> tuple[int, int, str]:
    """Of all runs of an attribution: how many failed, how many were begun, and the last reason."""
    whole = reliability(blocks, attempts, arms[:1], arms[1:])
    return whole.before_failed + whole.after_failed, whole.before_runs + whole.after_runs, whole.example


def _least(sides: Sequence[Sequence[Outcome]]) -> list[Outcome]:
    """One run to hold every run against: with as many timeouts and failed tasks as are usual on the better side.

    It is the same one for both: held against each other's, chance timeouts would count on one side alone.
    """
    finished = [[run for run in side if run.status == "finished"] for side in sides]
    example = next((run for side in finished for run in side), None)
    if example is None:
        return []
    timeouts = min(_usual([run.timeouts - run.backstops for run in side]) for side in finished)
    failed = min(_usual([run.failed for run in side]) for side in finished)
    return [replace(example, timeouts=timeouts, backstops=0, failed=failed)]


def _usual(counts: Sequence[int]) -> int:
    """What nine runs in ten have at most, 0 without any: a chance timeout is no measure for the others."""
    return sorted(counts)[max(1, math.ceil(0.9 * len(counts))) - 1] if counts else 0
