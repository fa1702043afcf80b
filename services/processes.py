"""Runs of a measurement as fresh processes of this program, which can be killed with all that they started."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import queries, store
from optim.arc.workers.partner import VARIABLE as PARTNER
from optim.evidence.duet import seconds_in_step
from optim.evidence.measure import Planned, RunFailed, Stopped, died
from optim.evidence.outcomes import Outcome
from optim.evidence.spec import Arm, Spec
from optim.pipelines.protocol import Interrupted, Job, Lane, Ran, RunProblem, Session, Target
from profiles.interruption import on_interruption
from profiles.lifeline import lifeline
from profiles.program import tied_command
from services.duet import lanes
from services.pipelines import current_pipeline
from services.run_marks import DUET

if TYPE_CHECKING:
    from sqlalchemy import Engine

_GRACE_SECONDS = 10
#: So much of what a run that died said last is told in a verdict; its record has more.
_REASON_CHARACTERS = 200


class Child:
    """The processes that are at work, each in a session of its own: one, or two in a duet. Interruptions end them,
    and then the measurement.

    The first signal asks them to stop, so that they can store what they have; the second kills them. ``wake`` is a
    descriptor that can be read from the first signal on.
    """

    def __init__(self) -> None:
        self.stopping = False
        self.wake, self._woken = os.pipe()
        self._processes: list[subprocess.Popen[str]] = []

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """While this lasts, signals stop the children; afterwards they do what they did before."""
        try:
            with on_interruption(self._on_signal):
                try:
                    yield
                finally:
                    self._end(signal.SIGKILL)
        finally:
            os.close(self.wake)
            os.close(self._woken)

    def run(self, command: Sequence[str], lane: Lane | None = None) -> str:
        """What the command printed on stdout.

        Raises:
            Stopped: a signal came; the child is gone.
            RunFailed: it ended with another exit code than 0; with the last line that it wrote to stderr.
        """
        with lifeline() as line, tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen(
                command,
                stdin=line,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
                **_in_lane(lane),
            )
            self._processes.append(process)
            if lane is not None:
                _pin(process.pid, lane.core)
            if self.stopping:
                self._end(signal.SIGTERM)
            printed = self._wait(process)
            self._processes.remove(process)
            if self.stopping:
                raise Stopped
            if process.returncode:
                raise RunFailed(f"{_how(process.returncode)}: {_last_line(errors)}")
        return printed

    def _wait(self, process: subprocess.Popen[str]) -> str:
        while True:
            try:
                return process.communicate(timeout=_GRACE_SECONDS)[0]
            except subprocess.TimeoutExpired:
                if self.stopping:
                    self._end(signal.SIGKILL)

    def _on_signal(self, number: int, frame: Any) -> None:
        self._end(signal.SIGKILL if self.stopping else signal.SIGTERM)
        if not self.stopping:
            os.write(self._woken, b".")
        self.stopping = True

    def _end(self, number: int) -> None:
        for process in list(self._processes):
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, number)


def _in_lane(lane: Lane | None) -> dict[str, Any]:
    """How a process is started that has a partner: the pipes to it, and where the process finds them."""
    if lane is None:
        return {}
    pipes = (lane.hear, lane.tell)
    return {"pass_fds": pipes, "env": {**os.environ, PARTNER: ",".join(map(str, pipes))}}


def _pin(pid: int, core: int) -> None:
    """Before it has started anything: what it starts inherits the core."""
    with contextlib.suppress(ProcessLookupError):
        os.sched_setaffinity(pid, {core})


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
            wake=self._child.wake,
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
        return self._outcome(self._ran(arm, block))

    def both(self, first: Planned, second: Planned) -> tuple[Outcome, Outcome]:
        """Two runs at the same time, the first on the first core. One that died or took too long is an outcome.

        Raises:
            Stopped: a signal came.
        """
        with lanes() as (one, two), ThreadPoolExecutor(2) as pool:
            futures = [pool.submit(self._beside, first, one), pool.submit(self._beside, second, two)]
            results = [future.result() for future in futures]  # it waits, and hears signals meanwhile
        if any(isinstance(result, Stopped) for result in results):
            raise Stopped
        outcomes = self._in_step(results)
        for outcome in outcomes:
            if outcome.run_id is not None:
                store.tag_run(self._engine, outcome.run_id, DUET)
        return outcomes[0], outcomes[1]

    def _beside(self, planned: Planned, lane: Lane) -> Ran | RunFailed | Stopped:
        """One of two runs at once; whatever ends it, the other one does not wait for it."""
        try:
            return self._ran(planned.arm, planned.block, lane)
        except (RunFailed, Stopped) as problem:
            return problem
        finally:
            lane.leave()

    def _in_step(self, results: Sequence[Ran | RunFailed | Stopped]) -> list[Outcome]:
        """What both came to; where they kept in step, with the seconds of what they did side by side."""
        outcomes = [self._outcome(result) if isinstance(result, Ran) else died(result) for result in results]
        ids = [outcome.run_id for outcome in outcomes if outcome.run_id is not None]
        if len(ids) < 2 or not all(isinstance(result, Ran) and result.in_step for result in results):
            return outcomes
        seconds = seconds_in_step(*(queries.run(self._engine, run_id) for run_id in ids))
        return [replace(outcome, wall_seconds=own) for outcome, own in zip(outcomes, seconds, strict=True)]

    def _ran(self, arm: Arm, block: int, lane: Lane | None = None) -> Ran:
        assert self._session is not None
        with self._translated():
            return self._session.run(_target(arm), f"{self._label} block {block} {arm.name}", lane)

    def _outcome(self, ran: Ran) -> Outcome:
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

    def _start(self, arguments: Sequence[str], lane: Lane | None = None) -> int:
        document = last_json(self._child.run([*tied_command("optim", "run"), *arguments], lane))
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
