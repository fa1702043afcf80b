"""From what was measured here to the plan's machine: projected seconds, and the odds that the target is met.

A projection divides the plan's baseline by a speedup measured elsewhere. It is a guess until a log from that machine is
in, and is marked so.

The odds, by simulation in log space:

* What is measured enters as a normal distribution of the log speedup whose central 95% are the measured interval.
* A win that is only planned enters as ``realization x log speedup of a draw from its planned range``, uniform between
  the range's ends.
* ``realization`` is how much of a plan comes true: 1 is as planned, 0 nothing. It has a component shared by all wins
  (planners are optimistic, or not, about everything) and one of each win, both with sd ``REALIZATION_SPREAD``, around a
  mean of 1. The shared one is learned from earlier predictions with the normal model's conjugate update, so that few of
  them move it little (shrinkage). A past realization counts as at most 2: that one win paid tenfold does not promise
  the next. Drawn below 0 it is 0: a win that makes it slower is reverted.

* How much of a measured speedup carries over to another machine: its log is multiplied by a normal factor around 1, the
  same for all wins of one draw, with sd ``CARRY_SPREAD`` until the project's own pairs of machines show theirs. In a
  default of 0.2 a 2x measured here is 1.75x to 2.3x there in two cases of three.

Across pipelines a speedup carries nothing: then there are no odds, and the projection is called an analogy.

With nothing measured the odds follow from the plan and from how uncertain plans are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optim.evidence.statistics import Floats, as_json

REALIZATION_SPREAD = 0.5
#: How much log speedups of the same change differ between machines, as a share of them.
CARRY_SPREAD = 0.2
DRAWS = 20_000
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection:
    """Seconds on the reference machine, projected: ``low`` and ``high`` follow from the speedup's 95% interval and from
    how much speedups differ between machines. ``is_analogy``: the speedup is another pipeline's, and promises nothing.
    """

    seconds: float
    low: float | None
    high: float | None
    speedup: float
    is_projection: bool = True
    is_analogy: bool = False

    @property
    def sentence(self) -> str:
        """One sentence for people, marked as a projection."""
        span = f" ({self.low:.1f}-{self.high:.1f} s)" if self.low is not None and self.high is not None else ""
        if self.is_analogy:
            return f"Analogy, not a projection: {self.seconds:.1f} s if another pipeline's {self.speedup:.2f}x held."
        return f"Projection, not a measurement: {self.seconds:.1f} s{span}, if {self.speedup:.2f}x holds there too."

    def to_json(self) -> dict[str, Any]:
        """All fields and the sentence."""
        return {
            "seconds": self.seconds,
            "low": self.low,
            "high": self.high,
            "speedup": self.speedup,
            "projection": True,
            "analogy": self.is_analogy,
            "sentence": self.sentence,
        }


def carry_spread(pairs: Sequence[tuple[float, float]]) -> float:
    """How much log speedups differ between machines: from pairs of (here, there), with the default as one of them.

    Pairs without a speedup here (within 1%) tell nothing.
    """
    shares = [math.log(there) / math.log(here) - 1 for here, there in pairs if abs(math.log(here)) > 0.01]
    return math.sqrt((CARRY_SPREAD**2 + sum(share**2 for share in shares)) / (1 + len(shares)))


def carried(speedup: float, low: float, high: float, carry: float) -> tuple[float, float]:
    """The interval of a speedup on another machine: its own and the spread between machines, in log space."""
    own = (math.log(high) - math.log(low)) / 2
    width = math.hypot(own, _NORMAL_95 * carry * math.log(speedup))
    return speedup * math.exp(-width), speedup * math.exp(width)


def project(
    baseline_seconds: float,
    speedup: float,
    low: float | None = None,
    high: float | None = None,
    *,
    carry: float = CARRY_SPREAD,
    analogy: bool = False,
) -> Projection:
    """The plan's baseline divided by a measured speedup and its interval on another machine.

    Args:
        carry: see ``carry_spread``; 0 where the speedup was measured on the plan's machine.
        analogy: the speedup is another pipeline's.

    Raises:
        ValueError: the baseline or a speedup is not positive.
    """
    for name, value in (("baseline", baseline_seconds), ("speedup", speedup), ("low", low), ("high", high)):
        if value is not None and not value > 0:
            raise ValueError(f"{name} must be positive, got {value}")
    if low is not None and high is not None:
        low, high = carried(speedup, low, high, carry)
    return Projection(
        is_analogy=analogy,
        seconds=baseline_seconds / speedup,
        low=None if high is None else baseline_seconds / high,
        high=None if low is None else baseline_seconds / low,
        speedup=speedup,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """A speedup measured with its 95% interval: of one win, or of several at once, such as everything kept."""

    name: str
    speedup: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A win that is not measured yet: its planned saving, from ``low`` to ``high``, 0-1."""

    name: str
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Odds:
    """How likely the target is met; seconds are quantiles of what comes out (median, and the central 90%)."""

    probability: float
    probability_of_low: float
    median_seconds: float
    low_seconds: float
    high_seconds: float
    realization: float
    calibrated_on: int
    measured: tuple[str, ...]
    planned: tuple[str, ...]
    pairs: int = 0

    @property
    def sentence(self) -> str:
        """One sentence for people."""
        basis = f"{len(self.measured)} measured, {len(self.planned)} planned"
        if self.measured:
            basis += "; speedups differ between machines, which is in it"
            basis += f" as {self.pairs} of this project's own comparisons of machines show" if self.pairs else ""
        return (
            f"{100 * self.probability:.0f}% odds that the target is met: {self.median_seconds:.1f} s expected, "
            f"{self.low_seconds:.1f}-{self.high_seconds:.1f} s in nine cases of ten ({basis})."
        )

    def to_json(self) -> dict[str, Any]:
        """All fields and the sentence."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return dict(as_json({**values, "sentence": self.sentence}))


def realization(planned: Planned, speedup: float) -> float:
    """How much of a planned range came true: measured log speedup over that of the range's middle."""
    return math.log(speedup) / -math.log1p(-_middle(planned))


