"""The verdict of a measurement: what its blocks say about two configs, in the design's words and a few sentences."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np

from optim.evidence import statistics
from optim.evidence.outcomes import Outcome, incomparable, other_answers
from optim.evidence.reliability import Attempt, Reliability, reliability
from optim.evidence.spec import AFTER_ARMS, BEFORE_ARMS
from optim.evidence.statistics import Floats, Forecast, Interval, NoiseFloor, percent
from optim.project.command import MARGIN

VERDICTS = (
    *("faster", "slower", "slightly faster", "slightly slower", "same"),
    *("unresolved", "wrong", "not comparable"),
)
#: The verdicts that more blocks would not change; a slight one may still turn out to be more than that.
SETTLED = ("faster", "slower", "same", "wrong", "not comparable")
#: What other programs may take of the machine, in cores, before a block counts as run beside other work.
BUSY_CORES = 0.25
#: What of a run is told with an interval, and where its ``Outcome`` has it; ``spec.METRICS`` are those that settle.
AMOUNTS = {"wall": "wall_seconds", "cpu": "cpu_seconds", "memory": "peak_bytes"}
#: What of a run can stand against it, and what it answered.
_KIND = attrgetter(
    *("status", "cache_state", "workload", "machine", "profiled", "errors", "backstops", "results_fingerprint")
)
_TITLES = {"wall": "wall-clock", "cpu": "CPU", "memory": "peak memory"}

Block = Mapping[str, Outcome]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One of ``VERDICTS`` with the numbers behind it and a sentence; ``attribution`` only for an attribution.

    ``lines`` are the intervals of what does not settle it: ``wall`` or ``cpu`` seconds, and ``memory``. ``busy_blocks``
    ran beside other work. ``reason`` is the verdict in a sentence, ``notes`` what else is to be known.
    """

    verdict: str
    reason: str
    blocks: int
    interval: Interval | None = None
    forecast: Forecast | None = None
    noise: NoiseFloor | None = None
    noise_after: NoiseFloor | None = None
    metric: str = "wall"
    lines: Mapping[str, Interval] = field(default_factory=dict)
    reliability: Reliability | None = None
    busy_blocks: int = 0
    notes: tuple[str, ...] = ()
    slight: bool = False
    attribution: Mapping[str, Any] | None = None

    @property
    def settled(self) -> bool:
        """Whether more blocks would not change it."""
        return self.verdict in SETTLED or self.slight

    @property
    def more_blocks(self) -> int | None:
        """How many further blocks are worth a try where it is not settled; None where none would settle it."""
        return None if self.forecast is None else self.forecast.likely or self.forecast.most or self.forecast.fewest

    @property
    def text(self) -> str:
        """The verdict and all that is to be known with it."""
        return " ".join([self.reason, *self.notes])

    def to_json(self) -> dict[str, Any]:
        """The verdict as it is stored with the measurement; bounds that are not finite are None."""
        numbers = self.interval.to_json() if self.interval else {"speedup": None, "low": None, "high": None}
        return {
            "verdict": self.verdict,
            **numbers,
            "blocks": self.blocks,
            "settled": self.settled,
            "more_blocks": self.more_blocks,
            "forecast": self.forecast and [self.forecast.fewest, self.forecast.most],
            "noise": self.noise.to_json() if self.noise else None,
            "noise_after": self.noise_after.to_json() if self.noise_after else None,
            "metric": self.metric,
            "lines": {name: line.to_json() for name, line in self.lines.items()},
            "reliability": self.reliability and self.reliability.to_json(),
            "busy_blocks": self.busy_blocks,
            "reason": self.reason,
            "notes": list(self.notes),
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
    metric: str = "wall",
    attempts: Sequence[Attempt] = (),
) -> Verdict:
    """The verdict on the arms ``after`` against the arms ``before``; blocks that lack one side do not count.

    Args:
        blocks: outcomes by arm. Blocks of version 1 hold the second config once: then the first arm of each side is the
            trial, and the control arm shows the noise alone.
        cache_state: what was prepared; runs in another state are refused as not comparable.
        metric: what settles it, ``wall`` or ``cpu``.
        attempts: every run that was begun; without them the runs of the blocks are all that is known.
    """
    whole = [block for block in blocks if before[0] in block and after[0] in block]
    counts = reliability(whole, attempts, before, after)
    if counts.worse:
        reason = f"Not a faster config but one that fails: {counts.sentence}"
        return Verdict(verdict="wrong", reason=reason, blocks=len(whole), reliability=counts, metric=metric)
    if not whole:
        start = Forecast(fewest=statistics.MIN_BLOCKS, most=statistics.MIN_BLOCKS)
        reason = "Unresolved: no block is finished yet."
        return Verdict(verdict="unresolved", reason=reason, blocks=0, forecast=start, reliability=counts, metric=metric)
    if refused := refusal(whole, before, cache_state):
        return Verdict(verdict=refused[0], reason=refused[1], blocks=len(whole), reliability=counts, metric=metric)
    return _measured(whole, margin, before, after, metric, counts)


