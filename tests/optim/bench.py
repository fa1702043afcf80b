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
from optim.arc.dsl import DslFiles, default_files, load_dsl
from optim.arc.pipeline import results_fingerprint
from optim.arc.programs import Program
from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.workers.guard import Heartbeat
from optim.arc.workers.worker import Programs, Worker
from optim.arc.workload import prepare, read_programs


def small(folder: Path, **changes: Any) -> Settings:
    """Settings of a run over a few small tasks, with its folders in ``folder``."""
    same: dict[str, Any] = {"tasks": 6, "candidates": 40, "memory_bytes": 64 * 1024**3}
    own = {"caches_dir": str(folder / "caches"), "output_dir": str(folder / "out")}
    return Settings(**{**same, **own, **changes})


@cache
def _tasks(settings: Settings) -> list[Task]:
    return list(prepare(settings).tasks)


def _programs(files: DslFiles) -> Programs | None:
    """A DSL of the worker's own, and the programs that come with the package, which are the same ones each time."""
    return Programs(files, load_dsl(files), _library(files)) if files == default_files() else None


@cache
def _library(files: DslFiles) -> dict[str, Program]:
    return read_programs(files)[0]


def answers(settings: Settings) -> tuple[str, list[dict[str, Any]]]:
    """Runs the pipeline in this process: the results fingerprint, and each task's record."""
    tasks = _tasks(replace(settings, wins=frozenset(), caches_dir="", output_dir=""))
    worker = Worker(settings, tasks, Heartbeat(), _programs(settings.files))
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
