"""The pipeline's figures: wins against the baseline, against the floor, the cost of recording, two workers.

    python -m benchmarks.pipeline [--blocks 5] [--tasks 100]

Every ratio is taken in blocks, each arm in a fresh worker process, one after the other in random order; the interval is
the one that measurements use. Each arm's answers must be the baseline's.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from dataclasses import replace

from optim.config import WIN_NAMES, parse_config
from optim.runner import Listener, Run
from optim.scratch import scratch_folder
from optim.settings import Settings
from optim.statistics import interval, log_ratios
from optim.workload import prepare
from profiles.records import RunRecord

Arm = Callable[[], RunRecord]


def arm(settings: Settings, wins: str, state: str = "cold", **changes: object) -> Arm:
    """A function that makes one run: with fresh caches, or with caches that one run before primed."""
    chosen = replace(settings, wins=parse_config(wins), **changes)  # type: ignore[arg-type]
    work = prepare(chosen)
    warm = tempfile.mkdtemp() if state == "warm" else None

    def run() -> RunRecord:
        with tempfile.TemporaryDirectory() as fresh, scratch_folder() as output:
            placed = replace(chosen, caches_dir=f"{warm or fresh}/caches", output_dir=str(output))
            return Run(placed, work, wins, Listener(), None).execute().record

    if warm:
        run()
    return run


def measure(arms: dict[str, Arm], blocks: int) -> dict[str, list[float]]:
    """Seconds of each arm, block by block.

    Raises:
        SystemExit: an arm's answers are not the first arm's.
    """
    seconds: dict[str, list[float]] = {name: [] for name in arms}
    fingerprints = set()
    for block in range(blocks):
        order = list(arms)
        random.Random(block).shuffle(order)
        for name in order:
            record = arms[name]()
            fingerprints.add(record.results_fingerprint)
            seconds[name].append(record.wall_seconds or 0.0)
    if len(fingerprints - {None}) > 1:
        raise SystemExit("the answers differ: a figure of different answers means nothing")
    return seconds


def report(title: str, seconds: dict[str, list[float]], first: str) -> None:
    """Prints each arm's median seconds and its speedup over ``first`` with its interval."""
    print(f"\n{title}")
    for name, values in seconds.items():
        median = sorted(values)[len(values) // 2]
        found = interval(log_ratios(seconds[first], values))
        print(f"  {name:<28}{median:8.3f} s  {found.speedup:7.3f}x  [{found.low:.3f}, {found.high:.3f}]")


def main() -> None:
    """Prints all figures of the pipeline."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=5)
    parser.add_argument("--tasks", type=int, default=100)
    given = parser.parse_args()
    settings, blocks = Settings(tasks=given.tasks), given.blocks

    for state in ("cold", "warm"):
        arms = {name: arm(settings, name, state) for name in ("none", "all")}
        report(f"all wins against the baseline, {state} caches", measure(arms, blocks), "none")
    alone = {name: arm(settings, name) for name in ("none", *WIN_NAMES)}
    report("each win alone, cold", measure(alone, blocks), "none")
    without = {name: arm(settings, name) for name in ("all", *(f"all-{win}" for win in WIN_NAMES))}
    report("all but each win, cold (below 1: the win is missed)", measure(without, blocks), "all")
    recorded = {"null recorder": arm(settings, "none", record=False), "recorder": arm(settings, "none")}
    report("recording, baseline", measure(recorded, 2 * blocks), "null recorder")
    fast = {"null recorder": arm(settings, "all", record=False), "recorder": arm(settings, "all")}
    report("recording, all wins, cold", measure(fast, 4 * blocks), "null recorder")
    shared = {f"{count} workers": arm(settings, "none", workers=count) for count in (1, 2)}
    report("two workers against one, baseline", measure(shared, blocks), "1 workers")


if __name__ == "__main__":
    main()
