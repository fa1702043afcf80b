"""Runs of a measurement as fresh processes of this program, which can be killed with all that they started."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import queries
from optim.evidence.measure import RunFailed, Stopped
from optim.evidence.outcomes import Outcome
from optim.evidence.spec import Arm, Spec
from profiles.program import module_command

if TYPE_CHECKING:
    from sqlalchemy import Engine

_GRACE_SECONDS = 10


class Child:
    """One process at a time, in a session of its own; SIGINT and SIGTERM end it, and then the measurement.

    The first signal asks the child to stop, so that it can store what it has; the second kills it.
    """

    def __init__(self) -> None:
        self.stopping = False
        self._process: subprocess.Popen[str] | None = None

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """While this lasts, signals stop the child; afterwards they do what they did before."""
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            self._end(signal.SIGKILL)
            for number, handler in before.items():
                signal.signal(number, handler)

    def run(self, command: Sequence[str]) -> str:
        """What the command printed on stdout.

        Raises:
            Stopped: a signal came; the child is gone.
            RunFailed: it ended with another exit code than 0; with the last line that it wrote to stderr.
        """
        with tempfile.TemporaryFile("w+") as errors:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
            if self.stopping:
                self._end(signal.SIGTERM)
            printed = self._wait()
            code = self._process.returncode
            if self.stopping:
                raise Stopped
            if code:
                raise RunFailed(f"{_how(code)}: {_last_line(errors)}")
        return printed

    def _wait(self) -> str:
        assert self._process is not None
        while True:
            try:
                return self._process.communicate(timeout=_GRACE_SECONDS)[0]
            except subprocess.TimeoutExpired:
                if self.stopping:
                    self._end(signal.SIGKILL)

    def _on_signal(self, number: int, frame: Any) -> None:
        self._end(signal.SIGKILL if self.stopping else signal.SIGTERM)
        self.stopping = True

    def _end(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _how(code: int) -> str:
    return f"the run was killed by {signal.Signals(-code).name}" if code < 0 else f"the run ended with exit code {code}"


def _last_line(errors: Any) -> str:
    errors.seek(0)
    lines = [line.strip() for line in errors.read().splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


class FreshRuns:
    """Executes the runs of a measurement: callable as ``run_one`` of ``optim.evidence.measure``.

    Cold runs get an empty folder for their caches each; warm ones a copy of the folder that one run of their config
    primed. Each run's solvers go to a new folder in ``scratch``.
    """

    def __init__(self, engine: Engine, spec: Spec, child: Child, folder: Path, scratch: Path, label: str) -> None:
        self._engine, self._spec, self._child, self._label = engine, spec, child, label
        self._folder, self._scratch = folder, scratch

    def prime(self, config: str) -> None:
        """Fills the config's caches by a run that does not count.

        Raises:
            Stopped, RunFailed: see ``Child.run``.
        """
        self._execute(config, self._primed(config), None, "priming")

    def __call__(self, arm: Arm, block: int, position: int) -> Outcome:
        """One run, as it is in the database.

        Raises:
            Stopped: a signal came.
            RunFailed: the run died, or did not say what it stored.
        """
        caches = self._folder / "caches"
        if self._spec.cache_state == "warm":
            shutil.copytree(self._primed(arm.config), caches)
        else:
            caches.mkdir()
        try:
            state = f"--{self._spec.cache_state}"
            run_id = self._execute(arm.config, caches, state, f"{self._label} block {block} {arm.name}")
        finally:
            shutil.rmtree(caches, ignore_errors=True)
        return Outcome.from_run(queries.run(self._engine, run_id), run_id)

    def _primed(self, config: str) -> Path:
        return self._folder / f"primed-{self._spec.configs.index(config)}"

    def _execute(self, config: str, caches: Path, state: str | None, label: str) -> int:
        solvers = self._scratch / "solvers"
        try:
            printed = self._child.run(self._command(config, caches, solvers, state, label))
        finally:
            shutil.rmtree(solvers, ignore_errors=True)
        document = last_json(printed)
        if document is None or "id" not in document:
            raise RunFailed("the run printed no JSON document with its id")
        return int(document["id"])

    def _command(self, config: str, caches: Path, solvers: Path, state: str | None, label: str) -> list[str]:
        spec = self._spec
        options = {
            "--wins": config,
            **{f"--{name.replace('_', '-')}": value for name, value in spec.parameters.items()},
            "--caches-dir": caches,
            "--output": solvers,
            "--label": label,
        }
        texts = [text for name, value in options.items() if value is not None for text in (name, str(value))]
        return [*module_command("optim", "run"), *texts, *([state] if state else []), "--quiet", "--json"]


def last_json(printed: str) -> dict[str, Any] | None:
    """The last JSON object of some output that begins at the start of a line; None without one."""
    lines = printed.splitlines()
    for start in reversed([number for number, line in enumerate(lines) if line.startswith("{")]):
        with contextlib.suppress(ValueError):
            document = json.loads("\n".join(lines[start:]))
            return document if isinstance(document, dict) else None
    return None
