"""What recording costs: nanoseconds per phase, cache hit and count, microseconds per task, share of a run.

    python -m benchmarks.recorder [--passes 10]

Each figure of the first table is the least of several repeats, less the empty loop; the other repeats show what the
machine adds. A run with the recorder and its journal is taken against one with a null recorder in passes: the same
process runs each task with both, one after the other, in random order, so that what the machine does meanwhile meets
both alike. A pass over all tasks is one trial.
"""

from __future__ import annotations

import argparse
import platform
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.wins import all_wins
from optim.arc.workers.guard import Heartbeat
from optim.arc.workers.messages import message
from optim.arc.workers.worker import Worker
from optim.arc.workload import prepare
from optim.evidence.statistics import interval, log_ratios
from profiles.configs import parse_config
from profiles.recorder import NullRecorder, Recorder
from services.scratch import scratch_folder

TURNS = 100_000
REPEATS = 9
TASKS = 300
PHASES_PER_TASK = 12


def empty(recorder: Recorder, turns: int) -> None:
    for _ in range(turns):
        pass


def phase(recorder: Recorder, turns: int) -> None:
    for _ in range(turns):
        with recorder.phase("score"):
            pass


def nested_phase(recorder: Recorder, turns: int) -> None:
    with recorder.phase("score"), recorder.phase("compile"):
        for _ in range(turns):
            with recorder.phase("dsl", category="dsl"):
                pass


def phase_taken_once(recorder: Recorder, turns: int) -> None:
    score = recorder.phase("score")
    for _ in range(turns):
        with score:
            pass


def phase_taken_elsewhere(recorder: Recorder, turns: int) -> None:
    score = recorder.phase("score")
    with recorder.phase("outer"):
        for _ in range(turns):
            with score:
                pass


def cache_hit(recorder: Recorder, turns: int) -> None:
    for _ in range(turns):
        recorder.cache("validation").hit()


def cache_taken_once(recorder: Recorder, turns: int) -> None:
    cache = recorder.cache("validation")
    for _ in range(turns):
        cache.hit()


def count(recorder: Recorder, turns: int) -> None:
    for _ in range(turns):
        recorder.count("candidates")


def task(recorder: Recorder, turns: int) -> None:
    for number in range(turns):
        with recorder.task(str(number)):
            for name in range(PHASES_PER_TASK):
                with recorder.phase(f"phase {name}"):
                    pass


def measure(what: Callable[[Recorder, int], None], kind: type[Recorder], turns: int = TURNS) -> list[float]:
    """Seconds per turn of each repeat, least first."""
    seconds = []
    for _ in range(REPEATS):
        recorder = kind()
        start = time.perf_counter()
        what(recorder, turns)
        seconds.append((time.perf_counter() - start) / turns)
    return sorted(seconds)


def one_pass(settings: Settings, tasks: list[Task], number: int) -> tuple[float, float]:
    """Seconds of all tasks with the null recorder and with the recorder, task by task in random order."""
    chance, spent = random.Random(number), {False: 0.0, True: 0.0}
    with scratch_folder() as folder, Recorder(journal=folder / "run.jsonl") as journal:
        workers = {on: _worker(settings, tasks, folder / str(on), on) for on in spent}
        for index in range(len(tasks)):
            for on in chance.sample(list(workers), 2):
                start = time.perf_counter()
                answer = workers[on].work(index, {})
                message(answer)
                if on:
                    journal.add_task(answer["record"], answer["line"])
                spent[on] += time.perf_counter() - start
        for worker in workers.values():
            worker.close()
        start = time.perf_counter()
        journal.finish()
        spent[True] += time.perf_counter() - start
    return spent[False], spent[True]


def _worker(settings: Settings, tasks: list[Task], folder: Path, record: bool) -> Worker:
    placed = replace(settings, record=record, caches_dir=str(folder / "caches"), output_dir=str(folder / "out"))
    return Worker(placed, tasks, Heartbeat())


def share_of_a_run(wins: str, passes: int) -> None:
    """Prints how much longer a run takes with the recorder."""
    settings = Settings(wins=parse_config(wins, tuple(all_wins())), memory_bytes=1 << 45)
    tasks = list(prepare(settings).tasks)
    null, recorded = zip(*(one_pass(settings, tasks, number) for number in range(passes)), strict=True)
    estimate = interval(log_ratios(recorded, null))
    low, cost, high = (f"{100 * (value - 1):+.2f}%" for value in (estimate.low, estimate.speedup, estimate.high))
    print(f"a run with {wins}: {cost} [{low}, {high}] with the recorder and its journal, {passes} passes")


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passes", type=int, default=10)
    passes = parser.parse_args().passes
    costs()
    share_of_a_run("all", 3 * passes)
    share_of_a_run("none", passes)


def costs() -> None:
    """Prints what a phase, a cache's hit, a count and a task cost."""
    print(f"Python {platform.python_version()}, least of {REPEATS} repeats of {TURNS:,} turns, less the empty loop")
    print(f"{'nanoseconds':28}{'recorder':>10}{'median':>10}{'null':>10}")
    nothing = measure(empty, Recorder)[0]
    for what in (phase, nested_phase, phase_taken_once, phase_taken_elsewhere, cache_hit, cache_taken_once, count):
        times = [(each - nothing) * 1e9 for each in measure(what, Recorder)]
        null = (measure(what, NullRecorder)[0] - nothing) * 1e9
        print(f"{what.__name__:28}{times[0]:10.0f}{times[len(times) // 2]:10.0f}{null:10.0f}")
    times = [each * 1e6 for each in measure(task, Recorder, TASKS)]
    print(f"a task of {PHASES_PER_TASK} phases: {times[0]:.1f} us, median {times[len(times) // 2]:.1f} us")


if __name__ == "__main__":
    main()
