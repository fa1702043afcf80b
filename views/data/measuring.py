"""What the Measure page asks for: the command that a choice means, how long it takes, how far a measurement is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from db import queries
from optim.config import UnknownConfig, all_configs, config_name, parse_config
from views import text
from views.data.connection import cached, engine
from views.data.evidence import UNDER_WAY

PAIR, ATTRIBUTION, HALF = "two configs", "all wins, 32 configs", "all wins, 16 configs"
KINDS = (PAIR, ATTRIBUTION, HALF)
#: What a process needs around its run: the interpreter, the tasks, the DSL.
_STARTING_SECONDS = 1.5
#: No interval is finite before the third block.
_FEWEST_BLOCKS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a person chose to measure."""

    kind: str
    before: str
    after: str
    tasks: int
    candidates: int
    cache_state: str
    blocks: int
    minutes: int

    @property
    def problem(self) -> str | None:
        """Why this can not be measured, in a sentence; None when it can."""
        if self.kind != PAIR:
            return None
        try:
            before, after = (parse_config(one, _kept()) for one in (self.before, self.after))
        except UnknownConfig as problem:
            return str(problem)
        if before == after:
            return f"both configs are {config_name(before)}: choose two that differ"
        return None

    @property
    def arguments(self) -> list[str]:
        """The arguments of ``python -m optim`` that measure it."""
        shared = [
            *("--tasks", str(self.tasks), "--candidates", str(self.candidates), f"--{self.cache_state}"),
            *("--max-blocks", str(self.blocks), "--max-minutes", str(self.minutes)),
        ]
        if self.kind == PAIR:
            return ["measure", self.before, self.after, *shared]
        return ["attribute", *(["--half"] if self.kind == HALF else []), *shared]

    @property
    def configs(self) -> list[str]:
        """The configs of one block; the first of a pair runs twice, as its own control."""
        if self.kind == PAIR:
            return [self.before, self.after, self.before]
        every = [config_name(one) for one in all_configs()]
        return every if self.kind == ATTRIBUTION else every[:: len(every) // 16]


@cached("evidence")
def _kept() -> frozenset[str]:
    return queries.kept_wins(engine())


@cached("runs")
def seconds_a_run(config: str, tasks: int, candidates: int, cache_state: str) -> float | None:
    """How long one run takes, from the newest comparable run, scaled to the workload; None without one."""
    name = config_name(parse_config(config, _kept()))
    found = queries.runs(
        engine(), config=name, cache_state=cache_state, source="measured", status="finished", profiled=False, limit=1
    )
    if found.empty:
        return None
    row = found.iloc[0]
    work = float(row["workload_tasks"] or 0) * float(row["workload_candidates"] or 0)
    return float(row["wall_seconds"]) * tasks * candidates / work if work else None


def duration(choice: Choice) -> str:
    """How long the measurement will take, in a sentence."""
    known: dict[str, float] = {}
    for config in choice.configs:
        found = seconds_a_run(config, choice.tasks, choice.candidates, choice.cache_state)
        if found is not None:
            known[config] = found
    baseline = seconds_a_run("none", choice.tasks, choice.candidates, choice.cache_state) or max(
        known.values(), default=0.0
    )
    if not baseline:
        return f"No earlier run tells how long this takes; it ends after {choice.minutes} min at the latest."
    block = sum(known.get(config, baseline) + _STARTING_SECONDS for config in choice.configs)
    least, most = block * min(_FEWEST_BLOCKS, choice.blocks), min(block * choice.blocks, 60.0 * choice.minutes)
    guess = "" if len(known) == len(set(choice.configs)) else ", at most: not every config has run yet"
    return (
        f"A block is {text.count(len(choice.configs), 'run')} and takes about {text.seconds(block)}{guess}. "
        f"Expect {text.seconds(min(least, most))} to {text.seconds(most)}."
    )


def state(found: Mapping[str, Any], blocks: int, runs: int) -> str:
    """How far a measurement is, in a sentence of Markdown.

    Args:
        found: as ``views.data.evidence.measurement`` gives it.
        blocks: blocks that hold all arms.
        runs: runs that are done.
    """
    spec, verdict = found["spec"], found["verdict"] or {}
    name = f"**Measurement {found['id']}**, {text.escape(title(spec))}"
    if found["status"] in UNDER_WAY:
        arms = len(spec["arms"])
        return (
            f"{name}: block {blocks + 1} of at most {spec.get('max_blocks', '?')}, "
            f"{runs - blocks * arms} of its {text.count(arms, 'run')} done."
        )
    said = text.escape(verdict.get("reason") or "no verdict was reached")
    how = {"finished": "", "stopped": " was stopped", "interrupted": " was interrupted"}.get(found["status"], " failed")
    return f"{name}{how}, {text.count(blocks, 'block')}: {said}"


def title(spec: Mapping[str, Any]) -> str:
    """What a measurement compares, on what: ``none against dsl_cache, 100 tasks, cold``."""
    arms = {arm["name"]: arm["config"] for arm in spec["arms"]}
    if spec.get("kind") == "attribution":
        what = f"attribution over {len(arms)} configs"
    else:
        what = f"{arms.get('A')} against {arms.get('B')}"
    return f"{what}, {text.count(int(spec.get('tasks') or 0), 'task')}, {spec.get('cache_state', 'unknown')}"


def load(plain: str) -> dict[str, Any]:
    """A measurement from its JSON text."""
    found: dict[str, Any] = json.loads(plain)
    return found
