"""A user's command as a pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optim.pipelines.external.answers import OWN
from optim.pipelines.external.footprint import no_code
from optim.pipelines.external.places import Aside, locked
from optim.pipelines.external.session import CommandSession
from optim.pipelines.external.switching import Toggle, refs
from optim.pipelines.external.worktrees import HERE, Repository
from optim.pipelines.protocol import Job, RunProblem, Target
from optim.project.command import Command, CommandProblem


@dataclass(frozen=True, kw_only=True)
class CommandPipeline:
    """A command in its folder, and how its wins are switched, in the order of the plan."""

    name: str
    folder: Path
    command: Command
    toggles: Mapping[str, Toggle]

    @property
    def wins(self) -> tuple[str, ...]:
        """The names of the wins."""
        return tuple(self.toggles)

    def parameters(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """All parameters, some of them changed."""
        try:
            return self.command.with_parameters(changes)
        except CommandProblem as problem:
            raise RunProblem(str(problem)) from problem

    def commit(self, ref: str) -> str:
        """The commit of a ref of the folder's repository; ``.`` is the folder as it is, uncommitted work included.

        Raises:
            RunProblem: there is no repository, or no such ref.
        """
        return Repository(self.folder, no_code(self.folder, self.command, self.command.parameters)).commit(ref)

    def no_duet(self, targets: Sequence[Target], parameters: Mapping[str, Any]) -> str | None:
        """Two runs in one folder may not write the same files there; in worktrees of their own they may."""
        codes = {(target.ref or HERE, refs(self.toggles, target.config)) for target in targets}
        apart = len(codes) == len(set(targets)) > 1
        command = self.command
        shared = {
            "keeps caches": command.caches.paths,
            "has a reset": command.caches.reset,
            "writes its answers into files": command.answers and not command.answers.stdout,
        }
        reasons = [reason for reason, is_so in shared.items() if is_so]
        if apart or not reasons:
            return None
        return (
            f"both runs share the folder {self.folder}, and the command {' and '.join(reasons)} there: a duet needs "
            "answers on the standard output and no caches, or arms that are two commits (--ref)"
        )

    def session(self, job: Job) -> AbstractContextManager[CommandSession]:
        """A sitting: see ``CommandSession``."""
        return CommandSession(self.folder, self.name, self.command, self.toggles, job).opened()


def put_back(folder: Path, command: Command) -> bool:
    """Puts back what a killed measurement set aside, unless one is under way; whether there was anything."""
    own = folder / OWN
    if not (own / "aside" / "ledger.json").exists() and not (own / "trees").exists():
        return False
    try:
        with locked(folder):
            Aside(folder, command.caches.paths).put_back()
            if (own / "trees").exists():
                Repository(folder).prune()
    except RunProblem:
        return False
    return True
