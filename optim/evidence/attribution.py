"""Who gained what: main effects, interactions, Shapley seconds, ghosts and clashes, from blocks of configs.

A config's seconds are the geometric mean over the blocks. Effects and interactions come from a log-linear model of wins
and pairs of wins (``factorial``), their intervals from the noise of repetition (``factorial_model``). Shapley seconds
add up exactly to baseline minus all-on (``factorial.split_exactly``); their intervals resample the blocks: the
bootstrap's standard error, with the small-sample correction sqrt(n / (n - 1)) and Student's t
(T. Hesterberg, "What teachers should know about the bootstrap", The American Statistician, 2015).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from optim.evidence import factorial, interplay
from optim.evidence.factorial import STEPS_PER_SECOND, Config, DesignError
from optim.evidence.factorial_model import FactorialModel, student
from optim.evidence.interplay import Remark
from optim.evidence.statistics import CONFIDENCE, MARGIN, Floats, as_json
from profiles.configs import stored_text

RESAMPLES = 2_000

Times = Mapping[Config, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A number with its 95% interval; the bounds are None where nothing shows the noise."""

    value: float
    low: float | None = None
    high: float | None = None

    def to_json(self, name: str) -> dict[str, float | None]:
        """The number under ``name``, ``low`` and ``high``."""
        return {name: self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, kw_only=True, slots=True)
class Attribution:
    """What each win contributes. ``seconds`` holds every config; ``measured`` names those not computed by the model.

    ``shapley`` (seconds saved) adds up exactly to ``baseline_seconds - all_on_seconds``. ``effects`` are speedups by
    a win, averaged over the others on and off; ``interactions`` say by what factor the speedup of the one changes when
    the other is on (below 1: they overlap). ``as_good`` are the configs not slower than the best beyond noise and
    margin, fewest wins first. ``aliases`` is empty where all configs were measured.
    """

    wins: tuple[str, ...]
    blocks: int
    baseline_seconds: float
    all_on_seconds: float
    seconds: Mapping[Config, float]
    measured: frozenset[Config]
    shapley: Mapping[str, Estimate]
    effects: Mapping[str, Estimate]
    interactions: Mapping[tuple[str, str], Estimate]
    total: Estimate
    best: Config
    as_good: tuple[Config, ...]
    ghosts: tuple[Remark, ...]
    clashes: tuple[Remark, ...]
    burdens: tuple[Remark, ...]
    aliases: tuple[str, ...]
    noise: float | None

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a measurement's verdict: configs by name, ``low`` and ``high`` beside each estimate."""
        configs = [
            {"config": stored_text(config), "seconds": value, "measured": config in self.measured}
            for config, value in self.seconds.items()
        ]
        plain = {
            "wins": list(self.wins),
            "blocks": self.blocks,
            "half": bool(self.aliases),
            "baseline_seconds": self.baseline_seconds,
            "all_on_seconds": self.all_on_seconds,
            "total": self.total.to_json("speedup"),
            "noise": self.noise,
            "configs": configs,
            "shapley": [{"win": win, **one.to_json("seconds")} for win, one in self.shapley.items()],
            "effects": [{"win": win, **one.to_json("speedup")} for win, one in self.effects.items()],
            "interactions": [{"wins": list(pair), **one.to_json("factor")} for pair, one in self.interactions.items()],
            "best": {"config": stored_text(self.best), "seconds": self.seconds[self.best]},
            "as_good": [stored_text(config) for config in self.as_good],
            **{kind: _remarks(getattr(self, kind)) for kind in ("ghosts", "clashes", "burdens")},
            "aliases": list(self.aliases),
        }
        return dict(as_json(plain))


