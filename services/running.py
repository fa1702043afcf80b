"""One run of the pipeline at hand, recorded and stored: shared by ``run``, ``demo`` and whoever runs once.

The built-in pipeline runs in this process and stores every finished task; a user's command runs beside it, and what it
left is stored when it ends.
"""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from db import store
from db.problems import DatabaseProblem
from optim.arc.builtin import settings_of
from optim.arc.dsl import DslProblem
from optim.arc.runner import Finished, Listener, Run, found_state, no_room
from optim.arc.settings import Settings
from optim.arc.tasks import TaskProblem
from optim.arc.workers.crew import Crew
from optim.arc.workers.supervisor import Progress
from optim.arc.workers.supervisor import RunProblem as ArcProblem
from optim.arc.workload import Work, prepare
from optim.pipelines.protocol import Interrupted, Job, RunProblem, Target
from profiles.configs import Config
from profiles.interruption import interruptible, on_interruption
from profiles.owned import owned, owned_folder
from profiles.records import RunRecord
from services.length import earlier_tasks, outlook_of_command
from services.pipelines import command_pipeline
from services.places import home, require_writable
from services.problems import COULD_NOT, INTERRUPTED, USAGE, fail, sentence_of
from services.project import Project, current_project
from services.run_marks import PRIMING
from services.storing import Storing
from services.sweeping import sweep

if TYPE_CHECKING:
    from sqlalchemy import Engine


