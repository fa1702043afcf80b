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

Not in the odds: whether a speedup measured here holds on the plan's machine, with its own pipeline. Only a log tells.

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
DRAWS = 20_000
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection:
    """Seconds on the reference machine, projected: ``low`` and ``high`` follow from the speedup's 95% interval."""

    seconds: float
    low: float | None
    high: float | None
    speedup: float
    is_projection: bool = True

    @property
    def sentence(self) -> str:
        """One sentence for people, marked as a projection."""
        span = f" ({self.low:.1f}-{self.high:.1f} s)" if self.low is not None and self.high is not None else ""
        return f"Projection, not a measurement: {self.seconds:.1f} s{span}, if {self.speedup:.2f}x holds there too."

    def to_json(self) -> dict[str, Any]:
        """All fields and the sentence."""
        return {
            "seconds": self.seconds,
            "low": self.low,
            "high": self.high,
            "speedup": self.speedup,
            "projection": True,
            "sentence": self.sentence,
        }


def project(baseline_seconds: float, speedup: float, low: float | None = None, high: float | None = None) -> Projection:
    """The plan's baseline divided by a measured speedup and its interval.

    Raises:
        ValueError: the baseline or a speedup is not positive.
    """
    for name, value in (("baseline", baseline_seconds), ("speedup", speedup), ("low", low), ("high", high)):
        if value is not None and not value > 0:
            raise ValueError(f"{name} must be positive, got {value}")
    return Projection(
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

    @property
    def sentence(self) -> str:
        """One sentence for people."""
        basis = f"{len(self.measured)} measured, {len(self.planned)} planned"
        # How much of a speedup carries over to another machine and pipeline is in no draw.
        basis += "; as far as what was measured here holds there" if self.measured else ""
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
    seen = [min(max(one, 0.0), 2.0) for one in realizations]
    return (1 + sum(seen)) / (1 + len(seen)), REALIZATION_SPREAD / math.sqrt(1 + len(seen))


def odds(
    baseline_seconds: float,
    target: tuple[float, float],
    measured: Sequence[Measured] = (),
    planned: Sequence[Planned] = (),
    realizations: Sequence[float] = (),
    seed: int = 0,
) -> Odds:
    """The odds that the baseline, after all of these, takes at most the target's upper end; fixed by the seed.

    Args:
        baseline_seconds: the plan's baseline on the reference machine.
        target: seconds, (low, high): 12-14 is (12, 14).
        measured: independent factors. Give one joint measurement where there is one: wins measured alone overlap.
        planned: wins not among the measured.
        realizations: of earlier predictions, see ``realization``.

    Raises:
        ValueError: the baseline is not positive, the target is upside down, or a planned range is not within 0-1.
    """
    _check(baseline_seconds, target, planned)
    generator = np.random.default_rng(seed)
    gain = np.zeros(DRAWS)
    for one in sorted(measured, key=lambda entry: entry.name):
        gain += _measured_draws(one, generator)
    mean, spread = calibrate(realizations)
    shared = generator.normal(mean, spread, DRAWS)
    for plan in sorted(planned, key=lambda entry: entry.name):
        gain += _planned_draws(plan, shared, generator)
    seconds = baseline_seconds * np.exp(-gain)
    low, median, high = (float(one) for one in np.quantile(seconds, [0.05, 0.5, 0.95]))
    return Odds(
        probability=float((seconds <= target[1]).mean()),
        probability_of_low=float((seconds <= target[0]).mean()),
        median_seconds=median,
        low_seconds=low,
        high_seconds=high,
        realization=mean,
        calibrated_on=len(realizations),
        measured=tuple(one.name for one in measured),
        planned=tuple(one.name for one in planned),
    )


def _check(baseline_seconds: float, target: tuple[float, float], planned: Sequence[Planned]) -> None:
    if not baseline_seconds > 0 or not 0 < target[0] <= target[1]:
        raise ValueError(f"baseline and target must be positive, low end first, got {baseline_seconds} and {target}")
    for one in planned:
        if not 0 <= one.low <= one.high < 1 or one.high == 0:
            raise ValueError(
                f"{one.name}: a planned saving lies between 0 and 1, low end first, got {one.low}-{one.high}"
            )


def _measured_draws(one: Measured, generator: np.random.Generator) -> Floats:
    spread = (math.log(one.high) - math.log(one.low)) / (2 * _NORMAL_95)
    return generator.normal(math.log(one.speedup), spread, DRAWS)


def _planned_draws(one: Planned, shared: Floats, generator: np.random.Generator) -> Floats:
    saving = generator.uniform(one.low, one.high, DRAWS)
    come_true = np.maximum(shared + generator.normal(0, REALIZATION_SPREAD, DRAWS), 0)
    draws: Floats = -np.log1p(-saving) * come_true
    return draws
