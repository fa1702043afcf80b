"""What a duet gains: the variance of a trial for each second that runs took, both at once and one after the other.

    python -m benchmarks.duet                        # 8 blocks each way, calm and beside a process for each core
    python -m benchmarks.duet --tasks 20 --blocks 20 --config NAME

The product's own measurement (``services.measuring.sit``) of a config against itself, in a database that is thrown
away. A ratio of 3 says that a duet needs a third of the run-seconds for an interval of the same width. Both ways are
measured in turn, so that they see the same machine.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.answers import load
from db import queries
from db.engine import open_engine
from optim.arc.builtin import checked
from optim.evidence.spec import METRICS, Spec, pair_arms
from optim.evidence.statistics import MIN_BLOCKS
from optim.evidence.verdicts import blocks_from_rows, trials
from services.measuring import sit, stored_rows
from services.problems import Problem

WAYS = {"one after the other": False, "duet": True}


class _Quiet:
    """Follows without a word."""

    def say(self, text: str) -> None: ...

    def status(self, text: str) -> None: ...


@dataclass
class Seen:
    """What one way showed: trials by metric, and the seconds that the runs took, waits included."""

    trials: dict[str, list[float]] = field(default_factory=lambda: {metric: [] for metric in METRICS})
    run_seconds: float = 0.0
    blocks: int = 0

    def cost(self, metric: str) -> float:
        """The variance of a trial, known to be 0 on average, times the seconds of runs that a trial takes."""
        return float(np.mean(np.square(self.trials[metric]))) * self.run_seconds / self.blocks


def measure(config: str, tasks: int, duet: bool, blocks: int, seen: Seen) -> None:
    """Measures a config against itself for so many blocks, and adds what came of it."""
    with tempfile.TemporaryDirectory() as folder, _place(Path(folder)) as url:
        engine = open_engine(url)
        spec = Spec(
            kind="pair", arms=pair_arms(config, config), parameters=checked({"tasks": tasks}), duet=duet,
            min_blocks=blocks, max_blocks=blocks, max_minutes=600.0,
        )  # fmt: skip
        number = sit(engine, spec, None, _Quiet()).id
        whole = blocks_from_rows(stored_rows(engine, number))
        for metric in METRICS:
            ratios = trials(whole, metric=metric)
            seen.trials[metric] += [] if ratios is None else ratios.tolist()
        rows = queries.run_rows(engine, limit=10_000)
        seen.run_seconds += sum(float(row["wall_seconds"] or 0) for row in rows)
        seen.blocks += len(whole)
        engine.dispose()


@contextlib.contextmanager
def _place(folder: Path) -> Iterator[str]:
    """The folder as home and place of the database, for this process and those that it starts; gives the URL."""
    url = f"sqlite:///{folder}/quickwin.db"
    before = dict(os.environ)
    os.environ.update(QUICKWIN_HOME=str(folder / "home"), DATABASE_URL=url)
    try:
        yield url
    finally:
        os.environ.clear()
        os.environ.update(before)


def both_ways(config: str, tasks: int, blocks: int, rounds: int) -> dict[str, Seen]:
    """Both ways in turn."""
    seen_by_way = {way: Seen() for way in WAYS}
    for _ in range(rounds):
        for way, duet in WAYS.items():
            measure(config, tasks, duet, blocks, seen_by_way[way])
    return seen_by_way


def lines(seen_by_way: dict[str, Seen]) -> Iterator[str]:
    """What both ways showed, in words."""
    for way, seen in seen_by_way.items():
        spreads = ", ".join(f"{metric} {100 * _spread(seen.trials[metric]):.2f}%" for metric in METRICS)
        each = seen.run_seconds / seen.blocks
        yield f"  {way:20} {seen.blocks:3} blocks of {each:6.1f} run-seconds; sd of a trial: {spreads}"
    plain, duet = seen_by_way.values()
    for metric in METRICS:
        yield f"  gain in {metric} seconds: {plain.cost(metric) / duet.cost(metric):.1f}x fewer run-seconds"


def _spread(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def main() -> None:
    """Prints both ways, calm and under load."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=10)
    parser.add_argument("--config", default="none")
    parser.add_argument("--blocks", type=int, default=MIN_BLOCKS + 2, help="of each way, each time")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--load", type=int, nargs="*", help="processes that eat cores (default: 0 and one a core)")
    given = parser.parse_args()
    # Ended from outside, it still ends the processes that it started to be busy.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    for processes in given.load if given.load is not None else (0, os.cpu_count() or 2):
        start = time.perf_counter()
        print(f"{given.config} against itself, {given.tasks} tasks, beside {processes} busy processes:", flush=True)
        try:
            with load(processes):
                seen_by_way = both_ways(given.config, given.tasks, given.blocks, given.rounds)
        except Problem as problem:
            raise SystemExit(f"{problem}") from problem
        for line in lines(seen_by_way):
            print(line)
        print(f"  {time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