def _measured(
    blocks: Sequence[Block],
    margin: float,
    before: Sequence[str],
    after: Sequence[str],
    metric: str,
    counts: Reliability,
) -> Verdict:
    ratios = trials(blocks, before, after, metric)
    if ratios is None:
        reason = f"Not comparable: not every run recorded {_TITLES[metric]} seconds, so they can not settle it."
        return Verdict(verdict="not comparable", reason=reason, blocks=len(blocks), reliability=counts, metric=metric)
    interval = statistics.interval(ratios)
    verdict = "unresolved" if counts.doubtful else statistics.verdict_of(interval, margin)
    slight = verdict.startswith("slightly") and statistics.within_margin(interval, margin)
    settled = verdict in SETTLED or slight
    forecast = None if settled else statistics.forecast(ratios, margin)
    lines = _lines(blocks, before, after, metric)
    busy = busy_blocks(blocks)
    floors = [_floor(blocks, names, metric) for names in (before, after)]
    notes = [
        *_line_notes(lines, settled, metric),
        *_lean(interval, verdict),
        counts.sentence if not counts.doubtful else "",
        f"{busy} of {len(blocks)} block{'' if len(blocks) == 1 else 's'} ran beside other work." if busy else "",
        _control_note(floors[0], margin),
        answers_note(blocks, before),
    ]
    return Verdict(
        verdict=verdict,
        reason=_doubt(counts)
        if counts.doubtful
        else sentence(verdict, interval, margin, forecast, metric, slight=slight),
        blocks=len(blocks),
        interval=interval,
        forecast=forecast,
        noise=floors[0],
        noise_after=floors[1],
        metric=metric,
        lines=lines,
        reliability=counts,
        busy_blocks=busy,
        notes=tuple(note for note in notes if note),
        slight=slight,
    )


def busy_blocks(blocks: Sequence[Block]) -> int:
    """How many blocks ran beside other work."""
    return sum(any((run.busy_cores or 0) > BUSY_CORES for run in block.values()) for block in blocks)


def _doubt(counts: Reliability) -> str:
    return f"Unresolved: {counts.sentence} More blocks tell whether the second config is a wrong one."


def trials(
    blocks: Sequence[Block],
    before: Sequence[str] = BEFORE_ARMS,
    after: Sequence[str] = AFTER_ARMS,
    metric: str = "wall",
) -> Floats | None:
    """The log speedup of each block: mean log amount of the one side less that of the other. Shape (blocks,).

    None where a run did not record the metric.
    """
    if len(_with(blocks, (*before, *after))) == len(blocks):
        return _log_ratios(blocks, before, after, metric)
    rows = [trial(block, before, after, metric) for block in blocks]
    known = [row for row in rows if row is not None]
    return np.array(known, float) if len(known) == len(rows) else None


