"""A generated history, and how long each query of the pages takes on it.

    python -m benchmarks.history                      10,000 runs x 100 tasks x 12 phases in a temporary folder
    python -m benchmarks.history --runs 200 --keep sqlite:///generated.db

Nothing in it was measured: every label begins with "generated", and each run's notes say so.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, insert

from db import queries, store
from db.engine import open_engine, writing
from db.models import BlockRun, Cache, Count, Phase, Run, RunEnvironment, RunFinding, Tag, Task, TaskPhase
from db.rollups import category_seconds
from db.rows import path_text
from db.seals import seal, seal_measurement
from db.store.bulk import insert_rows
from optim.arc.wins import all_wins
from profiles.configs import config_text
from profiles.records import PhaseTiming

GOAL_SECONDS = 0.3
#: Path, category, share of a baseline's self seconds, the numbers of the wins that make it cheaper and to which part.
PHASES: tuple[tuple[tuple[str, ...], str, float, dict[int, float]], ...] = (
    (("load",), "io", 0.02, {}),
    (("generate",), "framework", 0.04, {}),
    (("inline",), "framework", 0.24, {4: 0.3}),
    (("score",), "framework", 0.06, {5: 0.8}),
    (("score", "compile"), "framework", 0.16, {3: 0.5}),
    (("score", "dsl"), "dsl", 0.2, {3: 0.3, 5: 0.6}),
    (("filter",), "framework", 0.03, {}),
    (("validate",), "framework", 0.03, {1: 0.4}),
    (("validate", "compile"), "framework", 0.06, {2: 0.2, 1: 0.5}),
    (("validate", "dsl"), "dsl", 0.06, {1: 0.5}),
    (("validate", "watchdog"), "framework", 0.07, {2: 0.1}),
    (("save",), "io", 0.03, {}),
)
MACHINES = {"laptop-3f2a": 1.0, "desktop-91bc": 0.7, "kaggle-x86": 1.9, "ci-runner-07": 1.4}
LABELS = (
    "nightly",
    "baseline",
    "all on",
    "try early exit",
    "before merge",
    "after merge",
    "kaggle submission",
    "debug",
)
CACHES = ("inlining", "validation", "solver_body", "dsl")
FIRST_DAY = datetime(2025, 1, 1, tzinfo=UTC)


def generate(engine: Engine, runs: int, tasks: int, seed: int = 0, batch: int = 250) -> None:
    """Fills the database with ``runs`` runs of ``tasks`` tasks x 12 phases, with tags, measurements and decisions."""
    random = np.random.default_rng(seed)
    for first in range(0, runs, batch):
        numbers = range(first, min(runs, first + batch))
        made = [_run(random, number / runs, number, tasks) for number in numbers]
        with writing(engine) as connection:
            statement = insert(Run).returning(Run.id, sort_by_parameter_order=True)
            ids = list(connection.scalars(statement, [values for values, _ in made]))
            connection.execute(
                insert(RunEnvironment),
                [_environment(run_id, values) for run_id, (values, _) in zip(ids, made, strict=True)],
            )
            for model, make in _CHILDREN.items():
                rows = [
                    row
                    for run_id, (values, own) in zip(ids, made, strict=True)
                    for row in make(random, run_id, values, own)
                ]
                insert_rows(connection, model.__table__, rows)
            for run_id in ids:  # without its seal a run counts as altered, and shows nothing
                seal(connection, run_id)
    _evidence(engine, random, runs)


def _run(random: np.random.Generator, age: float, number: int, tasks: int) -> tuple[dict[str, Any], np.ndarray]:
    """The columns of a run, and its self seconds as (tasks, phases)."""
    wins = (
        frozenset(win for win in tuple(all_wins()) if random.random() < 0.35) if random.random() < 0.6 else frozenset()
    )
    machine = str(random.choice(list(MACHINES)))
    numbers = {all_wins()[win].number for win in wins}
    cheaper = [np.prod([factor for number, factor in phase[3].items() if number in numbers]) for phase in PHASES]
    seconds = 0.1 * MACHINES[machine] * np.array([phase[2] for phase in PHASES]) * np.array(cheaper)
    own = (
        np.random.default_rng(7).lognormal(0, 0.8, (tasks, 1)) * seconds * random.normal(1, 0.02, (tasks, 1)).clip(0.5)
    )
    own = own * (1.0 if age < 0.4 else 0.85) * random.normal(1, 0.02)
    covered = float(own.sum())
    wall = covered * float(random.uniform(1.01, 1.06))
    status = str(random.choice(["finished", "interrupted", "failed"], p=[0.96, 0.02, 0.02]))
    failed = int(random.integers(1, 4)) if status == "failed" else 0
    timings = [
        PhaseTiming(path=path, category=category, total_seconds=0.0, self_seconds=float(amount))
        for (path, category, *_), amount in zip(PHASES, own.sum(axis=0), strict=True)
    ]
    moment = FIRST_DAY + timedelta(days=650 * age, seconds=float(random.uniform(0, 3600)))
    work = f"{int(random.choice([0, 0, 0, 1, 2])):02d}" * 8
    imported = machine.startswith("kaggle")
    spent = category_seconds(timings, None if status == "interrupted" else wall, 1)
    return {
        "key": f"generated-{tasks}-{number}",
        "label": f"generated: {random.choice(LABELS)} {number % 97}",
        "source": "imported:kaggle" if imported else "measured",
        "source_name": f"kernel-{number}.log" if imported else None,
        "status": status,
        "config": config_text(wins),
        "wins": sorted(wins),
        "cache_state": str(random.choice(["cold", "warm", "unknown"], p=[0.6, 0.35, 0.05])),
        "workload": work,
        "workload_tasks": tasks,
        "workload_candidates": 132 * tasks,
        "workload_description": f"{tasks} generated tasks x 132 candidates",
        "results_fingerprint": f"{work}{failed:02x}",
        "machine": machine,
        "started_at": moment,
        "wall_seconds": None if status == "interrupted" else wall,
        "cpu_seconds": wall * 0.98,
        "workers": 1,
        "profiled": bool(random.random() < 0.02),
        "pid": None,
        "owner": None,
        "notes": ["generated by benchmarks/history.py; nothing of it was measured"],
        "note": "looked at twice" if random.random() < 0.05 else "",
        "file_digest": None,
        "stored_at": moment,
        "updated_at": moment,
        "deleted_at": moment if random.random() < 0.01 else None,
        "checksum": None,
        "task_count": tasks,
        "solved": int(tasks * 0.4),
        "failed": failed,
        "errors": int(random.poisson(0.2)),
        "timeouts": int(random.poisson(0.05)),
        "finding_count": 2 if imported else 0,
        **spent,
        "overhead_share": None if status == "interrupted" else 1 - (spent["dsl_seconds"] or 0.0) / wall,
    }, own


def _environment(run_id: int, values: dict[str, Any]) -> dict[str, Any]:
    packages = {f"package-{number:02d}": f"{number}.{run_id % 7}.1" for number in range(60)}
    return {
        "run_id": run_id,
        "cpu_model": f"Generated CPU of {values['machine']}",
        "cpu_count": 8,
        "memory_bytes": 2**34,
        "platform": "Linux-generated",
        "python": "3.11.9",
        "packages": packages,
        "git_commit": f"{run_id % 400:040x}",
        "git_dirty": run_id % 5 == 0,
        "load_at_start": 0.4,
    }


def _totals(own: np.ndarray) -> np.ndarray:
    """Self seconds plus those of the children, along the last axis."""
    total = own.copy()
    for place, (path, *_) in enumerate(PHASES):
        below = [at for at, (other, *_) in enumerate(PHASES) if len(other) > len(path) and other[: len(path)] == path]
        total[..., place] += own[..., below].sum(axis=-1)
    return total


Rows = Iterator[tuple[Any, ...]]


def _phases(random: np.random.Generator, run_id: int, values: dict[str, Any], own: np.ndarray) -> Rows:
    spent = own.sum(axis=0)
    for number, ((path, category, *_), total, self_) in enumerate(zip(PHASES, _totals(spent), spent, strict=True)):
        yield run_id, number, path_text(path), category, "sum", "run", float(total), float(self_), len(own) * 132


def _task_rows(random: np.random.Generator, run_id: int, values: dict[str, Any], own: np.ndarray) -> Rows:
    seconds = own.sum(axis=1).tolist()
    for number, spent in enumerate(seconds):
        yield run_id, number, f"{number * 7919:08x}", number, spent, number % 5 < 2, "finished", 0, 0, None, None


def _task_phases(random: np.random.Generator, run_id: int, values: dict[str, Any], own: np.ndarray) -> Rows:
    tasks, phases = own.shape
    task = np.repeat(np.arange(tasks), phases).tolist()
    place = list(range(phases)) * tasks
    return zip(repeat(run_id), task, place, place, _totals(own).ravel().tolist(), own.ravel().tolist(), repeat(132))


def _caches(random: np.random.Generator, run_id: int, values: dict[str, Any], own: np.ndarray) -> Rows:
    for number, name in enumerate(CACHES):
        hits = int(random.integers(0, 13_200))
        yield run_id, number, name, hits, 13_200 - hits, 13_200 - hits, 2e-4, 1e-6, None, None


def _counts(random: np.random.Generator, run_id: int, values: dict[str, Any], own: np.ndarray) -> Rows:
    for name, value in (("candidates", 13_200), ("accepted", 900), ("score.errors", 4000), ("score.timeouts", 3)):
        yield run_id, name, value


def _findings(random: np.random.Generator, run_id: int, values: dict[str, Any], own: np.ndarray) -> Rows:
    for number in range(values["finding_count"]):
        yield run_id, number, "saved-more-than-spent", "warning", "generated: 2400 s saved", "24.8 s spent", 12 + number


def _tags(random: np.random.Generator, run_id: int, values: dict[str, Any], own: np.ndarray) -> Rows:
    if random.random() < 0.1:
        yield run_id, str(random.choice(["baseline", "keep", "suspicious", "kaggle"]))


_CHILDREN: dict[Any, Callable[..., Rows]] = {
    Phase: _phases,
    Task: _task_rows,
    TaskPhase: _task_phases,
    Cache: _caches,
    Count: _counts,
    RunFinding: _findings,
    Tag: _tags,
}


def _evidence(engine: Engine, random: np.random.Generator, runs: int) -> None:
    """Measurements of three arms in eight blocks over the first runs, and decisions about them."""
    blocks: Any = BlockRun.__table__
    for number, win in enumerate(tuple(all_wins()) * max(1, min(20, runs // 120))):
        arms = [{"name": "A", "config": "none"}, {"name": "B", "config": win}, {"name": "A2", "config": "none"}]
        spec = {"kind": "pair", "arms": arms, "cache_state": "cold", "tasks": 100, "max_blocks": 8, "generated": True}
        measurement = store.begin_measurement(engine, spec)
        ids = (random.integers(1, runs + 1, (8, 3))).tolist()
        rows = [(measurement, block, arms[at]["name"], at, ids[block][at]) for block in range(8) for at in range(3)]
        with writing(engine) as connection:
            insert_rows(connection, blocks, rows)
        verdict = {"verdict": "faster", "speedup": 1.1, "low": 1.05, "high": 1.15, "blocks": 8, "reason": "generated"}
        store.update_measurement(engine, measurement, status="finished", verdict=verdict)
        with writing(engine) as connection:
            seal_measurement(connection, measurement)
        seen = queries.decisions(engine, win, limit=1)["id"].tolist()
        because, choice = "generated: a reason", ("keep", "revert", "undecided")[number % 3]
        store.decide(engine, win, choice, because, measurement, seen_decision_id=seen[0] if seen else None)


def page_queries(engine: Engine, runs: int) -> dict[str, Callable[[], object]]:
    """Every query of a page, at its costliest: the largest run, the last page, filters that fit many and none."""
    newest = queries.runs(engine, status="finished", workload="00" * 8, config="none", limit=20)
    some, group = newest["id"].tolist(), queries.groups(engine, limit=1).iloc[0]
    same = {name: group[name] for name in ("workload", "config", "cache_state", "machine")}
    first, last = some[0], max(0, runs - 100)
    measured = int(queries.measurements(engine, limit=1)["id"].iloc[0])
    return {
        "runs: first page": lambda: queries.runs(engine),
        "runs: last page": lambda: queries.runs(engine, offset=last),
        "runs: by wall-clock": lambda: queries.runs(engine, sort="wall_seconds"),
        "runs: by overhead, last page": lambda: queries.runs(engine, sort="overhead_share", offset=last),
        "runs: text": lambda: queries.runs(engine, text="early"),
        "runs: text that fits none": lambda: queries.runs(engine, text="zzz"),
        "runs: win and tag": lambda: queries.runs(engine, win=next(iter(all_wins())), tag="baseline"),
        "runs: machine, state, dates": lambda: queries.runs(
            engine, machine="laptop-3f2a", cache_state="cold", since=FIRST_DAY + timedelta(days=300)
        ),
        "runs: of a measurement": lambda: queries.runs(engine, measurement_id=measured),
        "runs: deleted": lambda: queries.runs(engine, deleted=True),
        "runs: a page of 1,000": lambda: queries.runs(engine, limit=1000),
        "run_count": lambda: queries.run_count(engine),
        "run_count: text": lambda: queries.run_count(engine, text="early"),
        "groups": lambda: queries.groups(engine),
        "filter_values": lambda: queries.filter_values(engine),
        "trend": lambda: queries.trend(engine, **same),
        "phase_shares: 100 runs": lambda: queries.phase_shares(engine, range(first - 100, first)),
        "run": lambda: queries.run(engine, first),
        "phases: 20 runs": lambda: queries.phases(engine, some),
        "tasks: slowest 10": lambda: queries.tasks(engine, first, sort="seconds", descending=True, limit=10),
        "tasks: 2 runs": lambda: queries.tasks(engine, some[:2]),
        "task_phases: one run": lambda: queries.task_phases(engine, first),
        "task_phases: one task": lambda: queries.task_phases(engine, some[:2], task_id=f"{7919:08x}"),
        "caches: 20 runs": lambda: queries.caches(engine, some),
        "counts: 20 runs": lambda: queries.counts(engine, some),
        "findings": lambda: queries.findings(engine, first),
        "environment: 2 runs": lambda: queries.environment(engine, some[:2]),
        "tags": lambda: queries.tags(engine),
        "profile": lambda: queries.profile(engine, first),
        "imported": lambda: queries.imported(engine, "no such digest"),
        "measurements": lambda: queries.measurements(engine),
        "measurement": lambda: queries.measurement(engine, measured),
        "blocks": lambda: queries.blocks(engine, measured),
        "decisions": lambda: queries.decisions(engine),
        "current_decisions": lambda: queries.current_decisions(engine),
        "kept_wins": lambda: queries.kept_wins(engine),
        "documents": lambda: queries.documents(engine),
    }


def _time(query: Callable[[], object], times: int) -> list[float]:
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        query()
        spent.append(time.perf_counter() - begun)
    return spent


def main() -> None:
    """Generates, times every query, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--times", type=int, default=15, help="how often each query is timed")
    parser.add_argument("--keep", metavar="URL", help="the database to fill and keep; one that has runs is only timed")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.keep or f"sqlite:///{folder}/generated.db"
        engine = open_engine(url)
        begun = time.perf_counter()
        if queries.run_count(engine, deleted=None) == 0:
            generate(engine, asked.runs, asked.tasks)
            print(f"generated {asked.runs:,} runs x {asked.tasks} tasks x {len(PHASES)} phases: ", end="")
            print(f"{time.perf_counter() - begun:.1f} s")
        if engine.dialect.name == "sqlite" and engine.url.database:
            print(f"size: {Path(engine.url.database).stat().st_size / 1e6:,.0f} MB")
        _print_times(engine, queries.run_count(engine, deleted=None), asked.times)
        engine.dispose()


def _print_times(engine: Engine, runs: int, times: int) -> None:
    print(f"{'query':<32}{'median ms':>10}{'worst ms':>10}   goal: {GOAL_SECONDS * 1000:.0f} ms")
    for name, query in page_queries(engine, runs).items():
        spent = _time(query, times)
        late = "" if max(spent) < GOAL_SECONDS else "   missed"
        print(f"{name:<32}{statistics.median(spent) * 1000:>10.1f}{max(spent) * 1000:>10.1f}{late}")


if __name__ == "__main__":
    main()
