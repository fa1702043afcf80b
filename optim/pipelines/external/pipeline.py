"""A user's command as a pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optim.pipelines.code import MOST_BYTES, MOST_FILES, contents, files_below, fingerprint
from optim.pipelines.external.footprint import no_code
from optim.pipelines.external.places import Aside, locked
from optim.pipelines.external.session import CommandSession
from optim.pipelines.external.switching import Toggle, refs
from optim.pipelines.external.worktrees import HERE, OURS, Repository
from optim.pipelines.protocol import Job, RunProblem, Target
from optim.project.command import OWN, Command, CommandProblem
from optim.project.file import FILE


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
        return Repository(self.folder, self._no_code()).commit(ref)

    def branches(self) -> tuple[str, ...]:
        """The branches and tags of the folder's repository, the newest first; empty where there is none."""
        try:
            return Repository(self.folder, self._no_code()).names()
        except RunProblem:
            return ()

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

    def code(self, targets: Sequence[Target]) -> str | None:
        """Of the folder's files, the refs that arms run or wins merge, and how the command is called and switched.

        Not of the project file: what else it says (targets, titles) changes no run.
        """
        try:
            files, commits = self._tracked(targets)
        except RunProblem:
            files, commits = self._files(), {}
        files.pop(FILE, None)
        if not files:
            return None
        return fingerprint({"files": files, "refs": commits, "command": self.command, "switches": self.toggles})

    def _tracked(self, targets: Sequence[Target]) -> tuple[dict[str, str], dict[str, str]]:
        """The contents of the folder's code by git, and the commits of the refs."""
        repository = Repository(self.folder, self._no_code())
        named = {ref for target in targets for ref in (target.ref, *refs(self.toggles, target.config))}
        commits = {ref: repository.commit(ref) for ref in sorted(ref for ref in named if ref and ref != HERE)}
        return repository.contents(), commits

    def _no_code(self) -> list[str]:
        return no_code(self.folder, self.command, self.command.parameters)

    def _files(self) -> dict[str, str]:
        """The contents of a folder without git; nothing of one that is too large to read each time."""
        spared = tuple(self.folder / name for name in (*self._no_code(), *OURS))
        files, size = [], 0
        try:
            for path in files_below(self.folder):
                if any(path.is_relative_to(place) for place in spared):
                    continue
                files.append(path)
                size += path.stat().st_size
                if len(files) > MOST_FILES or size > MOST_BYTES:
                    return {}
            return contents(self.folder, files)
        except OSError:
            return {}

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