def trial(
    block: Block,
    before: Sequence[str] = BEFORE_ARMS,
    after: Sequence[str] = AFTER_ARMS,
    metric: str = "wall",
) -> float | None:
    """The log speedup of a block: each side by all of its arms, or by its first where one lacks.

    None where one of these runs did not record the metric.
    """
    if not all(arm in block for arm in (*before, *after)):
        before, after = before[:1], after[:1]
    ratios = _log_ratios([block], before, after, metric)
    return None if ratios is None else float(ratios[0])


def _with(blocks: Sequence[Block], arms: Iterable[str]) -> list[Block]:
    """The blocks in which each of these arms ran."""
    names = set(arms)
    return [block for block in blocks if names <= block.keys()]


def _log_ratios(blocks: Sequence[Block], before: Sequence[str], after: Sequence[str], metric: str) -> Floats | None:
    """As ``trials``, of blocks in which each of these arms ran."""
    total, amount = np.zeros(len(blocks)), attrgetter(AMOUNTS[metric])
    for side, sign in ((before, 1), (after, -1)):
        for arm in side:
            amounts = [amount(block[arm]) for block in blocks]
            if None in amounts or min(amounts, default=1) <= 0:
                return None
            total += sign / len(side) * np.array([math.log(seconds) for seconds in amounts])
    return total


def _lines(blocks: Sequence[Block], before: Sequence[str], after: Sequence[str], metric: str) -> dict[str, Interval]:
    """The intervals of what was recorded beside the metric that settles it."""
    lines = {}
    for name in AMOUNTS:
        ratios = None if name == metric else trials(blocks, before, after, name)
        if ratios is not None:
            lines[name] = statistics.interval(ratios)
    return lines


def _line_notes(lines: Mapping[str, Interval], settled: bool, metric: str) -> list[str]:
    """A sentence for each line that has an interval; one that is clear while the verdict is not says so."""
    notes = []
    for name, line in lines.items():
        if not math.isfinite(line.high) or line.low <= 0:
            continue
        if name == "memory":
            span = f"[{1 / line.high:.3f}, {1 / line.low:.3f}]"
            notes.append(f"Peak memory {1 / line.speedup:.3f}x that of the first config {span}.")
            continue
        clear = not settled and (line.low > 1 or line.high < 1)
        end = f"; {_TITLES[metric]} not resolved yet" if clear else ""
        notes.append(
            f"{_TITLES[name].replace('w', 'W', 1)} {line.speedup:.3f}x [{line.low:.3f}, {line.high:.3f}]{end}."
        )
    return notes


def _lean(interval: Interval, verdict: str) -> list[str]:
    """A stop at the first clear sight catches lucky blocks: the estimate leans away from 1 where 1 is only just out."""
    if not verdict.endswith(("faster", "slower")) or not math.isfinite(interval.high):
        return []
    nearest = min(abs(math.log(interval.low)), abs(math.log(interval.high)))
    if nearest > abs(math.log(interval.speedup)) / 2:
        return []
    return [
        "Stopped as soon as it was clear, the estimate leans away from 1; "
        f"--min-blocks {4 * interval.blocks} about halves its interval."
    ]


def _floor(blocks: Sequence[Block], arms: Sequence[str], metric: str) -> NoiseFloor | None:
    both = _with(blocks, arms) if len(arms) > 1 else []
    ratios = _log_ratios(both, arms[:1], arms[1:], metric) if both else None
    return None if ratios is None else statistics.noise_floor(ratios)


def answers_note(blocks: Sequence[Block], before: Sequence[str]) -> str:
    """Why the answers could not be checked, in a sentence; empty when they were."""
    if reason := _unsteady(blocks, before):
        return f"Answers not checked: {reason}."
    known = any(run.results_fingerprint is not None for block in blocks for run in block.values())
    return "" if known else "Answers not checked: the runs recorded none."


