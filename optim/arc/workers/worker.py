"""A worker: processes tasks in a process of its own, which the supervisor may kill at any moment.

It talks to the supervisor in lines (``messages``) over two pipes, and lets it read its heartbeat in a mapped file. What
programs print goes nowhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from optim.arc.dsl import Dsl, DslFiles, DslProblem, load_dsl, own_files
from optim.arc.parts import Bench
from optim.arc.pipeline import PHASES, Pipeline
from optim.arc.programs import Program
from optim.arc.save import SolverFolder
from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.workers.fence import fence
from optim.arc.workers.guard import Guard, Heartbeat
from optim.arc.workers.hashing import hash_functions_by_line
from optim.arc.workers.memory import Memory
from optim.arc.workers.messages import message
from optim.arc.workers.partner import Partner, descriptors
from optim.arc.workers.process import EARLY
from optim.arc.workload import cache_scope, read_programs
from profiles.lifeline import hold
from profiles.recorder import NullRecorder, Recorder
from profiles.system import peak_bytes

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Works until the pipe of its orders closes or an end is asked for.

    Arguments: descriptors of orders and answers, the heartbeat's file, descriptor of the lifeline, the supervisor's id,
    and ``early`` for one that will wait for its settings: it reads the programs that come with the package meanwhile.
    """
    gc.disable()  # what is loaded stays
    hash_functions_by_line()
    _die_with(int(arguments[4]), int(arguments[3]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group: the supervisor decides
    programs = _programs_at_hand() if EARLY in arguments[5:] else None
    with os.fdopen(int(arguments[0])) as orders, os.fdopen(int(arguments[1]), "w") as answers:
        settings = Settings.from_json(orders.readline())
        tasks = [_read_task(plain) for plain in json.loads(orders.readline())]
        try:
            worker = Worker(settings, tasks, Heartbeat(Path(arguments[2])), programs)
        except (DslProblem, OSError) as problem:
            _send(answers, {"problem": str(problem)})
            return
        fence(worker.in_call)
        _send(answers, {"ready": True})
        worker.serve(orders, answers)


class Programs(NamedTuple):
    """The DSL, and the solver programs that are written in it."""

    files: DslFiles
    dsl: Dsl
    library: dict[str, Program]

    @classmethod
    def load(cls, files: DslFiles) -> Programs:
        """Reads them.

        Raises:
            DslProblem: they can not be used.
        """
        return cls(files, load_dsl(files), read_programs(files)[0])


def _programs_at_hand() -> Programs | None:
    """Those that come with the package; None where there are none: a run that needs them says what is wrong."""
    with contextlib.suppress(Exception):
        return Programs.load(own_files(None, None))
    return None


class Worker:
    """One worker's pipeline, ready to process tasks by their index. ``programs`` were read before."""

    def __init__(
        self, settings: Settings, tasks: list[Task], heartbeat: Heartbeat, programs: Programs | None = None
    ) -> None:
        self._settings, self._tasks = settings, tasks
        files = settings.files
        if programs is None or programs.files != files:
            programs = Programs.load(files)
        dsl = programs.dsl
        self._recorded: list[dict[str, Any]] = []
        self._lines = io.StringIO()
        kind = Recorder if settings.record else NullRecorder
        # Where it runs is known to the run's own recorder, and asking git takes as long as all of Python's start.
        recorder = kind(
            journal=self._lines,
            on_task=self._recorded.append,
            category="framework",
            metadata={"environment": None},
            echo=False,
        )
        self._recorded_line()  # the header
        self._memory = Memory(settings.memory_bytes)
        self._guard = Guard(settings.limit_seconds, heartbeat, memory=self._memory)
        bench = Bench(settings, dsl, cache_scope(settings, files, dsl.read), recorder, self._guard)
        self._pipeline = Pipeline(bench, programs.library, tasks, SolverFolder(Path(settings.output_dir), dsl))
        self._tasks_begun = 0
        self._memory.renew()
        # What is loaded stays: the collector need not look at it again, nor as often as it does by default.
        gc.freeze()
        gc.enable()
        gc.set_threshold(200_000, 20, 50)
        self._cpu_start = time.process_time()

    def in_call(self) -> bool:
        """Whether a program's call is at work."""
        return self._guard.in_call

    def _cpu_seconds(self) -> float:
        return time.process_time() - self._cpu_start

    def serve(self, orders: TextIO, answers: TextIO) -> None:
        """Answers each order for a task with what was recorded and accepted; a last one with the profile."""
        partner = Partner(descriptors())
        with _profiler(self._settings.profile) as profiler:
            for line in orders:
                order = json.loads(line)
                if "end" in order:
                    break
                partner.meet(int(order["task"]))
                _send(answers, self.work(int(order["task"]), dict(order["banned"])))
            self.close()
        _send(answers, {"end": True, "profile": profiler.text, "cpu": self._cpu_seconds(), "peak": peak_bytes()})

    def _recorded_line(self) -> str:
        """What the journal has been given since the last time."""
        text = self._lines.getvalue()
        self._lines.seek(0)
        self._lines.truncate()
        return text.rstrip("\n")

    def _out_of_memory(self) -> list[tuple[int, bool]]:
        """The candidates whose scoring ran out of memory, and whether they found less than a call may take.

        -1 stands for solvers that were validated.
        """
        score, calls = PHASES.index("score"), self._guard.out_of_memory
        return sorted({(candidate if phase == score else -1, short) for phase, candidate, short in calls})

    def _make_room(self) -> None:
        """A task begins.

        Raises:
            MemoryError: earlier tasks left so much that its calls would find less than they may take.
        """
        self._memory.allow(1.0)
        self._tasks_begun += 1
        if self._memory.short and self._tasks_begun > 1:
            raise MemoryError("what earlier tasks left takes the room of this one's calls")

    def close(self) -> None:
        """Closes the caches."""
        self._pipeline.close()

    def work(self, index: int, banned: dict[int, str]) -> dict[str, Any]:
        """Processes a task. What is wrong with the task's data or programs fails the task, not the worker.

        Raises:
            MemoryError: between the calls of programs, when nothing that is held can be relied on any more, or there is
                too little left for calls; the process ends, and the task begins again in another.
        """
        self._make_room()
        task, accepted, problem = self._tasks[index], [], None
        self._guard.close_calls.clear()
        self._guard.out_of_memory.clear()
        try:
            accepted = self._pipeline.run_task(task, index, banned)
        except MemoryError:
            raise
        except OSError as error:
            file = f" ({os.path.basename(error.filename)})" if isinstance(error.filename, str) else ""
            problem = f"{error.strerror or error}{file}"
        except Exception as error:
            print(f"task {task.task_id}: {type(error).__name__}: {error}", file=sys.stderr)
        record = self._recorded.pop() if self._recorded else {"task_id": task.task_id, "index": index, "seconds": None}
        answer: dict[str, Any] = {
            "task": index,
            "record": record,
            "accepted": [[program.name, program.score] for program in accepted],
        }
        if line := self._recorded_line():
            answer["line"] = line
        close = [[candidate, seconds] for _, candidate, seconds in self._guard.close_calls]
        return {**answer, "cpu": self._cpu_seconds(), "disk": problem, "close": close, "memory": self._out_of_memory()}


class _NoProfiler:
    text: str | None = None

    def __enter__(self) -> _NoProfiler:
        return self

    def __exit__(self, *ignored: object) -> None:
        pass


def _profiler(wanted: bool) -> Any:
    if not wanted:
        return _NoProfiler()
    from profiles.sessions import profile

    return profile()


def _die_with(supervisor: int, line: int) -> None:
    """This process ends with its supervisor, whatever it is at: where the system knows how (Linux), the kernel kills it
    at once, and no thread of ours runs beside the programs; elsewhere at the end of a pipe."""
    if sys.platform != "linux":
        hold(line)
        return
    os.close(line)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != supervisor:  # it was gone before the kernel was told
        os._exit(1)


def _read_task(plain: list[Any]) -> Task:
    task_id, samples, demos = plain
    return Task(task_id, tuple((_grid(given), _grid(wanted)) for given, wanted in samples), demos)


def _grid(rows: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in rows)


def _send(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(message({**answer, "pid": os.getpid()}) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
