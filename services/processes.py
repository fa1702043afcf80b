"""Runs of a measurement as fresh processes of this program, which can be killed with all that they started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import queries, store
from optim.evidence.measure import RunFailed, Stopped
from optim.evidence.outcomes import Outcome
from optim.evidence.spec import Arm, Spec
from optim.pipelines.protocol import Interrupted, Job, RunProblem, Session, Target
from profiles.program import module_command
from services.pipelines import current_pipeline

if TYPE_CHECKING:
    from sqlalchemy import Engine

_GRACE_SECONDS = 10
#: So much of what a run that died said last is told in a verdict; its record has more.
_REASON_CHARACTERS = 200


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
    """Executes the runs of a measurement, from ``open`` to ``close``: the ``run_one`` of ``optim.evidence.measure``.

    What a run is, the pipeline says; here its record comes into the database, and how it ended into its outcome.
    """

    def __init__(self, engine: Engine, spec: Spec, child: Child, folder: Path, scratch: Path, label: str) -> None:
        self._engine, self._spec, self._child, self._label = engine, spec, child, label
        self._folder, self._scratch = folder, scratch
        self._stack = contextlib.ExitStack()
        self._session: Session | None = None

    def open(self) -> None:
        """Prepares what the runs need.

        Raises:
            RunFailed: it can not be prepared.
            Stopped: a signal came.
        """
        spec = self._spec
        job = Job(
            targets=tuple(dict.fromkeys(_target(arm) for arm in spec.arms)),
            parameters=spec.parameters,
            cache_state=spec.cache_state,
            scratch=self._folder,
            output=self._scratch,
            stop=lambda: self._child.stopping,
        )
        with self._translated():
            self._session = self._stack.enter_context(current_pipeline(self._start).session(job))

    def close(self) -> None:
        """Puts everything back."""
        self._stack.close()

    def prime(self, config: str) -> None:
        """Fills the config's caches by a run that does not count.

        Raises:
            Stopped, RunFailed: see ``Child.run``.
        """
        assert self._session is not None
        with self._translated():
            for target in dict.fromkeys(_target(arm) for arm in self._spec.arms if arm.config == config):
                self._session.prime(target)

    def __call__(self, arm: Arm, block: int, position: int) -> Outcome:
        """One run, as it is in the database. One that died or took too long is an outcome.

        Raises:
            Stopped: a signal came.
            RunFailed: the run could not be started, or did not say what it stored.
        """
        assert self._session is not None
        with self._translated():
            ran = self._session.run(_target(arm), f"{self._label} block {block} {arm.name}")
        if ran.run_id is not None:
            return Outcome.from_run(queries.run(self._engine, ran.run_id), ran.run_id)
        assert ran.record is not None
        run_id, _ = store.store_run(self._engine, ran.record)
        outcome = Outcome.from_run(ran.record, run_id)
        if ran.ended == "finished":
            return outcome
        return replace(outcome, status=ran.ended, reason=" ".join(ran.record.notes[0].split())[:_REASON_CHARACTERS])

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """A pipeline's problems as those of a measurement; what an interrupted run had come to is stored."""
        try:
            yield
        except RunProblem as problem:
            raise RunFailed(str(problem)) from problem
        except Interrupted as interrupted:
            if interrupted.record is not None:
                store.store_run(self._engine, interrupted.record)
            raise Stopped from interrupted

    def _start(self, arguments: Sequence[str]) -> int:
        document = last_json(self._child.run([*module_command("optim", "run"), *arguments]))
        if document is None or "id" not in document:
            raise RunFailed("the run printed no JSON document with its id")
        return int(document["id"])


def _target(arm: Arm) -> Target:
    return Target(config=arm.wins, ref=arm.ref)


def last_json(printed: str) -> dict[str, Any] | None:
    """The last JSON object of some output that begins at the start of a line; None without one."""
    lines = printed.splitlines()
    for start in reversed([number for number, line in enumerate(lines) if line.startswith("{")]):
        with contextlib.suppress(ValueError):
            document = json.loads("\n".join(lines[start:]))
            return document if isinstance(document, dict) else None
    return None
