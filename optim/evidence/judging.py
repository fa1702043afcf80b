"""The verdict of a measurement of either kind, from its spec and the blocks that it has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from optim.evidence.attribution import Attribution, attribute
from optim.evidence.factorial import DesignError
from optim.evidence.spec import Spec
from optim.evidence.verdicts import Block, Verdict, blocks_from_rows, judge, refusal
from profiles.configs import Config, stored_text


def judge_rows(spec: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> Verdict:
    """The verdict from what is stored: the measurement's spec and the rows of ``db.queries.blocks``.

    Raises:
        SpecError: the spec is not one.
    """
    return judge_measurement(Spec.from_json(spec), blocks_from_rows(rows))


def whole_blocks(spec: Spec, blocks: Sequence[Block]) -> list[Block]:
    """The blocks in which every arm ran."""
    names = {arm.name for arm in spec.arms}
    return [block for block in blocks if names <= set(block)]


def judge_measurement(spec: Spec, blocks: Sequence[Block]) -> Verdict:
    """The verdict on the blocks so far; blocks that lack an arm do not count."""
    whole = whole_blocks(spec, blocks)
    if spec.kind == "attribution":
        return _judge_attribution(spec, whole)
    return judge(whole, spec.margin, cache_state=spec.cache_state)


def _judge_attribution(spec: Spec, blocks: Sequence[Block]) -> Verdict:
    """All wins on against none, with who gained what; wrong when any config gives other answers."""
    before, after = spec.arms[0].name, next(arm.name for arm in spec.arms if arm.wins == Config(spec.wins))
    if blocks and (refused := refusal(blocks, (before,), spec.cache_state)):
        return Verdict(verdict=refused[0], reason=refused[1], blocks=len(blocks))
    verdict = judge(blocks, spec.margin, before=(before,), after=(after,), cache_state=spec.cache_state)
    if not blocks:
        return verdict
    configs = {arm.name: arm.wins for arm in spec.arms}
    times = [{configs[arm]: run.wall_seconds or 0.0 for arm, run in block.items()} for block in blocks]
    try:
        found = attribute(times, spec.wins, margin=spec.margin)
    except DesignError as error:
        return replace(verdict, reason=f"{verdict.reason} No attribution: {error}.")
    return replace(verdict, reason=f"{verdict.reason} {summary(found)}", attribution=found.to_json())


def summary(found: Attribution) -> str:
    """Who gained most, the best config, and every ghost, clash and burden: a few sentences."""
    win, most = max(found.shapley.items(), key=lambda item: item[1].value)
    gained = f"Of {found.baseline_seconds - found.all_on_seconds:.3f} s saved, {most.value:.3f} s are due to {win}."
    how = "" if found.best in found.measured else " by the model, not measured"
    best = f"Best config: {_label(found.best, found.wins)}, {found.seconds[found.best]:.3f} s{how}."
    simplest = found.as_good[0]
    if simplest != found.best:
        best += f" Not told apart from it: {_label(simplest, found.wins)}."
    remarks = [remark.sentence for remark in (*found.ghosts, *found.clashes, *found.burdens)]
    return " ".join([gained, best, *remarks])


def _label(config: Config, wins: Sequence[str]) -> str:
    """A config in a sentence that is kept: ``all`` would mean something else once there is another win."""
    return f"all {len(wins)} wins" if config == Config(wins) and len(wins) > 2 else stored_text(config)
