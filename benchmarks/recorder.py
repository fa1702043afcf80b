"""What recording costs: nanoseconds per phase, cache hit and count, microseconds per task.

    python benchmarks/recorder.py

Each figure is the least of several repeats, less the empty loop; the other repeats show what the machine adds.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from profiles.recorder import NullRecorder, Recorder

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


def main() -> None:
    """Prints the table."""
    print(f"Python {platform.python_version()}, least of {REPEATS} repeats of {TURNS:,} turns, less the empty loop")
    print(f"{'nanoseconds':28}{'recorder':>10}{'median':>10}{'null':>10}")
    nothing = measure(empty, Recorder)[0]
    for what in (phase, nested_phase, phase_taken_once, phase_taken_elsewhere, cache_hit, cache_taken_once, count):
        times = [(one - nothing) * 1e9 for one in measure(what, Recorder)]
        null = (measure(what, NullRecorder)[0] - nothing) * 1e9
        print(f"{what.__name__:28}{times[0]:10.0f}{times[len(times) // 2]:10.0f}{null:10.0f}")
    times = [one * 1e6 for one in measure(task, Recorder, TASKS)]
    print(f"a task of {PHASES_PER_TASK} phases: {times[0]:.1f} us, median {times[len(times) // 2]:.1f} us")


if __name__ == "__main__":
    main()