def _middle(planned: Planned) -> float:
    return (planned.low + planned.high) / 2


def calibrate(realizations: Sequence[float]) -> tuple[float, float]:
    """Mean and sd of the shared realization after earlier predictions: the prior (1, spread) counts as one of them."""
    seen = [min(max(realization, 0.0), 2.0) for realization in realizations]
    return (1 + sum(seen)) / (1 + len(seen)), REALIZATION_SPREAD / math.sqrt(1 + len(seen))


def odds(
    baseline_seconds: float,
    target: tuple[float, float],
    measured: Sequence[Measured] = (),
    planned: Sequence[Planned] = (),
    realizations: Sequence[float] = (),
    seed: int = 0,
    carry: float = CARRY_SPREAD,
    pairs: int = 0,
) -> Odds:
    """The odds that the baseline, after all of these, takes at most the target's upper end; fixed by the seed.

    Args:
        baseline_seconds: the plan's baseline on the reference machine.
        target: seconds, (low, high): 12-14 is (12, 14).
        measured: independent factors. Give one joint measurement where there is one: wins measured alone overlap.
        planned: wins not among the measured.
        realizations: of earlier predictions, see ``realization``.
        carry: see ``carry_spread``; ``pairs`` is how many pairs of machines are in it.

    Raises:
        ValueError: the baseline is not positive, the target is upside down, or a planned range is not within 0-1.
    """
    _check(baseline_seconds, target, planned)
    generator = np.random.default_rng(seed)
    gain = np.zeros(DRAWS)
    for realization in sorted(measured, key=lambda entry: entry.name):
        gain += _measured_draws(realization, generator)
    gain *= np.maximum(generator.normal(1, carry, DRAWS), 0)
    mean, spread = calibrate(realizations)
    shared = generator.normal(mean, spread, DRAWS)
    for plan in sorted(planned, key=lambda entry: entry.name):
        gain += _planned_draws(plan, shared, generator)
    seconds = baseline_seconds * np.exp(-gain)
    low, median, high = (float(quantile) for quantile in np.quantile(seconds, [0.05, 0.5, 0.95]))
    return Odds(
        probability=float((seconds <= target[1]).mean()),
        probability_of_low=float((seconds <= target[0]).mean()),
        median_seconds=median,
        low_seconds=low,
        high_seconds=high,
        realization=mean,
        calibrated_on=len(realizations),
        measured=tuple(realization.name for realization in measured),
        planned=tuple(realization.name for realization in planned),
        pairs=pairs,
    )


def _check(baseline_seconds: float, target: tuple[float, float], planned: Sequence[Planned]) -> None:
    if not baseline_seconds > 0 or not 0 < target[0] <= target[1]:
        raise ValueError(f"baseline and target must be positive, low end first, got {baseline_seconds} and {target}")
    for realization in planned:
        if not 0 <= realization.low <= realization.high < 1 or realization.high == 0:
            raise ValueError(
                f"{realization.name}: a planned saving lies between 0 and 1, low end first, "
                f"got {realization.low}-{realization.high}"
            )


def _measured_draws(measured: Measured, generator: np.random.Generator) -> Floats:
    spread = (math.log(measured.high) - math.log(measured.low)) / (2 * _NORMAL_95)
    return generator.normal(math.log(measured.speedup), spread, DRAWS)


def _planned_draws(planned: Planned, shared: Floats, generator: np.random.Generator) -> Floats:
    saving = generator.uniform(planned.low, planned.high, DRAWS)
    come_true = np.maximum(shared + generator.normal(0, REALIZATION_SPREAD, DRAWS), 0)
    draws: Floats = -np.log1p(-saving) * come_true
    return draws
