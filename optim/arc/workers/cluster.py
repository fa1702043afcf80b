"""Spreads tasks over a Dask cluster, with the same answers as on one machine.

Each job is a few tasks; on its machine it runs under a supervisor of its own, so that limits hold there too. The
workers get Quickwin's code, and the DSL's files, with the jobs; they need Python and the packages that the DSL imports.
Caches on disk are theirs, one folder on each machine.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import runpy
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.workers.messages import Answer
from optim.arc.workers.supervisor import Progress, RunProblem
from profiles.program import ROOT

#: Tasks of a job: enough that starting its worker hardly counts.
JOB_TASKS = 5
_CONNECT_SECONDS = 10
_PARTS = ("optim", "profiles")
_QUIET = ("distributed", "distributed.client", "distributed.core", "distributed.comm", "tornado.application")


def code() -> bytes:
    """Quickwin's own code as a zip archive; the same bytes for the same code."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(
            path for part in _PARTS for path in (ROOT / part).rglob("*") if path.suffix in (".py", ".toml")
        ):
            archive.writestr(zipfile.ZipInfo(path.relative_to(ROOT).as_posix()), path.read_bytes())
    return buffer.getvalue()


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
        self._archive: Any = None
        self._digest = ""
        self._began = monotonic()

    @property
    def setup_seconds(self) -> float:
        """Seconds since the cluster was first thought of."""
        return monotonic() - self._began

    @contextlib.contextmanager
    def workers(self, meanwhile: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Connects to the cluster and hands it the code; ``meanwhile`` is what there is to do besides.

        Raises:
            RunProblem: it is not there, has no workers, or the package ``distributed`` is not installed.
        """
        try:
            import distributed
        except ImportError as error:
            raise RunProblem("--scheduler needs the package distributed: pip install distributed") from error
        with _quiet():
            try:
                self._client = distributed.Client(self._settings.scheduler, timeout=_CONNECT_SECONDS)  # type: ignore[no-untyped-call]
            except (OSError, ValueError) as error:
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise RunProblem(f"no Dask scheduler answers at {self._settings.scheduler}: {reason}") from error
            with self._client:
                self.worker_count = sum(self._client.nthreads().values())
                if not self.worker_count:
                    raise RunProblem(f"the Dask cluster at {self._settings.scheduler} has no workers; start some there")
                archive = code()
                self._digest = hashlib.sha256(archive).hexdigest()[:12]
                self._archive = self._client.scatter(archive, broadcast=True, hash=False)
                meanwhile()
                yield

    def found_state(self, primed_for: str, persistent: frozenset[str]) -> tuple[str, str | None]:
        """Whether the caches on the cluster's machines are cold or warm, and why that is not known where it is not."""
        asked = {"kind": "state", "primed_for": primed_for, "persistent": sorted(persistent)}
        states = {answer["state"] for answer in self._on_each_machine(asked)}
        machines = len(self._machines())
        if machines == 1 or states == {"cold"}:
            return states.pop(), None
        return "unknown", (
            f"the caches lie on {machines} machines, and which of the tasks each of them has primed is not known; runs "
            "over a cluster of one machine can be warm"
        )

    def mark_primed(self, primed_for: str, persistent: frozenset[str]) -> None:
        """Notes on the cluster's machine that a run was finished with these persistent wins on."""
        if len(self._machines()) == 1:
            self._on_each_machine({"kind": "primed", "primed_for": primed_for, "persistent": sorted(persistent)})

    def _machines(self) -> dict[str, str]:
        """One worker of each machine, by the machine's address."""
        workers = self._client.scheduler_info(n_workers=-1)["workers"]
        return {facts["host"]: address for address, facts in workers.items()}

    def _on_each_machine(self, order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        jobs = [self._submit(order, workers=[address]) for address in self._machines().values()]
        return [_result(job) for job in jobs]

    def _submit(self, order: Mapping[str, Any], **where: Any) -> Any:
        text = json.dumps({"settings": self._settings.to_json(), **_own_files(self._settings), **order})
        return self._client.submit(_remote(), self._archive, self._digest, text, pure=False, **where)

    def run(self) -> None:
        """Processes all tasks; within ``workers``. Jobs that are not done when it ends early are cancelled."""
        import distributed

        every = range(len(self._tasks))
        plain = [[task.task_id, task.samples, task.demos] for task in self._tasks]
        parts = [list(every[at : at + JOB_TASKS]) for at in range(0, len(every), JOB_TASKS)]
        jobs = [self._submit({"kind": "tasks", "tasks": plain, "indexes": part}) for part in parts]
        done = 0
        try:
            for job in distributed.as_completed(jobs):  # type: ignore[no-untyped-call]
                result = _result(job)
                self.cpu_seconds += result["cpu_seconds"]
                for answer in result["answers"]:
                    self._on_answer(answer)
                done += len(result["answers"])
                self._on_tick(Progress(done, len(self._tasks), []))
        finally:
            with contextlib.suppress(Exception):  # the cluster may be what is gone; that is said already
                self._client.cancel(jobs)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what the library logs of a cluster that fails: it is said in one sentence."""
    levels = {name: logging.getLogger(name).level for name in _QUIET}
    for name in levels:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


@cache
def _remote() -> Callable[..., str]:
    """The function that workers execute, as if typed into this program: such a one is sent whole, not by its name."""
    function: Callable[..., str] = runpy.run_path(str(Path(__file__).with_name("remote.py")), run_name="__main__")[
        "work"
    ]
    return function


def _own_files(settings: Settings) -> dict[str, str]:
    """The contents of the DSL's own files, which other machines may not have."""
    named = {"dsl": settings.dsl, "solvers": settings.solvers}
    return {name: Path(path).read_text() for name, path in named.items() if path is not None}


def _result(job: Any) -> Mapping[str, Any]:
    """What a job came to.

    Raises:
        RunProblem: it can not go on, or the cluster lost it.
    """
    try:
        answer: Mapping[str, Any] = json.loads(job.result())
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else "no reason given"
        raise RunProblem(
            f"the Dask cluster lost a job of {JOB_TASKS} tasks: {type(error).__name__}: {reason}"
        ) from error
    if problem := answer.get("problem"):
        raise RunProblem(str(problem))
    return answer
