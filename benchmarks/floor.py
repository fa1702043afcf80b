"""All wins on against two floors: DSL operations alone, each distinct one once a sample, with their arguments at hand.

    python -m benchmarks.floor [--blocks 9] [--tasks 100]

``run``: what the evaluator ran with all wins on. ``accepted``: what the accepted solvers alone need, which only one who
knew them beforehand could do with. Operations that raised are left out of both, which makes them lower. Each block
takes the floors and the run, in a fresh process each, one after the other. Files lie in memory where there is such a
folder: a disk is no part of what is compared.
"""

from __future__ import annotations

import argparse
import gc
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from statistics import median
from time import perf_counter
from typing import Any

from optim.arc.graph import TUPLE
from optim.arc.save import body_key
from optim.arc.settings import Settings
from optim.arc.wins import all_wins
from optim.arc.wins.dsl_cache import GraphEvaluator
from optim.arc.workers.guard import Heartbeat
from optim.arc.workers.worker import Worker
from optim.arc.workload import prepare
from optim.evidence.statistics import interval, log_ratios
from services.scratch import scratch_folder

Calls = list[tuple[Any, tuple[Any, ...]]]
FLOORS = {"run": "what this evaluator ran", "accepted": "what the accepted solvers need"}


@dataclass
class Collected:
    """The calls of a run, by floor, and the nodes that depend on no sample of which a floor has the call already."""

    calls: dict[str, Calls] = field(default_factory=lambda: {name: [] for name in FLOORS})
    seen: dict[str, set[int]] = field(default_factory=lambda: {name: set() for name in FLOORS})

    def add(self, evaluator: GraphEvaluator, held: list[dict[int, Any]], accepted: list[int]) -> None:
        """A task's calls, from what was held of its samples and the roots of its accepted solvers."""
        needed = sorted({node for root in accepted for node in evaluator._graph.order(root)})
        for values in held:
            for name, nodes in (("run", values), ("accepted", [node for node in needed if node in values])):
                self.calls[name] += _calls_of(evaluator, values, nodes, self.seen[name])
        # The numbers of the others will stand for nodes of the next task.
        self.seen = {name: {node for node in seen if node < evaluator._graph.kept} for name, seen in self.seen.items()}


def run_all(settings: Settings, collected: Collected | None = None) -> float:
    """Seconds of a run with all wins on and cold caches, in this process; ``collected`` gets what ran."""
    tasks = list(prepare(settings).tasks)
    with scratch_folder() as folder:
        placed = replace(settings, caches_dir=f"{folder}/caches", output_dir=f"{folder}/out")
        worker = Worker(placed, tasks, Heartbeat())
        work = worker.work if collected is None else _collecting(worker, collected)
        start = perf_counter()
        for index in range(len(tasks)):
            work(index, {})
        worker.close()
        return perf_counter() - start


def _collecting(worker: Worker, collected: Collected) -> Callable[[int, dict[int, str]], None]:
    """Does a task's work, and takes what its evaluator holds before it is forgotten."""
    evaluator: Any = worker._pipeline._parts.evaluator
    while not isinstance(evaluator, GraphEvaluator):
        evaluator = evaluator._inner
    graph, end, held = evaluator._graph, evaluator.end, list[dict[int, Any]]()

    def take() -> None:
        held[:] = [sample.values for sample in evaluator._samples]
        end()

    def work(index: int, banned: dict[int, str]) -> None:
        names = {name for name, _ in worker.work(index, banned)["accepted"]}
        roots = {root for root in graph._roots.values() if isinstance(root, int)}
        collected.add(evaluator, held, [root for root in roots if body_key(graph.text(root)) in names])

    evaluator.end = take  # type: ignore[method-assign]
    return work


def _calls_of(evaluator: GraphEvaluator, values: Mapping[int, Any], nodes: Iterable[int], seen: set[int]) -> Calls:
    """The operations behind nodes of a sample; those that do not depend on the sample only the first time."""
    graph, calls = evaluator._graph, []
    for node in nodes:
        call = graph.calls[node] if node > 0 else None
        if call is None or node in seen:
            continue
        if graph.constant[node]:
            seen.add(node)
        function, *arguments = call
        if function != TUPLE:
            calls.append((values[function], tuple(values[argument] for argument in arguments)))
    return calls


def replay(calls: Calls) -> float:
    """Seconds of the calls alone."""
    start = perf_counter()
    for function, arguments in calls:
        function(*arguments)
    return perf_counter() - start


def floors(settings: Settings) -> dict[str, tuple[float, int]]:
    """Seconds and number of each floor's operations; median of three replays in the process that ran them."""
    collected = Collected()
    run_all(settings, collected)
    gc.freeze()
    return {name: (median(replay(calls) for _ in range(3)), len(calls)) for name, calls in collected.calls.items()}


def fresh(function: Callable[..., Any], *arguments: Any) -> Any:
    """The function's result, from a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def main() -> None:
    """Prints both floors, the run with all wins on, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=9)
    parser.add_argument("--tasks", type=int, default=100)
    given = parser.parse_args()
    settings = Settings(wins=frozenset(all_wins()), tasks=given.tasks, memory_bytes=1 << 45)
    rounds, runs = [], []
    for _ in range(given.blocks):
        rounds.append(fresh(floors, settings))
        runs.append(fresh(run_all, settings))
    print(f"all wins, cold: {median(runs):.3f} s (median)")
    for name, title in FLOORS.items():
        seconds = [counted[name][0] for counted in rounds]
        ratio = interval(log_ratios(runs, seconds))
        print(f"floor {name!r}, {title}: {rounds[0][name][1]:,} operations, {median(seconds):.3f} s (median)")
        print(f"  all wins / floor: {ratio.speedup:.3f}  [{ratio.low:.3f}, {ratio.high:.3f}]")


if __name__ == "__main__":
    main()
