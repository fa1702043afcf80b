"""What a measurement is to do: arms, workload, caches, budget, margin. Stored as JSON with the measurement."""

from __future__ import annotations

import dataclasses
import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from optim.evidence.factorial import design
from optim.evidence.statistics import MIN_BLOCKS, blocks_needed, percent
from optim.project.command import MARGIN
from profiles.configs import Config, read_config, stored_text
from profiles.secrets import HIDDEN

#: The first look that can settle anything is the first at which the interval is finite.
MIN_LOOK = MIN_BLOCKS
KINDS = ("pair", "attribution")
METRICS = ("wall", "cpu")
#: The arms of a pair: each config twice in a block, so that every block shows both configs' noise.
BEFORE_ARMS, AFTER_ARMS = ("A", "A2"), ("B", "B2")
#: What version 1 kept beside the arms; it is the workload of its one pipeline.
_PARAMETERS_OF_VERSION_1 = ("tasks", "seed", "workers", "candidates")


class SpecError(ValueError):
    """A measurement was asked for that can not be done; the sentence says why and what would work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """One config in a measurement, as its stored text, under the name that its runs go by.

    ``ref`` is the commit that it runs where arms differ in their code; None for the project as it is.
    """

    name: str
    config: str
    ref: str | None = None

    @property
    def title(self) -> str:
        """The config, and the commit where it is another's."""
        return self.config if self.ref is None else f"{self.config} at {self.ref[:10]}"

    def to_json(self) -> dict[str, str]:
        """As it is stored."""
        plain = {"name": self.name, "config": self.config}
        return plain if self.ref is None else {**plain, "ref": self.ref}

    @property
    def wins(self) -> Config:
        """The wins that are on."""
        return read_config(self.config) or Config()


