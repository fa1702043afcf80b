"""Stores a run as its tasks come, in a thread of its own, so that the run does not wait for the database."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from db import store
from profiles.records import RunRecord, TaskRecord
from profiles.sessions import merge_sessions

if TYPE_CHECKING:
    from sqlalchemy import Engine


#: Seconds between two commits, at least: so long a finished task may be nowhere but in the run's journal.
COMMIT_SECONDS = 0.2


class Storing:
    """A task that comes alone is committed at once; those that come fast, together, every ``COMMIT_SECONDS``.

    ``problem`` is what the database said when it could not be written.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._queue: queue.SimpleQueue[TaskRecord | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self.run_id: int | None = None
        self.problem: Exception | None = None

    def begin(self, record: RunRecord) -> None:
        """Stores the run as running."""
        self.run_id = store.begin_run(self._engine, record)
        self._thread.start()

    def task(self, task: TaskRecord) -> None:
        """Has a finished task stored, soon."""
        self._queue.put(task)

    def finish(self, record: RunRecord, profiles: tuple[str, ...] = ()) -> int:
        """Waits for the tasks, then stores the whole record and its profile; gives the run's id.

        Raises:
            DatabaseProblem: it can not be stored.
        """
        self.drain()
        assert self.run_id is not None
        store.finish_run(self._engine, self.run_id, record)
        if profiles:
            store.save_profile(self._engine, self.run_id, merge_sessions(profiles))
        return self.run_id

    def drain(self) -> None:
        """Waits until all tasks so far are stored."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _work(self) -> None:
        more, due = True, 0.0
        while more:
            tasks, more = self._gather(due)
            due = self._clock() + COMMIT_SECONDS
            try:
                if tasks and self.problem is None and self.run_id is not None:
                    store.add_tasks(self._engine, self.run_id, tasks)
            except Exception as problem:  # kept for the run's own thread, which says it when the run ends
                self.problem = problem

    def _gather(self, due: float) -> tuple[list[TaskRecord], bool]:
        """The next tasks, waited for until ``due``, at least one; and whether more may come."""
        task = self._queue.get()
        tasks: list[TaskRecord] = []
        while task is not None:
            tasks.append(task)
            try:
                task = self._queue.get(timeout=max(due - self._clock(), 0.0))
            except queue.Empty:
                return tasks, True
        return tasks, False
