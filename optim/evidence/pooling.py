"""Measurements of one question, judged together: all of their blocks in the order of time, none left out, none twice.

The question is the contrast, the metric, serial or duet, the state of the caches, the parameters and workload, the
machine, and the code: a fingerprint of its files, or of older measurements the clean commit. A measurement that was
stopped has its blocks in it too: whoever could stop one because of what it showed so far would choose the result.

Each block's trial is symmetric around the same effect, so one interval over all of them holds as it does over one
measurement's. Whether the effect *is* the same is looked at by the ranks of the trials (W. H. Kruskal and W. A.
Wallis, "Use of ranks in one-criterion variance analysis", 1952) and by intervals that leave each other out; where it is
not, the interval becomes as wide as all of theirs.

Attributions of one question, the same configs in each, are judged together likewise
(``optim.evidence.attribution_pool``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from optim.evidence.attribution_pool import judge_together
from optim.evidence.duet import duet_notes
from optim.evidence.outcomes import Outcome
from optim.evidence.records import BLOCKS
from optim.evidence.reliability import Attempt, attempts_from_rows, attempts_of_blocks
from optim.evidence.spec import AFTER_ARMS, BEFORE_ARMS, Spec, SpecError, margin_of, parameters_of
from optim.evidence.statistics import MIN_BLOCKS, Interval, interval
from optim.evidence.verdicts import Block, Verdict, blocks_from_rows, judge, trials

#: Below this, measurements of one question differ by more than their blocks do.
SURELY = 0.01
_TURNED = dict(zip((*BEFORE_ARMS, *AFTER_ARMS), (*AFTER_ARMS, *BEFORE_ARMS), strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One measurement in a pool: its whole blocks and all its attempts; of a pair with A as the same config in all.

    ``began`` are the moments at which the blocks began, empty where they are not known.
    """

    number: int
    blocks: Sequence[Block]
    attempts: Sequence[Attempt] = ()
    began: Sequence[Any] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """What the parts say together. ``apart``: they differ by more than their blocks do."""

    verdict: Verdict
    numbers: tuple[int, ...]
    apart: bool = False

    @property
    def text(self) -> str:
        """The verdict in sentences, with what it rests on."""
        if len(self.numbers) < 2:
            return self.verdict.text
        names = ", ".join(map(str, self.numbers))
        caution = " They differ by more than their blocks do: something changed between them." if self.apart else ""
        return f"{self.verdict.text} All blocks of measurements {names} together.{caution}"


