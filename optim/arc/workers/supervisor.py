"""Keeps workers at work, and kills those that do not come back.

Each worker is a process with a group of its own. When a call is far over its limit and the worker's own timer did not
help, the group is killed, a new worker takes over, and the task is tried again without the culprit; after
``MAX_KILLS`` such candidates the task is recorded as failed. The run goes on in every case.
"""

from __future__ import annotations

import contextlib
import select
import selectors
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from optim.arc.outlook import Outlook
from optim.arc.pipeline import PHASES
from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.workers.crew import Crew
from optim.arc.workers.messages import Answer
from optim.arc.workers.patience import Overdue
from optim.arc.workers.process import Forged, WorkerProcess
from profiles.owned import SHARED, owned_folder

MAX_KILLS = 8
#: Tasks that one of several workers has at hand, so that it need not wait for the next one; and a single one. Not more:
#: orders that fill their pipe would wait for a worker that waits until somebody takes its answers.
_DEPTH, _DEPTH_ALONE = 3, 100
_TICK_SECONDS = 0.05
_START_SECONDS = 120.0


def phase_name(number: int) -> str:
    """The name of a phase by its number in a heartbeat, into which a program may have written."""
    return PHASES[number] if 0 <= number < len(PHASES) else "unknown"


class RunProblem(RuntimeError):
    """The run can not go on: the DSL does not import, or there is no room on the disk."""


def in_order(tasks: Sequence[Task], indexes: Sequence[int], workers: int) -> list[int]:
    """As they come for one worker; for several the largest first, so that none is left alone with one at the end."""
    return sorted(indexes, key=lambda index: -tasks[index].cells) if workers > 1 else list(indexes)


@dataclass
class Progress:
    """Where a run is: tasks done of all, of each worker the task and the phase that it is at, and what is left."""

    done: int
    total: int
    at: list[tuple[str, str]] = field(default_factory=list)
    outlook: Outlook | None = None


