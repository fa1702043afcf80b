"""The verdict of a measurement of either kind, from its spec and the blocks that it has."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from optim.evidence.attribution import Attribution, attribute
from optim.evidence.duet import duet_notes
from optim.evidence.factorial import DesignError
from optim.evidence.records import REMARKS
from optim.evidence.reliability import Attempt, failing, failures
from optim.evidence.spec import Spec
from optim.evidence.statistics import Interval, percent, verdict_of
from optim.evidence.verdicts import AMOUNTS, Block, Verdict, answers_note, busy_blocks, judge, refusal
from profiles.configs import Config, stored_text


def whole_blocks(spec: Spec, blocks: Sequence[Block]) -> list[Block]:
    """The blocks in which every arm ran."""
    names = {arm.name for arm in spec.arms}
    return [block for block in blocks if names <= set(block)]


def judge_measurement(spec: Spec, blocks: Sequence[Block], attempts: Sequence[Attempt] = ()) -> Verdict:
    """The verdict on the blocks so far; blocks that lack an arm do not count.

    Args:
        attempts: all runs that were begun, of whole blocks and of others; without them the blocks' runs are all.
    """
    whole = whole_blocks(spec, blocks)
    if spec.kind == "attribution":
        return _judge_attribution(spec, whole, attempts)
    verdict = judge(whole, spec.margin, cache_state=spec.cache_state, metric=spec.metric, attempts=attempts)
    return replace(verdict, notes=(*duet_notes(verdict.interval), *verdict.notes)) if spec.duet else verdict


def _judge_attribution(spec: Spec, blocks: Sequence[Block], attempts: Sequence[Attempt]) -> Verdict:
    """All wins on against none, with who gained what; wrong when any config gives other answers, or fails more often
    than chance allows."""
    before = spec.arms[0].name
    if reason := failing({arm.name: arm.wins for arm in spec.arms}, blocks, attempts):
        return Verdict(verdict="wrong", reason=f"Not faster runs but wrong ones: {reason}.", blocks=len(blocks))
    if not blocks:
        return Verdict(verdict="unresolved", reason="Unresolved: no block is finished yet.", blocks=0)
    if refused := refusal(blocks, (before,), spec.cache_state):
        return Verdict(verdict=refused[0], reason=refused[1], blocks=len(blocks))
    name = AMOUNTS[spec.metric]
    configs = {arm.name: arm.wins for arm in spec.arms}
    times = [{configs[arm]: float(getattr(run, name) or 0) for arm, run in block.items()} for block in blocks]
    try:
        attribution = attribute(times, spec.wins, margin=spec.margin)
    except DesignError as error:
        reason = f"Unresolved: no attribution: {error}."
        return Verdict(verdict="unresolved", reason=reason, blocks=len(blocks), metric=spec.metric)
    return _attributed(spec, attribution, blocks, _failed(spec, blocks, attempts))


def _failed(spec: Spec, blocks: Sequence[Block], attempts: Sequence[Attempt]) -> str:
    """How many runs failed, in a sentence; empty where none did."""
    failed, runs, example = failures([arm.name for arm in spec.arms], blocks, attempts)
    such = f" (such as: {example})" if example else ""
    return f"{failed} of {runs} runs failed{such}; their blocks were repeated." if failed else ""


def _attributed(spec: Spec, attribution: Attribution, blocks: Sequence[Block], failed: str) -> Verdict:
    """The verdict of all wins together, by the attribution's own interval: one number has one interval."""
    total = attribution.total
    low, high = (0.0 if total.low is None else total.low), (math.inf if total.high is None else total.high)
    interval = Interval(speedup=total.value, low=low, high=high, blocks=len(blocks))
    word = verdict_of(interval, spec.margin)
    reason = f"All wins together: {_total(word, interval)} {summary(attribution)}"
    busy = busy_blocks(blocks)
    notes = (
        failed,
        f"{busy} of {len(blocks)} block{'' if len(blocks) == 1 else 's'} ran beside other work." if busy else "",
        answers_note(blocks, (spec.arms[0].name,)),
    )
    return Verdict(
        verdict=word,
        reason=reason,
        blocks=len(blocks),
        interval=interval,
        metric=spec.metric,
        busy_blocks=busy,
        notes=tuple(note for note in notes if note),
        attribution=attribution.to_json(),
    )


def _total(word: str, interval: Interval) -> str:
    if math.isinf(interval.high):
        return f"{interval.speedup:.3f}x; a second block shows how sure that is."
    return f"{word}, {interval.speedup:.3f}x, 95% interval {interval.low:.3f}-{interval.high:.3f}."


def summary(attribution: Attribution) -> str:
    """Who gained most, the best config and how sure that is, what is aliased, and every remark."""
    win, most = max(attribution.shapley.items(), key=lambda item: item[1].value)
    saved = attribution.baseline_seconds - attribution.all_on_seconds
    gained = f"Of {saved:.3f} s saved, {most.value:.3f} s are due to {win}."
    remarks = [remark.sentence for kind in REMARKS for remark in getattr(attribution, kind)]
    aliased = [
        f"Of a fraction of the configs: {alias}, and likewise for every win and pair."
        for alias in attribution.aliases[:1]
    ]
    return " ".join([gained, *_best_config(attribution), *aliased, *remarks])


def _best_config(attribution: Attribution) -> list[str]:
    how = "" if attribution.best in attribution.measured else " by the model, not measured"
    best = (
        f"Best config: {_label(attribution.best, attribution.wins)}, {attribution.seconds[attribution.best]:.3f} s{how}"
    )
    others = len(attribution.contenders) - 1
    sure = f"; {others} other config{'' if others == 1 else 's'} may be as fast or faster" if others > 0 else ", surely"
    simpler = [config for config in attribution.as_good if len(config) < len(attribution.best)]
    if simpler:
        bound = percent(attribution.losses[simpler[0]])
        return [
            f"{best}{sure}.",
            f"As good as the fastest: {_label(simpler[0], attribution.wins)} costs {bound} at most.",
        ]
    cheaper = [config for config in attribution.contenders if len(config) < len(attribution.best)]
    if cheaper and math.isfinite(attribution.losses[cheaper[0]]):
        bound = percent(attribution.losses[cheaper[0]])
        return [
            f"{best}{sure}.",
            f"Not told apart from it, {_label(cheaper[0], attribution.wins)} may cost up to {bound}.",
        ]
    return [f"{best}{sure}."]


def _label(config: Config, wins: Sequence[str]) -> str:
    """A config in a sentence that is kept: ``all`` would mean something else once there is another win."""
    return f"all {len(wins)} wins" if config == Config(wins) and len(wins) > 2 else stored_text(config)
