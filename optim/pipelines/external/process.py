"""One execution of a command: started from a small launcher, watched, and ended with everything that it started."""

from __future__ import annotations

import contextlib
import inspect
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from optim.pipelines.external import launcher
from optim.pipelines.external.memory import MemorySampler, tree
from optim.pipelines.external.output import Output
from optim.pipelines.protocol import RunProblem
from optim.project.command import RUN
from profiles.system import HAS_PROCESS_GROUPS, NO_PROCESS_GROUPS, kill_marked

_LAUNCHER = inspect.getsource(launcher)
#: A command that is to end gets so long after SIGTERM, then SIGKILL.
GRACE_SECONDS = 2.0
_LOOK_SECONDS = 0.1
#: The launcher's. It is not empty: a process without one looks as if it were just executing a program.
_OWN_ENVIRONMENT = {"QUICKWIN_LAUNCHER": "1"}
_CHUNK = 1 << 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """How a command ran. ``code`` is its exit code, negative the signal that ended it; None when it was ended by us.

    ``ended`` says by what: ``exit``, ``timeout`` or ``stop``. CPU seconds are of all processes that were waited for.
    ``at`` is the moment of its start in seconds since 1970.
    """

    code: int | None
    ended: str
    at: float
    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int
    stdout: Output
    stderr: Output


def resolved(program: str, folder: Path, env: Mapping[str, str]) -> str:
    """The file that a command's first word names: on PATH, or relative to the folder where it has a slash.

    Raises:
        RunProblem: there is none, or it can not be executed.
    """
    if os.sep in program:
        path = str(folder / program)
        if not os.path.isfile(path):
            raise RunProblem(f"the command's program {program!r} is no file in {folder}")
        if not os.access(path, os.X_OK):
            raise RunProblem(f"{program!r} can not be executed: make it executable, or name what runs it before it")
        return path
    match = shutil.which(program, path=env.get("PATH", os.defpath))
    if match is None:
        hint = f"; ./{program} would be the file in the project's folder" if (folder / program).is_file() else ""
        raise RunProblem(f"the command's program {program!r} is not on PATH{hint}")
    return os.path.abspath(match)


def execute(
    argv: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str],
    timeout_seconds: float,
    stop: Callable[[], bool] = lambda: False,
    spool: BinaryIO | None = None,
    core: int | None = None,
    wake: int | None = None,
    leaves: bool = False,
) -> Execution:
    """Runs a command to its end, its timeout, or until ``stop``; then nothing of it is alive.

    Args:
        leaves: what it left running when it ended by itself stays: it prepares something, such as a server.
        spool: takes its whole standard output.
        core: the only one that it may use.
        wake: a descriptor that can be read as soon as ``stop`` is true. With it nobody looks in between, so that the
            command has its core to itself; its peak memory is then that of its largest process.

    Raises:
        RunProblem: it can not be started.
    """
    if not HAS_PROCESS_GROUPS:
        raise RunProblem(NO_PROCESS_GROUPS)
    job = written(resolved(argv[0], folder, env), argv, env, core)
    with _Launched(job, folder, spool, f"{RUN}={env[RUN]}" if RUN in env else None) as launched:
        return launched.watch(timeout_seconds, stop, wake, leaves)


def written(path: str, argv: Sequence[str], env: Mapping[str, str], core: int | None) -> bytes:
    """A job as the launcher reads it: 20 digits that say how long it is, then its parts with a zero byte between."""
    pairs = (f"{name}={value}" for name, value in env.items())
    parts = (path, "" if core is None else str(core), str(len(argv)), *argv, *pairs)
    job = b"\0".join(map(os.fsencode, parts))
    return b"%020d" % len(job) + job


