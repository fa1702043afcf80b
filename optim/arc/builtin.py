"""The built-in pipeline by the protocol of all pipelines: its parameters, and its runs as fresh processes."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optim.arc import PIPELINE
from optim.arc.settings import Settings
from optim.arc.wins import all_wins
from optim.pipelines.code import contents, files_below, fingerprint
from optim.pipelines.protocol import Job, Lane, Ran, RunProblem, Target
from profiles.configs import stored_text
from profiles.program import ROOT

MIB = 1024**2
#: What a run of it is asked for, by the names of the command line's options; None is what comes with it.
DEFAULTS: Mapping[str, Any] = {
    "tasks": 100,
    "seed": 0,
    "candidates": 132,
    "workers": 1,
    "task_ids": (),
    "min_score": 80,
    "limit": Settings().limit_seconds,
    "memory": Settings().memory_bytes // MIB,
    "cache_memory": Settings().cache_bytes // MIB,
    "scheduler": None,
    "tasks_dir": None,
    "dsl": None,
    "solvers": None,
}
#: Those that every run names; the others only where they are not as they come.
ALWAYS = ("tasks", "seed", "candidates", "workers")
_PATHS = ("tasks_dir", "dsl", "solvers")
#: Starts this program's ``run`` with these arguments in a fresh process (on a lane's core, where there is one), and
#: gives the number of the run it stored.
Start = Callable[[Sequence[str], Lane | None], int]


def checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a measurement keeps: ``ALWAYS``, and what is changed besides; None changes nothing.

    Raises:
        RunProblem: there is no such parameter, or it can not be what was given.
    """
    given = {name: value for name, value in changes.items() if value is not None and value != ()}
    if unknown := sorted(set(given) - set(DEFAULTS)):
        raise RunProblem(f"no parameter is called {', '.join(unknown)}; known: {', '.join(DEFAULTS)}")
    values = {name: _read(name, given[name]) if name in given else default for name, default in DEFAULTS.items()}
    settings_of(values)
    return {name: value for name, value in values.items() if name in ALWAYS or value != DEFAULTS[name]}


def _read(name: str, value: Any) -> Any:
    """A value in the kind of its default; a path from the current folder."""
    default = DEFAULTS[name]
    if name in _PATHS:
        return str(Path(value).resolve())
    if name == "task_ids":
        return tuple(value.split(",")) if isinstance(value, str) else tuple(value)
    kind = str if default is None else type(default)
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise RunProblem(f"{name} must be a number, as its default {default} is, got {value!r}") from None


def settings_of(parameters: Mapping[str, Any], wins: frozenset[str] = frozenset()) -> Settings:
    """The settings that these parameters mean; those that are left out are as they come.

    Raises:
        RunProblem: one of them can not be.
    """
    values = {**DEFAULTS, **{name: value for name, value in parameters.items() if value is not None}}
    limits = {"limit_seconds": values.pop("limit"), "memory_bytes": values.pop("memory") * MIB}
    limits["cache_bytes"] = values.pop("cache_memory") * MIB
    values["task_ids"] = tuple(values["task_ids"])
    try:
        return Settings(wins=wins, **limits, **values)
    except ValueError as problem:
        raise RunProblem(str(problem)) from problem


def options(parameters: Mapping[str, Any]) -> list[str]:
    """The parameters as options of ``run``."""
    texts: list[str] = []
    for name, value in parameters.items():
        if name == "task_ids":
            texts += [text for task_id in value for text in ("--task", str(task_id))]
        elif value is not None:
            texts += [f"--{name.replace('_', '-')}", str(value)]
    return texts


@dataclass(frozen=True)
class ArcPipeline:
    """The built-in pipeline."""

    start: Start
    name: str = PIPELINE

    @property
    def wins(self) -> tuple[str, ...]:
        """The names of its wins, in order."""
        return tuple(all_wins())

    def parameters(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """See ``checked``."""
        return checked(changes)

    def no_duet(self, targets: Sequence[Target], parameters: Mapping[str, Any]) -> str | None:
        """With workers on other machines there is no core of its own for each."""
        if parameters.get("scheduler"):
            return "its workers are on a cluster, and a duet needs both runs on cores of this machine"
        return None

    def code(self, targets: Sequence[Target]) -> str | None:
        """Of this program as it is installed: the pipeline and the recorder."""
        files = [path for name in ("optim/arc", "profiles") for path in files_below(ROOT / name)]
        return fingerprint(contents(ROOT, files))

    @contextlib.contextmanager
    def session(self, job: Job) -> Iterator[ArcSession]:
        """A sitting: see ``ArcSession``.

        Raises:
            RunProblem: an arm is to run another git ref.
        """
        if any(target.ref is not None for target in job.targets):
            raise RunProblem(
                "the built-in pipeline runs as it is installed, so its arms can not differ in a git ref; that is for a "
                "project of your own"
            )
        yield ArcSession(self.start, job)


class ArcSession:
    """Runs of the built-in pipeline, each a fresh process that stores itself.

    Cold runs get an empty folder for their caches each; warm ones a copy of the folder that one run of their config
    primed. Each run's solvers go to a new folder in ``solvers``, by default the job's.
    """

    def __init__(self, start: Start, job: Job) -> None:
        self._start, self._job = start, job

    def prime(self, target: Target) -> None:
        """Fills the config's caches by a run that does not count."""
        self._execute(target, self._primed(target), None, "priming")

    def run(self, target: Target, label: str, lane: Lane | None = None) -> Ran:
        """One run."""
        place = "" if lane is None else f"-{lane.core}"
        caches, state = self._job.scratch / f"caches{place}", self._job.cache_state
        if state == "warm":
            if not self._primed(target).exists():
                self.prime(target)
            shutil.copytree(self._primed(target), caches)
        else:
            caches.mkdir()
        try:
            return Ran(run_id=self._execute(target, caches, state, label, lane), in_step=lane is not None)
        finally:
            shutil.rmtree(caches, ignore_errors=True)

    def _primed(self, target: Target) -> Path:
        configs = list(dict.fromkeys(place.config for place in self._job.targets))
        return self._job.scratch / f"primed-{configs.index(target.config)}"

    def _execute(self, target: Target, caches: Path, state: str | None, label: str, lane: Lane | None = None) -> int:
        place = "" if lane is None else f"-{lane.core}"
        solvers = (self._job.output or self._job.scratch) / f"solvers{place}"
        arguments = ["--wins", stored_text(target.config), *options(self._job.parameters)]
        arguments += ["--caches-dir", str(caches), "--output", str(solvers), "--label", label]
        try:
            if lane is not None:
                lane.meet()
            return self._start([*arguments, *([f"--{state}"] if state else []), "--quiet", "--json"], lane)
        finally:
            shutil.rmtree(solvers, ignore_errors=True)
