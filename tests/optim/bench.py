"""What tests of the pipeline share: a worker in this process, and small settings of its own folders."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from optim.arc.diskcache import DiskCache
from optim.arc.pipeline import results_fingerprint
from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.workers.guard import Heartbeat
from optim.arc.workers.worker import Worker
from optim.arc.workload import prepare


def small(folder: Path, **changes: Any) -> Settings:
    """Settings of a run over a few small tasks, with its folders in ``folder``."""
    same: dict[str, Any] = {"tasks": 6, "candidates": 40, "memory_bytes": 64 * 1024**3}
    own = {"caches_dir": str(folder / "caches"), "output_dir": str(folder / "out")}
    return Settings(**{**same, **own, **changes})


@cache
def _tasks(settings: Settings) -> list[Task]:
    return list(prepare(settings).tasks)


def answers(settings: Settings) -> tuple[str, list[dict[str, Any]]]:
    """Runs the pipeline in this process: the results fingerprint, and each task's record."""
    tasks = _tasks(replace(settings, wins=frozenset(), caches_dir="", output_dir=""))
    worker = Worker(settings, tasks, Heartbeat())
    given = [worker.work(index, {}) for index in range(len(tasks))]
    worker.close()
    found = {one["task"]: (tasks[one["task"]].task_id, one["accepted"]) for one in given}
    return results_fingerprint(found), [one["record"] for one in given]


def overwrite(file: Path, change: Callable[[str], str]) -> None:
    """Changes every value of a persistent cache, the way that Quickwin itself would write it."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT scope, key, value FROM kept").fetchall()
    for scope in {row[0] for row in rows}:
        cache = DiskCache(file, scope)
        cache.put({key: change(value) for own, key, value in rows if own == scope})
        cache.close()
