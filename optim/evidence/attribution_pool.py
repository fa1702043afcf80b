"""Attributions of one question, judged together: every block that any of them finished, as of one long attribution.

An attribution's intervals hold for a number of blocks that was fixed before. Whoever attributes again because of what
came out has another look, so that the intervals of the k-th look have a ``1 / (2 k)**2`` of the 5%; those of the first
keep all of it, and that any of all looks says what is not so stays within 6% (the sum of all shares, by C. E.
Bonferroni), however long somebody goes on.

Whether the attributions agree is told by what is left of the configs' seconds within each of them and between them (R.
A. Fisher's analysis of variance, 1%), and by intervals that leave each other out. Where they do not, each attribution
counts as one block, so that what differs between them is the noise, and each interval is as wide as theirs besides.
Ghosts, clashes, burdens and the best config stand on the same blocks, at the level of one look.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from optim.evidence.attribution import Attribution, Estimate, attribute
from optim.evidence.factorial_model import student
from optim.evidence.judging import judge_measurement, summary
from optim.evidence.reliability import Attempt
from optim.evidence.spec import Spec
from optim.evidence.statistics import CONFIDENCE, Floats, Interval, verdict_of
from optim.evidence.verdicts import AMOUNTS, Block, Verdict
from profiles.configs import Config

#: Below this, attributions of one question differ by more than their blocks do.
SURELY = 0.01
#: The estimates of an attribution by their kind; speedups and factors are compared by ratios, seconds by differences.
_FACTORS, _SECONDS = ("effects", "beside", "interactions", "gains"), ("shapley",)


def judge_together(
    spec: Spec, blocks: Sequence[Block], parts: Sequence[Sequence[Block]], attempts: Sequence[Attempt]
) -> tuple[Verdict, bool]:
    """The verdict on the whole blocks of several attributions, and whether they differ by more than their blocks do.

    Args:
        spec: the newest's.
        blocks: all of them in the order of time.
        parts: the same, those of each attribution by themselves; none is empty.
        attempts: all runs that were begun.
    """
    verdict = judge_measurement(spec, blocks, attempts)
    if verdict.attribution is None or len(parts) < 2:
        return verdict, False
    each = [_attribution(spec, part) for part in parts]
    logs = [_logs(spec, part) for part in parts]
    apart = _differ(logs) or _disjoint(each)
    if not apart:
        return _told(verdict, spec, _widened(_attribution(spec, blocks), len(parts))), False
    means = [dict(zip((arm.wins for arm in spec.arms), np.exp(log.mean(axis=0)), strict=True)) for log in logs]
    attribution = _hull(_widened(attribute(means, spec.wins, margin=spec.margin), len(parts)), each)
    return _told(verdict, spec, replace(attribution, blocks=len(blocks))), True


def _attribution(spec: Spec, blocks: Sequence[Block]) -> Attribution:
    return attribute(_times(spec, blocks), spec.wins, margin=spec.margin)


def _times(spec: Spec, blocks: Sequence[Block]) -> list[dict[Config, float]]:
    name = AMOUNTS[spec.metric]
    return [{arm.wins: float(getattr(block[arm.name], name) or 0) for arm in spec.arms} for block in blocks]


def _logs(spec: Spec, blocks: Sequence[Block]) -> Floats:
    """Log seconds, shape (blocks, arms)."""
    return np.log([list(block.values()) for block in _times(spec, blocks)])


def share_of_look(number: int) -> float:
    """The part of the 5% that the intervals of the so-manieth look have, from 1."""
    return 1.0 if number == 1 else 1 / (2 * number) ** 2


def _widened(attribution: Attribution, looks: int) -> Attribution:
    """The same with the intervals of a later look."""
    wins, configs = len(attribution.wins), len(attribution.measured)
    of_noise = (attribution.blocks - 1) * (configs - 1)
    # Of a fraction, what leans on the model has between its degrees of freedom and those of the noise.
    of_misfit = configs - 1 - wins * (wins + 1) // 2
    freedom = min(of_noise, of_misfit) if attribution.aliases and of_misfit > 0 else of_noise
    # Seconds carry the blocks' common pace besides, which has the fewest degrees of freedom.
    pace = attribution.blocks - 1

    def by_ratio(estimate: Estimate, questions: int) -> Estimate:
        if estimate.low is None or estimate.high is None:
            return estimate
        more = _wider(looks, questions, freedom)
        return Estimate(
            value=estimate.value,
            low=estimate.value * (estimate.low / estimate.value) ** more,
            high=estimate.value * (estimate.high / estimate.value) ** more,
        )

    def by_difference(estimate: Estimate, questions: int) -> Estimate:
        if estimate.low is None or estimate.high is None:
            return estimate
        more = _wider(looks, questions, pace)
        half = (estimate.high - estimate.low) / 2 * more
        return Estimate(value=estimate.value, low=estimate.value - half, high=estimate.value + half)

    def all_of(kind: str, widen: Callable[[Estimate, int], Estimate]) -> dict[Any, Estimate]:
        estimates: Mapping[Any, Estimate] = getattr(attribution, kind)
        return {key: widen(estimate, len(estimates)) for key, estimate in estimates.items()}

    changes: dict[str, Any] = {"total": by_ratio(attribution.total, 1)}
    changes |= {kind: all_of(kind, by_ratio) for kind in _FACTORS}
    changes |= {kind: all_of(kind, by_difference) for kind in _SECONDS}
    return replace(attribution, **changes)


def _wider(looks: int, questions: int, freedom: int) -> float:
    """By what an interval of one look is multiplied for a later one."""
    alpha = (1 - CONFIDENCE) / questions
    return float(student(alpha * share_of_look(looks), freedom) / student(alpha, freedom))


def _differ(parts: Sequence[Floats]) -> bool:
    """Whether configs' log seconds differ between parts by more than the noise within them allows."""
    from scipy.special import fdtrc

    rows = np.concatenate(parts)
    rows = rows - rows.mean(axis=1, keepdims=True)
    within, start = 0.0, 0
    between, grand = 0.0, rows.mean(axis=0)
    for part in parts:
        own = rows[start : start + len(part)]
        start += len(part)
        within += float(((own - own.mean(axis=0)) ** 2).sum())
        between += len(part) * float(((own.mean(axis=0) - grand) ** 2).sum())
    configs = rows.shape[1] - 1
    first, second = (len(parts) - 1) * configs, (len(rows) - len(parts)) * configs
    if second < 1 or within <= 0:
        return False  # a block each: what differs between them is their noise
    return float(fdtrc(first, second, between / first / (within / second))) < SURELY


