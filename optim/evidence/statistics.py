"""Is one config faster than another? Pure functions over the log speedups of interleaved blocks.

A block runs both configs twice, as A B B A or B A A B by a fair coin, and gives one trial: mean log seconds of both A
less that of both B. The coin makes the trial symmetric around the true log speedup, whatever the noise of single runs
is like: skewed, in bursts, drifting, with a memory, with a slow place in the block. The interval uses that alone.

**The test.** If the log speedup is d, the sign of each ``x = trial - d`` is a fair coin given its size. Who bets the
share ``tanh(l x)`` of a capital of 1 on the signs has ``product of exp(l x) / cosh(l x)``, which stays 1 on average; so
it ever reaches 20 in one case of 20 at most (J. Ville, 1939), however often one looks. The bets are mixed over
``l = z / (mean size of x so far)`` and both signs (V. H. de la Pena, "A general class of exponential inequalities for
martingales and ratios", Annals of Probability, 1999; the scale may use the sizes, since only the signs are random). The
interval is every d whose capital is below 20: with 95% probability it contains the truth after *every* block at once,
so one may look after each block, stop when it is resolved, and go on later with more blocks.

**Why these z.** A measurement stops where its interval first leaves out 1: at an effect of as many noises as the bets
are tuned for. Large z settle what is obvious after 6 blocks (no test of signs can do it in 5: twice 2**-5 is over 5%),
small z settle small effects. At a true 2% with 2% noise of a run, 87% are found within 20 blocks (median 10). The
t-mixture martingale (H. Wang, A. Ramdas, arXiv 2310.03722, 2023) found 85% with its best prior, but promises its 5% for
normal noise only: where a place in the block costs far more than the noise it errs in 5 to 8%, by its prior
(``benchmarks/verdicts.py`` has a row for it).
One test speaks, so that the 5% are not shared between two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optim.project.command import MARGIN

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
#: Before this block no interval is finite: with fewer signs, all alike, chance can not be left out.
MIN_BLOCKS = 6
#: More blocks than this are called "never".
MOST_BLOCKS = 10_000
#: The bets in units of one over the mean size of the trials, and how much of the capital each gets.
_BETS = np.array([0.2, 0.4, 0.8, 1.6, 3.2])
_SHARES = np.array([0.08, 0.12, 0.2, 0.2, 0.4])
#: So many factors from 1 to 2 are multiplied before their logarithm is taken: more than 1,023 could be too large.
_FACTORS = 1000
#: Where an end of the interval is looked for, in the farthest trial's distance from the middle; then in how many
#: steps.
_AWAY = np.concatenate([[0.0], np.geomspace(1e-3, 1e4, 36)])
_STEPS = 24
_BOTH = np.arange(2)
#: An effect whose middle lies within this share of the margin is called slight. At the edge it could go on for ever.
_SLIGHT = 0.75
_NORMAL_90 = 1.2815515655446004
#: A forecast plays so many paths through, looks at these numbers of further blocks, and leaves out so many at each end.
_PATHS = 800
#: In pieces of so many paths: memory of 128 KB or more is given back and asked for anew each time.
_AT_ONCE = 200
_FURTHER = np.unique(np.round(np.geomspace(1, MOST_BLOCKS, 70)).astype(int))
_TAIL = 0.025
_PARTS = (_TAIL, 0.5, 1 - _TAIL)
#: How far the spread of a few trials is trusted: it counts as that of so large a share of them. All of them would be
#: right for normal noise; a machine with two speeds may not have shown its second one yet.
_TRUST = 0.25
#: Of 100 forecasts so many held, or more, for each kind of noise (``benchmarks/verdicts.py``; most kinds: 95 to 99).
HELD = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A speedup (before / after) with its interval; ``low`` is 0 and ``high`` infinite before
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


@dataclass(frozen=True, kw_only=True)
class NoiseFloor:
    """What the same config against itself shows, from log ratios of single runs, shape (blocks,).

    ``run_noise`` is the relative spread (sd) of a single run; None with a single block.
    """

    trials: tuple[float, ...]

    @cached_property
    def interval(self) -> Interval:
        """The config's speedup against itself."""
        return interval(self.trials)

    @property
    def run_noise(self) -> float | None:
        """About a mean known to be 0, of a difference of two runs."""
        return float(np.sqrt((np.square(self.trials)).mean() / 2)) if len(self.trials) > 1 else None

    @property
    def biased(self) -> bool:
        """Whether it differs from itself by more than chance allows."""
        return len(self.trials) >= MIN_BLOCKS and log_capital(self.trials, [0.0])[0] >= -math.log(1 - CONFIDENCE)

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


