"""The verdict of a measurement: what its blocks say about two arms, in the design's words and one sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np

from optim.evidence import statistics
from optim.evidence.outcomes import Outcome, incomparable, wrong
from optim.evidence.spec import AFTER_ARMS, BEFORE_ARMS
from optim.evidence.statistics import MARGIN, Interval, NoiseFloor, percent

VERDICTS = ("faster", "slower", "same", "unresolved", "wrong", "not comparable")
#: The verdicts that more blocks would not change.
SETTLED = ("faster", "slower", "same", "wrong", "not comparable")

Block = Mapping[str, Outcome]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One of ``VERDICTS`` with the numbers behind it and a sentence; ``attribution`` only for an attribution."""

    verdict: str
    reason: str
    blocks: int
    interval: Interval | None = None
    more_blocks: int | None = None
    noise: NoiseFloor | None = None
    attribution: Mapping[str, Any] | None = None

    @property
    def settled(self) -> bool:
        return self.verdict in SETTLED

    def to_json(self) -> dict[str, Any]:
        """The verdict as it is stored with the measurement; bounds that are not finite are None."""
        numbers = self.interval.to_json() if self.interval else {"speedup": None, "low": None, "high": None}
        return {
            "verdict": self.verdict,
            **numbers,
            "blocks": self.blocks,
            "more_blocks": self.more_blocks,
            "noise": self.noise.to_json() if self.noise else None,
            "reason": self.reason,
            **({"attribution": dict(self.attribution)} if self.attribution is not None else {}),
        }


def blocks_from_rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Outcome]]:
    """Blocks in order, each its arms' outcomes, from the rows of ``db.queries.blocks``."""
    ordered = sorted(rows, key=lambda row: int(row["block"]))
    return [
        {str(row["arm"]): Outcome.from_row(row) for row in group}
        for _, group in groupby(ordered, key=lambda row: int(row["block"]))
    ]


def judge(
    blocks: Sequence[Block],
    margin: float = MARGIN,
    *,
    before: Sequence[str] = BEFORE_ARMS,
    after: Sequence[str] = AFTER_ARMS,
    cache_state: str | None = None,
) -> Verdict:
    """The verdict on the arms ``after`` against the arms ``before``; blocks that lack one side do not count.

    Args:
        blocks: outcomes by arm. Blocks of version 1 hold the second config once: then the first arm of each side is the
            trial, and the control arm shows the noise alone.
        cache_state: what was prepared; runs in another state are refused as not comparable.
    """
    whole = [block for block in blocks if before[0] in block and after[0] in block]
    if not whole:
        return Verdict(verdict="unresolved", reason="Unresolved: no block is finished yet.", blocks=0, more_blocks=3)
    if refused := refusal(whole, before, cache_state):
        return Verdict(verdict=refused[0], reason=refused[1], blocks=len(whole))
    ratios = trials(whole, before, after)
    controlled = [block for block in whole if len(before) > 1 and before[1] in block]
    floor = statistics.noise_floor(trials(controlled, before[:1], before[1:])) if controlled else None
    interval = statistics.interval(ratios)
    verdict = statistics.verdict_of(interval, margin)
    more = statistics.more_blocks(ratios, margin) if verdict == "unresolved" else None
    reason = sentence(verdict, interval, margin, more) + _control_note(floor, margin)
    return Verdict(verdict=verdict, reason=reason, blocks=len(whole), interval=interval, more_blocks=more, noise=floor)


def trials(
    blocks: Sequence[Block], before: Sequence[str] = BEFORE_ARMS, after: Sequence[str] = AFTER_ARMS
) -> statistics.Floats:
    """The log speedup of each block: mean log seconds of the one side less that of the other. Shape (blocks,)."""
    ratios: statistics.Floats = np.array([_log_speedup(block, before, after) for block in blocks], float)
    return ratios


def _log_speedup(block: Block, before: Sequence[str], after: Sequence[str]) -> float:
    whole = all(name in block for name in (*before, *after))
    one, other = (names if whole else names[:1] for names in (before, after))
    return _log_seconds(block, one) - _log_seconds(block, other)


def _log_seconds(block: Block, arms: Sequence[str]) -> float:
    return math.fsum(math.log(_seconds(block[arm])) for arm in arms) / len(arms)


def _seconds(outcome: Outcome) -> float:
    return outcome.wall_seconds or 0.0


def refusal(blocks: Sequence[Block], before: Sequence[str], cache_state: str | None) -> tuple[str, str] | None:
    """``not comparable`` or ``wrong`` with its reason, or None; runs are held against the first block's baseline."""
    runs = [(number, arm, run) for number, block in enumerate(blocks, 1) for arm, run in block.items()]
    for number, arm, run in runs:
        if reason := _not_as_prepared(run, cache_state) or incomparable(blocks[0][before[0]], run):
            return "not comparable", f"Block {number}, arm {arm}: {reason}."
    baseline = _worst(blocks, before[0])
    for number, arm, run in runs:
        if reason := wrong(baseline, run):
            return _blame(arm, arm in before, number, reason)
    return None


def _not_as_prepared(run: Outcome, cache_state: str | None) -> str | None:
    if cache_state in (None, "unknown", run.cache_state):
        return None
    return f"a run prepared to be {cache_state} was {run.cache_state}: prepare the caches again and repeat it"


def _worst(blocks: Sequence[Block], arm: str) -> Outcome:
    """The first outcome of the arm, with the most errors, timeouts and failures that any of its runs had."""
    runs = [block[arm] for block in blocks]
    most = {name: max(getattr(run, name) for run in runs) for name in ("errors", "timeouts", "failed")}
    return replace(runs[0], **most)


def _blame(arm: str, is_baseline: bool, number: int, reason: str) -> tuple[str, str]:
    if not is_baseline:
        return "wrong", f"Not a faster run but a wrong one: block {number}, arm {arm}: {reason}."
    remedy = "make the baseline give the same answers twice before measuring against it"
    return "not comparable", f"Block {number}: the baseline differs from itself ({reason}): {remedy}."


def sentence(verdict: str, found: Interval, margin: float, more: int | None) -> str:
    """One sentence for a numeric verdict."""
    span = f"{found.speedup:.3f}x, 95% interval {found.low:.3f}-{found.high:.3f}"
    if verdict == "faster":
        return f"Faster: {span}, a saving of {percent(1 - 1 / found.speedup)}."
    if verdict == "slower":
        return f"Slower: {span}, {percent(1 / found.speedup - 1)} more time."
    if verdict == "same":
        return f"The same within {percent(margin)}: {span}."
    if found.blocks < statistics.MIN_BLOCKS:
        return f"Unresolved: {found.speedup:.3f}x after {found.blocks} of at least {statistics.MIN_BLOCKS} blocks."
    blocks = "block like these" if more == 1 else "blocks like these"
    hope = f"about {more} more {blocks} would settle it" if more else "more blocks like these would not settle it"
    return f"Unresolved: {span}; {hope}."


def _control_note(floor: NoiseFloor | None, margin: float) -> str:
    if floor is None or statistics.verdict_of(floor.interval, margin) not in ("faster", "slower"):
        return ""
    return " Beware: the control arm differs from itself by more than chance allows, so something biases the runs."
