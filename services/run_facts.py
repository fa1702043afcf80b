"""Runs as a comparison needs them: facts and breakdown, without phases of tasks and without frames."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from db import queries
from optim.evidence.outcomes import Outcome
from optim.evidence.records import SEPARATE_RUNS
from profiles.breakdown import Breakdown

if TYPE_CHECKING:
    from sqlalchemy import Engine


#: Runs in the block of a pair whose order is drawn.
_ARMS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class RunFacts:
    """One run as far as a comparison needs it. ``stated``: facts that a person said and no log.

    ``block``: the measurement and the block in which it ran beside others in an order that was drawn; None for a run by
    itself.
    """

    id: int
    label: str
    outcome: Outcome
    made: Breakdown
    pipeline: str | None = None
    config: str | None = None
    source: str = "measured"
    workers: int = 1
    workload_description: str | None = None
    workload_tasks: int | None = None
    workload_candidates: int | None = None
    python: str | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    git_commit: str | None = None
    stated: tuple[str, ...] = ()
    has_profile: bool = False
    block: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return f"run {self.id}"

    @property
    def wall_seconds(self) -> float | None:
        return self.outcome.wall_seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One side of a comparison: one run, or several of one config."""

    name: str
    runs: tuple[RunFacts, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(run.id for run in self.runs)

    @property
    def single(self) -> bool:
        return len(self.runs) == 1

    @property
    def config(self) -> str | None:
        """The config of all its runs; None where it is unknown or differs."""
        configs = {run.config for run in self.runs}
        return configs.pop() if len(configs) == 1 else None

    @property
    def seconds(self) -> float | None:
        """The mean wall-clock; None where a run has none."""
        known = [run.wall_seconds for run in self.runs if run.wall_seconds is not None]
        return math.fsum(known) / len(known) if known and len(known) == len(self.runs) else None


def read(engine: Engine, run_ids: Iterable[int]) -> list[RunFacts]:
    """The runs with these ids in that order, each once; those that are not there are left out."""
    ids = list(dict.fromkeys(int(run_id) for run_id in run_ids))
    facts, made = queries.run_facts(engine, ids), queries.breakdowns(engine, ids)
    places = _blocks(engine, ids)
    return [_facts(facts[run_id], made[run_id], places.get(run_id)) for run_id in ids if run_id in facts]


def _blocks(engine: Engine, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The newest measurement and the block of each run that was interleaved."""
    return {
        run_id: (number, block)
        for run_id, number, block, spec in queries.block_places(engine, ids)
        if _is_interleaved(spec)
    }


def _is_interleaved(spec: Mapping[str, Any]) -> bool:
    """Whether its order was drawn afresh: not of separate runs, nor of version 1, whose order was always the same."""
    drawn = spec.get("kind") == "attribution" or len(spec.get("arms", ())) == _ARMS
    return drawn and spec.get("grade") != SEPARATE_RUNS and spec.get("order_seed") is not None


def _facts(row: Mapping[str, Any], made: Breakdown, block: tuple[int, int] | None = None) -> RunFacts:
    outcome = Outcome.from_row({**row, "run_id": row["id"], "reason": row["failure"]})
    names = set(RunFacts.__slots__) - {"outcome", "made", "packages", "block"}
    known = {name: row[name] for name in names & set(row)}
    return RunFacts(**known, outcome=outcome, made=made, packages=row["packages"] or {}, block=block)


def side(run: RunFacts) -> Side:
    """A run as a side by itself."""
    return Side(name=run.name, runs=(run,))
