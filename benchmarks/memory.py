"""How much memory a run takes: of its worker and of the process that starts it, on default and on own data.

    python -m benchmarks.memory [--tasks 400] [--wins all]

Each run is a fresh process that starts a worker as ``quickwin run`` does; both peaks are the kernel's. Own data are the
default data, changed (see ``benchmarks.answers``). The answers are printed, so that they can be held against others.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks._own_data import own_data
from optim.arc.runner import Listener, Run
from optim.arc.settings import Settings
from optim.arc.wins import all_wins
from optim.arc.workload import prepare
from profiles.configs import parse_config


def run(settings: Settings) -> str:
    """A run, and what it took, in words."""
    with tempfile.TemporaryDirectory() as folder:
        placed = replace(settings, caches_dir=f"{folder}/caches", output_dir=f"{folder}/out")
        record = Run(placed, prepare(placed), "memory", Listener(), None).execute().record
    own, worker = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    seconds = f"{record.wall_seconds or 0.0:.1f} s, {record.cpu_seconds or 0.0:.1f} CPU s"
    return f"worker {worker:.0f} MB, beside it {own:.0f} MB  {seconds}  {record.results_fingerprint}"


def main() -> None:
    """Prints the peaks for both data."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=400)
    parser.add_argument("--wins", default="all")
    given = parser.parse_args()
    settings = Settings(tasks=given.tasks, wins=parse_config(given.wins, tuple(all_wins())))
    limit = settings.memory_bytes // 1024**2
    print(f"{given.tasks} tasks with {given.wins}; a worker may take {limit} MB")
    with tempfile.TemporaryDirectory() as folder:
        data: dict[str, dict[str, Any]] = {"default data": {}, "own data": own_data(Path(folder) / "own")}
        for name, files in data.items():
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
                print(f"  {name:<14}{pool.submit(run, replace(settings, **files)).result()}", flush=True)


if __name__ == "__main__":
    main()
