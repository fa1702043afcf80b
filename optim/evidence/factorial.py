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
from profiles.configs import Config

#: Seconds are split in steps of 2**-20 s (about a microsecond): sums of such steps are exact in binary floating point.
STEPS_PER_SECOND = 1 << 20


class DesignError(ValueError):
    """The configs measured do not allow the attribution; the sentence says what is missing."""


def subsets(wins: Sequence[str]) -> list[Config]:
    """All configs of these wins, ``none`` first, in binary counting order."""
    return [frozenset(win for bit, win in enumerate(wins) if number >> bit & 1) for number in range(1 << len(wins))]


#: Up to so many wins all configs are measured; of more, a fraction that tells each win and each pair apart.
MOST_WINS_IN_FULL = 6
MOST_WINS = 11
#: Words of this length on keep wins and pairs of wins apart from each other (resolution V).
_RESOLUTION = 5


def design(wins: Sequence[str], half: bool = False) -> list[Config]:
    """The configs to measure: all of up to six wins, else the smallest fraction that tells wins and pairs apart.

    A fraction holds ``all``; ``none`` and all wins but one are measured besides, whichever of them it lacks: what each
    win brings beside the others is what decides about it, and a model is no evidence for that.

    Args:
        half: half of all configs where all of them would be measured.

    Raises:
        DesignError: half of fewer than five wins is asked for, or more wins than a fraction can tell apart.
    """
    words = defining_words(wins, half)
    always = (0, len(wins) - 1)
    return [config for config in subsets(wins) if len(config) in always or _in_fraction(config, words)]


def half_fraction(wins: Sequence[str]) -> list[Config]:
    """Half of all configs, and what is always measured: of five wins 16 + 1 + 5 (resolution V): see ``aliases``.

    Raises:
        DesignError: fewer than five wins, where main effects or pairs would be confounded with each other.
    """
    return design(wins, half=True)


def defining_words(wins: Sequence[str], half: bool = False) -> list[Config]:
    """Sets of wins; a config is in the fraction when it leaves an even number of each set off. None for all configs.

    Raises:
        DesignError: see ``design``.
    """
    count = len(wins)
    if half and count < _RESOLUTION:
        raise DesignError(f"a half fraction needs 5 wins to tell pairs apart, got {count}: measure all {2**count}")
    if count > MOST_WINS:
        raise DesignError(f"at most {MOST_WINS} wins can be told apart in one attribution, got {count}: leave some out")
    if count <= MOST_WINS_IN_FULL:
        return [frozenset(wins)] if half else []
    for basic in range(MOST_WINS_IN_FULL, count):
        if words := _generators(wins[:basic], wins[basic:], []):
            return words
    return [frozenset(wins)]


def _generators(basic: Sequence[str], added: Sequence[str], words: list[Config]) -> list[Config] | None:
    """A word for each added win such that every product of words is long enough; None where there is none."""
    if len(words) == len(added):
        return words
    for size in range(_RESOLUTION - 1, len(basic) + 1):
        for letters in combinations(basic, size):
            more = [*words, frozenset(letters) | {added[len(words)]}]
            fits = all(len(word) >= _RESOLUTION for word in _products(more))
            if fits and (complete := _generators(basic, added, more)):
                return complete
    return None


def _products(words: Sequence[Config]) -> list[Config]:
    """All products of the words but the empty one: the defining contrasts."""
    products: list[Config] = [frozenset()]
    for word in words:
        products += [product ^ word for product in products]
    return products[1:]


def _in_fraction(config: Config, words: Sequence[Config]) -> bool:
    return all(len(word - config) % 2 == 0 for word in words)


def aliases(wins: Sequence[str], configs: Sequence[Config] | None = None) -> list[str]:
    """What a fraction can not tell apart, a sentence for each win and pair; empty where all configs are measured.

    Args:
        configs: what was measured; half of all configs unless given.
    """
    contrasts = _contrasts(wins, half_fraction(wins) if configs is None else configs)
    effects = [frozenset(combination) for size in (1, 2) for combination in combinations(wins, size)]
    return [
        f"{_together(effect, wins)} can not be told from {_either([effect ^ word for word in contrasts], wins)}"
        for effect in effects
        if contrasts
    ]


def _contrasts(wins: Sequence[str], configs: Sequence[Config]) -> list[Config]:
    """The sets of wins of which every measured config leaves an even number off, but for those always measured."""
    if len(configs) == 2 ** len(wins):
        return []
    measured = [config for config in configs if config and len(config) != len(wins) - 1]
    return [word for word in subsets(wins) if word and all(len(word - config) % 2 == 0 for config in measured)]


def _either(effects: Sequence[Config], wins: Sequence[str]) -> str:
    """The shortest of the effects in words."""
    shortest = min(len(effect) for effect in effects)
    return " or ".join(_together(effect, wins) for effect in effects if len(effect) == shortest)


def _together(effect: Config, wins: Sequence[str]) -> str:
    names = " x ".join(win for win in wins if win in effect)
    return f"the effect of {names}" if len(effect) == 1 else f"the interaction {names}"


def terms(wins: Sequence[str]) -> list[tuple[str, ...]]:
    """The model's terms: the mean, each win, each pair of wins."""
    return [(), *((win,) for win in wins), *combinations(wins, 2)]


def design_matrix(configs: Iterable[Config], wins: Sequence[str]) -> Floats:
    """Shape (configs, terms): products of +1 (on) and -1 (off), so that effects are averages over the other wins."""
    signs = np.array([[1.0 if win in config else -1.0 for win in wins] for config in configs])
    place = {win: column for column, win in enumerate(wins)}
    return np.stack([signs[:, [place[win] for win in term]].prod(axis=1) for term in terms(wins)], axis=1)


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


def value_weights(configs: Sequence[Config], wins: Sequence[str], coefficients: Floats) -> Floats:
    """Shape (2**wins, configs): mean log seconds of every config in the order of ``subsets``.

    What was measured stands for itself; what was not is what the model says.

    Args:
        coefficients: the ``fit_weights`` of these configs.
    """
    every = subsets(wins)
    fitted: Floats = design_matrix(every, wins) @ coefficients
    row = {config: number for number, config in enumerate(every)}
    fitted[[row[config] for config in configs]] = np.eye(len(configs))
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
