"""The arithmetic of a factorial experiment over wins: designs, the log-linear model, contrasts, Shapley values.

Everything is linear in the configs' mean log seconds, so that one set of weights gives estimate and error alike.
Source of the model: G. E. P. Box, J. S. Hunter, W. G. Hunter, "Statistics for Experimenters", chapters 5-6.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np

from optim.evidence.statistics import Floats

Config = frozenset[str]
#: Seconds are split in steps of 2**-20 s (about a microsecond): sums of such steps are exact in binary floating point.
STEPS_PER_SECOND = 1 << 20


class DesignError(ValueError):
    """The configs measured do not allow the attribution; the sentence says what is missing."""


def subsets(wins: Sequence[str]) -> list[Config]:
    """All configs of these wins, ``none`` first, in binary counting order."""
    return [frozenset(win for bit, win in enumerate(wins) if number >> bit & 1) for number in range(1 << len(wins))]


def half_fraction(wins: Sequence[str]) -> list[Config]:
    """The half of all configs with an odd number of wins on, and ``none``, which that half lacks.

    Of five wins these are 16 + 1. The half is the one with ``all`` and each win alone; its defining relation is
    I = ABCDE (resolution V): see ``aliases``.

    Raises:
        DesignError: fewer than five wins, where main effects or pairs would be confounded with each other.
    """
    if len(wins) < 5:
        raise DesignError(
            f"a half fraction needs 5 wins to tell pairs apart, got {len(wins)}: measure all {2 ** len(wins)}"
        )
    return [config for config in subsets(wins) if not config or len(config) % 2]


def aliases(wins: Sequence[str]) -> list[str]:
    """What the half fraction can not tell apart, one sentence per effect: it goes with all the other wins together."""
    effects = [frozenset(one) for size in (1, 2) for one in combinations(wins, size)]
    return [
        f"{_together(effect, wins)} can not be told from {_together(frozenset(wins) - effect, wins)}"
        for effect in effects
    ]


def _together(effect: Config, wins: Sequence[str]) -> str:
    names = " x ".join(win for win in wins if win in effect)
    return f"the effect of {names}" if len(effect) == 1 else f"the interaction {names}"


def terms(wins: Sequence[str]) -> list[tuple[str, ...]]:
    """The model's terms: the mean, each win, each pair of wins."""
    return [(), *((win,) for win in wins), *combinations(wins, 2)]


def design_matrix(configs: Iterable[Config], wins: Sequence[str]) -> Floats:
    """Shape (configs, terms): products of +1 (on) and -1 (off), so that effects are averages over the other wins."""
    rows = [[math.prod(1.0 if win in config else -1.0 for win in term) for term in terms(wins)] for config in configs]
    matrix: Floats = np.array(rows, float)
    return matrix


def fit_weights(configs: Sequence[Config], wins: Sequence[str]) -> Floats:
    """Shape (terms, configs): times the configs' mean log seconds, it gives the model's coefficients (least squares).

    Raises:
        DesignError: the configs can not tell the terms apart.
    """
    matrix = design_matrix(configs, wins)
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise DesignError(
            f"{len(configs)} configs can not tell {matrix.shape[1]} effects apart: measure all {2 ** len(wins)}"
        )
    return np.asarray(np.linalg.pinv(matrix), np.float64)


def value_weights(configs: Sequence[Config], wins: Sequence[str]) -> Floats:
    """Shape (2**wins, configs): mean log seconds of every config in the order of ``subsets``.

    What was measured stands for itself; what was not is what the model says.
    """
    fitted = design_matrix(subsets(wins), wins) @ fit_weights(configs, wins)
    places = {config: place for place, config in enumerate(configs)}
    for row, config in enumerate(subsets(wins)):
        if config in places:
            fitted[row] = np.eye(len(configs))[places[config]]
    return fitted


def shapley_weights(wins: Sequence[str]) -> Floats:
    """Shape (wins, 2**wins): times the seconds of all configs it gives each win's Shapley value, the seconds it saves.

    L. S. Shapley, "A value for n-person games" (1953): the mean of what the win saves over all orders of switching on.
    """
    configs, count = subsets(wins), len(wins)
    place = {config: number for number, config in enumerate(configs)}
    weights = np.zeros((count, len(configs)))
    for row, win in enumerate(wins):
        for config in configs:
            if win not in config:
                share = math.factorial(len(config)) * math.factorial(count - len(config) - 1) / math.factorial(count)
                weights[row, place[config]] += share
                weights[row, place[config | {win}]] -= share
    return weights


def split_exactly(values: Mapping[str, float], total_steps: int) -> dict[str, float]:
    """The values in whole steps of ``1 / STEPS_PER_SECOND`` that add up to ``total_steps``, by largest remainder.

    The results are multiples of a power of two, so they add up exactly, in any order.
    """
    scaled = {name: value * STEPS_PER_SECOND for name, value in values.items()}
    steps = {name: math.floor(value) for name, value in scaled.items()}
    by_remainder = sorted(scaled, key=lambda name: steps[name] - scaled[name])
    missing = total_steps - sum(steps.values())
    for number in range(abs(missing)):
        steps[by_remainder[number % len(by_remainder)]] += int(math.copysign(1, missing))
    return {name: step / STEPS_PER_SECOND for name, step in steps.items()}
