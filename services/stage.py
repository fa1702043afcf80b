"""A measurement that is at work, as it goes on: which run, for how long, and about how long the rest takes."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from db import queries
from optim.evidence.measure import ATTEMPTS, block_order
from optim.evidence.spec import Spec
from services.project import current_project

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: What a process of the built-in pipeline needs around its run (the interpreter, its input), and a command's.
_BUILT_IN_SECONDS, _COMMAND_SECONDS = 1.5, 0.05


def starting_seconds() -> float:
    """About how long a run of the project at hand takes beside what it measures of itself."""
    return _BUILT_IN_SECONDS if current_project().command is None else _COMMAND_SECONDS


@dataclass(frozen=True, kw_only=True, slots=True)
class AtWork:
    """The run that is at work: ``position`` of ``runs`` in ``block`` (all from 1), with ``config`` as stored.

    ``elapsed`` are its seconds so far, ``typical`` those of such runs before it (None without any), ``blocks`` how many
    blocks are missing yet at least and at most, this one included, ``left`` the seconds that they take (None unknown).
    """

    block: int
    position: int
    runs: int
    config: str
    elapsed: float
    typical: float | None
    blocks: tuple[int, int]
    left: tuple[float, float] | None


def at_work(engine: Engine, measurement_id: int, now: datetime | None = None) -> AtWork | None:
    """What a measurement does now; None where it is not at work.

    Raises:
        UnknownRow: there is no such measurement.
    """
    measurement = queries.measurement(engine, measurement_id)
    if measurement.status != "running":
        return None
    spec, tried = Spec.from_json(measurement.spec), queries.attempts(engine, measurement_id)
    rows = queries.blocks(engine, measurement_id)
    whole = sorted({int(number) for number in rows["block"]})
    block, attempt, ended = place(tried, whole, len(spec.arms))
    arm = block_order(spec, block, attempt)[ended]
    seconds = _seconds(spec, tried or rows.to_dict("records"))
    blocks = _missing(spec, measurement.verdict or {}, len(whole))
    each = _block_seconds(spec, seconds)
    since = max(measurement.updated_at, _last_end(engine, tried) or measurement.updated_at)
    done = each / len(spec.arms) * ended if each else 0.0
    return AtWork(
        block=block,
        position=ended + 1,
        runs=len(spec.arms),
        config=arm.config,
        elapsed=max(((now or datetime.now(UTC)) - since).total_seconds(), 0.0),
        typical=seconds.get(arm.config),
        blocks=blocks,
        left=(max(each * blocks[0] - done, 0.0), max(each * blocks[1] - done, 0.0)) if each else None,
    )


def place(tried: Sequence[Mapping[str, Any]], whole: Sequence[int], arms: int) -> tuple[int, int, int]:
    """Which block is at work, which try of it, and how many of its runs have ended.

    Args:
        tried: the runs that were begun and ended, as ``db.queries.attempts`` gives them.
        whole: the numbers of the blocks that count.
        arms: runs in a block.
    """
    block = max([0, *whole, *(int(row["block"]) for row in tried)])
    here = [row for row in tried if int(row["block"]) == block]
    if block in whole or not here:
        return block + 1, 1, 0
    attempt = max(int(row["attempt"]) for row in here)
    ended = sum(int(row["attempt"]) == attempt for row in here)
    if ended < arms:
        return block, attempt, ended
    return (block, attempt + 1, 0) if attempt < ATTEMPTS else (block + 1, 1, 0)


def _seconds(spec: Spec, rows: Iterable[Mapping[Any, Any]]) -> dict[str, float]:
    """Per config (as stored) the median seconds of its finished runs."""
    configs = {arm.name: arm.config for arm in spec.arms}
    by_config: dict[str, list[float]] = {}
    for row in rows:
        if row["status"] == "finished" and row["wall_seconds"] and row["arm"] in configs:
            by_config.setdefault(configs[row["arm"]], []).append(float(row["wall_seconds"]))
    return {config: statistics.median(seconds) for config, seconds in by_config.items()}


def _missing(spec: Spec, verdict: Mapping[str, Any], done: int) -> tuple[int, int]:
    """How many blocks are missing, at least and at most, within the budget."""
    most = max(spec.max_blocks - done, 1)
    if spec.kind != "pair":
        return most, most
    fewest, furthest = verdict.get("forecast") or (None, None)
    start = max(spec.min_blocks - done, 1)
    return min(fewest or start, most), min(furthest or most, most)


def _block_seconds(spec: Spec, seconds: Mapping[str, float]) -> float | None:
    """About how long a block takes: a config that has not run yet takes as long as the slowest that has."""
    if not seconds:
        return None
    longest = max(seconds.values())
    starting = starting_seconds()
    one_by_one = sum(seconds.get(arm.config, longest) + starting for arm in spec.arms)
    return len(spec.arms) / 2 * (longest + starting) if spec.duet else one_by_one


def _last_end(engine: Engine, tried: Sequence[Mapping[str, Any]]) -> datetime | None:
    """When the last run ended that is kept."""
    ids = [int(row["run_id"]) for row in tried if row["run_id"] is not None]
    if not ids:
        return None
    last = next(iter(queries.run_rows(engine, ids=ids[-1:], limit=1)), None)
    if last is None or last["started_at"] is None or last["wall_seconds"] is None:
        return None
    begun: datetime = last["started_at"]
    return begun + timedelta(seconds=last["wall_seconds"])


def arm_seconds(engine: Engine, measurement_id: int) -> dict[str, float]:
    """Per config (as stored) the median seconds of the runs that have ended so far, the block at work included."""
    spec = Spec.from_json(queries.measurement(engine, measurement_id).spec)
    tried = queries.attempts(engine, measurement_id)
    return _seconds(spec, tried or queries.blocks(engine, measurement_id).to_dict("records"))
