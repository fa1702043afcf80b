"""A worker's process, seen from the one that started it: what is said to it, what it says, and its end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import uuid
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from optim.arc.workers.guard import Heartbeat
from optim.arc.workers.leftovers import MARK as _MARK
from optim.arc.workers.leftovers import kill_marked
from optim.arc.workers.memory import ALLOCATOR
from optim.arc.workers.messages import Answer, read_message
from optim.arc.workers.partner import descriptors
from optim.arc.workers.patience import Overdue, Patience, thread_seconds
from profiles.program import module_command

if TYPE_CHECKING:  # a process is started before all this is loaded
    from optim.arc.settings import Settings
    from optim.arc.tasks import Task

#: The last argument of a worker that is started early.
EARLY = "early"

#: What an answer for a task holds.
_ANSWER = {"record", "accepted", "cpu", "disk"}


class Forged(ValueError):
    """What came from a worker is nothing that a worker says. ``answers``: what it said before."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__()
        self.answers = answers


class WorkerProcess:
    """One worker, seen from the supervisor. It starts when this is made, and waits until it is equipped.

    ``early``: it will wait for a while, and reads the programs that come with the package meanwhile.
    """

    def __init__(self, folder: Path, number: int, early: bool = False) -> None:
        self.started = monotonic()
        self.heartbeat = Heartbeat(folder / f"heartbeat-{number}")
        orders, self._orders = os.pipe()
        self.answers, answers = os.pipe()
        line, self._line = os.pipe()
        own = (str(line), str(os.getpid()), *([EARLY] if early else []))
        pipes = (str(orders), str(answers), str(folder / f"heartbeat-{number}"), *own)
        command = module_command("optim.arc.workers.worker", *pipes)
        self._mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            command, pass_fds=(orders, answers, line, *descriptors()), env=_environment(self._mark),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        for descriptor in (orders, answers, line):
            os.close(descriptor)
        self.assigned: deque[int] = deque()
        self.cpu_seconds = 0.0
        self._buffer = b""
        self._patience: Patience | None = None

    def equip(self, settings: Settings, tasks: Sequence[Task]) -> None:
        """Says what it will work on."""
        self._patience = Patience(settings.limit_seconds, self.heartbeat, self._thread_seconds)
        self.send_text(settings.to_json())
        self.send_text(json.dumps([[task.task_id, task.samples, task.demos] for task in tasks]))

    def send(self, **order: Any) -> None:
        """Gives an order; a worker that is gone does not get it, and is found by its closed pipe."""
        self.send_text(json.dumps(order))

    def send_text(self, line: str) -> None:
        data = memoryview((line + "\n").encode())
        with contextlib.suppress(BrokenPipeError):
            while data:
                data = data[os.write(self._orders, data) :]

    def read(self) -> list[Answer] | None:
        """The answers that have come in; None when the worker has closed its pipe.

        Raises:
            Forged: something else came in: a program wrote to the pipe, or goes on in a process of its own. It holds
                the answers that came in before.
        """
        chunk = os.read(self.answers, 1 << 20)
        if not chunk:
            return None
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        answers = list[Answer]()
        for line in lines:
            if (answer := self._checked(line)) is None:
                raise Forged(answers)
            answers.append(answer)
        return answers

    def _checked(self, line: bytes) -> Answer | None:
        """The answer in a line; None for what this worker would not say."""
        try:
            answer = read_message(line)
        except (ValueError, RecursionError):
            return None
        if answer.get("pid") != self.process.pid:
            return None
        if "task" in answer and (answer["task"] not in self.assigned or not set(answer) >= _ANSWER):
            return None
        return answer

    def overdue(self) -> Overdue | None:
        """What it has outstayed, so that it must be killed; None while all is well."""
        assert self._patience is not None, "it has nothing to do yet"
        return self._patience.overdue(self.assigned[0] if self.assigned else None)

    def _thread_seconds(self) -> float | None:
        return thread_seconds(self.process.pid)

    def kill(self) -> int:
        """Ends the worker with everything it started, and gives its exit code (negative: the signal)."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        kill_marked(self._mark)
        for descriptor in (self._orders, self.answers, self._line):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self.heartbeat.close()
        return code


def _environment(mark: str) -> dict[str, str]:
    # Programs may not depend on the order of sets of texts; but equal runs must be equal.
    return {**os.environ, **ALLOCATOR, "PYTHONHASHSEED": "0", _MARK: mark}
