"""The project at hand: its pipeline, its wins in their order, its plan. Faces ask here for wins and titles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from optim.arc import PIPELINE
from optim.arc.wins import all_wins
from optim.project.command import Command
from optim.project.file import FILE, find_file, load_project
from optim.project.plan import Plan, PlanProblem, load_plan
from optim.project.wins import Win
from profiles.configs import Config, config_label, parse_config, read_config
from services.problems import fail

#: The worked example's project file.
EXAMPLE = Path(__file__).resolve().parents[1] / "optim" / "arc" / FILE


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A pipeline, its wins and its plan. ``pipeline`` is what runs measured here are of.

    ``command`` is what it executes in ``folder``; None for the built-in pipeline. ``file`` is the project file, None
    for the worked example, whose folder is the current one. ``id`` is what the file says, where it says one.
    """

    name: str
    pipeline: str
    plan: Plan
    command: Command | None = None
    folder: Path = Path()
    file: Path | None = None
    id: str | None = None

    @property
    def wins(self) -> tuple[Win, ...]:
        """All wins in order: by number, those beyond the plan last."""
        return self.plan.wins

    @property
    def reference_pipeline(self) -> str:
        """The pipeline whose seconds the plan speaks of: this one, but where the file names another."""
        return self.plan.reference_pipeline or self.pipeline

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all wins, in order: what ``all`` means."""
        return tuple(win.name for win in self.wins)

    def win(self, name: str) -> Win | None:
        """The win of that name; None where the project has none."""
        return next((win for win in self.wins if win.name == name), None)

    def config(self, text: str, kept: Config = frozenset()) -> Config:
        """The config that a person wrote; ``kept`` are the wins that were decided to be kept.

        Raises:
            UnknownConfig: a name in it is no win, with the names that would work.
        """
        return parse_config(text, self.names, kept)

    def label(self, config: str | Config | None) -> str:
        """A config, or its stored text, as short as a person writes it: ``all-NAME``."""
        return config_label(read_config(config) if isinstance(config, str) else config, self.names)


#: What ``looked_at_once`` has found so far; None outside of it.
_FOUND: ContextVar[dict[tuple[object, ...], Project] | None] = ContextVar("found", default=None)


@contextmanager
def looked_at_once() -> Iterator[None]:
    """Within it the project at hand is looked for once, and not in the folders again at each of hundreds of questions.

    For what is drawn or written in one go and edits no project file.
    """
    mark = _FOUND.set({})
    try:
        yield
    finally:
        _FOUND.reset(mark)


def current_project(plan_file: str | Path | None = None) -> Project:
    """The project at hand: of ``QUICKWIN_PROJECT``, of the nearest ``quickwin.toml`` from the current folder upward, or
    the worked example.

    Args:
        plan_file: another plan for the worked example; default: ``QUICKWIN_PLAN``.

    Raises:
        Problem: its file can not be read; one sentence says where and what would work.
    """
    plan, projects = plan_file or os.environ.get("QUICKWIN_PLAN"), _FOUND.get()
    if projects is None:
        return _look(plan)
    asked = (plan, os.environ.get("QUICKWIN_PROJECT"))
    if asked not in projects:
        projects[asked] = _look(plan)
    return projects[asked]


def _look(plan: str | Path | None) -> Project:
    path = project_file()
    try:
        return _read(path or EXAMPLE, _state(path or EXAMPLE), None if plan is None else Path(plan), _state(plan))
    except PlanProblem as problem:
        fail(str(problem))


def project_file() -> Path | None:
    """The project file at hand; None where the worked example is."""
    named = os.environ.get("QUICKWIN_PROJECT")
    if named:
        path = Path(named).absolute()
        return path / FILE if path.is_dir() else path
    file = find_file(Path.cwd())
    return None if file is None or file == EXAMPLE.resolve() else file


def _state(path: str | Path | None) -> tuple[int, ...]:
    """What changes when a file does, so that one that was edited is read again."""
    try:
        stat = os.stat(path or "")
    except OSError:
        return ()
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)


def _with_caches(plan: Plan, command: Command | None) -> Plan:
    """A command whose project names no caches is always measured cold."""
    return plan if command is None or command.caches.paths else replace(plan, cache_states=("cold",))


@lru_cache(maxsize=16)
def _read(path: Path, state: tuple[int, ...], plan: Path | None, plan_state: tuple[int, ...]) -> Project:
    wins = all_wins()
    file = load_project(path, {PIPELINE: wins})
    is_example = path == EXAMPLE
    return Project(
        name=file.name,
        pipeline=file.pipeline,
        plan=load_plan(plan, wins) if is_example and plan is not None else _with_caches(file.plan, file.command),
        command=file.command,
        folder=Path() if is_example else path.parent,
        file=None if is_example else path,
        id=file.id,
    )