#: Shows how far a run of that label is while it lasts.
Watch = Callable[[str], contextlib.AbstractContextManager[Callable[[Progress], None]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One run that is asked for. ``cache_state`` is ``cold``, ``warm``, or None for caches as they are found.

    ``profile``, ``caches_dir`` and ``output`` are the built-in pipeline's alone; ``ref`` is a project's own.
    """

    config: Config
    parameters: Mapping[str, Any]
    cache_state: str | None = None
    label: str | None = None
    profile: bool = False
    caches_dir: Path | None = None
    output: Path | None = None
    ref: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Executed:
    """A run that is over and stored. ``output``: where the built-in pipeline's solvers are; ``notes``: sentences."""

    run_id: int
    record: RunRecord
    output: str | None = None
    notes: tuple[str, ...] = ()


@contextlib.contextmanager
def nobody(label: str) -> Iterator[Callable[[Progress], None]]:
    """The ``Watch`` of a run that nobody watches."""
    yield lambda progress: None


def run_once(engine: Engine, request: Request, watch: Watch = nobody, crew: Crew | None = None) -> Executed:
    """Runs once and stores it, whichever pipeline is at hand. ``crew`` are workers that were started before.

    Raises:
        Problem: it could not be run or not be stored; what was recorded is stored as failed or interrupted.
    """
    require_writable(engine)
    project = current_project()
    if project.command is None:
        return _run_built_in(engine, request, project.label(request.config), watch, crew)
    foreign = [name for name in ("profile", "caches_dir", "output") if getattr(request, name)]
    if foreign:
        fail(f"{', '.join(foreign)} is for the built-in pipeline; this project runs its own command", USAGE)
    return _run_command(engine, request, project, watch)


def _run_command(engine: Engine, request: Request, project: Project, watch: Watch) -> Executed:
    label = request.label or f"{project.label(request.config)} {request.cache_state or ''}".strip()
    target, stop, run_ids = Target(config=request.config, ref=request.ref), Stop(), list[int]()
    sweep(engine)
    with owned_folder("run-", home()) as scratch, watch(label) as on_progress, stop.on_signals():

        def begin(record: RunRecord) -> None:
            on_progress(Progress(0, 0, outlook=outlook_of_command(engine, record)))
            run_ids.append(store.begin_run(engine, record))

        job = Job(
            targets=(target,), parameters=request.parameters, cache_state=request.cache_state,
            scratch=scratch, stop=stop, on_begin=begin,
        )  # fmt: skip
        try:
            with command_pipeline(project).session(job) as session:
                seen = session.seen(target, label)
        except RunProblem as problem:
            fail(str(problem), COULD_NOT)
        except Interrupted as interrupted:
            if interrupted.record is None or not run_ids:
                fail("interrupted before anything was recorded", INTERRUPTED)
            store.finish_run(engine, run_ids[-1], interrupted.record)
            fail(f"interrupted; what was recorded is kept in run {run_ids[-1]}")
    store.finish_run(engine, run_ids[-1], seen.record)
    unsaid = seen.unanswered if seen.record.status == "finished" else None
    unchecked = (f"answers not checked: {unsaid}",) if unsaid else ()
    return Executed(run_id=run_ids[-1], record=seen.record, notes=unchecked)


class Stop:
    """Asked to stop or not yet; called, it says so."""

    def __init__(self) -> None:
        self._asked = False

    def __call__(self) -> bool:
        return self._asked

    @contextlib.contextmanager
    def on_signals(self) -> Iterator[None]:
        """While this lasts, an interruption asks to stop."""

        def ask(number: int, frame: Any) -> None:
            self._asked = True

        with on_interruption(ask):
            yield


def _run_built_in(engine: Engine, request: Request, name: str, watch: Watch, crew: Crew | None) -> Executed:
    try:
        settings = replace(settings_of(request.parameters, request.config), profile=request.profile)
    except RunProblem as problem:
        fail(str(problem), USAGE)
    if request.caches_dir is None:  # else the run is part of something larger, which swept before
        sweep(engine)
    work, state = prepared(settings), request.cache_state
    label = request.label or f"{name} {state or ''}".strip()
    with placed(settings, state if request.caches_dir is None else None, label) as own_settings:
        settings = _own_folders(own_settings, request)
        if state == "warm":
            primed(engine, settings, work, watch)
        run_id, finished = run_and_store(settings, work, label, engine, watch, crew)
    return Executed(run_id=run_id, record=finished.record, output=settings.output_dir, notes=work.skipped)


def prime(engine: Engine, request: Request, watch: Watch = nobody) -> int | None:
    """Fills the caches of the built-in pipeline by a run that does not count, so that the next run is warm.

    Returns:
        The priming run's id; None where they were warm already.

    Raises:
        Problem: the project runs its own command, whose warm runs prime copies of their own; or the run failed.
    """
    project = current_project()
    if project.command is not None:
        fail("each warm run of a command primes its own copy of the caches first: quickwin run --warm", USAGE)
    try:
        settings = settings_of(request.parameters, request.config)
    except RunProblem as problem:
        fail(str(problem), USAGE)
    require_writable(engine)
    sweep(engine)
    work = prepared(settings)
    with placed(settings, "warm" if request.caches_dir is None else None, PRIMING) as own_settings:
        return primed(engine, _own_folders(own_settings, request), work, watch)


def primed(engine: Engine, settings: Settings, work: Work, watch: Watch = nobody) -> int | None:
    """Primes these caches unless they are warm; the priming run's id.

    Raises:
        Problem: as ``run_and_store``.
    """
    if found_state(settings, work) == "warm":
        return None
    return run_and_store(replace(settings, profile=False), work, PRIMING, engine, watch)[0]


def _own_folders(settings: Settings, request: Request) -> Settings:
    """The folders that the user named. Without an output, solvers go beside caches that the user named."""
    caches, output = request.caches_dir, request.output
    if caches is not None:
        output = output or caches / "solvers"
        settings = replace(settings, caches_dir=str(caches.resolve()))
    return settings if output is None else replace(settings, output_dir=str(output.resolve()))


def prepared(settings: Settings) -> Work:
    """The workload, or one sentence and exit code 2."""
    try:
        return prepare(settings)
    except (TaskProblem, DslProblem) as problem:
        fail(str(problem), USAGE)


def run_and_store(
    settings: Settings, work: Work, label: str, engine: Engine, watch: Watch = nobody, crew: Crew | None = None
) -> tuple[int, Finished]:
    """Runs and stores; gives the run's id in the database and the finished run.

    Raises:
        Problem: the run could not go on, or could not be stored; what was recorded is stored as failed or interrupted.
    """
    require_writable(engine)
    if full := no_room(Path(settings.output_dir)):
        fail(full)
    storing = Storing(engine)
    journal = _folder(home() / "journals") / f"{_file_name(label)}-{work.workload.fingerprint}-{os.getpid()}.jsonl"
    with owned(journal), watch(label) as on_progress, interruptible():
        listener = Listener(storing.begin, storing.task, on_progress, partial(earlier_tasks, engine))
        run = Run(settings, work, label, listener, journal, crew)
        try:
            finished = run.execute()
        except (ArcProblem, DatabaseProblem, OSError) as problem:
            _store_rest(storing, run)
            _discard_empty(engine, storing, run)
            fail(sentence_of(problem))
        except KeyboardInterrupt:
            if run.record is None or not run.record.tasks:
                _discard_empty(engine, storing, run)
                fail("interrupted before the first task; nothing was recorded", INTERRUPTED)
            _store_rest(storing, run)
            fail(f"interrupted; the tasks that were done are kept in run {storing.run_id}")
    run_id = _stored(storing, finished, journal)
    # Only now: until the database has everything, the journal is what the run can be restored from.
    journal.unlink(missing_ok=True)
    return run_id, finished


def _stored(storing: Storing, finished: Finished, journal: Path) -> int:
    try:
        return storing.finish(finished.record, finished.profiles)
    except DatabaseProblem as problem:
        fail(f"{problem}; the run is kept in {journal}, which quickwin import reads")


def _file_name(label: str) -> str:
    """A label as part of a file's name: short, and nothing in it that a file system minds."""
    return re.sub(r"[^\w.-]+", "-", label)[:40]


def _discard_empty(engine: Engine, storing: Storing, run: Run) -> None:
    """A run that failed before its first task tells nothing: the sentence does."""
    if storing.run_id is not None and (run.record is None or not run.record.tasks):
        with contextlib.suppress(DatabaseProblem):
            store.discard_run(engine, storing.run_id)


def _store_rest(storing: Storing, run: Run) -> None:
    if run.record is not None and storing.run_id is not None:
        with contextlib.suppress(Exception):  # the run's own problem is the one to tell
            storing.finish(run.record)


@contextlib.contextmanager
def placed(settings: Settings, state: str | None, label: str) -> Iterator[Settings]:
    """The settings with their folders: fresh caches for a cold run, removed afterwards; the kept ones otherwise."""
    base = home().resolve()
    if state != "cold":
        with owned_folder("run-", base):  # who looks for what is in use finds that the caches are
            yield replace(settings, caches_dir=str(base / "caches"), output_dir=str(base / "solvers" / "kept"))
        return
    try:
        output = Path(tempfile.mkdtemp(prefix=f"{_file_name(label)}-", dir=_folder(base / "solvers")))
    except OSError as problem:
        fail(sentence_of(problem))
    with owned_folder("caches-", base) as caches:
        yield replace(settings, caches_dir=str(caches), output_dir=str(output))


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
