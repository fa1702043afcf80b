"""What the Measure page asks for: the command that a choice means, how long it takes, how far a measurement is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from db import queries
from optim.evidence.factorial import DesignError
from optim.evidence.spec import Spec, SpecError, attribution_arms, budget_problem, pair_arms, parameters_of
from profiles.configs import UnknownConfig, stored_text
from services.project import current_project
from services.workloads import alike, as_options, workload
from views import configs, text
from views.data.connection import cached, engine
from views.data.evidence import UNDER_WAY

PAIR, ATTRIBUTION, HALF = "two configs", "all wins", "all wins, half of the configs"
KINDS = (PAIR, ATTRIBUTION, HALF)
#: What a process needs around its run: the interpreter, the tasks, the DSL.
_STARTING_SECONDS = 1.5
#: No interval is finite before the third block.
_FEWEST_BLOCKS = 3
#: How many blocks more an unresolved measurement gets, at least and at most.
_MORE_BLOCKS = (5, 40)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a person chose to measure."""

    kind: str
    before: str
    after: str
    parameters: Mapping[str, Any]
    cache_state: str
    blocks: int
    minutes: int

    @property
    def spec(self) -> Spec:
        """What is to be measured.

        Raises:
            UnknownConfig, SpecError: it can not be; one sentence says why.
        """
        if self.kind == PAIR:
            before, after = (stored_text(current_project().config(one, _kept())) for one in (self.before, self.after))
            arms = pair_arms(before, after)
        else:
            arms = attribution_arms(current_project().names, half=self.kind == HALF)
        return Spec(
            kind="pair" if self.kind == PAIR else "attribution",
            arms=arms,
            cache_state=self.cache_state,
            parameters=workload(self.parameters),
            max_blocks=self.blocks,
            max_minutes=float(self.minutes),
        )

    @property
    def problem(self) -> str | None:
        """Why this can not be measured, in a sentence; None when it can."""
        try:
            return budget_problem(self.spec)
        except (UnknownConfig, SpecError, DesignError) as problem:
            return str(problem)

    @property
    def arguments(self) -> list[str]:
        """The arguments of ``python -m optim`` that measure it."""
        shared = [
            *(*as_options(self.parameters), f"--{self.cache_state}"),
            *("--blocks", str(self.blocks), "--minutes", str(self.minutes)),
        ]
        if self.kind == PAIR:
            return ["measure", self.before, self.after, *shared]
        return ["attribute", *(["--half"] if self.kind == HALF else []), *shared]


def arguments_to_go_on(found: Mapping[str, Any], blocks: int) -> list[str]:
    """The arguments of ``python -m optim`` that go on with a measurement; an unresolved one gets more blocks.

    Args:
        found: as ``views.data.evidence.measurement`` gives it.
        blocks: how many blocks are done.
    """
    least, most = _MORE_BLOCKS
    more = min(max(int((found["verdict"] or {}).get("more_blocks") or least), least), most)
    budget = max(int(found["spec"].get("max_blocks") or 0), blocks + more)
    command = "attribute" if found["kind"] == "attribution" else "measure"
    return [command, "--continue", str(found["id"]), "--blocks", str(budget)]


@cached("evidence")
def _kept() -> frozenset[str]:
    return queries.kept_wins(engine())


@cached("runs")
def seconds_a_run(config: str, parameters: Mapping[str, Any], cache_state: str) -> float | None:
    """How long one run of a config (as stored) takes, from the newest one of the workload; where there is none and both
    say how many programs they try, from the newest one scaled to that. None without either."""
    found = queries.runs(
        engine(), config=config, cache_state=cache_state, source="measured", status="finished", profiled=False, limit=50
    )
    same = alike(found, parameters)
    if len(same):
        return float(same["wall_seconds"].iloc[0])
    work = float(found["workload_candidates"].iloc[0] or 0) if len(found) else 0.0
    wanted = float(parameters.get("tasks", 0)) * float(parameters.get("candidates", 0))
    return float(found["wall_seconds"].iloc[0]) * wanted / work if work > 0 and wanted > 0 else None


