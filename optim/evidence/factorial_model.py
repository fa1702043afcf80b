"""Mean log seconds of a factorial experiment's configs, and the noise in their differences.

Log seconds = block + config. Blocks are complete, so their effects cancel from every difference. The noise is what is
left of configs x blocks once both means are taken off, with Student's t at its degrees of freedom, so interactions of
any order stay out of it. With a single block it is what the model of wins and pairs leaves. These intervals hold for a
number of blocks fixed in advance, not under looking after each.
"""

from __future__ import annotations

import math

import numpy as np

from optim.evidence import factorial
from optim.evidence.factorial import Config
from optim.evidence.statistics import CONFIDENCE, Floats


class FactorialModel:
    """Log seconds of all configs over blocks, and how sure differences between them are.

    ``values`` are the mean log seconds of every config in the order of ``factorial.subsets``: measured where it was,
    else what the model says. ``noise`` is the relative spread (sd) of a single run, None where nothing shows it.
    """

    def __init__(self, *, wins: tuple[str, ...], configs: list[Config], logs: Floats) -> None:
        """``logs`` are the configs' log seconds, shape (blocks, configs).

        Raises:
            DesignError: the configs can not tell the effects apart.
        """
        self.wins, self.configs, self.logs = wins, configs, logs
        self.means: Floats = logs.mean(axis=0)
        self.coefficients = factorial.fit_weights(configs, wins)
        self.weights = factorial.value_weights(configs, wins)
        self.values: Floats = self.weights @ self.means
        self.rows = {config: row for row, config in enumerate(factorial.subsets(wins))}
        self.noise, self.freedom = self._noise()

    def _noise(self) -> tuple[float | None, int]:
        """The noise and its degrees of freedom: from repetition, or with one block from what the model leaves."""
        blocks, count = self.logs.shape
        if blocks > 1 and count > 1:
            rest = self.logs - self.logs.mean(axis=1, keepdims=True) - self.means + self.logs.mean()
            freedom = (blocks - 1) * (count - 1)
            return float(np.sqrt((rest**2).sum() / freedom)), freedom
        freedom = count - len(self.coefficients)
        if freedom < 1:
            return None, 0
        fitted = factorial.design_matrix(self.configs, self.wins) @ self.coefficients @ self.means
        return float(np.sqrt(((self.means - fitted) ** 2).sum() / freedom)), freedom

    def contrast(self, slow: Config, fast: Config) -> Floats:
        """Weights of the log speedup from one config to another."""
        difference: Floats = self.weights[self.rows[slow]] - self.weights[self.rows[fast]]
        return difference

    def seconds(self, config: Config) -> float:
        """Geometric mean seconds of a config."""
        return math.exp(float(self.values[self.rows[config]]))

    def saved(self, config: Config, win: str) -> float:
        """Seconds that a win saves beside the other wins of a config."""
        return self.seconds(config - {win}) - self.seconds(config | {win})

    def gain(self, slow: Config, fast: Config, questions: int = 1) -> tuple[float, float]:
        """Log speedup from one config to another and half its interval's width, for so many questions asked at once."""
        return self.estimate(self.contrast(slow, fast), questions)

    def bounds(self, questions: int) -> tuple[Floats, Floats]:
        """Log seconds of each config less those of each other one, and half the width, for so many questions at once.

        Two arrays of shape (configs, configs) in the order of ``rows``; the width is infinite where no noise is known.
        """
        differences: Floats = self.values[:, None] - self.values[None, :]
        if self.noise is None:
            return differences, np.full_like(differences, np.inf)
        gram = self.weights @ self.weights.T
        own = np.diag(gram)
        spread = np.sqrt(np.maximum(own[:, None] + own[None, :] - 2 * gram, 0) / len(self.logs))
        return differences, self.noise * spread * student((1 - CONFIDENCE) / questions, self.freedom)

    def seconds_estimate(self, shares: Floats, questions: int = 1) -> tuple[float, float]:
        """A weighted sum of the configs' seconds and half its interval's width, by the delta method."""
        seconds = np.exp(self.values)
        value = float(shares @ seconds)
        if self.noise is None:
            return value, math.inf
        slope = (shares * seconds) @ self.weights
        error = self.noise * math.sqrt(float(slope @ slope) / len(self.logs))
        width = error * student((1 - CONFIDENCE) / questions, self.freedom)
        return value, math.hypot(width, abs(value) * self._pace())

    def _pace(self) -> float:
        """How sure the blocks' common pace is, as half the width of its interval: it moves all seconds alike."""
        blocks = len(self.logs)
        if blocks < 2:
            return 0.0
        return float(self.logs.mean(axis=1).std(ddof=1)) / math.sqrt(blocks) * student(1 - CONFIDENCE, blocks - 1)

    def estimate(self, weights: Floats, questions: int = 1) -> tuple[float, float]:
        """A contrast of mean log seconds and half its interval's width (infinite where nothing shows the noise)."""
        value = float(weights @ self.means)
        if self.noise is None:
            return value, math.inf
        error = self.noise * math.sqrt(float(weights @ weights) / len(self.logs))
        return value, error * student((1 - CONFIDENCE) / questions, self.freedom)


def student(alpha: float, freedom: int) -> float:
    """The two-sided quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 1 - alpha / 2))
