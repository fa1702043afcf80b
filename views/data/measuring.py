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
from profiles.configs import NONE, UnknownConfig, read_config, stored_text
from services import continuing, left, pipelines
from services.duet import refusal
from services.project import current_project
from services.stage import AtWork, arm_seconds, at_work, starting_seconds
from services.workloads import alike, as_options, workload
from views import configs, text
from views.charts.lattice import Node
from views.charts.stage import Look
from views.data import deciding
from views.data.account import known
from views.data.connection import cached, engine
from views.data.evidence import UNDER_WAY, closing
from views.frames import unknown

PAIR, ATTRIBUTION, HALF = "two configs", "all wins", "all wins, half of the configs"
COMMITS = "two commits"
#: What can settle a measurement, as people read it.
METRIC_TITLES = {"wall": "wall-clock", "cpu": "CPU seconds"}
#: A config's name that is longer stands as its wins' numbers in a sentence that changes every two seconds.
_LONG = 40
KINDS = (PAIR, COMMITS, ATTRIBUTION, HALF)


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What a person chose to measure: two configs, two commits (``refs``) with the config ``before``, or all wins.

    ``wins`` are those of an attribution, where they are not all.
    """

    kind: str
    before: str
    after: str
    refs: tuple[str, str] = ("", "")
    parameters: Mapping[str, Any]
    cache_state: str
    blocks: int
    minutes: int
    metric: str = "wall"
    duet: bool = False
    wins: tuple[str, ...] = ()

    @property
    def is_pair(self) -> bool:
        """Whether two sides are measured against each other."""
        return self.kind in (PAIR, COMMITS)

    @property
    def spec(self) -> Spec:
        """What is to be measured.

        Raises:
            UnknownConfig, SpecError: it can not be; one sentence says why.
        """
        if self.is_pair:
            sides = (self.before, self.after if self.kind == PAIR else self.before)
            before, after = (stored_text(current_project().config(side, _kept())) for side in sides)
            arms = pair_arms(before, after, self.refs if self.kind == COMMITS else (None, None))
        else:
            arms = attribution_arms(self.wins or current_project().names, half=self.kind == HALF)
        return Spec(
            kind="pair" if self.is_pair else "attribution",
            arms=arms,
            cache_state=self.cache_state,
            parameters=workload(self.parameters),
            max_blocks=self.blocks,
            max_minutes=float(self.minutes),
            metric=self.metric,
            duet=self.duet and self.is_pair,
        )

    @property
    def problem(self) -> str | None:
        """Why this can not be measured, in a sentence; None when it can."""
        if self.kind == COMMITS and not all(self.refs):
            return "name two branches, tags or commits"
        try:
            spec = self.spec
            return budget_problem(spec) or refusal(spec)
        except (UnknownConfig, SpecError, DesignError) as problem:
            return str(problem)

    @property
    def arguments(self) -> list[str]:
        """The arguments of ``quickwin`` that measure it."""
        shared = [
            *(*as_options(self.parameters), f"--{self.cache_state}"),
            *("--blocks", str(self.blocks), "--minutes", str(self.minutes)),
            *(() if self.metric == "wall" else ("--metric", self.metric)),
            *(("--duet",) if self.duet and self.is_pair else ()),
        ]
        if self.kind == COMMITS:
            config = () if self.before == NONE else (self.before,)
            return ["measure", *config, "--ref", self.refs[0], "--ref", self.refs[1], *shared]
        if self.kind == PAIR:
            return ["measure", self.before, self.after, *shared]
        of = ("--wins", ",".join(self.wins)) if self.wins else ()
        return ["attribute", *(["--half"] if self.kind == HALF else []), *of, *shared]


def of_attribution() -> tuple[str, ...]:
    """The wins that an attribution is of as long as nobody chooses; empty where it is of all."""
    project = current_project()
    chosen = left.attributable(project, known().evidence)
    return () if len(chosen) == len(project.names) else chosen


@cached("project", ttl=10)
def branches() -> tuple[str, ...]:
    """What two commits can be measured by; empty where there is no repository."""
    return pipelines.branches()


def kinds() -> tuple[str, ...]:
    """What can be measured of the project at hand."""
    return tuple(kind for kind in KINDS if kind != COMMITS or branches())


def arguments_to_go_on(measurement: Mapping[str, Any], blocks: int) -> list[str]:
    """The arguments of ``quickwin`` that go on with a measurement; an unresolved one gets more blocks.

    Args:
        found: as ``views.data.evidence.measurement`` gives it.
        blocks: how many blocks are done.
    """
    verdict, budget = measurement["verdict"] or {}, int(measurement["spec"].get("max_blocks") or 0)
    arguments = continuing.arguments_to_go_on(
        measurement["kind"],
        measurement["id"],
        blocks=blocks,
        wanted=verdict.get("more_blocks"),
        fewest=continuing.fewest_blocks(verdict),
        budget=budget,
    )
    return [*arguments]


def can_go_on(measurement: Mapping[str, Any], blocks: int) -> bool:
    """Whether more blocks of a measurement can be made here, and are asked for; arguments as above."""
    ended_early = measurement["status"] in ("stopped", "interrupted", "failed")
    wants_more = (measurement["verdict"] or {}).get("verdict") == "unresolved"
    return (ended_early or wants_more) and continuing.obstacle(measurement["id"], measurement["spec"], blocks) is None


@cached("evidence")
def _kept() -> frozenset[str]:
    return queries.kept_wins(engine())


@cached("runs")
def seconds_a_run(config: str, parameters: Mapping[str, Any], cache_state: str) -> float | None:
    """How long one run of a config (as stored) takes, from the newest one of the workload; where there is none, of the
    built-in pipeline from the newest one scaled by how many programs both try. None without either."""
    earlier = queries.runs(
        engine(), config=config, cache_state=cache_state, source="measured", status="finished", profiled=False, limit=50
    )
    same = alike(earlier, parameters)
    if len(same):
        return float(same["wall_seconds"].iloc[0])
    if earlier.empty or current_project().command is not None:
        return None
    work = float(earlier["workload_candidates"].fillna(0).iloc[0])
    wanted = float(parameters.get("tasks", 0)) * float(parameters.get("candidates", 0))
    return float(earlier["wall_seconds"].iloc[0]) * wanted / work if work > 0 and wanted > 0 else None


def duration(choice: Choice) -> str:
    """How long the measurement will take, in a sentence."""
    spec = choice.spec
    configs = [arm.config for arm in spec.arms]
    known = {asked: seconds_a_run(asked, dict(choice.parameters), choice.cache_state) for asked in spec.configs}
    longest = max((seconds for seconds in known.values() if seconds), default=None)
    if longest is None:
        return f"No earlier run tells how long this takes; no block begins after {choice.minutes} min."
    block = sum((known[config] or longest) + starting_seconds() for config in configs) / (2 if spec.duet else 1)
    fewest = min(spec.min_blocks if spec.kind == "pair" else choice.blocks, choice.blocks)
    least, most = block * fewest, min(block * choice.blocks, 60.0 * choice.minutes)
    guess = "" if all(known.values()) else " (a guess: not every config has run yet)"
    span = (
        f"{text.seconds(least)} to {text.seconds(most)}" if least < most else f"{text.seconds(most)}, all of the budget"
    )
    return f"A block is {text.count(len(configs), 'run')} and takes about {text.seconds(block)}{guess}. Expect {span}."


def state(measurement: Mapping[str, Any], blocks: int) -> str:
    """How far a measurement is, in a sentence or two of Markdown.

    Args:
        found: as ``views.data.evidence.measurement`` gives it.
        blocks: blocks that hold all arms.
    """
    spec, verdict = measurement["spec"], measurement["verdict"] or {}
    lines = [verdict.get("reason") or "there is no verdict yet.", *(verdict.get("notes") or ())]
    sentences = text.escape(" ".join(lines))
    name = f"**Measurement {measurement['id']}**, {text.escape(title(spec))}"
    if measurement["status"] == "planned":
        return f"{name}, waits until no other measurement is at work on this machine: stop that one, or wait."
    if measurement["status"] in UNDER_WAY:
        end = "is stopping" if measurement["status"] == "stopping" else "is under way"
        return f"{name}, {end}: block {blocks + 1} of at most {spec.get('max_blocks', '?')}. So far: {sentences}"
    how = {"finished": "", "stopped": ", was stopped", "interrupted": ", was interrupted"}
    return f"{name}{how.get(measurement['status'], ', failed')}, {text.count(blocks, 'block')}: {sentences}"


def now(measurement_id: int) -> AtWork | None:
    """What the measurement does at this moment; None where it is not at work."""
    return at_work(engine(), measurement_id)


def done(measurement: Mapping[str, Any], blocks: int, work: AtWork | None) -> tuple[float, str]:
    """How much of the budget of blocks is spent, a share and in words; the runs of the block at work count."""
    arms, most = len(measurement["spec"]["arms"]), int(measurement["spec"].get("max_blocks") or 1)
    runs = work.position - 1 if work and work.block > blocks else 0
    share = min(1.0, (blocks + runs / arms) / most)
    return share, f"{text.count(blocks, 'block')} of at most {most}, {arms} runs each"


def at_work_words(work: AtWork) -> str:
    """``Block 7, run 2 of 4: NAME is running, 4 s of about 6 s. 2 to 5 blocks more, about 40 s to 2 min.``"""
    about = f" of about {text.seconds(work.typical)}" if work.typical else ""
    config = configs.typed(work.config)
    name = text.escape(config) if len(config) <= _LONG else configs.circled(work.config)
    run = f"{name} is running, {text.seconds(work.elapsed)}{about}"
    least, most = work.blocks
    blocks = text.count(most, "block") if least == most else f"{least} to {most} blocks"
    return f"Block {work.block}, run {work.position} of {work.runs}: {run}. {blocks} to go{_left(work.left)}."


def _left(left: tuple[float, float] | None) -> str:
    if left is None:
        return ""
    least, most = (text.seconds(bound) for bound in left)
    return f", about {most}" if least == most else f", about {least} to {most}"


def looks(table: pd.DataFrame, metric: str) -> list[Look]:
    """What was known after every block, for the stage.

    Args:
        table: as ``views.data.evidence.blocks`` gives it.
    """
    return [
        Look(
            block=int(row["block"]),
            trial=row["trial"],
            value=row["speedup"],
            low=None if unknown(row["low"]) else row["low"],
            high=None if unknown(row["high"]) else row["high"],
        )
        for row in closing(table, metric).to_dict("records")
    ]


def answers(table: pd.DataFrame) -> str:
    """Whether all runs gave the same answers."""
    prints = table["results_fingerprint"]
    if table.empty or prints.isna().any():
        return "answers not checked"
    return "answers equal" if prints.nunique() == 1 else "answers differ"


def facts(measurement: Mapping[str, Any], table: pd.DataFrame) -> str:
    """What stands beside the verdict: the other lines, the answers, blocks beside other work."""
    verdict = measurement["verdict"] or {}
    lines = verdict.get("lines") or {}
    parts = [
        f"{title} {text.speedup(line.get('speedup'), line.get('low'), line.get('high'))}"
        for name, title in METRIC_TITLES.items()
        if (line := lines.get(name))
    ]
    parts.append(answers(table))
    busy, blocks = verdict.get("busy_blocks") or 0, int(verdict.get("blocks") or 0)
    if busy:
        parts.append(f"{busy} of {text.count(blocks, 'block')} beside other work")
    return " · ".join(parts)


def lattice(measurement: Mapping[str, Any]) -> list[Node]:
    """The configs of an attribution: as it says at its end, before that with the seconds that each took so far."""
    told = (measurement["verdict"] or {}).get("attribution")
    if told and told.get("configs") and measurement["status"] not in UNDER_WAY:
        return deciding.lattice(told)
    seconds = arm_seconds(engine(), measurement["id"])
    nodes = [
        Node(config=wins, label=configs.circled(text), seconds=seconds.get(text), measured=text in seconds)
        for text in dict.fromkeys(arm["config"] for arm in measurement["spec"]["arms"])
        if (wins := read_config(text)) is not None
    ]
    return sorted(nodes, key=lambda node: configs.in_order(node.config))


def elsewhere(known: pd.DataFrame, but: int | None) -> list[tuple[int, str]]:
    """The measurements under way besides one: number and what they are.

    Args:
        known: as ``views.data.evidence.measurements`` gives it.
    """
    there = known[known["status"].isin(UNDER_WAY) & (known["id"] != (but or 0))]
    return list(zip((int(number) for number in there["id"]), history(there)["what"], strict=True))


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

    ``tasks`` is left out where no measurement is of any.

    Args:
        known: as ``views.data.evidence.measurements`` gives it.
    """
    before, after = (known[f"config_{side}"].fillna("").map(configs.typed) for side in "ab")
    pair = before + " against " + after
    what = pair.where(known["kind"] == "pair", "all wins, attribution")
    tasks = ["tasks"] if known["tasks"].notna().any() else []
    columns = ["id", *tasks, "cache_state", "status", "verdict", "speedup", "low", "high", "blocks"]
    shown = known[columns].fillna({"verdict": ""})
    shown.insert(1, "what", what)
    return shown


def history_table(known: pd.DataFrame) -> pd.DataFrame:
    """``history`` as it is read: what and verdict first, then how that is known."""
    rows = history(known)
    first = ["id", "what", "verdict", "speedup", "low", "high", "blocks"]
    return rows[[*first, *(["tasks"] if "tasks" in rows else []), "cache_state", "status"]]


def load(plain: str) -> dict[str, Any]:
    """A measurement from its JSON text."""
    content: dict[str, Any] = json.loads(plain)
    return content
