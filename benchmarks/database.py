"""What the database withstands: many writers at once, and writers that are killed at random moments.

    python -m benchmarks.database                                   32 writers x 100 commits, 200 kills, on SQLite
    python -m benchmarks.database --url postgresql://user@host/empty

Every writer is a process of its own that records a run task by task, and says after each commit that it is done.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from sqlalchemy import Engine

from db import queries, store
from db.engine import open_engine
from profiles.records import PhaseTiming, RunRecord, TaskRecord, merge_phases

_CONTEXT = multiprocessing.get_context("fork")
_PATHS = tuple((f"phase {number}",) for number in range(12))


def make_task(index: int) -> TaskRecord:
    """A task of twelve phases."""
    phases = tuple(PhaseTiming(path=path, total_seconds=0.01, self_seconds=0.01) for path in _PATHS)
    return TaskRecord(task_id=f"task{index:04}", index=index, seconds=0.12, solved=True, phases=phases)


def record_run(url: str, key: str, tasks: int, say: Callable[[object], object]) -> None:
    """Records a run of ``tasks`` tasks, and says the number of each after its commit, ``finished`` at the end."""
    engine = open_engine(url, busy_seconds=120)
    run_id = store.begin_run(engine, RunRecord(key=key, label=key))
    done = []
    for index in range(tasks):
        done.append(make_task(index))
        store.add_task(engine, run_id, done[-1])
        say(index)
    phases = merge_phases(phase for task in done for phase in task.phases)
    record = RunRecord(key=key, label=key, wall_seconds=1.0, tasks=tuple(done), phases=phases)
    store.finish_run(engine, run_id, record)
    say("finished")
    engine.dispose()


@dataclass(kw_only=True)
class Writer:
    """A process that records, and what it said."""

    key: str
    process: BaseProcess
    pipe: Connection
    said: list[object] = field(default_factory=list)

    def listen(self, messages: int | None = None) -> None:
        """Waits for so many messages, or for all until the process ends."""
        while messages is None or len(self.said) < messages:
            try:
                self.said.append(self.pipe.recv())
            except (EOFError, OSError):
                break

    def kill(self) -> None:
        """Ends the process with SIGKILL, and takes in what it had still said."""
        self.process.kill()
        self.listen()
        self.process.join()

    @property
    def promised(self) -> int:
        """How many tasks it said were committed."""
        return sum(isinstance(line, int) for line in self.said)


def start_writer(url: str, key: str, tasks: int) -> Writer:
    """Starts a process that records a run."""
    ours, theirs = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_write, args=(url, key, tasks, theirs))
    process.start()
    theirs.close()
    return Writer(key=key, process=process, pipe=ours)


def _write(url: str, key: str, tasks: int, pipe: Connection) -> None:
    record_run(url, key, tasks, pipe.send)


def many_writers(url: str, writers: int, commits: int) -> dict[str, object]:
    """Writers at once; what is missing afterwards must be 0, and all must have finished."""
    engine, begun = open_engine(url), time.perf_counter()
    started = [start_writer(url, f"writer {number}", commits) for number in range(writers)]
    for writer in started:
        writer.listen()
        writer.process.join()
    seconds = time.perf_counter() - begun
    kept = sum(_kept(engine, writer.key) for writer in started)
    ended = Counter(queries.runs(engine, text="writer ", limit=writers)["status"].tolist())
    engine.dispose()
    return {
        "commits": writers * commits,
        "kept": kept,
        "errors": sum(writer.process.exitcode != 0 for writer in started),
        "finished": ended["finished"],
        "seconds": round(seconds, 1),
        "commits per second": round(writers * commits / seconds),
    }


def killed_writers(url: str, kills: int, at_once: int = 4, seed: int = 0) -> dict[str, object]:
    """Writers killed at random moments; neither tasks lost nor half runs shown as finished may occur."""
    engine, chance = open_engine(url), random.Random(seed)
    writers: list[Writer] = []
    for first in range(0, kills, at_once):
        group = [start_writer(url, f"killed {number}", 10_000) for number in range(first, min(kills, first + at_once))]
        for writer in group:
            writer.listen(chance.randint(1, 25))
            time.sleep(chance.uniform(0, 0.01))
            writer.kill()
        writers += group
    store.mark_interrupted(engine)
    lost = sum(max(0, writer.promised - _kept(engine, writer.key)) for writer in writers)
    ended = Counter(queries.runs(engine, text="killed ", limit=kills)["status"].tolist())
    engine.dispose()
    return {
        "kills": kills,
        "tasks promised": sum(writer.promised for writer in writers),
        "tasks lost": lost,
        "shown as finished": ended["finished"],
        "shown as interrupted": ended["interrupted"],
    }


def _kept(engine: Engine, key: str) -> int:
    """How many tasks of the run are there, in order and without a gap; checks the run's checksum on the way."""
    listed = queries.runs(engine, text=key, limit=1000)
    ids = listed.loc[listed["key"] == key, "id"]
    if ids.empty:
        return 0
    numbers = [task.index for task in queries.run(engine, ids.iloc[0]).tasks]
    return len(numbers) if numbers == list(range(len(numbers))) else -1


def main() -> None:
    """Runs both, prints what came out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="an empty database; by default a SQLite file in a temporary folder")
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--commits", type=int, default=100)
    parser.add_argument("--kills", type=int, default=200)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.url or f"sqlite:///{folder}/quickwin.db"
        if url.startswith("sqlite"):
            print(f"SQLite {sqlite3.sqlite_version}")
        print(f"{asked.writers} writers at once:", many_writers(url, asked.writers, asked.commits))
        print("killed writers:", killed_writers(url, asked.kills))


if __name__ == "__main__":
    main()
