"""Who gained what: main effects, interactions, Shapley seconds, ghosts and clashes, from blocks of configs.

A config's seconds are the geometric mean over the blocks. Effects and interactions come from a log-linear model of wins
and pairs of wins (``factorial``), their intervals from the noise of repetition (``factorial_model``). Shapley seconds
add up exactly to baseline minus all-on (``factorial.split_exactly``); their intervals follow from the same noise by the
delta method.

**Several claims at once.** With five wins, five intervals are read at once: each kind of claim (effects, what a win
brings beside the others, interactions, Shapley seconds, configs against each other) shares its 5% among its claims
(C. E. Bonferroni), so that *all* of a kind hold together in 95% of attributions. They hold for a number of blocks that
was fixed before, which an attribution's is.

**The best config.** A config may be the best as long as no other is surely faster; it is *as good as the fastest* only
where what it can lose against any other config is bounded by the margin (J. C. Hsu, "Multiple Comparisons", 1996).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from optim.evidence import factorial, interplay
from optim.evidence.factorial import STEPS_PER_SECOND, DesignError
from optim.evidence.factorial_model import FactorialModel
from optim.evidence.interplay import Remark
from optim.evidence.records import REMARKS
from optim.evidence.statistics import Floats, as_json
from optim.project.command import MARGIN
from profiles.configs import Config, stored_text

Times = Mapping[Config, float]

#: A loss of e^5, 150 times, is no bound that anybody can use.
_NO_BOUND = 5.0


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
    the other is on (below 1: they overlap). ``beside`` are speedups by a win with all others on, ``gains`` those of the
    configs between none and all, against none. All intervals of one kind hold at once. ``contenders`` are the configs
    that may be the best, fewest wins first; ``losses`` says for each config what it costs at most against the best, as
    a share; ``as_good`` are those where that is within the margin.
    ``aliases`` is empty where all configs were measured. ``outliers`` names the run
    that the intervals do not allow for, if there is one.
    """

    wins: tuple[str, ...]
    blocks: int
    baseline_seconds: float
    all_on_seconds: float
    seconds: Mapping[Config, float]
    measured: frozenset[Config]
    shapley: Mapping[str, Estimate]
    effects: Mapping[str, Estimate]
    beside: Mapping[str, Estimate]
    interactions: Mapping[tuple[str, str], Estimate]
    gains: Mapping[Config, Estimate]
    total: Estimate
    best: Config
    contenders: tuple[Config, ...]
    losses: Mapping[Config, float]
    as_good: tuple[Config, ...]
    ghosts: tuple[Remark, ...]
    clashes: tuple[Remark, ...]
    burdens: tuple[Remark, ...]
    aliases: tuple[str, ...]
    noise: float | None
    outliers: tuple[Remark, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is kept in a measurement's verdict: configs by name, ``low`` and ``high`` beside each estimate."""
        configs = [
            {"config": stored_text(config), "seconds": value, "measured": config in self.measured}
            | self._gain(config).to_json("speedup")
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
            "shapley": [{"win": win, **estimate.to_json("seconds")} for win, estimate in self.shapley.items()],
            "effects": [{"win": win, **effect.to_json("speedup")} for win, effect in self.effects.items()],
            "beside": [{"win": win, **estimate.to_json("speedup")} for win, estimate in self.beside.items()],
            "interactions": [
                {"wins": list(pair), **interaction.to_json("factor")} for pair, interaction in self.interactions.items()
            ],
            "best": {"config": stored_text(self.best), "seconds": self.seconds[self.best]},
            "contenders": [stored_text(config) for config in self.contenders],
            "may_cost": [{"config": stored_text(config), "share": self.losses[config]} for config in self.contenders],
            "as_good": [stored_text(config) for config in self.as_good],
            **{kind: _remarks(getattr(self, kind)) for kind in REMARKS},
            "aliases": list(self.aliases),
        }
        return dict(as_json(plain))

    def _gain(self, config: Config) -> Estimate:
        """A config against none; of all wins it is the total: one number has one interval."""
        if not config:
            return Estimate(value=1.0, low=1.0, high=1.0)
        return self.gains.get(config, self.total)


def _remarks(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    return [{"wins": list(remark.wins), "sentence": remark.sentence} for remark in remarks]


def attribute(blocks: Sequence[Times], wins: Sequence[str], *, margin: float = MARGIN) -> Attribution:
    """Attributes the gain of all wins together to each of them.

    Args:
        blocks: per block the wall-clock seconds of every config measured, the same configs in each.
        wins: which the configs are made of, one or more.
        margin: what counts as nothing.

    Raises:
        DesignError: no block, blocks of different configs, a time that is not positive, or too few configs.
    """
    configs, logs = _table(blocks, wins)
    model = FactorialModel(wins=tuple(wins), configs=configs, logs=logs)
    shapley, baseline, all_on = _shapley(model)
    best, contenders, losses = _best(model)
    return Attribution(
        wins=model.wins,
        blocks=len(blocks),
        baseline_seconds=baseline,
        all_on_seconds=all_on,
        seconds={config: model.seconds(config) for config in model.rows},
        measured=frozenset(configs),
        shapley=shapley,
        effects=_effects(model),
        beside=_beside(model),
        interactions=_interactions(model),
        gains=_gains(model),
        total=_factor(model, model.contrast(frozenset(), frozenset(wins))),
        best=best,
        contenders=contenders,
        losses=losses,
        as_good=tuple(sorted((row for row in model.rows if losses[row] <= margin), key=len)),
        ghosts=interplay.ghosts(model, margin),
        clashes=interplay.clashes(model, margin),
        burdens=interplay.burdens(model, margin),
        aliases=tuple(factorial.aliases(wins, configs)),
        noise=model.noise,
        outliers=_outliers(model),
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


def _factor(model: FactorialModel, weights: Floats, questions: int = 1) -> Estimate:
    value, width = model.estimate(weights, questions)
    if math.isinf(width):
        return Estimate(value=math.exp(value))
    return Estimate(value=math.exp(value), low=math.exp(value - width), high=math.exp(value + width))


def _effects(model: FactorialModel) -> dict[str, Estimate]:
    wins = model.wins
    return {win: _factor(model, -2 * model.effect(1 + at), len(wins)) for at, win in enumerate(wins)}


def _beside(model: FactorialModel) -> dict[str, Estimate]:
    """What each win brings with all others on."""
    everything = frozenset(model.wins)
    return {win: _factor(model, model.contrast(everything - {win}, everything), len(model.wins)) for win in model.wins}


def _interactions(model: FactorialModel) -> dict[tuple[str, str], Estimate]:
    pairs = list(combinations(model.wins, 2))
    first = 1 + len(model.wins)
    return {pair: _factor(model, -4 * model.effect(first + at), len(pairs)) for at, pair in enumerate(pairs)}


def _gains(model: FactorialModel) -> dict[Config, Estimate]:
    """What each config but none and all brings against none."""
    configs = [config for config in model.rows if 0 < len(config) < len(model.wins)]
    return {config: _factor(model, model.contrast(Config(), config), len(configs)) for config in configs}


def _shapley(model: FactorialModel) -> tuple[dict[str, Estimate], float, float]:
    """Shapley seconds by win, and the seconds of baseline and all-on, all in steps that add up exactly."""
    shares = factorial.shapley_weights(model.wins)
    seconds = np.exp(model.values)
    first, last = (round(float(bound) * STEPS_PER_SECOND) for bound in (seconds[0], seconds[-1]))
    estimates = [model.seconds_estimate(row, len(model.wins)) for row in shares]
    values = dict(zip(model.wins, (value for value, _ in estimates), strict=True))
    exact = factorial.split_exactly(values, first - last)
    seconds_saved = {
        win: Estimate(value=value)
        if math.isinf(width)
        else Estimate(value=value, low=value - width, high=value + width)
        for (win, value), (_, width) in zip(exact.items(), estimates, strict=True)
    }
    return seconds_saved, first / STEPS_PER_SECOND, last / STEPS_PER_SECOND


def _outliers(model: FactorialModel) -> tuple[Remark, ...]:
    if (far := model.outlier()) is None:
        return ()
    block, config, times = far
    sentence = (
        f"Beware: in block {block} the run of {stored_text(config)} took {times:.2f} times its others' seconds, and an "
        "attribution's intervals suppose that no run is so far out: attribute again, or measure what matters as a pair."
    )
    return (Remark(wins=tuple(sorted(config)), sentence=sentence),)


def _share(log_loss: float) -> float:
    """What a bound on the log loss is as a share; infinite where it bounds nothing (a few blocks of wild noise)."""
    return math.inf if log_loss > _NO_BOUND else math.expm1(max(log_loss, 0.0))


def _best(model: FactorialModel) -> tuple[Config, tuple[Config, ...], dict[Config, float]]:
    """The fastest config, those that may be it, and what each config loses at most against the best (a share)."""
    configs = list(model.rows)
    best = min(configs, key=model.seconds)
    lost, width = model.bounds(max(len(configs) * (len(configs) - 1) // 2, 1))
    contenders = [config for config, row in zip(configs, lost - width, strict=True) if row.max() <= 0]
    most = (lost + width).max(axis=1)
    losses = {config: _share(float(bound)) for config, bound in zip(configs, most, strict=True)}
    return best, tuple(sorted(contenders, key=len)), losses
