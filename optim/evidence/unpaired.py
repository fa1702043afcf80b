"""A verdict from runs that were not interleaved here: imported, or made at different times.

Runs whose starts alternate are pairs, and their trials go through the same interval as blocks. Others are two samples
of log seconds, compared by Welch's t: B. L. Welch, "The generalization of 'Student's' problem when several different
population variances are involved" (Biometrika, 1947). It is made for samples whose size was fixed before one looked.

Neither excludes that something else changed along with the config. So the grade is ``separate runs`` either way, and
``same`` is never said: that two samples do not differ is no evidence that the configs do not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from optim.evidence import statistics
from optim.evidence.outcomes import Outcome, wrong
from optim.evidence.records import SEPARATE_RUNS
from optim.evidence.statistics import MIN_BLOCKS, Interval
from optim.project.command import MARGIN

#: What this grade can not exclude, whatever the numbers.
CAUTION = (
    "The runs were not interleaved here, so a machine that became faster or slower in between would look the same."
)
#: Fewer runs of a config than this say nothing about their own noise.
MIN_RUNS = 2
#: Below so many runs on the smaller of two unequal sides Welch errs too often (2 against 8: in 9% of equal pairs, by
#: simulation); then the degrees of freedom are the smaller side's own.
ENOUGH = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Timed:
    """One run as evidence: what it came to, and when it began, None where unknown."""

    outcome: Outcome
    started_at: datetime | None = None

    @property
    def log_seconds(self) -> float:
        return math.log(self.outcome.wall_seconds or math.nan)


@dataclass(frozen=True, kw_only=True, slots=True)
class RunsVerdict:
    """``verdict`` is faster, slower, unresolved or wrong. ``pairs`` are indices into the two sides, None where the
    runs were compared as two samples. ``blocks`` counts pairs, or runs of the smaller side."""

    verdict: str
    reason: str
    blocks: int
    interval: Interval | None = None
    pairs: tuple[tuple[int, int], ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """As verdicts are stored with a measurement."""
        numbers = self.interval.to_json() if self.interval else {"speedup": None, "low": None, "high": None}
        rest: Mapping[str, Any] = {"blocks": self.blocks, "more_blocks": None, "noise": None}
        return {"verdict": self.verdict, **numbers, **rest, "reason": self.reason, "grade": SEPARATE_RUNS}


def alternating(before: Sequence[Timed], after: Sequence[Timed]) -> tuple[tuple[int, int], ...] | None:
    """The pairs of neighbours, where the starts of the two sides alternate: A B A B, or A B B A; else None.

    One run may be left over at the end.
    """
    if not all(run.started_at for run in (*before, *after)) or abs(len(before) - len(after)) > 1:
        return None
    sides = [(run.started_at, 0, at) for at, run in enumerate(before)]
    sides += [(run.started_at, 1, at) for at, run in enumerate(after)]
    moments = {moment for moment, _, _ in sides}
    ordered = sorted(sides, key=lambda side: side[0] or datetime.max)
    neighbours = list(zip(ordered[::2], ordered[1::2], strict=False))
    if len(moments) < len(sides) or not neighbours or any(neighbour[1] == two[1] for neighbour, two in neighbours):
        return None
    in_order = (sorted(pair, key=lambda row: row[1]) for pair in neighbours)
    return tuple((first[2], two[2]) for first, two in in_order)


def welch(before: Sequence[float], after: Sequence[float], confidence: float = statistics.CONFIDENCE) -> Interval:
    """The speedup of two samples of log seconds with its interval; not finite with fewer than two runs on a side."""
    from scipy.stats import t  # over a second to import

    ratio = math.fsum(before) / len(before) - math.fsum(after) / len(after)
    blocks = min(len(before), len(after))
    if blocks < MIN_RUNS:
        return Interval(speedup=math.exp(ratio), low=0.0, high=math.inf, blocks=blocks)
    one, two = (_variance(side) / len(side) for side in (before, after))
    spread = math.sqrt(one + two)
    if spread == 0:
        return Interval(speedup=math.exp(ratio), low=math.exp(ratio), high=math.exp(ratio), blocks=blocks)
    freedom = (one + two) ** 2 / (one**2 / (len(before) - 1) + two**2 / (len(after) - 1))
    if blocks < ENOUGH and len(before) != len(after):
        freedom = blocks - 1
    reach = float(t.ppf(0.5 + confidence / 2, freedom)) * spread
    return Interval(speedup=math.exp(ratio), low=math.exp(ratio - reach), high=math.exp(ratio + reach), blocks=blocks)


def _variance(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)


def judge_runs(
    before: Sequence[Timed], after: Sequence[Timed], *, margin: float = MARGIN, looks: int = 1
) -> RunsVerdict:
    """The verdict on the runs ``after`` against the runs ``before``; all of them have a wall-clock and are comparable.

    Args:
        looks: how often this question was asked of runs, this time included.
    """
    blocks = min(len(before), len(after))
    if reason := _wrong(before, after):
        return RunsVerdict(verdict="wrong", reason=f"Not a faster run but a wrong one: {reason}.", blocks=blocks)
    pairs = alternating(before, after)
    if pairs is not None and len(pairs) >= MIN_BLOCKS:
        interval = statistics.interval([before[a].log_seconds - after[b].log_seconds for a, b in pairs])
    else:
        pairs = None
        interval = welch([run.log_seconds for run in before], [run.log_seconds for run in after])
    word = statistics.verdict_of(interval, margin)
    word = word if word in ("faster", "slower") else "unresolved"
    reason = " ".join(
        [_sentence(word, interval, pairs, len(before), len(after)), *_remarks(before, after, pairs, looks)]
    )
    return RunsVerdict(verdict=word, reason=reason, blocks=interval.blocks, interval=interval, pairs=pairs)


def _wrong(before: Sequence[Timed], after: Sequence[Timed]) -> str | None:
    """Why a run of the second side is a wrong one, as far as answers were kept."""
    worst = before[0].outcome
    for name in ("errors", "timeouts", "failed"):
        worst = replace(worst, **{name: max(getattr(run.outcome, name) for run in before)})
    fingerprints = _fingerprints(before)
    # A first config that differs from itself can show nothing about another's answers.
    known = fingerprints[0] if len(fingerprints) == 1 else None
    for run in after:
        answers = run.outcome.results_fingerprint if known else None
        one, two = (known, answers) if answers else ("", "")
        if reason := wrong(replace(worst, results_fingerprint=one), replace(run.outcome, results_fingerprint=two)):
            return f"run {run.outcome.run_id}: {reason}"
    return None


def _fingerprints(runs: Sequence[Timed]) -> list[str]:
    return sorted({run.outcome.results_fingerprint for run in runs if run.outcome.results_fingerprint})


def _sentence(word: str, interval: Interval, pairs: tuple[tuple[int, int], ...] | None, before: int, after: int) -> str:
    if not math.isfinite(interval.high):
        return (
            f"Unresolved: {interval.speedup:.3f}x from {before} and {after} runs; {MIN_RUNS} of each config are needed "
            "at the very least."
        )
    span = f"{interval.speedup:.3f}x, 95% interval {interval.low:.3f}-{interval.high:.3f}"
    how = f"from {len(pairs)} pairs of neighbours" if pairs else f"from {before} and {after} separate runs"
    return f"{word.capitalize()}: {span}, {how}."


def _remarks(
    before: Sequence[Timed], after: Sequence[Timed], pairs: tuple[tuple[int, int], ...] | None, looks: int
) -> list[str]:
    remarks = [CAUTION]
    if not all(run.outcome.results_fingerprint for run in (*before, *after)):
        remarks.append("Answers were not checked: not every run kept them.")
    elif len(_fingerprints(before)) > 1:
        remarks.append("Answers not checked: the first config's differ from run to run.")
    if looks > 1 and pairs is None:
        remarks.append(f"This is look {looks} at the question, and each may err by chance once in twenty.")
    return remarks