def question(spec: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[Any, ...] | None:
    """What a stored measurement asks, of a pair whichever of its configs comes first; None where something of it is
    not known.

    Args:
        spec: as it is stored, of any version.
        rows: its blocks' runs, with workload, machine, and git_commit and git_dirty where its spec has no code.
    """
    contrast = _contrast(spec)
    workload, machine = _only(rows, "workload"), _only(rows, "machine")
    code = spec.get("code") or _clean_commit(rows)
    if None in (contrast, workload, machine, code) or not rows:
        return None
    return (
        contrast,
        str(spec.get("metric") or "wall"),
        bool(spec.get("duet")),
        str(spec.get("cache_state")),
        json.dumps(parameters_of(spec), sort_keys=True, default=str),
        str(spec.get("grade") or BLOCKS),
        workload,
        machine,
        code,
    )


def _contrast(spec: Mapping[str, Any]) -> frozenset[Any] | None:
    """What is held against each other; None of a pair that is not in balance."""
    arms = {str(arm.get("name")): (arm.get("config"), arm.get("ref")) for arm in spec.get("arms", ())}
    if _is_attribution(spec):
        return frozenset(arms.items()) if _read(spec) is not None else None
    return frozenset((arms["A"], arms["B"])) if set(arms) == set(_TURNED) else None


def _is_attribution(spec: Mapping[str, Any]) -> bool:
    return spec.get("kind") == "attribution"


def _read(spec: Mapping[str, Any]) -> Spec | None:
    try:
        return Spec.from_json(spec)
    except SpecError:
        return None


def _only(rows: Sequence[Mapping[str, Any]], name: str) -> Any:
    values = {row.get(name) for row in rows}
    return next(iter(values)) if len(values) == 1 else None


def _clean_commit(rows: Sequence[Mapping[str, Any]]) -> str | None:
    commit = _only(rows, "git_commit")
    return f"commit {commit}" if commit and _only(rows, "git_dirty") is False else None


def turned(block: Mapping[str, Outcome]) -> dict[str, Outcome]:
    """A block with its sides exchanged."""
    return {_TURNED.get(arm, arm): run for arm, run in block.items()}


def turned_attempt(attempt: Attempt) -> Attempt:
    """An attempt with its side exchanged."""
    return replace(attempt, arm=_TURNED.get(attempt.arm, attempt.arm))


def pool(parts: Sequence[Part], spec: Mapping[str, Any]) -> Pool:
    """The verdict of all parts together, in the order given (of time).

    Args:
        spec: the newest's, for metric, margin and the state of the caches.
    """
    if _is_attribution(spec):
        return _pool_of_attributions(parts, Spec.from_json(spec))
    numbers = tuple(part.number for part in parts)
    metric, margin = str(spec.get("metric") or "wall"), margin_of(spec)
    blocks = _in_time(parts)
    verdict = judge(blocks, margin, cache_state=spec.get("cache_state"), metric=metric, attempts=_attempts(parts))
    if spec.get("duet"):
        verdict = replace(verdict, notes=(*duet_notes(verdict.interval), *verdict.notes))
    if verdict.interval is None:
        return Pool(verdict=verdict, numbers=numbers)
    series = [ratios for part in parts if (ratios := trials(part.blocks, metric=metric)) is not None and len(ratios)]
    each = [interval(values) for values in series if len(values) >= MIN_BLOCKS]
    if not (differ(series) or _disjoint(each)):
        return Pool(verdict=verdict, numbers=numbers)
    wide = _hull([verdict.interval, *each])
    reason = f"Unresolved: {wide.speedup:.3f}x, somewhere in {wide.low:.3f}-{wide.high:.3f}."
    apart = replace(verdict, verdict="unresolved", reason=reason, interval=wide, forecast=None, slight=False)
    return Pool(verdict=apart, numbers=numbers, apart=True)


def _pool_of_attributions(parts: Sequence[Part], spec: Spec) -> Pool:
    blocks = _in_time(parts)
    counted = {id(block) for block in blocks}
    each = [[block for block in part.blocks if id(block) in counted] for part in parts]
    verdict, apart = judge_together(spec, blocks, [part for part in each if part], _attempts(parts))
    return Pool(verdict=verdict, numbers=tuple(part.number for part in parts), apart=apart)


def _attempts(parts: Sequence[Part]) -> list[Attempt]:
    return [attempt for part in parts for attempt in (part.attempts or attempts_of_blocks(enumerate(part.blocks, 1)))]


def _in_time(parts: Sequence[Part]) -> list[Block]:
    """The parts' blocks as they began; one whose runs were in an earlier one (a copy) does not come again."""
    blocks = [block for part in parts for block in part.blocks]
    moments = [moment for part in parts for moment in part.began]
    if len(moments) == len(blocks) and None not in moments:
        blocks = [blocks[place] for place in sorted(range(len(blocks)), key=lambda place: moments[place])]
    seen: set[int] = set()
    once = []
    for block in blocks:
        ids = {run.run_id for run in block.values() if run.run_id is not None}
        if not ids & seen:
            once.append(block)
        seen |= ids
    return once


def differ(series: Sequence[ArrayLike]) -> bool:
    """Whether groups of trials differ by more than chance allows, by their ranks; False for one group."""
    known = [values for group in series if (values := np.asarray(group, float)).size]
    if len(known) < 2 or sum(map(len, known)) < MIN_BLOCKS:
        return False
    from scipy.special import chdtrc

    together = np.concatenate(known)
    _, place, count = np.unique(together, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[place]
    total, ends = len(together), np.cumsum([len(trials) for trials in known])
    means = [float(part.mean()) for part in np.split(ranks, ends[:-1])]
    spread = sum(len(trials) * (mean - (total + 1) / 2) ** 2 for trials, mean in zip(known, means, strict=True))
    ties = 1 - float((count**3 - count).sum()) / (total**3 - total)
    if ties <= 0:
        return False
    return float(chdtrc(len(known) - 1, 12 / (total * (total + 1)) * spread / ties)) < SURELY


def _disjoint(each: Sequence[Interval]) -> bool:
    return bool(each) and max(estimate.low for estimate in each) > min(estimate.high for estimate in each)


def _hull(each: Sequence[Interval]) -> Interval:
    first = each[0]
    low, high = min(estimate.low for estimate in each), max(estimate.high for estimate in each)
    return Interval(speedup=first.speedup, low=low if math.isfinite(low) else 0.0, high=high, blocks=first.blocks)


def pooled_rows(
    measurements: Sequence[Mapping[str, Any]],
    blocks: Mapping[int, Sequence[Mapping[str, Any]]],
    attempts: Mapping[int, Sequence[Mapping[str, Any]]],
) -> list[dict[str, Any]]:
    """Measurements, newest first, those of one question as one: the newest's row with the verdict of all of them.

    What was only stopped speaks when one of its question was finished, or, of pairs, when their blocks settle it
    together.

    Args:
        measurements: rows with id, status, spec and verdict (as JSON objects), newest first.
        blocks: their finished runs, as ``db.queries.blocks_by_measurement`` gives them.
        attempts: every run that each began.

    Returns:
        Rows as given; those of several have the numbers of them all under ``pooled``.
    """
    groups: dict[Any, list[Mapping[str, Any]]] = {}
    for row in measurements:
        asked = question(row["spec"], blocks.get(int(row["id"]), ()))
        groups.setdefault(asked or ("alone", row["id"]), []).append(row)
    pooled = [_as_one(group, blocks, attempts) for group in groups.values()]
    return [row for row in pooled if row is not None]


def _as_one(
    group: Sequence[Mapping[str, Any]],
    blocks: Mapping[int, Sequence[Mapping[str, Any]]],
    attempts: Mapping[int, Sequence[Mapping[str, Any]]],
) -> dict[str, Any] | None:
    newest = group[0]
    finished = [row for row in group if row["status"] == "finished" and row["verdict"]]
    if len(group) == 1:
        return dict(newest) if finished else None
    attribution = _is_attribution(newest["spec"])
    if attribution and not finished:
        return None  # its intervals hold for a number of blocks that was fixed before
    whole = pool_of(group, blocks, attempts, None if attribution else _config_of(newest, "A"))
    if not finished and not whole.verdict.settled:
        return None
    verdict = {**whole.verdict.to_json(), "reason": whole.text, "notes": []}
    return {**newest, "status": "finished", "verdict": verdict, "pooled": whole.numbers}


def pool_of(
    group: Sequence[Mapping[str, Any]],
    blocks: Mapping[int, Sequence[Mapping[str, Any]]],
    attempts: Mapping[int, Sequence[Mapping[str, Any]]],
    first: str | None,
) -> Pool:
    """Measurements of one question, newest first, together; ``first`` is the config that is held to be the one before,
    None of attributions.

    The other arguments are those of ``pooled_rows``.
    """
    parts = [
        _part(row, blocks.get(int(row["id"]), ()), attempts.get(int(row["id"]), ()), first) for row in reversed(group)
    ]
    return pool([part for part in parts if part.blocks], group[0]["spec"])


def _config_of(row: Mapping[str, Any], arm: str) -> Any:
    return next(stated.get("config") for stated in row["spec"]["arms"] if stated.get("name") == arm)


def _part(
    row: Mapping[str, Any],
    runs: Sequence[Mapping[str, Any]],
    attempts: Sequence[Mapping[str, Any]],
    first: str | None,
) -> Part:
    names = {str(arm["name"]) for arm in row["spec"]["arms"]}
    is_turned = first is not None and _config_of(row, "A") != first
    numbers = sorted({int(run["block"]) for run in runs})
    whole = [(number, block) for number, block in zip(numbers, blocks_from_rows(runs), strict=True)
             if names <= set(block)]  # fmt: skip
    began = {
        number: _first([run.get("started_at") for run in runs if int(run["block"]) == number]) for number, _ in whole
    }
    tried = attempts_from_rows(attempts)
    return Part(
        number=int(row["id"]),
        blocks=[turned(block) if is_turned else block for _, block in whole],
        attempts=[turned_attempt(attempt) if is_turned else attempt for attempt in tried],
        began=[began[number] for number, _ in whole],
    )


def _first(moments: Sequence[Any]) -> Any:
    known = [moment for moment in moments if moment is not None]
    return min(known) if known else None