class Supervisor:
    """Runs tasks in workers on this machine.

    ``on_answer`` gets each task's answer once, ``on_tick`` the progress many times a second; ``indexes`` says which of
    the tasks to run, by default all; ``crew`` are workers that were started before.
    """

    def __init__(
        self,
        settings: Settings,
        tasks: Sequence[Task],
        on_answer: Callable[[Answer], None],
        on_tick: Callable[[Progress], None] = lambda progress: None,
        indexes: Sequence[int] | None = None,
        crew: Crew | None = None,
    ) -> None:
        self._settings, self._tasks, self._crew = settings, tasks, crew or Crew()
        self._on_answer, self._on_tick = on_answer, on_tick
        self._workers: list[WorkerProcess] = []
        self._selector = selectors.DefaultSelector()
        self._queue = deque(in_order(tasks, range(len(tasks)) if indexes is None else indexes, settings.workers))
        self._total = len(self._queue)
        self._banned: dict[int, list[tuple[int, str, str]]] = {}
        self._started: dict[int, float] = {}
        self._suspected: set[int] = set()
        self._done: set[int] = set()
        self._spawned = 0
        self._gone_cpu_seconds = 0.0
        self._peaks: list[int] = []
        self.profiles: list[str] = []

    @property
    def worker_count(self) -> int:
        """Processes that share the tasks."""
        return min(self._settings.workers, self._total)

    @property
    def setup_seconds(self) -> float:
        """Seconds since the first of the workers was started; within ``workers``."""
        return monotonic() - min(worker.started for worker in self._workers)

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all workers so far, as they last told; of one that was killed, up to its last answer."""
        return self._gone_cpu_seconds + sum(worker.cpu_seconds for worker in self._workers)

    @property
    def peak_bytes(self) -> int | None:
        """The most memory that each worker held, added up; known once all have ended by themselves.

        Of one that had to be killed it is not known, so that nothing is told then.
        """
        return sum(self._peaks) if len(self._peaks) == self._spawned else None

    @contextlib.contextmanager
    def workers(self, meanwhile: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Starts the workers, waits until they are ready, and ends them, whatever happens.

        ``meanwhile`` is what there is to do while they start.

        Raises:
            RunProblem: the DSL does not import, or the worker does not start.
        """
        with owned_folder(SHARED, Path(tempfile.gettempdir())) as self._folder:
            try:
                for _ in range(self.worker_count):
                    self._start()
                for worker in self._workers:
                    worker.equip(self._settings, self._tasks)
                meanwhile()
                for worker in self._workers:
                    self._await_ready(worker)
                yield
            finally:
                for worker in list(self._workers):
                    self._remove(worker)
                self._selector.close()

    def run(self) -> None:
        """Processes all tasks; within ``workers``.

        Raises:
            RunProblem: a worker can not write to the disk.
        """
        for worker in self._workers:
            self._assign(worker)
        while len(self._done) < self._total:
            for worker in self._readable(_TICK_SECONDS):
                self._receive(worker)
            for worker in list(self._workers):
                if overdue := worker.overdue():
                    self._replace(worker, overdue)
            self._on_tick(self._progress())
        self._finish()

    def _start(self) -> WorkerProcess:
        worker = self._crew.take() or WorkerProcess(self._folder, self._spawned)
        self._spawned += 1
        self._workers.append(worker)
        self._selector.register(worker.answers, selectors.EVENT_READ, worker)
        return worker

    def _remove(self, worker: WorkerProcess) -> int:
        self._workers.remove(worker)
        self._selector.unregister(worker.answers)
        self._gone_cpu_seconds += worker.cpu_seconds
        return worker.kill()

    def _readable(self, timeout: float | None) -> list[WorkerProcess]:
        return [key.data for key, _ in self._selector.select(timeout)]

    def _await_ready(self, worker: WorkerProcess) -> None:
        end = monotonic() + _START_SECONDS
        while monotonic() < end:
            if select.select([worker.answers], [], [], 1.0)[0]:  # the others' answers can wait
                answers = self._first(worker)
                if answers != []:
                    self._check_ready(answers)
                    return
        raise RunProblem(
            f"a worker was not ready within {_START_SECONDS:.0f} s; does the DSL's module do more than define?"
        )

    def _first(self, worker: WorkerProcess) -> list[Answer] | None:
        try:
            return worker.read()
        except Forged:
            raise RunProblem(
                "a worker said what no worker says while it started; does the DSL write to pipes?"
            ) from None

    def _check_ready(self, answers: list[Answer] | None) -> None:
        if answers is None:
            raise RunProblem("a worker died while it started; does the DSL's module end the process?")
        if problem := answers[0].get("problem"):
            raise RunProblem(problem)

    def _assign(self, worker: WorkerProcess) -> None:
        while self._queue and len(worker.assigned) < self._depth():
            index = self._queue.popleft()
            self._started.setdefault(index, monotonic())
            worker.assigned.append(index)
            worker.send(task=index, banned=[candidate[:2] for candidate in self._banned.get(index, ())])

    def _depth(self) -> int:
        """How many tasks a worker may have at hand: of the larger half, each goes to the worker that is free first.

        So do the last ones, that no worker is left with several of them while another has none.
        """
        if self._settings.workers == 1:
            return _DEPTH_ALONE
        left = len(self._queue)
        return 1 if left > self._total // 2 or left <= self._settings.workers else _DEPTH

    def _receive(self, worker: WorkerProcess) -> None:
        try:
            answers = worker.read()
        except Forged as forged:
            for answer in self._released(worker, forged.answers):
                self._take(worker, answer)
            self._replace(worker, Overdue("forged", "said what no worker says and was killed"))
            return
        if answers is None:
            self._replace(worker, Overdue("died", "made its worker die"))
            return
        done = self._released(worker, answers)
        self._assign(worker)  # first, so that it does not wait until what it did is written down
        for answer in done:
            self._take(worker, answer)

    def _released(self, worker: WorkerProcess, answers: Sequence[Answer]) -> list[Answer]:
        """The answers for tasks that the worker had at hand, and has no longer."""
        done = list[Answer]()
        for answer in answers:
            if answer.get("task") in worker.assigned:
                worker.assigned.remove(answer["task"])
                done.append(answer)
        return done

    def _take(self, worker: WorkerProcess, answer: Answer) -> None:
        worker.cpu_seconds = answer["cpu"]
        if answer["disk"]:
            raise RunProblem(f"solvers can not be saved in {self._settings.output_dir}: {answer['disk']}")
        if killed := self._banned.get(answer["task"]):
            record = answer["record"]
            record["reason"] = record.get("reason") or "; ".join(why for _, _, why in killed)
            record["counts"] = {**record.get("counts", {}), "killed": len(killed)}
            answer.pop("line", None)  # which does not say so
        self._deliver(answer)

    def _deliver(self, answer: Answer) -> None:
        self._done.add(answer["task"])
        self._on_answer(answer)

    def _replace(self, worker: WorkerProcess, why: Overdue) -> None:
        """Kills a worker, sees to its tasks, and starts another if there is work left."""
        started, candidate, task, phase = worker.heartbeat.read()
        current, *others = worker.assigned or (None,)
        code = self._remove(worker)
        self._queue.extendleft(reversed(others))
        if current is not None:
            if code < 0 and why.kind == "died":
                why = Overdue(why.kind, f"{why.reason} (signal {-code})")
            known = why.kind != "forged" and (started or why.kind == "between") and task == current
            culprit = candidate if known else None
            self._blame(current, culprit, why, phase_name(phase))
        if self._queue:
            fresh = self._start()
            fresh.equip(self._settings, self._tasks)
            self._await_ready(fresh)
            self._assign(fresh)

    def _blame(self, index: int, candidate: int | None, why: Overdue, phase: str) -> None:
        """Tries a task again without the candidate that was running, or records it as failed."""
        banned = self._banned.setdefault(index, [])
        if why.kind in ("forged", "died") and index not in self._suspected:
            # A process that an earlier task left may have said it, and what earlier tasks left in memory may have
            # killed it: in a fresh worker this one shows who it was.
            self._suspected.add(index)
            self._queue.appendleft(index)
        elif why.kind == "task":
            self._fail(index, f"it {why.reason}")
        elif candidate is None:
            self._fail(index, f"its worker {why.reason.replace('made its worker die', 'died')} in phase {phase}")
        elif len(banned) >= MAX_KILLS:
            self._fail(
                index, f"{len(banned) + 1} candidates cost their worker; the last, candidate {candidate}, {why.reason}"
            )
        else:
            kind = {"died": "error", "backstop": "backstop"}.get(why.kind, "timeout")
            banned.append((candidate, kind, f"candidate {candidate} {why.reason}"))
            self._queue.appendleft(index)

    def _fail(self, index: int, reason: str) -> None:
        seconds = monotonic() - self._started[index]
        record = {"task_id": self._tasks[index].task_id, "index": index, "seconds": seconds, "status": "failed"}
        counts = {"killed": len(self._banned.get(index, ())) + 1}
        self._deliver({"task": index, "record": {**record, "reason": reason, "counts": counts}, "accepted": []})

    def _finish(self) -> None:
        """Lets the workers close their caches, and takes their profiles."""
        for worker in self._workers:
            worker.send(end=True)
        waiting, end = list(self._workers), monotonic() + _START_SECONDS
        while waiting and monotonic() < end:
            for worker in self._readable(1.0):
                answers = self._last(worker)
                if worker in waiting and (answers is None or any("end" in answer for answer in answers)):
                    waiting.remove(worker)
                for answer in answers or ():
                    worker.cpu_seconds = answer["cpu"]
                    self.profiles.extend(profile for profile in [answer.get("profile")] if profile)
                    self._peaks += [answer["peak"]] if isinstance(answer.get("peak"), int) else []
                if answers is None:
                    self._remove(worker)

    def _last(self, worker: WorkerProcess) -> list[Answer] | None:
        try:
            return worker.read()
        except Forged:
            return None

    def _progress(self) -> Progress:
        at = [(worker.assigned[0], worker.heartbeat.read()) for worker in self._workers if worker.assigned]
        places = [(self._tasks[index].task_id, phase_name(beat[3])) for index, beat in at]
        return Progress(len(self._done), self._total, places)