def log_capital(trials: ArrayLike, effects: ArrayLike) -> Floats:
    """Log of what the bets against each effect have come to after all trials: high values speak against it.

    Args:
        trials: log speedups, shape (blocks,).
        effects: hypothetical log speedups, shape (effects,).

    Returns:
        Shape (effects,).
    """
    values = np.asarray(trials, float)
    count = len(values)
    unit = values[:, None] - np.asarray(effects, float)
    size = np.abs(unit).cumsum(axis=0)
    size /= np.arange(1, count + 1)[:, None]
    # A size that is mere rounding has no sign to bet on.
    size[size <= 1e-12] = np.inf
    unit /= size
    lean = np.abs(unit.sum(axis=0))
    np.abs(unit, out=unit)
    way = unit.sum(axis=0)
    # log(1 + tanh(y)) = log 2 + y - |y| - log(1 + exp(-2 |y|)), without overflow; each bet is twice the one before it.
    unit *= -2 * _BETS[0]
    decay, factor = np.exp(unit, out=unit), size
    starts = np.arange(0, count, _FACTORS)
    products = np.empty((len(_BETS), len(starts), unit.shape[1]))
    for product in products:
        np.add(decay, 1, out=factor)
        np.multiply.reduceat(factor, starts, axis=0, out=product)
        decay *= decay
    bets, shares = _BETS[:, None], np.log(_SHARES / 2)[:, None] + count * math.log(2)
    # Both signs: exp(z lean) + exp(-z lean), the larger one set apart.
    each = bets * (lean - way) + np.log(1 + np.exp(-2 * bets * lean)) - np.log(products).sum(axis=1) + shares
    most = each.max(axis=0)
    capital: Floats = most + np.log(np.exp(each - most).sum(axis=0))
    return capital