def _unsteady(blocks: Sequence[Block], before: Sequence[str]) -> str | None:
    """Why the first config's answers show nothing about another's, in a clause; None when they do.

    They differ from run to run, or nobody knows yet: it ran once, and no other run gave the same.
    """
    first = blocks[0][before[0]]
    own = [block[arm] for block in blocks for arm in before if arm in block]
    differing = _alike(run for run in own if run.results_fingerprint != first.results_fingerprint)
    if reason := next((reason for run in differing if (reason := other_answers(first, run))), None):
        return f"the first config's own differ from run to run ({reason})"
    if len(own) > 1:
        return None
    others = {run.results_fingerprint for block in blocks for arm, run in block.items() if arm not in before} - {None}
    if others and first.results_fingerprint not in others:
        return "the first config ran once so far, and no other run gave the same ones"
    return None


def refusal(blocks: Sequence[Block], before: Sequence[str], cache_state: str | None) -> tuple[str, str] | None:
    """``not comparable`` or ``wrong`` with its reason, or None; runs are held against the first block's baseline."""
    first = blocks[0][before[0]]
    # Runs that are all alike in what can stand against them are looked at once.
    if len(_alike(run for block in blocks for run in block.values())) == 1:
        reason = _not_as_prepared(first, cache_state) or incomparable(first, first)
        return ("not comparable", f"Block 1, arm {before[0]}: {reason}.") if reason else None
    runs = [(number, arm, run) for number, block in enumerate(blocks, 1) for arm, run in block.items()]
    for number, arm, run in runs:
        if reason := _not_as_prepared(run, cache_state) or incomparable(first, run):
            return "not comparable", f"Block {number}, arm {arm}: {reason}."
    errors = max(block[before[0]].errors for block in blocks)
    unsteady = _unsteady(blocks, before) is not None
    for number, arm, run in runs:
        new = run.errors - errors
        reason = f"{new} more errors than the first config's {errors}" if new > 0 else None
        if reason := reason or (None if unsteady else other_answers(first, run)):
            return "wrong", f"Not a faster run but a wrong one: block {number}, arm {arm}: {reason}."
    return None


def _alike(runs: Iterable[Outcome]) -> Collection[Outcome]:
    """One of each kind of run: what stands against one, and its answers, is the same for all of its kind."""
    return {(_KIND(run), (run.wall_seconds or 0) > 0): run for run in runs}.values()


def _not_as_prepared(run: Outcome, cache_state: str | None) -> str | None:
    if cache_state in (None, "unknown", run.cache_state):
        return None
    return f"a run prepared to be {cache_state} was {run.cache_state}: prepare the caches again and repeat it"


def sentence(
    verdict: str,
    interval: Interval,
    margin: float,
    forecast: Forecast | None,
    metric: str = "wall",
    *,
    slight: bool = False,
) -> str:
    """One sentence for a numeric verdict."""
    what = "" if metric == "wall" else f" in {_TITLES[metric]} seconds"
    span = f"{interval.speedup:.3f}x, 95% interval {interval.low:.3f}-{interval.high:.3f}"
    if verdict == "faster":
        return f"Faster{what}: {span}, a saving of {percent(1 - 1 / interval.speedup)}."
    if verdict == "slower":
        return f"Slower{what}: {span}, {percent(1 / interval.speedup - 1)} more time."
    if verdict == "same":
        return f"The same within {percent(margin)}{what}: {span}."
    if verdict.startswith("slightly"):
        word = "Faster" if verdict.endswith("faster") else "Slower"
        if slight or forecast is None:
            return f"{word}, by less than the margin of {percent(margin)}{what}: {span}."
        return f"{word}{what}, so far by less than the margin of {percent(margin)}: {span}; {forecast.sentence}."
    if interval.blocks < statistics.MIN_BLOCKS:
        return (
            f"Unresolved: {interval.speedup:.3f}x after {interval.blocks} of at least {statistics.MIN_BLOCKS} blocks."
        )
    return f"Unresolved{what}: {span}; {forecast.sentence if forecast else ''}."


def _control_note(floor: NoiseFloor | None, margin: float) -> str:
    if floor is None or not floor.biased or statistics.verdict_of(floor.interval, margin) not in ("faster", "slower"):
        return ""
    return "Beware: the first config differs from itself by more than chance allows, so something biases the runs."
