"""The pipeline's figures: wins against the baseline, alone and left out, two workers against one.

    python -m benchmarks.pipeline [--blocks 5] [--tasks 100]
    python -m benchmarks.pipeline workers
    python -m benchmarks.pipeline workers_all --tasks 400 --blocks 3      with all wins alone

Every ratio is taken in blocks, each arm in a fresh worker process, one after the other in random order; the interval is
the one that measurements use. Each arm's answers must be the baseline's.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.wins import all_wins
from optim.arc.workload import prepare
from optim.evidence.statistics import interval, log_ratios
from profiles.configs import parse_config
from profiles.records import RunRecord
from services.scratch import scratch_folder

Arm = Callable[[], RunRecord]


def arm(settings: Settings, wins: str, state: str = "cold", **changes: object) -> Arm:
    """A function that makes one run: with fresh caches, or with caches that one run before primed."""
    chosen = replace(settings, wins=parse_config(wins, tuple(all_wins())), **changes)  # type: ignore[arg-type]
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
        estimate = interval(log_ratios(seconds[first], values))
        print(f"  {name:<28}{median:8.3f} s  {estimate.speedup:7.3f}x  [{estimate.low:.3f}, {estimate.high:.3f}]")


def against_baseline(settings: Settings, blocks: int) -> None:
    """All wins against none, cold and warm."""
    for state in ("cold", "warm"):
        arms = {name: arm(settings, name, state) for name in ("none", "all")}
        report(f"all wins against the baseline, {state} caches", measure(arms, blocks), "none")


def alone(settings: Settings, blocks: int) -> None:
    """Each win on its own."""
    arms = {name: arm(settings, name) for name in ("none", *all_wins())}
    report("each win alone, cold", measure(arms, blocks), "none")


def without(settings: Settings, blocks: int) -> None:
    """All wins but one."""
    arms = {name: arm(settings, name) for name in ("all", *(f"all-{win}" for win in all_wins()))}
    report("all but each win, cold (below 1: the win is missed)", measure(arms, blocks), "all")


def workers(settings: Settings, blocks: int, configs: tuple[str, ...] = ("none", "all")) -> None:
    """Two worker processes against one, without wins and with all."""
    for wins in configs:
        arms = {f"{count} workers": arm(settings, wins, workers=count) for count in (1, 2)}
        report(f"two workers against one, {wins}", measure(arms, blocks), "1 workers")


FIGURES: dict[str, Callable[[Settings, int], None]] = {
    "baseline": against_baseline,
    "alone": alone,
    "without": without,
    "workers": workers,
}
#: Only where they are asked for.
MORE: dict[str, Callable[[Settings, int], None]] = {"workers_all": partial(workers, configs=("all",))}


def main() -> None:
    """Prints the figures of the pipeline, all or those asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figures", nargs="*", metavar="FIGURE", help=f"of {', '.join(FIGURES | MORE)}")
    parser.add_argument("--blocks", type=int, default=5)
    parser.add_argument("--tasks", type=int, default=100)
    given = parser.parse_args()
    known = FIGURES | MORE
    if unknown := set(given.figures) - set(known):
        parser.error(f"no figure is called {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    for name in given.figures or FIGURES:
        known[name](Settings(tasks=given.tasks), given.blocks)


if __name__ == "__main__":
    main()
