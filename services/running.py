"""Runs the pipeline from settings and stores what it records: shared by ``run`` and ``demo``."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db.problems import DatabaseProblem
from optim.arc.dsl import DslProblem
from optim.arc.runner import Finished, Listener, Run, no_room
from optim.arc.settings import Settings
from optim.arc.tasks import TaskProblem
from optim.arc.workers.supervisor import Progress, RunProblem
from optim.arc.workload import Work, prepare
from services.places import home
from services.problems import fail, sentence_of
from services.storing import Storing

if TYPE_CHECKING:
    from sqlalchemy import Engine


#: Shows how far a run of that label is while it lasts.
Watch = Callable[[str], contextlib.AbstractContextManager[Callable[[Progress], None]]]


@contextlib.contextmanager
def nobody(label: str) -> Iterator[Callable[[Progress], None]]:
    """The ``Watch`` of a run that nobody watches."""
    yield lambda progress: None


def prepared(settings: Settings) -> Work:
    """The workload, or one sentence and exit code 2."""
    try:
        return prepare(settings)
    except (TaskProblem, DslProblem) as problem:
        fail(str(problem), 2)


def run_and_store(
    settings: Settings, work: Work, label: str, engine: Engine, watch: Watch = nobody
) -> tuple[int, Finished]:
    """Runs and stores; gives the run's id in the database and the finished run.

    Raises:
        Problem: the run could not go on, or could not be stored; what was recorded is stored as failed or interrupted.
    """
    if full := no_room(Path(settings.output_dir)):
        fail(full)
    storing = Storing(engine)
    journal = home() / "journals" / f"{_file_name(label)}-{work.workload.fingerprint}-{os.getpid()}.jsonl"
    with watch(label) as on_progress, terminable():
        run = Run(settings, work, label, Listener(storing.begin, storing.task, on_progress), journal)
        try:
            finished = run.execute()
        except (RunProblem, DatabaseProblem, OSError) as problem:
            _store_rest(storing, run)
            fail(sentence_of(problem))
        except KeyboardInterrupt:
            _store_rest(storing, run)
            fail(_interrupted(storing))
    run_id = _stored(storing, finished, journal)
    # Only now: until the database has everything, the journal is what the run can be restored from.
    journal.unlink(missing_ok=True)
    return run_id, finished


def _stored(storing: Storing, finished: Finished, journal: Path) -> int:
    try:
        return storing.finish(finished.record, finished.profiles)
    except DatabaseProblem as problem:
        fail(f"{problem}; the run is kept in {journal}, which python -m optim import reads")


def _interrupted(storing: Storing) -> str:
    if storing.run_id is None:
        return "interrupted before the first task; nothing was recorded"
    return f"interrupted; the tasks that were done are kept in run {storing.run_id}"


def _file_name(label: str) -> str:
    """A label as part of a file's name: short, and nothing in it that a file system minds."""
    return re.sub(r"[^\w.-]+", "-", label)[:40]


def _store_rest(storing: Storing, run: Run) -> None:
    if run.record is not None and storing.run_id is not None:
        with contextlib.suppress(Exception):  # the run's own problem is the one to tell
            storing.finish(run.record)


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """A termination is an interruption: what was done is kept."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def placed(settings: Settings, state: str | None, label: str) -> Iterator[Settings]:
    """The settings with their folders: fresh caches for a cold run, removed afterwards; the kept ones otherwise."""
    base = home().resolve()
    if state != "cold":
        yield replace(settings, caches_dir=str(base / "caches"), output_dir=str(base / "solvers" / "kept"))
        return
    try:
        output = Path(tempfile.mkdtemp(prefix=f"{_file_name(label)}-", dir=_folder(base / "solvers")))
    except OSError as problem:
        fail(sentence_of(problem))
    with tempfile.TemporaryDirectory(prefix="caches-", dir=base) as caches:
        yield replace(settings, caches_dir=caches, output_dir=str(output))


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
