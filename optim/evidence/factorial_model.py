"""Mean log seconds of a factorial experiment's configs, and the noise in their differences.

Log seconds = block + config. Blocks are complete, so their effects cancel from every difference. The noise is what is
left of configs x blocks once both means are taken off, with Student's t at its degrees of freedom, so interactions of
any order stay out of it. With a single block it is what the model of wins and pairs leaves. These intervals hold for a
number of blocks fixed in advance, not under looking after each.

**A fraction.** Configs that were not measured come from the model of wins and pairs, which is never quite true: what it
misses at the measured configs (lack of fit: Box, Hunter, Hunter, chapter 10) is what it may miss at the others. Each
estimate that leans on the model carries that besides the noise; the degrees of freedom of the sum are F. E.
Satterthwaite's (1946). Where all configs were measured, there is nothing to lean on.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optim.evidence import factorial
from optim.evidence.statistics import CONFIDENCE, Floats
from profiles.configs import Config

#: Sums of squares below this are rounding.
_NOTHING = 1e-12
#: A run so many robust spreads (by the median absolute deviation) away from its config's others is an outlier; with
#: fewer degrees of freedom than this nothing tells what is usual.
_FAR, _FEWEST_DEGREES = 6.0, 15
_NORMAL_SPREADS = 1.4826


class FactorialModel:
    """Log seconds of all configs over blocks, and how sure differences between them are.

    ``values`` are the mean log seconds of every config in the order of ``factorial.subsets``: measured where it was,
    else what the model says. ``noise`` is the relative spread (sd) of a single run, None where nothing shows it.
    ``misfit`` is by how much (sd of log seconds) the model misses a config's mean, the noise of that mean included.
    """

    def __init__(self, *, wins: tuple[str, ...], configs: list[Config], logs: Floats) -> None:
        """``logs`` are the configs' log seconds, shape (blocks, configs).

        Raises:
            DesignError: the configs can not tell the effects apart.
        """
        self.wins, self.configs, self.logs = wins, configs, logs
        self.means: Floats = logs.mean(axis=0)
        self.coefficients = factorial.fit_weights(configs, wins)
        self.weights = factorial.value_weights(configs, wins, self.coefficients)
        self.values: Floats = self.weights @ self.means
        self.rows = {config: row for row, config in enumerate(factorial.subsets(wins))}
        self._design = factorial.design_matrix(self.rows, wins)
        self.misfit, self.misfit_freedom = self._misfit()
        self.noise, self.freedom = self._noise()
        every, chosen = len(self.rows), [self.rows[config] for config in configs]
        #: Shape (2**wins, 2**wins): how far each config's value rests on what the model misses at each config.
        self._leaning: Floats = np.zeros((every, every))
        self._leaning[:, chosen] = self.weights
        self._leaning -= np.eye(every)

    def _noise(self) -> tuple[float | None, int]:
        """The noise and its degrees of freedom: from repetition, or with one block from what the model leaves."""
        blocks, count = self.logs.shape
        if blocks > 1 and count > 1:
            freedom = (blocks - 1) * (count - 1)
            return float(np.sqrt((self._rest() ** 2).sum() / freedom)), freedom
        return self.misfit, self.misfit_freedom

    def _rest(self) -> Floats:
        """What is left of the log seconds once the means of block and config are taken off, shape (blocks, configs)."""
        rest: Floats = self.logs - self.logs.mean(axis=1, keepdims=True) - self.means + self.logs.mean()
        return rest

    def outlier(self) -> tuple[int, Config, float] | None:
        """The run that is farthest from its config's others, if it is far beyond the usual noise: its block (from 1),
        its config, and how many times the others' seconds it took."""
        blocks, count = self.logs.shape
        if (blocks - 1) * (count - 1) < _FEWEST_DEGREES:
            return None
        away = np.abs(self._rest())
        block, place = np.unravel_index(int(away.argmax()), away.shape)
        if away[block, place] <= _FAR * _NORMAL_SPREADS * float(np.median(away)):
            return None
        pace = np.delete(self.logs, place, axis=1).mean(axis=1)
        others = np.delete(self.logs[:, place] - pace, block).mean()
        return int(block) + 1, self.configs[place], math.exp(float(self.logs[block, place] - pace[block] - others))

    def _misfit(self) -> tuple[float | None, int]:
        freedom = len(self.configs) - len(self.coefficients)
        if freedom < 1:
            return None, 0
        fitted = factorial.design_matrix(self.configs, self.wins) @ self.coefficients @ self.means
        return float(np.sqrt(((self.means - fitted) ** 2).sum() / freedom)), freedom

    def contrast(self, slow: Config, fast: Config) -> Floats:
        """The log speedup from one config to another as weights of all configs' log seconds."""
        weights = np.zeros(len(self.rows))
        weights[self.rows[slow]], weights[self.rows[fast]] = 1, -1
        return weights

    def effect(self, term: int) -> Floats:
        """A coefficient of the model (in the order of ``factorial.terms``) as weights of all configs' log seconds."""
        every: Floats = self._design[:, term] / len(self.rows)
        return every

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
        return differences, self._widths(_distances(self.weights), _distances(self._leaning), questions)

    def seconds_estimate(self, shares: Floats, questions: int = 1) -> tuple[float, float]:
        """A weighted sum of the configs' seconds and half its interval's width, by the delta method."""
        seconds = np.exp(self.values)
        value = float(shares @ seconds)
        _, width = self.estimate(shares * seconds, questions)
        return value, math.hypot(width, abs(value) * self._pace())

    def _pace(self) -> float:
        """How sure the blocks' common pace is, as half the width of its interval: it moves all seconds alike."""
        blocks = len(self.logs)
        if blocks < 2:
            return 0.0
        spread = float(self.logs.mean(axis=1).std(ddof=1))
        return spread / math.sqrt(blocks) * float(student(1 - CONFIDENCE, blocks - 1))

    def estimate(self, weights: Floats, questions: int = 1) -> tuple[float, float]:
        """A weighted sum of all configs' log seconds and half its interval's width (infinite without a known noise).

        Args:
            weights: shape (2**wins,), in the order of ``rows``.
            questions: how many of its kind are asked at once.
        """
        used, leant = weights @ self.weights, weights @ self._leaning
        width = self._widths(np.array(used @ used), np.array(leant @ leant), questions)
        return float(weights @ self.values), float(width)

    def _widths(self, used: Floats, leant: Floats, questions: int) -> Floats:
        """Half the widths of intervals, from sums of squared weights on measured means and on what the model misses."""
        leans = leant > _NOTHING
        if self.noise is None or (self.misfit is None and leans.any()):
            return np.full(np.shape(used), np.inf)
        noise = self.noise**2 / len(self.logs) * used
        misfit = np.where(leans, (self.misfit or 0.0) ** 2 * leant, 0.0)
        shares = noise**2 / self.freedom + misfit**2 / max(self.misfit_freedom, 1)
        freedom = np.where(shares > 0, (noise + misfit) ** 2 / np.where(shares > 0, shares, 1), self.freedom)
        widths: Floats = np.sqrt(noise + misfit) * student((1 - CONFIDENCE) / questions, freedom)
        return widths


def _distances(rows: Floats) -> Floats:
    """Squared distances of each row from each other one, shape (rows, rows)."""
    gram = rows @ rows.T
    own = np.diag(gram)
    return np.maximum(own[:, None] + own[None, :] - 2 * gram, 0)


def student(alpha: float, freedom: Any) -> Any:
    """The two-sided quantile of Student's t, of one number of degrees of freedom or of an array of them."""
    from scipy.special import stdtrit

    return stdtrit(freedom, 1 - alpha / 2)
