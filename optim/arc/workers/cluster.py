"""Spreads tasks over a Dask cluster, with the same answers as on one machine.

Each job is a few tasks; on its machine it runs under a supervisor of its own, so that limits hold there too. The
machines need Quickwin and the same folders; caches on disk are theirs.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.workers.supervisor import Answer, Progress, RunProblem, Supervisor

#: Tasks of a job: enough that starting its worker hardly counts.
JOB_TASKS = 5
_CONNECT_SECONDS = 10


def process(settings: str, tasks: Sequence[Task], indexes: Sequence[int]) -> tuple[list[Answer], float]:
    """Runs on the cluster: the answers for some tasks, and the CPU seconds that they took."""
    answers: list[Answer] = []
    own = replace(Settings.from_json(settings), workers=1, scheduler=None)
    supervisor = Supervisor(own, tasks, answers.append, indexes=indexes)
    with supervisor.workers():
        supervisor.run()
    return answers, supervisor.cpu_seconds


class ClusterSupervisor:
    """Like ``Supervisor``, with the workers of the Dask cluster at ``settings.scheduler``."""

    def __init__(
        self,
        settings: Settings,
        tasks: Sequence[Task],
        on_answer: Callable[[Answer], None],
        on_tick: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self._settings, self._tasks = settings, tasks
        self._on_answer, self._on_tick = on_answer, on_tick
        self.profiles: list[str] = []
        self.cpu_seconds = 0.0
        self.worker_count = 1
        self._client: Any = None

    @contextlib.contextmanager
    def workers(self) -> Iterator[None]:
        """Connects to the cluster.

        Raises:
            RunProblem: it is not there, has no workers, or the package ``distributed`` is not installed.
        """
        try:
            import distributed
        except ImportError as error:
            raise RunProblem("--scheduler needs the package distributed: pip install distributed") from error
        try:
            self._client = distributed.Client(self._settings.scheduler, timeout=_CONNECT_SECONDS)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            raise RunProblem(f"no Dask scheduler answers at {self._settings.scheduler}: {error}") from error
        with self._client:
            self.worker_count = sum(self._client.nthreads().values())
            if not self.worker_count:
                raise RunProblem(f"the Dask cluster at {self._settings.scheduler} has no workers; start some there")
            yield

    def run(self) -> None:
        """Processes all tasks; within ``workers``. Jobs that are not done when it ends early are cancelled."""
        import distributed

        every, settings = range(len(self._tasks)), self._settings.to_json()
        parts = [list(every[at : at + JOB_TASKS]) for at in range(0, len(every), JOB_TASKS)]
        tasks = self._client.scatter(list(self._tasks), broadcast=True, hash=False)
        jobs = [self._client.submit(process, settings, tasks, part, pure=False) for part in parts]
        done = 0
        try:
            for job in distributed.as_completed(jobs):  # type: ignore[no-untyped-call]
                answers, cpu_seconds = _result(job)
                self.cpu_seconds += cpu_seconds
                for answer in answers:
                    self._on_answer(answer)
                done += len(answers)
                self._on_tick(Progress(done, len(self._tasks), []))
        finally:
            self._client.cancel(jobs)


def _result(job: Any) -> tuple[list[Answer], float]:
    """What a job came to.

    Raises:
        RunProblem: it can not go on, or the cluster lost it.
    """
    try:
        answers, cpu_seconds = job.result()
    except RunProblem:
        raise
    except Exception as error:
        raise RunProblem(
            f"the Dask cluster lost a job of {JOB_TASKS} tasks: {type(error).__name__}: {error}"
        ) from error
    return answers, cpu_seconds
