"""The load of the machine changes no answer."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.workload import prepare
from profiles.records import RunRecord
from tests.optim.bench import small
from tests.worked_example import WIN_NAMES

#: CPU seconds of a call: several times what the tasks' slowest call needs, and little enough that load would exceed it.
LIMIT = 0.06
CONFIGS = [frozenset[str](), *(frozenset({name}) for name in WIN_NAMES), frozenset(WIN_NAMES)]


@contextlib.contextmanager
def one_core() -> Iterator[int]:
    """This process and what it starts have one core to share, where the system lets them; gives how many they have."""
    if not hasattr(os, "sched_setaffinity"):
        yield os.cpu_count() or 2
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield 1
    finally:
        os.sched_setaffinity(0, cores)


@contextlib.contextmanager
def busy(processes: int) -> Iterator[None]:
    """Processes in sessions of their own that eat all cores."""
    command = [sys.executable, "-S", "-c", "while True: pass"]
    started = [subprocess.Popen(command, start_new_session=True) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def run(settings: Settings) -> RunRecord:
    return Run(settings, prepare(settings), "test", Listener(), None).execute().record


def test_all_configs_give_one_fingerprint_beside_processes_that_eat_the_cores(tmp_path: Path) -> None:
    alone = run(small(tmp_path / "alone", limit_seconds=LIMIT, tasks=3, candidates=20))
    with one_core() as cores, busy(2 * cores):
        for number, config in enumerate(CONFIGS):
            settings = small(tmp_path / str(number), wins=config, limit_seconds=LIMIT, tasks=3, candidates=20)
            record = run(settings)
            assert sum(task.timeouts for task in record.tasks) == sum(task.timeouts for task in alone.tasks)
            assert record.results_fingerprint == alone.results_fingerprint
