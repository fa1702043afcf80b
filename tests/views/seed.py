"""A small database as the recorder and the measuring would leave it: a baseline, wins, measurements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from db import queries, store
from db.engine import open_engine
from optim.evidence import factorial
from optim.evidence.attribution import attribute
from optim.evidence.spec import Spec, attribution_arms, pair_arms
from optim.evidence.verdicts import blocks_from_rows, judge
from optim.project.plan import load_plan
from profiles.configs import Config
from profiles.records import Environment, PhaseTiming, RunRecord, TaskRecord, Workload
from tests.made_once import made_once
from tests.worked_example import FIFTH, FOURTH, THIRD, WIN_NAMES, config_name, config_of

STARTED = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
#: The wins of the plan, without those beyond it.
PLANNED = tuple(win.name for win in load_plan().planned)
#: What a win leaves of the baseline's ten seconds; those beyond the fifth nothing to speak of.
LEFT = dict(zip_longest(WIN_NAMES, (0.96, 0.98, 0.8, 0.5, 0.9), fillvalue=0.99))
SHARES = {
    ("generate",): ("framework", 0.05),
    ("inline",): ("framework", 0.25),
    ("score", "compile"): ("framework", 0.20),
    ("score", "dsl"): ("dsl", 0.30),
    ("validate", "watchdog"): ("framework", 0.10),
    ("save",): ("io", 0.04),
}
TASKS = 10


def seconds_of(config: Config) -> float:
    """How long a run of this config takes here."""
    seconds = 10.0
    for win in config:
        seconds *= LEFT[win]
    return seconds


def record(number: int, config: Config, seconds: float, /, **changes: Any) -> RunRecord:
    """A finished run of ten tasks; its phases leave 6% unaccounted."""
    paths = {path: (category, share * seconds) for path, (category, share) in SHARES.items()}
    outer = {path[:1] for path in paths if len(path) > 1}
    total = {one: sum(own for path, (_, own) in paths.items() if path[:1] == one) for one in outer}
    phases = [_phase(one, "framework", 0.0, total[one]) for one in sorted(outer)]
    phases += [_phase(path, category, own, own) for path, (category, own) in paths.items()]
    values: dict[str, Any] = {
        "key": f"seed-{number}",
        "label": f"{config_name(config)} {number}",
        "config": config,
        "cache_state": "cold",
        "workload": Workload(fingerprint="ten", tasks=TASKS, candidates=132 * TASKS, description="ten tasks"),
        "results_fingerprint": "same",
        "started_at": STARTED + timedelta(minutes=number),
        "wall_seconds": seconds,
        "cpu_seconds": seconds,
        "phases": tuple(phases),
        "tasks": tuple(_task(index, seconds) for index in range(TASKS)),
        "counts": {"candidates": 132 * TASKS, "accepted": 40},
        "environment": Environment(machine="here", git_commit="abc", git_dirty=False),
    }
    return RunRecord(**{**values, **changes})


def _phase(path: tuple[str, ...], category: str, own: float, total: float) -> PhaseTiming:
    return PhaseTiming(path=path, category=category, self_seconds=own, total_seconds=total)


def _task(index: int, seconds: float) -> TaskRecord:
    return TaskRecord(task_id=f"task{index:02}", index=index, seconds=seconds * (index + 1) / 55, solved=True)


class Seeder:
    """Fills a database; the noise is a fixed sequence."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._number = queries.run_count(self.engine)

    def run(self, config: Config, /, **changes: Any) -> int:
        """Stores one run; gives its id."""
        self._number += 1
        noise = 1 + 0.004 * ((self._number * 7) % 5 - 2)
        made = record(self._number, config, seconds_of(config) * noise, **changes)
        return store.store_run(self.engine, made)[0]

    def pair(self, before: str, after: str, blocks: int = 8, wrong: bool = False, status: str = "finished") -> int:
        """A measurement of two configs with its verdict; ``wrong``: the second one gives other answers."""
        arms = pair_arms(*(config_name(config_of(one)) for one in (before, after)))
        spec = Spec(kind="pair", arms=arms, parameters={"tasks": TASKS})
        number = self._blocks(
            spec, range(1, blocks + 1), {arm: {"results_fingerprint": "other"} for arm in ("B", "B2")} if wrong else {}
        )
        rows = [
            {str(key): value for key, value in row.items()}
            for row in queries.blocks(self.engine, number).to_dict("records")
        ]
        verdict = judge(blocks_from_rows(rows), cache_state="cold")
        store.update_measurement(self.engine, number, status=status, verdict=verdict.to_json())
        return number

    def attribution(self, blocks: int = 3, wins: Sequence[str] = PLANNED) -> int:
        """An attribution of the plan's wins over the half fraction, or of a few wins over all of their configs."""
        half = wins is PLANNED
        spec = Spec(
            kind="attribution",
            arms=attribution_arms(wins, half=half),
            parameters={"tasks": TASKS},
            max_blocks=blocks,
        )
        number = self._blocks(spec, range(1, blocks + 1), {})
        configs = factorial.half_fraction(wins) if half else factorial.subsets(wins)
        times = [{one: seconds_of(one) * (1 + 0.002 * block) for one in configs} for block in range(blocks)]
        found = attribute(times, wins)
        verdict = {"verdict": "faster", "speedup": found.total.value, "reason": "All wins together are faster."}
        store.update_measurement(
            self.engine, number, status="finished", verdict={**verdict, "attribution": found.to_json()}
        )
        return number

    def _blocks(self, spec: Spec, blocks: Iterable[int], changes: dict[str, dict[str, Any]]) -> int:
        number = store.begin_measurement(self.engine, spec.to_json())
        for block in blocks:
            for position, arm in enumerate(_turned(spec.arms, block)):
                run_id = self.run(arm.wins, **changes.get(arm.name, {}))
                store.add_block_run(self.engine, number, block, arm.name, position, run_id)
        return number


def _turned(arms: Sequence[Any], block: int) -> list[Any]:
    start = block % len(arms)
    return [*arms[start:], *arms[:start]]


def fill(url: str) -> None:
    """Two wins measured faster, one wrong, one the same, one not measured; an attribution; one decision."""
    seeder = Seeder(url)
    faster = seeder.pair("none", FOURTH)
    seeder.pair("none", THIRD)
    seeder.pair("none", FIFTH, blocks=3, wrong=True)
    seeder.pair("none", "none", blocks=12)
    seeder.pair("none", "all", blocks=4)
    seeder.attribution()
    store.decide(seeder.engine, FOURTH, "keep", "twice as fast", faster)
    seeder.engine.dispose()


def full_database_file(factory: pytest.TempPathFactory) -> Path:
    """A database that is filled so; copy it to change it."""
    return made_once(factory, "full.db", lambda file: fill(f"sqlite:///{file}"))