def middle(trials: ArrayLike) -> float:
    """The middle of trials that are symmetric around it: the median of all means of two (Hodges and Lehmann, 1963).

    A run that something disturbed moves it little, and it lies where the interval closes in.
    """
    values = np.asarray(trials, float)
    count = len(values)
    # Around a ring each two are the half of it apart at most; those that are just that come once, from one side.
    near = np.lib.stride_tricks.sliding_window_view(np.concatenate([values, values]), (count + 1) // 2)[:count]
    sums = (values[:, None] + near).ravel()
    if count % 2 == 0:
        sums = np.concatenate([sums, values[: count // 2] + values[count // 2 :]])
    return float(np.median(sums) / 2)


def interval(ratios: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """The speedup of the trials, shape (blocks,), with the interval that stays valid under looking.

    Raises:
        ValueError: there is no trial.
    """
    trials = np.asarray(ratios, float)
    if not trials.size:
        raise ValueError("no block has been measured: an interval needs one or more")
    centre, low, high = _estimate(tuple(trials.tolist()), confidence)
    return Interval(speedup=_exp(centre), low=_exp(low), high=_exp(high), blocks=trials.size)


@lru_cache(maxsize=256)
def _estimate(trials: tuple[float, ...], confidence: float) -> tuple[float, float, float]:
    """Middle, low and high of the log speedup; the same trials are asked for again by their forecast, and by pages."""
    values = np.array(trials)
    centre = middle(values)
    return centre, *log_interval(values, centre, confidence)


def log_interval(trials: Floats, centre: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Low and high of the log speedup around ``centre``; infinite while nothing can be left out."""
    level = -math.log(1 - confidence)
    if (len(trials) - 1) * math.log(2) < level:
        return -math.inf, math.inf  # so few bets can not win so much: each doubles the capital at most, on one sign
    reach = float(np.abs(trials - centre).max()) or 1e-12
    # Both sides at once, as shape (2, effects): the farthest effect that is not left out is looked for.
    sides = centre + np.array([[-reach], [reach]]) * _AWAY
    kept, left_out, is_open = _last_kept(trials, sides, level)
    kept, left_out, still = _last_kept(trials, np.linspace(kept, left_out, _STEPS, axis=1), level)
    low, high = np.where(is_open | still, [-math.inf, math.inf], left_out)
    return float(low), float(high)


def _last_kept(trials: Floats, sides: Floats, level: float) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Of each side, shape (2, effects), the farthest effect that is not left out, and the one beyond it; and whether
    there is none beyond it."""
    kept = (log_capital(trials, sides.ravel()) < level).reshape(sides.shape)
    end = sides.shape[1] - 1
    last = np.where(kept.any(axis=1), end - kept[:, ::-1].argmax(axis=1), 0)
    inner = np.minimum(last, end - 1)
    return sides[_BOTH, inner], sides[_BOTH, inner + 1], last == end


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf


def classify(centre: ArrayLike, low: ArrayLike, high: ArrayLike, margin: float = MARGIN) -> NDArray[np.str_]:
    """The word for log-speedup intervals around ``centre``; arrays in, array out.

    ``faster`` and ``slower`` leave out 1; ``slightly faster`` and ``slightly slower`` do too, by less than the margin
    as far as the middle tells; ``same``: the whole interval is within the margin and holds 1; else ``unresolved``.
    """
    middle_, below, above = (np.asarray(bound, float) for bound in (centre, low, high))
    edge = math.log1p(margin)
    slight = np.abs(middle_) <= _SLIGHT * edge
    conditions = [(below > 0) & slight, below > 0, (above < 0) & slight, above < 0, (below >= -edge) & (above <= edge)]
    verdicts = ["slightly faster", "faster", "slightly slower", "slower", "same"]
    return np.select(conditions, verdicts, "unresolved")


def verdict_of(interval: Interval, margin: float = MARGIN) -> str:
    """The word of ``classify`` for one interval."""
    low = math.log(interval.low) if interval.low > 0 else -math.inf
    return str(classify(math.log(interval.speedup), low, math.log(interval.high), margin))


def within_margin(interval: Interval, margin: float = MARGIN) -> bool:
    """Whether the whole interval lies within the margin."""
    return (
        interval.low > 0
        and math.log(interval.low) >= -math.log1p(margin)
        and math.log(interval.high) <= math.log1p(margin)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """How many further blocks would settle it, nine times in ten; ``most`` is None where that has no end.

    ``fewest`` is None where hardly ever so many blocks as ``MOST_BLOCKS`` would settle it. ``likely`` are enough in
    half of the cases; None where that has no end. ``tried``: how often such ranges hold is known.
    """

    fewest: int | None
    most: int | None
    likely: int | None = None
    tried: bool = True

    @property
    def sentence(self) -> str:
        """One clause for people; it says how often such ranges held, where that was tried."""
        held = f" (such ranges held in {HELD} of 100 simulated measurements or more)" if self.tried else ""
        if self.fewest is None:
            return "more blocks like these would not settle it"
        if self.most is None:
            return f"{_blocks(self.fewest)} more or many times as many would settle it{held}"
        if self.most == self.fewest:
            return f"about {_blocks(self.most)} more would settle it{held}"
        return f"between {self.fewest} and {_blocks(self.most)} more would settle it{held}"


def _blocks(count: int) -> str:
    return f"{count} block" + ("" if count == 1 else "s")


def forecast(ratios: ArrayLike, margin: float = MARGIN) -> Forecast:
    """How many further blocks would settle it if they come from the same noise as those so far.

    It is played through ``_PATHS`` times: a true effect and a noise that the trials so far leave open, further trials,
    and the block at which their interval settles it. The range leaves out a share of ``_TAIL`` of the paths at each
    end and trusts the spread by ``_TRUST``; both were chosen so that it holds nine times in ten for each kind of noise
    of ``benchmarks/verdicts.py``, and more often for most. Before ``MIN_BLOCKS`` the noise is hardly known: what is
    missing up to there.
    """
    trials = np.asarray(ratios, float)
    if trials.size < MIN_BLOCKS:
        return Forecast(fewest=MIN_BLOCKS - trials.size, most=None if trials.size else MIN_BLOCKS, tried=False)
    places = [int(part * _PATHS) for part in _PARTS]
    first = np.partition(_settling(trials, margin), places)[places]
    early, likely, late = (None if math.isinf(blocks) else int(blocks) for blocks in first)
    return Forecast(fewest=early, most=late, likely=likely)


def _settling(trials: Floats, margin: float) -> Floats:
    """The number of further blocks that settle it on each path; infinite where none of ``_FURTHER`` does."""
    centre, low, high = _estimate(tuple(trials.tolist()), CONFIDENCE)
    degrees, course, widths = _draws(trials.size)
    # A spread that was seen over a few blocks may be larger or smaller; chi-squared says by how much.
    noise = (_spread(trials, min(centre - low, high - centre)) * degrees)[:, None]
    edge, settled = math.log1p(margin), np.ones((_PATHS, len(_FURTHER) + 1), bool)
    for paths in (slice(start, start + _AT_ONCE) for start in range(0, _PATHS, _AT_ONCE)):
        away = noise[paths] * course[paths]
        away += centre
        np.abs(away, out=away)
        reach = noise[paths] * widths
        now = settled[paths, :-1]
        np.greater(away, np.maximum(reach, _SLIGHT * edge), out=now)
        reach += away
        now |= reach <= edge
    first: Floats = np.append(_FURTHER, math.inf)[settled.argmax(axis=1)]
    return first


def _spread(trials: Floats, near: float) -> float:
    """The trials' standard deviation, or that of normal ones whose interval ends as ``near``, if that is more."""
    seen = float(trials.std(ddof=1))
    return max(seen, near / float(half_width(trials.size))) if math.isfinite(near) else seen


@cache
def _draws(count: int) -> tuple[Floats, Floats, Floats]:
    """What the paths after so many blocks have in common, whatever the trials; always the same.

    Per path the true noise over the seen one, shape (paths,); how far the middle of all trials has gone from that of
    those so far after each of ``_FURTHER``, in true noises, shape (paths, numbers); and half the interval's width
    there, in the same unit, shape (numbers,).
    """
    chance = np.random.default_rng(7)
    freedom = _TRUST * (count - 1)
    degrees = np.sqrt(freedom / np.maximum(chance.chisquare(freedom, _PATHS), 1e-3))
    shift = chance.normal(size=_PATHS)[:, None] / math.sqrt(count)
    steps = np.diff(_FURTHER, prepend=0)
    walk = (chance.normal(size=(_PATHS, len(_FURTHER))) * np.sqrt(steps)).cumsum(axis=1)
    total = count + _FURTHER
    return degrees, (shift * _FURTHER + walk) / total, half_width(total)


def half_width(blocks: ArrayLike) -> Floats:
    """Half the interval's width after so many blocks, in standard deviations of normal trials."""
    counts, widths = _widths()
    asked = np.asarray(blocks, float)
    inside = np.exp(np.interp(np.log(np.maximum(asked, 1)), np.log(counts), np.log(widths)))
    # Beyond the table it goes on as it ended: a little slower than one over the root.
    slope = math.log(widths[-1] / widths[-2]) / math.log(counts[-1] / counts[-2])
    beyond = widths[-1] * (np.maximum(asked, 1) / counts[-1]) ** slope
    width: Floats = np.where(asked < MIN_BLOCKS, np.inf, np.where(asked > counts[-1], beyond, inside))
    return width


@cache
def _widths() -> tuple[Floats, Floats]:
    """Numbers of blocks, and half the width of the interval of so many quantiles of the normal distribution."""
    counts = np.array([6, 7, 8, 9, 10, 12, 15, 20, 30, 50, 100, 200, 500])
    widths = []
    for count in counts:
        trials = np.array([NormalDist().inv_cdf((place + 0.5) / count) for place in range(count)])
        orders = [np.random.default_rng(seed).permutation(count) for seed in range(9)]
        ends = np.array([log_interval(trials[order], 0.0) for order in orders])
        widths.append(float(np.median(ends[:, 1] - ends[:, 0])) / 2)
    return counts.astype(float), np.array(widths)


def blocks_needed(noise: float, effect: float, margin: float = MARGIN) -> int | None:
    """Blocks after which nine measurements in ten are settled; None if ``MOST_BLOCKS`` are too few.

    Args:
        noise: relative spread (sd) of a single run, 0.02 for 2%; a trial of two runs against two spreads as much.
        effect: true speedup minus 1: 0.05 for 1.05x, 0 for no difference (then ``same`` is what can be found).
        margin: how much counts as the same.

    Raises:
        ValueError: the noise is negative, or the effect -1 or less.
    """
    if noise < 0 or effect <= -1:
        raise ValueError(f"noise must be >= 0 and effect above -1, got {noise} and {effect}")
    return _first_settled(math.log1p(effect), noise, margin, slack=_NORMAL_90)


@cache
def _reaches() -> tuple[Floats, Floats]:
    blocks = np.arange(MIN_BLOCKS, MOST_BLOCKS + 1)
    return half_width(blocks), np.sqrt(blocks)


def _first_settled(centre: float, spread: float, margin: float, slack: float) -> int | None:
    """The first number of blocks at which trials like these leave out 0, or fit in the margin."""
    widths, roots = _reaches()
    reach, edge = spread * (widths + slack / roots), math.log1p(margin)
    settled = abs(centre) + reach <= edge
    if abs(centre) > _SLIGHT * edge:
        settled |= reach < abs(centre)
    places = np.flatnonzero(settled)
    return int(places[0]) + MIN_BLOCKS if places.size else None


def noise_floor(ratios: ArrayLike) -> NoiseFloor:
    """The noise floor from trials of one config against itself, one run each.

    Raises:
        ValueError: there is no trial.
    """
    trials = tuple(np.asarray(ratios, float).tolist())
    if not trials:
        raise ValueError("no block has been measured: a noise floor needs one or more")
    return NoiseFloor(trials=trials)


def percent(value: float) -> str:
    """A share as text: ``0.187`` is ``18.7%``."""
    return f"{100 * value:.1f}%"


def as_json(value: Any) -> Any:
    """The same value with infinities and not-a-numbers as None, so that any JSON reader takes it."""
    if isinstance(value, Mapping):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
