"""What a worker may outstay, seen from the supervisor."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from optim.arc.workers.guard import BACKSTOP, Heartbeat
from optim.arc.workers.patience import _BETWEEN_SECONDS, _TASK_SECONDS, Overdue, Patience, thread_seconds


@dataclass
class Watched:
    """A worker whose clocks and heartbeat the test moves."""

    limit: float = 1.0
    now: float = 100.0
    cpu: float = 3.0
    heartbeat: Heartbeat = field(default_factory=Heartbeat)

    def __post_init__(self) -> None:
        self.patience = Patience(self.limit, self.heartbeat, lambda: self.cpu, lambda: self.now)

    def look(self, seconds: float, cpu: float, task: int | None = 0) -> Overdue | None:
        self.now += seconds
        self.cpu += cpu
        return self.patience.overdue(task)


def test_a_call_is_overdue_by_its_cpu_seconds_and_not_by_what_the_machine_took_away() -> None:
    worker = Watched()
    worker.heartbeat.beat[0] = 100.0
    assert worker.look(0.1, 0.1) is None
    assert worker.look(20.0, 1.0) is None
    assert worker.look(20.0, 2.0) == Overdue("call", "did not come back within the 1 CPU s of a call and was killed")


def test_a_call_that_sleeps_is_overdue_at_the_backstop() -> None:
    worker = Watched()
    worker.heartbeat.beat[0] = 100.0
    worker.look(0.1, 0.1)
    assert worker.look(BACKSTOP, 0.0) is None
    overdue = worker.look(BACKSTOP * 2, 0.0)
    assert overdue is not None and overdue.kind == "backstop"


def test_what_loops_between_calls_is_overdue() -> None:
    worker = Watched()
    worker.look(0.1, 0.1)
    overdue = worker.look(30.0, _BETWEEN_SECONDS + 1)
    assert overdue is not None and overdue.kind == "between"


def test_a_task_is_overdue_as_a_whole_though_its_heart_beats() -> None:
    worker = Watched()
    found = None
    for number in range(int(_TASK_SECONDS) + 3):
        worker.heartbeat.beat[1] = number
        found = found or worker.look(1.0, 1.0)
    assert found is not None and found.kind == "task"


def test_a_worker_without_a_task_may_idle() -> None:
    worker = Watched()
    worker.look(0.1, 0.1, None)
    assert worker.look(10_000.0, 5_000.0, None) is None


def test_the_clock_of_another_thread_is_read_where_the_system_tells() -> None:
    before = thread_seconds(os.getpid())
    if before is None:
        return
    end = time.thread_time() + 0.05
    while time.thread_time() < end:
        pass
    assert 0.03 < (thread_seconds(os.getpid()) or 0.0) - before < 5
    assert thread_seconds(2**22 + 1) is None


def test_a_stuck_worker_is_killed_within_half_a_minute_of_cpu_between_calls_and_a_quarter_of_an_hour_for_a_task() -> (
    None
):
    """In numbers of the test's own: a constant ten times as large must not pass."""
    worker = Watched()
    worker.look(0.1, 0.1)
    assert worker.look(30.0, 10.0) is None
    assert worker.look(30.0, 20.0) is not None
    long = Watched()
    kinds = set()
    for number in range(900):
        long.heartbeat.beat[1] = number
        overdue = long.look(1.0, 1.0)
        kinds.add(overdue.kind if overdue else None)
    assert kinds == {None, "task"}
