"""All wins on against the floor: every distinct DSL operation that the answer needs, once a sample, nothing else.

    python -m benchmarks.floor [--blocks 9] [--tasks 100]

The floor is replayed from what a run with all wins on evaluated: the calls alone, with their arguments at hand.
Operations that raised are left out of it, which makes it lower. Each block takes both, in a fresh process each, one
after the other. Files lie in memory where there is such a folder: a disk is no part of what is compared.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from statistics import median
from time import perf_counter
from typing import Any

from optim.arc.graph import TUPLE
from optim.arc.settings import Settings
from optim.arc.wins import all_wins
from optim.arc.wins.dsl_cache import GraphEvaluator
from optim.arc.workers.guard import Heartbeat
from optim.arc.workers.worker import Worker
from optim.arc.workload import prepare
from optim.evidence.statistics import interval, log_ratios
from services.scratch import scratch_folder

Calls = list[tuple[Any, tuple[Any, ...]]]


def run_all(settings: Settings, collect: Calls | None = None) -> float:
    """Seconds of a run with all wins on and cold caches, in this process; ``collect`` gets the operations that ran."""
    tasks = list(prepare(settings).tasks)
    with scratch_folder() as folder:
        placed = replace(settings, caches_dir=f"{folder}/caches", output_dir=f"{folder}/out")
        worker = Worker(placed, tasks, Heartbeat())
        if collect is not None:
            _collecting(worker, collect)
        start = perf_counter()
        for index in range(len(tasks)):
            worker.work(index, {})
        worker.close()
        return perf_counter() - start


def _collecting(worker: Worker, calls: Calls) -> None:
    """Has the evaluator hand over what it holds of each sample before it forgets it."""
    evaluator = worker._pipeline._parts.evaluator
    assert isinstance(evaluator, GraphEvaluator)
    end, seen = evaluator.end, set[int]()

    def collect() -> None:
        for sample in evaluator._samples:
            calls.extend(_calls_of(evaluator, sample.values, seen))
        end()

    evaluator.end = collect  # type: ignore[method-assign]


def _calls_of(evaluator: GraphEvaluator, values: dict[int, Any], seen: set[int]) -> Calls:
    """The operations behind a sample's values; those that do not depend on the sample only the first time."""
    graph, found = evaluator._graph, []
    for node in values:
        call = graph.calls[node] if node > 0 else None
        if call is None or node in seen:
            continue
        if graph.constant[node]:
            seen.add(node)
        function, *arguments = call
        if function != TUPLE:
            found.append((values[function], tuple(values[one] for one in arguments)))
    return found


def replay(calls: Calls) -> float:
    """Seconds of the calls alone."""
    start = perf_counter()
    for function, arguments in calls:
        function(*arguments)
    return perf_counter() - start


def floor(settings: Settings) -> tuple[float, int]:
    """Seconds and number of the operations alone; median of three replays in the process that ran them."""
    calls: Calls = []
    run_all(settings, calls)
    gc.freeze()
    return sorted(replay(calls) for _ in range(3))[1], len(calls)


def fresh(function: Callable[..., Any], *arguments: Any) -> Any:
    """The function's result, from a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def main() -> None:
    """Prints the floor, the run with all wins on, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=9)
    parser.add_argument("--tasks", type=int, default=100)
    given = parser.parse_args()
    settings = Settings(wins=frozenset(all_wins()), tasks=given.tasks, memory_bytes=1 << 45)
    floors, runs, count = [], [], 0
    for _ in range(given.blocks):
        seconds, count = fresh(floor, settings)
        floors.append(seconds)
        runs.append(fresh(run_all, settings))
    found = interval(log_ratios(runs, floors))
    print(f"floor: {count:,} operations, {median(floors):.3f} s (median)")
    print(f"all wins, cold: {median(runs):.3f} s (median)")
    print(f"all wins / floor: {found.speedup:.3f}  [{found.low:.3f}, {found.high:.3f}]")


if __name__ == "__main__":
    main()