def duration(choice: Choice) -> str:
    """How long the measurement will take, in a sentence."""
    spec = choice.spec
    configs = [arm.config for arm in spec.arms]
    known = {one: seconds_a_run(one, dict(choice.parameters), choice.cache_state) for one in spec.configs}
    longest = max((one for one in known.values() if one), default=None)
    if longest is None:
        return f"No earlier run tells how long this takes; no block begins after {choice.minutes} min."
    block = sum((known[config] or longest) + _STARTING_SECONDS for config in configs)
    fewest = min(_FEWEST_BLOCKS if spec.kind == "pair" else choice.blocks, choice.blocks)
    least, most = block * fewest, min(block * choice.blocks, 60.0 * choice.minutes)
    guess = "" if all(known.values()) else " (a guess: not every config has run yet)"
    return (
        f"A block is {text.count(len(configs), 'run')} and takes about {text.seconds(block)}{guess}. "
        f"Expect {text.seconds(min(least, most))} to {text.seconds(most)}."
    )


def state(found: Mapping[str, Any], blocks: int) -> str:
    """How far a measurement is, in a sentence or two of Markdown.

    Args:
        found: as ``views.data.evidence.measurement`` gives it.
        blocks: blocks that hold all arms.
    """
    spec, verdict = found["spec"], found["verdict"] or {}
    lines = [verdict.get("reason") or "there is no verdict yet.", *(verdict.get("notes") or ())]
    said = text.escape(" ".join(lines))
    name = f"**Measurement {found['id']}**, {text.escape(title(spec))}"
    if found["status"] in UNDER_WAY:
        end = "is stopping" if found["status"] == "stopping" else "is under way"
        return f"{name}, {end}: block {blocks + 1} of at most {spec.get('max_blocks', '?')}. So far: {said}"
    how = {"finished": "", "stopped": ", was stopped", "interrupted": ", was interrupted"}
    return f"{name}{how.get(found['status'], ', failed')}, {text.count(blocks, 'block')}: {said}"


def title(spec: Mapping[str, Any]) -> str:
    """What a measurement compares, on what: ``none against all, 100 tasks, cold``."""
    arms = {arm["name"]: arm["config"] for arm in spec["arms"]}
    if spec.get("kind") == "attribution":
        what = f"attribution over {len(arms)} configs"
    else:
        refs = {arm["name"]: f" at {arm['ref'][:10]}" for arm in spec["arms"] if arm.get("ref")}
        before, after = (f"{configs.typed(arms.get(name))}{refs.get(name, '')}" for name in ("A", "B"))
        what = f"{before} against {after}"
    values = parameters_of(spec)
    tasks = values.pop("tasks", None) if current_project().command is None else None
    work = "" if tasks is None else f", {text.count(int(tasks), 'task')}"
    if current_project().command is not None:
        work = "".join(f", {name}={value}" for name, value in values.items())
    return f"{what}{work}, {spec.get('cache_state', 'unknown')}"


def history(known: pd.DataFrame) -> pd.DataFrame:
    """All measurements for a table: number, what, tasks, caches, status, verdict, speedup, low, high, blocks.

    Args:
        known: as ``views.data.evidence.measurements`` gives it.
    """
    before, after = (known[f"config_{one}"].fillna("").map(configs.typed) for one in "ab")
    pair = before + " against " + after
    what = pair.where(known["kind"] == "pair", "all wins, attribution")
    columns = ["id", "tasks", "cache_state", "status", "verdict", "speedup", "low", "high", "blocks"]
    shown = known[columns].fillna({"verdict": ""})
    shown.insert(1, "what", what)
    return shown


def load(plain: str) -> dict[str, Any]:
    """A measurement from its JSON text."""
    found: dict[str, Any] = json.loads(plain)
    return found