def _remarks(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    return [{"wins": list(one.wins), "sentence": one.sentence} for one in remarks]


def attribute(blocks: Sequence[Times], wins: Sequence[str], *, margin: float = MARGIN, seed: int = 0) -> Attribution:
    """Attributes the gain of all wins together to each of them.

    Args:
        blocks: per block the wall-clock seconds of every config measured, the same configs in each.
        wins: which the configs are made of, one or more.
        margin: what counts as nothing.
        seed: of the resampling.

    Raises:
        DesignError: no block, blocks of different configs, a time that is not positive, or too few configs.
    """
    configs, logs = _table(blocks, wins)
    model = FactorialModel(wins=tuple(wins), configs=configs, logs=logs)
    shapley, baseline, all_on = _shapley(model, seed)
    best, as_good = _best(model, margin)
    return Attribution(
        wins=model.wins,
        blocks=len(blocks),
        baseline_seconds=baseline,
        all_on_seconds=all_on,
        seconds={config: model.seconds(config) for config in model.rows},
        measured=frozenset(configs),
        shapley=shapley,
        effects=_effects(model),
        interactions=_interactions(model),
        total=_factor(model, model.contrast(frozenset(), frozenset(wins))),
        best=best,
        as_good=as_good,
        ghosts=interplay.ghosts(model, margin),
        clashes=interplay.clashes(model, margin),
        burdens=interplay.burdens(model, margin),
        aliases=tuple(factorial.aliases(wins)) if len(configs) < len(model.rows) else (),
        noise=model.noise,
    )


def _table(blocks: Sequence[Times], wins: Sequence[str]) -> tuple[list[Config], Floats]:
    """The configs in the order of ``subsets`` and their log seconds, shape (blocks, configs)."""
    if not blocks or not wins:
        raise DesignError(f"an attribution needs a block and a win or more, got {len(blocks)} and {len(wins)}")
    configs = [config for config in factorial.subsets(wins) if config in blocks[0]]
    if any(set(block) != set(configs) for block in blocks):
        raise DesignError("every block must hold the same configs of these wins: leave out incomplete blocks")
    seconds = np.array([[block[config] for config in configs] for block in blocks], float)
    if not (np.isfinite(seconds) & (seconds > 0)).all():
        raise DesignError(f"seconds must be positive, got {seconds.min()}")
    return configs, np.log(seconds)


def _factor(model: FactorialModel, weights: Floats) -> Estimate:
    value, width = model.estimate(weights)
    if math.isinf(width):
        return Estimate(value=math.exp(value))
    return Estimate(value=math.exp(value), low=math.exp(value - width), high=math.exp(value + width))


def _effects(model: FactorialModel) -> dict[str, Estimate]:
    return {win: _factor(model, -2 * model.coefficients[1 + place]) for place, win in enumerate(model.wins)}


def _interactions(model: FactorialModel) -> dict[tuple[str, str], Estimate]:
    rows = model.coefficients[1 + len(model.wins) :]
    return {pair: _factor(model, -4 * row) for pair, row in zip(combinations(model.wins, 2), rows, strict=True)}


def _shapley(model: FactorialModel, seed: int) -> tuple[dict[str, Estimate], float, float]:
    """Shapley seconds by win, and the seconds of baseline and all-on, all in steps that add up exactly."""
    shares = factorial.shapley_weights(model.wins)
    seconds = np.exp(model.values)
    first, last = (round(float(one) * STEPS_PER_SECOND) for one in (seconds[0], seconds[-1]))
    found = dict(zip(model.wins, (float(one) for one in shares @ seconds), strict=True))
    exact = factorial.split_exactly(found, first - last)
    widths = _resampled_widths(model, shares, seed)
    estimates = {
        win: Estimate(value=value) if width is None else Estimate(value=value, low=value - width, high=value + width)
        for (win, value), width in zip(exact.items(), widths, strict=True)
    }
    return estimates, first / STEPS_PER_SECOND, last / STEPS_PER_SECOND


def _resampled_widths(model: FactorialModel, shares: Floats, seed: int) -> list[float | None]:
    """Half widths of the Shapley intervals, from blocks drawn with replacement; None with a single block."""
    blocks = len(model.logs)
    if blocks < 2:
        return [None] * len(model.wins)
    drawn = np.random.default_rng(seed).integers(0, blocks, (RESAMPLES, blocks))
    seconds = np.exp(model.logs[drawn].mean(axis=1) @ model.weights.T)
    error = (seconds @ shares.T).std(axis=0) * math.sqrt(blocks / (blocks - 1))
    return [float(one) for one in error * student(1 - CONFIDENCE, blocks - 1)]


def _best(model: FactorialModel, margin: float) -> tuple[Config, tuple[Config, ...]]:
    """The fastest config, and all not slower than it beyond noise and margin, fewest wins first."""
    best = min(model.rows, key=model.seconds)
    gains = {config: model.gain(config, best, len(model.rows)) for config in model.rows}
    as_good = [
        config
        for config, (lost, error) in gains.items()
        if lost <= math.log1p(margin) or (math.isfinite(error) and lost <= error)
    ]
    return best, tuple(sorted(as_good, key=len))
