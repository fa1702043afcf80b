"""One run: from settings to a record, task by task."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from optim.arc import PIPELINE
from optim.arc.diskcache import ignored
from optim.arc.outlook import Earlier, Outlook
from optim.arc.pipeline import results_fingerprint
from optim.arc.reading import files_read
from optim.arc.settings import Settings
from optim.arc.wins import all_wins
from optim.arc.workers.cluster import ClusterSupervisor
from optim.arc.workers.crew import Crew
from optim.arc.workers.memory import CALL_SHARE
from optim.arc.workers.messages import Answer
from optim.arc.workers.supervisor import Progress, Supervisor
from optim.arc.workload import CacheFolder, Work, cache_scope
from profiles.environment import capture
from profiles.journal import task_from_json
from profiles.recorder import Recorder
from profiles.records import RunRecord, TaskRecord

#: Calls near their limit that a run's note names.
_NAMED = 5


@dataclass(frozen=True)
class Listener:
    """Who is told: when the run begins, of each finished task, and of the progress many times a second.

    ``earlier`` is asked, when the run has begun, what is known of its tasks from before.
    """

    on_begin: Callable[[RunRecord], None] = lambda record: None
    on_task: Callable[[TaskRecord], None] = lambda task: None
    on_progress: Callable[[Progress], None] = lambda progress: None
    earlier: Callable[[RunRecord], Earlier] = lambda record: Earlier()


@dataclass(frozen=True)
class Finished:
    """A finished run, and the profile sessions of its workers where one was asked for."""

    record: RunRecord
    profiles: tuple[str, ...]


def persistent_wins(wins: frozenset[str]) -> frozenset[str]:
    """Those of the wins that keep something across runs."""
    return frozenset(name for name, win in all_wins().items() if win.persistent and name in wins)


def found_state(settings: Settings, work: Work) -> str:
    """Whether the persistent caches that a run would use are cold, warm or unknown, for this workload.

    Those on the machines of a cluster can not be looked at from here: the run asks them when it is connected.
    """
    persistent = persistent_wins(settings.wins)
    if settings.scheduler and persistent:
        return "unknown"
    return CacheFolder(Path(settings.caches_dir)).state(_primed_for(settings, work), persistent)


def _primed_for(settings: Settings, work: Work) -> str:
    """What caches are primed for: the workload, and the scope that entries are bound to."""
    return f"{work.workload.fingerprint}-{cache_scope(settings, work.files, files_read(work.files))}"


class Run:
    """One execution of the pipeline. ``record`` is what was recorded, None before the first task could begin.

    Its wall-clock goes from the moment when the workers are ready (the interpreter started, tasks and DSL read) to the
    last task saved. What came before is the set-up, and noted as such. ``crew`` are workers that were started before.
    """

    def __init__(
        self,
        settings: Settings,
        work: Work,
        label: str,
        listener: Listener,
        journal: Path | None,
        crew: Crew | None = None,
    ) -> None:
        self._settings, self._work, self._listener, self._crew = settings, work, listener, crew
        self._label, self._journal, self._key = label, journal, uuid.uuid4().hex
        self._answers: dict[int, tuple[str, list[list[object]]]] = {}
        self._close: list[str] = []
        self._out_of_memory: dict[bool, dict[str, list[int]]] = {False: {}, True: {}}
        self.record: RunRecord | None = None
        self._recorder: Recorder | None = None
        self._unknown: str | None = None
        self._ignored: list[str] = []
        self._outlook: Outlook | None = None
        self._earlier: Earlier | None = None
        self._environment: dict[str, Any] | None = None

    def execute(self) -> Finished:
        """Runs it.

        Raises:
            RunProblem: it can not go on; what was recorded is in the journal and with the listener, as failed.
            KeyboardInterrupt: passed on, after the run was recorded as interrupted.
        """
        supervisor = self._supervisor()
        self._state, primed_for = found_state(self._settings, self._work), _primed_for(self._settings, self._work)
        persistent = persistent_wins(self._settings.wins)
        if persistent and self._settings.scheduler is None:
            self._ignored = ignored(Path(self._settings.caches_dir))  # before a worker puts another in its place
        # Git alone takes as long as a worker needs to be ready.
        with supervisor.workers(meanwhile=self._look_around):
            if isinstance(supervisor, ClusterSupervisor):
                self._state, self._unknown = supervisor.found_state(primed_for, persistent)
            metadata = self._metadata(supervisor.setup_seconds)
            begun = self._begun(metadata)
            self._listener.on_begin(begun)
            sizes = [(task.task_id, task.cells) for task in self._work.tasks]
            earlier = self._earlier or self._listener.earlier(begun)
            self._outlook = Outlook(sizes, supervisor.worker_count, earlier)
            recorder = self._recorder = self._new_recorder(supervisor, metadata)
            status = "failed"
            try:
                supervisor.run()
                status = "finished"
            except KeyboardInterrupt:
                status = "interrupted"
                raise
            finally:
                result = recorder.finish(status, results_fingerprint=self._results(status), notes=self._notes())
                self.record = self._with_peak(RunRecord.from_json(result), supervisor)
            if isinstance(supervisor, ClusterSupervisor):
                supervisor.mark_primed(primed_for, persistent)
        if self._settings.scheduler is None:
            CacheFolder(Path(self._settings.caches_dir)).mark_primed(primed_for, persistent)
        return Finished(self.record, tuple(supervisor.profiles))

    def _with_peak(self, record: RunRecord, supervisor: Supervisor | ClusterSupervisor) -> RunRecord:
        """The record with the peak memory of all processes here; what a cluster's machines held is not known."""
        peak = supervisor.peak_bytes if isinstance(supervisor, Supervisor) else None
        return record if peak is None else record.replace(counts={**record.counts, "peak_bytes": peak})

    def _supervisor(self) -> Supervisor | ClusterSupervisor:
        common = (self._settings, self._work.tasks, self._take, self._tick)
        return Supervisor(*common, crew=self._crew) if self._settings.scheduler is None else ClusterSupervisor(*common)

    def _tick(self, progress: Progress) -> None:
        self._listener.on_progress(replace(progress, outlook=self._outlook))

    def _look_around(self) -> None:
        self._environment = _plain(capture())
        if self._settings.scheduler is None:  # of a cluster the state of the caches is told later
            self._earlier = self._listener.earlier(self._begun(self._metadata(0.0)))

    def _metadata(self, setup_seconds: float) -> dict[str, Any]:
        return {
            "pipeline": PIPELINE,
            "config": sorted(self._settings.wins),
            "cache_state": self._state,
            "workload": _plain(self._work.workload),
            "environment": self._environment,
            "profiled": self._settings.profile,
            "notes": [
                f"set-up (workers started, tasks and DSL read): {setup_seconds:.3f} s, not part of the wall-clock",
                *([self._unknown] if self._unknown else []),
                *self._ignored,
            ],
        }

    def _new_recorder(self, supervisor: Supervisor | ClusterSupervisor, metadata: dict[str, Any]) -> Recorder:
        if self._journal is not None:
            self._journal.parent.mkdir(parents=True, exist_ok=True)
        return Recorder(
            journal=self._journal,
            name=self._label,
            key=self._key,
            metadata=metadata,
            workers=supervisor.worker_count,
            on_task=lambda task: self._listener.on_task(task_from_json(task)),
            cpu_clock=lambda: time.process_time() + supervisor.cpu_seconds,
        )

    def _begun(self, metadata: dict[str, Any]) -> RunRecord:
        begun = {"key": self._key, "label": self._label, "status": "running", "pid": os.getpid()}
        return RunRecord.from_json({**metadata, **begun, "started_at": datetime.now(UTC).isoformat()})

    def _take(self, answer: Answer) -> None:
        assert self._recorder is not None
        self._answers[answer["task"]] = (self._work.tasks[answer["task"]].task_id, answer["accepted"])
        task_id = self._work.tasks[answer["task"]].task_id
        self._close += [f"{task_id} candidate {number}: {seconds:.2f} s" for number, seconds in answer.get("close", ())]
        for number, short in answer.get("memory", ()):
            self._out_of_memory[short].setdefault(task_id, []).append(number)
        self._recorder.add_task(answer["record"], answer.get("line"))
        if self._outlook is not None:
            self._outlook.take(answer["task"], answer["record"].get("seconds"))

    def _notes(self) -> list[str]:
        """Names the calls whose outcome may be another one elsewhere, and those that wanted too much memory."""
        most = self._settings.memory_bytes / 1024**2
        what = f"calls wanted more than the {most * CALL_SHARE:.0f} MiB that each may take, and score nothing"
        short = (
            f"calls ran out of memory in a worker that held more than half of its {most:.0f} MiB, "
            "and may score otherwise in another run"
        )
        return [*self._near_limit(), *self._without_memory(what, False), *self._without_memory(short, True)]

    def _without_memory(self, what: str, short: bool) -> list[str]:
        """Names the candidates that ran out of memory."""
        if not self._out_of_memory[short]:
            return []
        named = [
            f"{task} "
            + " and ".join("a solver validated" if number < 0 else f"candidate {number}" for number in numbers)
            for task, numbers in sorted(self._out_of_memory[short].items())
        ]
        first, more = "; ".join(named[:_NAMED]), len(named) - _NAMED
        rest = f"; and of {more} more tasks" if more > 0 else ""
        return [f"{what}: {first}{rest}"]

    def _near_limit(self) -> list[str]:
        """Names the calls that came near their limit."""
        if not self._close:
            return []
        first, more = "; ".join(self._close[:_NAMED]), len(self._close) - _NAMED
        rest = f"; and {more} more" if more > 0 else ""
        limit = self._settings.limit_seconds
        what = f"calls took between half and all of the {limit:g} CPU s, and may be over it on another machine"
        return [f"{what}: {first}{rest}"]

    def _results(self, status: str) -> str | None:
        return results_fingerprint(self._answers) if status == "finished" else None


def _plain(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def no_room(folder: Path, bytes_needed: int = 20 * 1024 * 1024) -> str | None:
    """A sentence when the folder's disk has less free than a run may need, else None."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    return f"no room on the disk of {folder}: {free / 1e6:.1f} MB free" if free < bytes_needed else None
