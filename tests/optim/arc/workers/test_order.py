"""In which order tasks go to workers."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import pytest

from optim.arc.runner import Listener, Run
from optim.arc.tasks import Task
from optim.arc.workers.supervisor import Supervisor, in_order
from optim.arc.workload import prepare
from profiles.records import RunRecord
from tests.optim.bench import small


def _square(side: int) -> Task:
    grid = ((0,) * side,) * side
    return Task(f"t{side}", ((grid, grid),), 1)


def test_several_workers_get_the_largest_tasks_first_and_one_gets_them_as_they_come() -> None:
    tasks = [_square(side) for side in (2, 5, 3, 5)]
    assert in_order(tasks, [0, 1, 2, 3], workers=2) == [1, 3, 2, 0]
    assert in_order(tasks, [3, 0, 2], workers=2) == [3, 2, 0]
    assert in_order(tasks, [3, 0, 2], workers=1) == [3, 0, 2]


class _Idle:
    """A worker that takes every order and does nothing."""

    def __init__(self) -> None:
        self.assigned: deque[int] = deque()

    def send(self, **order: Any) -> None:
        pass


@pytest.mark.parametrize("count", [2, 3, 4, 5, 20])
def test_no_worker_gets_several_tasks_while_another_has_none(count: int, tmp_path: Path) -> None:
    supervisor = Supervisor(small(tmp_path, workers=2), [_square(side + 1) for side in range(count)], lambda _: None)
    workers: Any = [_Idle(), _Idle()]
    for worker in workers:
        supervisor._assign(worker)
    assert all(worker.assigned for worker in workers)


def test_answers_are_the_same_and_each_task_is_there_once(tmp_path: Path) -> None:
    records = {count: _run(tmp_path / str(count), count) for count in (1, 2)}
    assert records[1].results_fingerprint == records[2].results_fingerprint is not None
    assert [sorted(one.index for one in record.tasks) for record in records.values()] == [list(range(6))] * 2


def _run(folder: Path, workers: int) -> RunRecord:
    settings = small(folder, workers=workers)
    return Run(settings, prepare(settings), "order", Listener(), None).execute().record