@dataclass(frozen=True, kw_only=True, slots=True)
class Spec:
    """A measurement. ``max_blocks`` counts all blocks, also those of earlier sittings; ``max_minutes`` this sitting.
    A pair goes on for ``min_blocks`` even when it is settled before, since the interval is still wide then.

    The first arm is the baseline; an arm's config is its canonical text. ``parameters`` are what the pipeline is run
    with (its workload), as plain JSON values by name. ``metric`` is what settles it: ``wall`` or ``cpu`` seconds.
    ``duet``: both configs of a pair are at work at the same time, a core for each. ``code`` is the fingerprint of the
    code that was measured, committed or not; None where it is not known, or changed meanwhile.
    ``order_seed`` fixes the order of runs; it is drawn
    afresh unless one is given. ``prediction`` is ``Prediction.to_json()``.
    """

    kind: str
    arms: tuple[Arm, ...]
    pipeline: str = "arc"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    cache_state: str = "cold"
    metric: str = "wall"
    duet: bool = False
    code: str | None = None
    min_blocks: int = MIN_LOOK
    max_blocks: int = 20
    max_minutes: float = 30.0
    margin: float = MARGIN
    # Below 2**53: JSON readers that know only floats give it back whole.
    order_seed: int = field(default_factory=lambda: secrets.randbits(53))
    label: str | None = None
    prediction: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise SpecError(f"a measurement's kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if len({arm.name for arm in self.arms}) != len(self.arms) or len(self.arms) < 2:
            raise SpecError(f"a measurement needs two arms or more of different names, got {len(self.arms)}")
        if self.cache_state not in ("cold", "warm"):
            raise SpecError(f"caches are prepared cold or warm, got {self.cache_state!r}")
        if self.metric not in METRICS:
            raise SpecError(f"what settles a measurement is one of {', '.join(METRICS)}, got {self.metric!r}")
        if self.duet and not (self.kind == "pair" and self.balanced):
            raise SpecError("a duet is of two configs: measure them with measure --duet, one pair after the other")
        for name in ("min_blocks", "max_blocks"):
            if getattr(self, name) < 1:
                raise SpecError(f"{name} must be 1 or more, got {getattr(self, name)}")
        if not self.max_minutes > 0 or not 0 <= self.margin < 1:
            raise SpecError(f"minutes must be above 0 and the margin 0-1, got {self.max_minutes} and {self.margin}")

    @property
    def configs(self) -> tuple[str, ...]:
        """The different configs of the arms, in order."""
        return tuple(dict.fromkeys(arm.config for arm in self.arms))

    @property
    def wins(self) -> tuple[str, ...]:
        """The wins that any arm has on, in the order in which the arms name them first."""
        return tuple(dict.fromkeys(win for arm in self.arms for win in sorted(arm.wins)))

    def replace(self, **changes: Any) -> Self:
        """The same spec with some fields changed."""
        return dataclasses.replace(self, **changes)

    @property
    def balanced(self) -> bool:
        """Whether a pair holds each config twice; those of version 1, and what others planned, may not."""
        return self.kind != "pair" or len(self.arms) == 4

    def in_balance(self) -> Self:
        """The same pair with each config twice."""
        return self if self.balanced else self.replace(arms=pair_arms(self.arms[0].config, self.arms[1].config))

    def to_json(self) -> dict[str, Any]:
        """As it is stored; ``from_json`` gives an equal spec back."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return {
            **plain,
            "parameters": dict(self.parameters),
            "arms": [arm.to_json() for arm in self.arms],
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Self:
        """Reads what ``to_json`` wrote, in this version or the first; fields that are not known are left out.

        Raises:
            SpecError: the arms are missing, or a field holds a value that can not be.
        """
        known = {name: value for name, value in plain.items() if name in cls.__slots__}
        try:
            arms = tuple(
                Arm(name=str(arm["name"]), config=str(arm["config"]), ref=arm.get("ref")) for arm in plain["arms"]
            )
            return cls(**{"kind": "pair", **known, "arms": arms, "parameters": parameters_of(plain)})
        except (KeyError, TypeError) as error:
            raise SpecError(f"not a measurement's spec: {error}") from error


def parameters_of(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters in a stored spec of any version; one whose value was not kept, as a secret, is the project's."""
    if "parameters" in plain:
        return {name: value for name, value in dict(plain["parameters"]).items() if value != HIDDEN}
    return {name: plain[name] for name in _PARAMETERS_OF_VERSION_1 if plain.get(name) is not None}


def margin_of(plain: Mapping[str, Any]) -> float:
    """The margin in a stored spec of any version; a margin of 0 is one."""
    given = plain.get("margin")
    return MARGIN if given is None else float(given)


def pair_arms(before: str, after: str, refs: tuple[str | None, str | None] = (None, None)) -> tuple[Arm, ...]:
    """The arms of two configs, each of them twice: A, B, A2, B2; ``refs`` are the commits that they run, if any."""
    pairs = zip(BEFORE_ARMS, AFTER_ARMS, strict=True)
    sides = tuple(zip((before, after), refs, strict=True))
    return tuple(
        Arm(name=name, config=config, ref=ref)
        for pair in pairs
        for name, (config, ref) in zip(pair, sides, strict=True)
    )


def attribution_arms(wins: Sequence[str], half: bool = False) -> tuple[Arm, ...]:
    """An arm for every config of these wins, named by it, ``none`` first; of more than six wins for a fraction of them.

    Args:
        half: half of the configs where all would be measured.

    The configs of one win alone come in the order of the wins, which ``Spec.wins`` finds again.

    Raises:
        DesignError: a half fraction of fewer than five wins, or too many wins.
    """
    configs = design(wins, half)
    return tuple(Arm(name=text, config=text) for text in map(stored_text, configs))


def budget_problem(spec: Spec) -> str | None:
    """Why the budget can never resolve the measurement, with the number of blocks needed; None when it can."""
    if spec.kind == "pair" and spec.max_blocks < MIN_BLOCKS:
        blocks = "1 block" if spec.max_blocks == 1 else f"{spec.max_blocks} blocks"
        return f"{blocks} can never resolve it: {MIN_BLOCKS} are needed at the very least"
    return None


def budget_warning(spec: Spec, noise: float | None) -> str | None:
    """A sentence when the budget hardly resolves it, given the noise of a run seen before; None without a doubt.

    For equal configs what has to be shown is ``same``; else the most that is predicted has to be found.
    """
    if noise is None or spec.kind != "pair":
        return None
    bound = 1.0 if len({(arm.config, arm.ref) for arm in spec.arms}) == 1 else (spec.prediction or {}).get("speedup")
    needed = None if bound is None else blocks_needed(noise, bound - 1, spec.margin)
    if bound is None or (needed is not None and needed <= spec.max_blocks):
        return None
    what = (
        f"that it is the same within {percent(spec.margin)}" if bound == 1 else f"even the predicted most, {bound:.2f}x"
    )
    number = f"about {needed} blocks" if needed else "more blocks than anybody has time for"
    budget = f"the budget is {spec.max_blocks}"
    return f"with run noise of {percent(noise)}, as seen before, {what} takes {number} to show; {budget}"


def minutes_warning(spec: Spec) -> str | None:
    """A sentence when the minutes end before the first block that can resolve a new pair, by the predicted baseline.

    What the changed config takes is not known before: the two runs of the baseline in each block are counted alone.
    """
    seconds = (spec.prediction or {}).get("wall_seconds")
    if spec.kind != "pair" or seconds is None or (MIN_BLOCKS - 1) * 2 * seconds < 60 * spec.max_minutes:
        return None
    enough = math.ceil(MIN_BLOCKS * len(spec.arms) * seconds / 60)
    return (
        f"with {seconds:.3g} s for a run of {spec.arms[0].config}, {spec.max_minutes:g} minutes end before block "
        f"{MIN_BLOCKS}, the first that can resolve it: give --minutes {enough}"
    )
