"""Whether answers are equal whatever is on: one results fingerprint for all configs, cold and warm.

    python -m benchmarks.answers                        all configs at 100 tasks on default data
    python -m benchmarks.answers --tasks 400 --covering a covering set of 8 configs, each pair of wins on and off
    python -m benchmarks.answers --load 6               beside so many processes that eat the cores
    python -m benchmarks.answers --tasks-dir T --dsl D --solvers S

Each run is a fresh worker process; each line is printed as soon as it is there, so that a part of it is of use.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.wins import all_wins
from optim.arc.workload import prepare
from profiles.configs import Config
from profiles.records import RunRecord

_BUSY = "while True: pass"


@contextlib.contextmanager
def load(processes: int) -> Iterator[None]:
    """Processes in sessions of their own that eat the cores."""
    started = [subprocess.Popen([sys.executable, "-c", _BUSY], start_new_session=True) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def all_configs(wins: Sequence[str]) -> list[Config]:
    """Every subset, the smaller ones first."""
    return [frozenset(chosen) for size in range(len(wins) + 1) for chosen in itertools.combinations(wins, size)]


def covering(wins: Sequence[str], count: int = 8) -> list[Config]:
    """``none``, ``all`` and more: together they hold every pair of wins in each of its four states, if ``count`` do."""
    configs, candidates = [frozenset[str](), frozenset(wins)], all_configs(wins)
    while len(configs) < min(count, len(candidates)):
        seen = {state for config in configs for state in _states(config, wins)}
        best = max(candidates, key=lambda config: len(_states(config, wins) - seen))
        if _states(best, wins) <= seen:
            break
        configs.append(best)
    return configs


def _states(config: Config, wins: Sequence[str]) -> set[tuple[str, bool, str, bool]]:
    return {(a, a in config, b, b in config) for a, b in itertools.combinations(wins, 2)}


def run(settings: Settings, config: Config, caches: str) -> RunRecord:
    """One run, stored nowhere."""
    with tempfile.TemporaryDirectory() as output:
        placed = replace(settings, wins=config, caches_dir=caches, output_dir=output)
        return Run(placed, prepare(placed), "answers", Listener(), None).execute().record


def line(config: Config, state: str, record: RunRecord) -> str:
    """One run in words."""
    timeouts = sum(task.timeouts for task in record.tasks)
    backstops = record.counts.get("backstops", 0)
    name = ",".join(sorted(config)) or "none"
    where = f"{record.wall_seconds:8.1f} s  {record.cpu_seconds:8.1f} CPU s"
    return f"{record.results_fingerprint}  {state}  {timeouts} timeouts, {backstops} at the backstop  {where}  {name}"


def main() -> int:
    """Prints each run; the exit code says whether all gave the same answers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100)
    parser.add_argument("--covering", action="store_true")
    parser.add_argument("--load", type=int, default=0)
    parser.add_argument("--limit", type=float, default=Settings().limit_seconds)
    for name in ("--tasks-dir", "--dsl", "--solvers"):
        parser.add_argument(name)
    given = parser.parse_args()
    own = {"tasks_dir": given.tasks_dir, "dsl": given.dsl, "solvers": given.solvers}
    settings = Settings(tasks=given.tasks, limit_seconds=given.limit, **own)
    wins = tuple(all_wins())
    configs = covering(wins) if given.covering else all_configs(wins)
    random.Random(0).shuffle(configs)
    seen: Counter[str | None] = Counter()
    print(f"{len(configs)} configs, cold and warm, {given.tasks} tasks; load: {os.getloadavg()[0]:.1f} + {given.load}")
    with load(given.load):
        for config in configs:
            with tempfile.TemporaryDirectory() as caches:
                for state in ("cold", "warm"):
                    record = run(settings, config, caches)
                    seen[record.results_fingerprint] += 1
                    print(line(config, state, record), flush=True)
    print(f"{len(seen)} fingerprint(s): {dict(seen)}")
    return 0 if len(seen) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