def _disjoint(each: Sequence[Attribution]) -> bool:
    """Whether of what a win brings beside the others two attributions leave each other out."""
    for win in each[0].beside:
        known = [attribution.beside[win] for attribution in each]
        bounds = [
            (estimate.low, estimate.high)
            for estimate in known
            if estimate.low is not None and estimate.high is not None
        ]
        if bounds and max(low for low, _ in bounds) > min(high for _, high in bounds):
            return True
    return False


def _hull(attribution: Attribution, each: Sequence[Attribution]) -> Attribution:
    """The intervals as wide as all of them together."""
    changes: dict[str, Any] = {"total": _around(attribution.total, [part.total for part in each])}
    for kind in (*_FACTORS, *_SECONDS):
        changes[kind] = {
            key: _around(estimate, [getattr(other, kind)[key] for other in each])
            for key, estimate in getattr(attribution, kind).items()
        }
    return replace(attribution, **changes)


def _around(estimate: Estimate, others: Sequence[Estimate]) -> Estimate:
    lows = [other.low for other in (estimate, *others) if other.low is not None]
    highs = [other.high for other in (estimate, *others) if other.high is not None]
    values = [estimate.value, *(other.value for other in others)]
    if not lows or not highs:
        return estimate
    return Estimate(value=estimate.value, low=min(*lows, *values), high=max(*highs, *values))


def _told(verdict: Verdict, spec: Spec, attribution: Attribution) -> Verdict:
    """The verdict by the intervals of the pool."""
    low, high = (0.0 if attribution.total.low is None else attribution.total.low), attribution.total.high or math.inf
    interval = Interval(speedup=attribution.total.value, low=low, high=high, blocks=attribution.blocks)
    word = verdict_of(interval, spec.margin)
    told = (
        f"All wins together: {word}, {interval.speedup:.3f}x, 95% interval {low:.3f}-{high:.3f}. {summary(attribution)}"
    )
    return replace(verdict, verdict=word, reason=told, interval=interval, attribution=attribution.to_json())
