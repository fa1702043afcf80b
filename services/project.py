"""The project at hand: its pipeline, its wins in their order, its plan. Faces ask here for wins and titles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from optim.arc import PIPELINE
from optim.arc.wins import all_wins
from optim.project.command import Command
from optim.project.plan import Plan, PlanProblem, load_plan, plan_path
from optim.project.wins import Win
from profiles.configs import Config, config_label, parse_config, read_config
from services.problems import fail


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """A pipeline, its wins and its plan. ``pipeline`` is what runs measured here are of.

    ``command`` is what it executes in ``folder``; None for the built-in pipeline.
    """

    name: str
    pipeline: str
    plan: Plan
    command: Command | None = None
    folder: Path = Path()

    @property
    def wins(self) -> tuple[Win, ...]:
        """All wins in order: by number, those beyond the plan last."""
        return self.plan.wins

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


def current_project(plan_file: str | Path | None = None) -> Project:
    """The project at hand: the built-in pipeline, with the plan of ``plan_file``, ``QUICKWIN_PLAN``, or its own.

    Raises:
        Problem: its file can not be read; one sentence says where and what would work.
    """
    path = plan_path(plan_file)
    try:
        stat = path.stat()
        state = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except OSError:
        state = (0, 0, 0)
    try:
        return _read(path, state)
    except PlanProblem as problem:
        fail(str(problem))


@lru_cache(maxsize=16)
def _read(path: Path, state: tuple[int, int, int]) -> Project:
    """``state`` is the file's: one that was edited is read again."""
    return Project(name=PIPELINE, pipeline=PIPELINE, plan=load_plan(path, all_wins()))
