"""Is one config faster than another? Pure functions over the log ratios of interleaved blocks.

A block runs each arm once, in random order. Its trial is one number: ``log(seconds before / seconds after)``.
Whatever the noise of single runs is like (skewed, in bursts, drifting), two arms that are equal swap places at
random, so the trial is symmetric around the true log speedup. That is why exactly two runs make a trial, and why
per-task ratios never do: the tasks of one run share its noise.

The interval is a confidence sequence: with 95% probability it contains the truth after *every* block at once, so one
may look after each block, stop when it is resolved, and go on later with more blocks. It is the t-test mixture with a
Gaussian prior of precision ``PRIOR_PRECISION`` on effect / noise and the right Haar prior on the noise:

    H. Wang, A. Ramdas, "Anytime-valid t-tests and confidence sequences for Gaussian means with unknown variance"
    (arXiv 2310.03722, 2023), after T. L. Lai, "On confidence sequences" (Annals of Statistics, 1976).

It was chosen over alpha spending with t quantiles by simulation (``benchmarks/verdicts.py`` prints it). It needs no
horizon fixed in advance. Pocock's spending is as sharp, with several times as many wrong verdicts under rare spikes.
O'Brien-Fleming's is sharper at its horizon, but finds large effects, which quick wins often are, later.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
MARGIN = 0.01
#: Before this block no interval is finite: two trials say too little about their own noise.
MIN_BLOCKS = 3
#: 0.1 expects effects of about three times the noise; it gives the narrowest intervals between 3 and 20 blocks.
PRIOR_PRECISION = 0.1
#: More blocks than this are called "never".
MOST_BLOCKS = 10_000
_NORMAL_90 = 1.2815515655446004


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A geometric mean speedup (before / after) with its interval; ``low`` is 0 and ``high`` infinite before
    ``MIN_BLOCKS``."""

    speedup: float
    low: float
    high: float
    blocks: int

    def to_json(self) -> dict[str, float | None]:
        """``speedup``, ``low``, ``high``; the bounds are None while they are not finite."""
        finite = math.isfinite(self.high) and self.low > 0
        return {
            "speedup": self.speedup,
            "low": self.low if finite else None,
            "high": self.high if finite else None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class NoiseFloor:
    """What the same config against itself shows: ``run_noise`` is the relative spread (sd) of a single run."""

    interval: Interval
    run_noise: float | None

    def to_json(self) -> dict[str, float | None]:
        """The interval's ``speedup``, ``low``, ``high`` and ``run_noise``."""
        return {**self.interval.to_json(), "run_noise": self.run_noise}


def log_ratios(before: Sequence[float], after: Sequence[float]) -> Floats:
    """The trials: ``log(before / after)`` of each block, in seconds. Shape (blocks,).

    Raises:
        ValueError: the lengths differ, or a time is not a positive number.
    """
    first, second = np.asarray(before, float), np.asarray(after, float)
    if first.shape != second.shape:
        raise ValueError(f"each block needs both arms: got {first.size} times before and {second.size} after")
    seconds = np.concatenate([first, second])
    if not (np.isfinite(seconds) & (seconds > 0)).all():
        raise ValueError(f"seconds must be positive, got {seconds.min() if seconds.size else seconds}")
    ratios: Floats = np.log(first) - np.log(second)
    return ratios


def half_width(blocks: ArrayLike, confidence: float = CONFIDENCE) -> Floats:
    """Half the interval's width after so many blocks, in standard deviations (maximum likelihood) of the trials."""
    n, c, alpha = np.asarray(blocks, float), PRIOR_PRECISION, 1 - confidence
    with np.errstate(all="ignore"):
        level = np.exp((np.log(n + c) - math.log(c) - 2 * math.log(alpha)) / n)
        rest = 1 - level * c / (n + c)
        width: Floats = np.where((rest > 0) & (n > 1), np.sqrt((level - 1) / np.where(rest > 0, rest, 1)), np.inf)
    return width


def running_intervals(ratios: ArrayLike, confidence: float = CONFIDENCE) -> tuple[Floats, Floats, Floats]:
    """Mean, low and high of the log speedup after each block.

    Args:
        ratios: trials, shape (..., blocks); each leading index is a measurement of its own.

    Returns:
        Three arrays of that shape; low and high are infinite before ``MIN_BLOCKS``.
    """
    trials = np.asarray(ratios, float)
    n = np.arange(1, trials.shape[-1] + 1)
    mean = trials.cumsum(-1) / n
    # Centred on the first trial: else large speedups with little noise lose their digits.
    centred = trials - trials[..., :1]
    variance = (centred**2).cumsum(-1) / n - (centred.cumsum(-1) / n) ** 2
    width = np.full(trials.shape, np.inf)
    late = n >= MIN_BLOCKS
    width[..., late] = half_width(n[late], confidence) * np.sqrt(np.maximum(variance[..., late], 0))
    return mean, mean - width, mean + width


def interval(ratios: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Geometric mean speedup of the trials, shape (blocks,), with the interval that stays valid under looking.

    Raises:
        ValueError: there is no trial.
    """
    trials = np.asarray(ratios, float)
    if not trials.size:
        raise ValueError("no block has been measured: an interval needs one or more")
    mean, low, high = (float(bound[-1]) for bound in running_intervals(trials, confidence))
    return Interval(speedup=math.exp(mean), low=_exp(low), high=_exp(high), blocks=trials.size)


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def classify(low: ArrayLike, high: ArrayLike, margin: float = MARGIN) -> NDArray[np.str_]:
    """``same``, ``faster``, ``slower`` or ``unresolved`` for log-speedup intervals; arrays in, array out.

    ``same``: the whole interval within the margin. ``faster`` and ``slower``: not same, and the interval leaves out 1.
    """
    below, above, edge = np.asarray(low, float), np.asarray(high, float), math.log1p(margin)
    conditions = [(below >= -edge) & (above <= edge), below > 0, above < 0]
    return np.select(conditions, ["same", "faster", "slower"], "unresolved")


def verdict_of(found: Interval, margin: float = MARGIN) -> str:
    """``same``, ``faster``, ``slower`` or ``unresolved`` for one interval."""
    low = math.log(found.low) if found.low > 0 else -math.inf
    return str(classify(low, math.log(found.high), margin))


def more_blocks(ratios: ArrayLike, margin: float = MARGIN) -> int | None:
    """How many further blocks would settle it if they come out like those so far; None if ``MOST_BLOCKS`` do not.

    Before ``MIN_BLOCKS`` the noise is unknown: what is missing up to there.
    """
    trials = np.asarray(ratios, float)
    if trials.size < MIN_BLOCKS:
        return MIN_BLOCKS - trials.size
    total = _first_settled(float(trials.mean()), float(trials.std()), margin, slack=0.0)
    return None if total is None else max(total - trials.size, 1)


def blocks_needed(noise: float, effect: float, margin: float = MARGIN) -> int | None:
    """Blocks after which nine measurements in ten are settled; None if ``MOST_BLOCKS`` are too few.

    Args:
        noise: relative spread (sd) of a single run, 0.02 for 2%.
        effect: true speedup minus 1: 0.05 for 1.05x, 0 for no difference (then ``same`` is what can be found).
        margin: how much counts as the same.

    Raises:
        ValueError: the noise is negative, or the effect -1 or less.
    """
    if noise < 0 or effect <= -1:
        raise ValueError(f"noise must be >= 0 and effect above -1, got {noise} and {effect}")
    return _first_settled(math.log1p(effect), math.sqrt(2) * noise, margin, slack=_NORMAL_90)


def smallest_effect(noise: float, blocks: int) -> float | None:
    """The smallest speedup minus 1 that so many blocks find nine times in ten; None if they find nothing at all."""
    if blocks < MIN_BLOCKS:
        return None
    width = float(half_width(blocks)) + _NORMAL_90 / math.sqrt(blocks)
    return math.expm1(width * math.sqrt(2) * noise)


@cache
def _widths() -> tuple[Floats, Floats]:
    blocks = np.arange(MIN_BLOCKS, MOST_BLOCKS + 1)
    return half_width(blocks), np.sqrt(blocks)


def _first_settled(mean: float, spread: float, margin: float, slack: float) -> int | None:
    """The first number of blocks at which a mean and spread of trials like these leave out 0 or fit in the margin."""
    widths, roots = _widths()
    reach = spread * (widths + slack / roots)
    settled = np.flatnonzero((reach < abs(mean)) | (abs(mean) + reach <= math.log1p(margin)))
    return int(settled[0]) + MIN_BLOCKS if settled.size else None


def noise_floor(ratios: ArrayLike) -> NoiseFloor:
    """The noise floor from the trials of the control arm: the same config against itself.

    Raises:
        ValueError: there is no trial.
    """
    trials = np.asarray(ratios, float)
    # About a mean known to be 0, of a difference of two runs.
    run_noise = float(np.sqrt((trials**2).mean() / 2)) if trials.size > 1 else None
    return NoiseFloor(interval=interval(trials), run_noise=run_noise)


def task_speedups(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Speedup of each task that both runs timed, largest first: a picture of where a gain comes from.

    Never trials: the tasks of one run share its noise, so they say nothing about how sure the gain is.
    """
    ratios = {task: seconds / after[task] for task, seconds in before.items() if after.get(task, 0) > 0}
    return dict(sorted(ratios.items(), key=lambda item: -item[1]))


def percent(value: float) -> str:
    """A share as text: ``0.187`` is ``18.7%``."""
    return f"{100 * value:.1f}%"


def as_json(value: Any) -> Any:
    """The same value with infinities and not-a-numbers as None, so that any JSON reader takes it."""
    if isinstance(value, Mapping):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