class _Launched:
    """The launcher and, below it, the command; leaving it ends both."""

    def __init__(self, job: bytes, folder: Path, spool: BinaryIO | None, mark: str | None) -> None:
        self._mark = mark
        self._stdout, self._stderr = Output(spool), Output()
        orders, self._orders = os.pipe()
        self._results, results = os.pipe()
        command = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(orders), str(results)]
        self._launcher = subprocess.Popen(
            command, cwd=folder, env=_OWN_ENVIRONMENT, pass_fds=(orders, results), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        os.close(orders)
        os.close(results)
        self._pid: int | None = None
        self._told = False
        self._result: list[str] | None = None
        self._buffer = b""
        with open(self._orders, "wb", buffering=0, closefd=False) as pipe, contextlib.suppress(BrokenPipeError):
            data = memoryview(job)
            while data:
                data = data[pipe.write(data) :]

    def __enter__(self) -> _Launched:
        return self

    def __exit__(self, *problem: object) -> None:
        self._end()
        if self._told:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._orders, b".")  # nothing is left for the launcher to end
        os.close(self._orders)  # the launcher ends with it
        self._launcher.wait()
        os.close(self._results)
        for stream in (self._launcher.stdout, self._launcher.stderr):
            if stream is not None:
                stream.close()

    def watch(self, timeout_seconds: float, stop: Callable[[], bool], wake: int | None, leaves: bool) -> Execution:
        """Reads and looks until the command has ended; with ``wake`` it only waits."""
        deadline, ended = time.monotonic() + timeout_seconds, "exit"
        killed_at: float | None = None
        sampler: MemorySampler | None = None
        with self._selector() as selector:
            if wake is not None:
                selector.register(wake, selectors.EVENT_READ, None)
            while self._result is None:
                if wake is not None and killed_at is None:
                    self._read(selector, max(deadline - time.monotonic(), 0.0))
                else:
                    self._read(selector, _LOOK_SECONDS if sampler is None else min(sampler.due_in(), _LOOK_SECONDS))
                if self._pid is not None and wake is None:
                    sampler = sampler or MemorySampler(self._pid)
                    sampler.sample()
                if ended == "exit" and (stop() or time.monotonic() > deadline):
                    ended = "stop" if stop() else "timeout"
                    killed_at = time.monotonic()
                    self._kill(signal.SIGTERM)
                if killed_at is not None and time.monotonic() > killed_at + GRACE_SECONDS:
                    self._kill(signal.SIGKILL)
            if leaves and ended == "exit":
                self._pid = None
            self._end()
            self._drain(selector)
        return self._execution(ended, 0 if sampler is None else sampler.peak_bytes)

    @contextlib.contextmanager
    def _selector(self) -> Iterator[selectors.BaseSelector]:
        with selectors.DefaultSelector() as selector:
            assert self._launcher.stdout is not None and self._launcher.stderr is not None
            selector.register(self._results, selectors.EVENT_READ, self._take)
            for stream, output in ((self._launcher.stdout, self._stdout), (self._launcher.stderr, self._stderr)):
                os.set_blocking(stream.fileno(), False)
                selector.register(stream.fileno(), selectors.EVENT_READ, output.write)
            yield selector

    def _read(self, selector: selectors.BaseSelector, seconds: float) -> bool:
        """Takes what there is; whether there was anything."""
        some = False
        for key, _ in selector.select(seconds):
            if key.data is None:  # only wakes; whoever else waits for it must find it too
                selector.unregister(key.fd)
                continue
            try:
                chunk = os.read(key.fd, _CHUNK)
            except BlockingIOError:
                continue
            if chunk:
                some = True
                key.data(chunk)
            else:
                selector.unregister(key.fd)
                if key.fd == self._results and self._result is None:
                    raise RunProblem("the command's launcher died; was it killed for want of memory?")
        return some

    def _drain(self, selector: selectors.BaseSelector) -> None:
        while selector.get_map() and self._read(selector, 0):
            pass

    def _take(self, chunk: bytes) -> None:
        *lines, self._buffer = (self._buffer + chunk).split(b"\n")
        for line in lines:
            kind, *values = line.decode("utf-8", "replace").split(" ")
            self._told = True
            if kind == "problem":
                raise RunProblem(f"the command can not be started: {' '.join(values)}")
            if kind == "end":
                self._result = values
            else:
                self._pid = int(values[0])

    def _end(self) -> None:
        """Once: kills what is left of it, also what left its session; it would disturb the next run."""
        self._kill(signal.SIGKILL)
        if self._pid is not None and self._mark is not None:
            kill_marked(self._mark, newer_than=self._pid)
        self._pid = None

    def _kill(self, number: int) -> None:
        if self._pid is None:
            return
        escaped = [pid for pid in tree(self._pid) if pid != self._pid]
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, number)
        for pid in escaped:  # those that made a group of their own
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)

    def _execution(self, ended: str, sampled_bytes: int) -> Execution:
        assert self._result is not None
        code, at, wall_seconds, cpu_seconds, peak_bytes = self._result
        return Execution(
            code=int(code) if ended == "exit" else None,
            ended=ended,
            at=float(at),
            wall_seconds=float(wall_seconds),
            cpu_seconds=float(cpu_seconds),
            peak_bytes=max(sampled_bytes, int(peak_bytes)),
            stdout=self._stdout,
            stderr=self._stderr,
        )
