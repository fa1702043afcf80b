"""A process that records runs, to be killed: ``python -m tests.db.writers URL NAME TASKS``.

Prints ``begun ID``, then ``committed N`` once the task number N is, and ``finished`` at the end.
"""

from __future__ import annotations

import sys

from db import store
from db.engine import open_engine
from profiles.records import RunRecord
from tests.db.samples import merged, task


def main(url: str, name: str, tasks: int) -> None:
    """Records one run of ``tasks`` tasks."""
    engine = open_engine(url, busy_seconds=60)
    run_id = store.begin_run(engine, RunRecord(key=name, label=name))
    print("begun", run_id, flush=True)
    done = []
    for index in range(tasks):
        done.append(task(index))
        store.add_task(engine, run_id, done[-1])
        print("committed", index, flush=True)
    record = RunRecord(key=name, label=name, wall_seconds=float(tasks), tasks=tuple(done), phases=merged(*done))
    store.finish_run(engine, run_id, record)
    print("finished", flush=True)
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
