"""The pipeline at hand: the built-in one, or the project's command; both by the same protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optim.arc.builtin import ArcPipeline, Start
from optim.pipelines.external.pipeline import CommandPipeline
from optim.pipelines.external.switching import Toggle
from optim.pipelines.external.worktrees import HERE
from optim.pipelines.protocol import Lane, Pipeline, RunProblem
from optim.project.command import MARGIN
from profiles.system import HAS_PROCESS_GROUPS, NO_PROCESS_GROUPS
from services.problems import USAGE, fail
from services.project import Project, current_project


def _not_here(arguments: Sequence[str], lane: Lane | None = None) -> int:
    raise RunProblem("no run can be started here")


def current_pipeline(start: Start = _not_here) -> Pipeline:
    """The pipeline of the project at hand; ``start`` executes the runs of the built-in one."""
    project = current_project()
    return ArcPipeline(start) if project.command is None else command_pipeline(project)


def command_pipeline(project: Project) -> CommandPipeline:
    """A project's own command as a pipeline.

    Raises:
        Problem: the project is the worked example, which has none.
    """
    if project.command is None:
        fail(
            "the built-in pipeline has no command of its own: write a quickwin.toml with quickwin init, or name one by "
            "--project",
            USAGE,
        )
    toggles = {win.name: Toggle(on=win.on, off=win.off) for win in project.wins}
    return CommandPipeline(name=project.pipeline, folder=project.folder, command=project.command, toggles=toggles)


def margin() -> float:
    """The share within which two configs of the project count as the same."""
    command = current_project().command
    return MARGIN if command is None else command.margin


def commits(refs: Sequence[str]) -> list[str]:
    """The commits that refs of the project's repository name; ``.`` is the folder as it is.

    Raises:
        Problem: the pipeline at hand is built in, or a ref is not known; exit code 2.
    """
    pipeline = command_pipeline(current_project())
    try:
        return [pipeline.commit(ref) for ref in refs]
    except RunProblem as problem:
        fail(str(problem), USAGE)


def branches() -> tuple[str, ...]:
    """What two commits can be measured by: the branches and tags of the project's repository, the newest first, and
    ``.``, the folder as it is. Empty of the built-in pipeline, and of a folder that is in no repository."""
    project = current_project()
    names = () if project.command is None else command_pipeline(project).branches()
    return (*names, HERE) if names else ()


def parameters(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of the pipeline at hand: its defaults, and what is changed.

    Raises:
        Problem: there is no such parameter, or it can not be what was given; exit code 2. Nothing can be run on this
            system; exit code 3.
    """
    if not HAS_PROCESS_GROUPS:
        fail(NO_PROCESS_GROUPS)
    try:
        return current_pipeline().parameters(changes)
    except RunProblem as problem:
        fail(str(problem), USAGE)
