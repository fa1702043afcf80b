"""What runs of the pipeline at hand work on, as data: the parameters that a form asks for, and which runs are alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optim.arc.builtin import DEFAULTS, checked, options, settings_of
from optim.pipelines.external.inputs import Inputs
from optim.pipelines.protocol import RunProblem
from optim.project.command import written
from services.project import current_project

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A parameter that a form asks for; the type of ``default`` says what it is."""

    name: str
    label: str
    default: Any
    least: float | None = None
    most: float | None = None


def form_fields() -> tuple[Field, ...]:
    """The parameters that a form asks for: all of a project's own; of the built-in pipeline how much there is to do."""
    command = current_project().command
    if command is not None:
        return tuple(Field(name=name, label=name, default=value) for name, value in command.parameters.items())
    return (
        Field(name="tasks", label="Tasks", default=DEFAULTS["tasks"], least=1, most=400),
        Field(name="candidates", label="Candidates a task", default=DEFAULTS["candidates"], least=10, most=1000),
    )


def first_run() -> list[str]:
    """The arguments of ``quickwin`` that make a first run: no win on, no caches; the built-in pipeline's is small."""
    size = ["--tasks", "10"] if current_project().command is None else []
    return ["run", "--wins", "none", "--cold", *size]


def as_options(parameters: Mapping[str, Any]) -> list[str]:
    """Parameters as options of the command line; of a project's own those that are not as the project file has them."""
    command = current_project().command
    if command is None:
        return options(parameters)
    changed = {name: value for name, value in parameters.items() if command.parameters.get(name) != value}
    return [text for name, value in changed.items() for text in ("--set", f"{name}={written(value)}")]


def workload(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters that a run keeps, defaults filled in, so that two runs can be compared by them."""
    command = current_project().command
    try:
        return dict(parameters) if command is not None else checked(parameters)
    except RunProblem:
        return dict(parameters)


def alike(runs: pd.DataFrame, parameters: Mapping[str, Any]) -> pd.DataFrame:
    """Those of the runs (of ``db.queries.runs``) that worked on as much as these parameters ask for."""
    project = current_project()
    if project.command is not None:
        now = Inputs(project.folder, project.command.inputs).workload({**project.command.parameters, **parameters})
        return runs[(runs["pipeline"] == project.pipeline) & (runs["workload"] == now.fingerprint)]
    settings = settings_of(parameters)
    return runs[
        (runs["tasks"] == settings.tasks)
        & (runs["workload_candidates"] == settings.tasks * settings.candidates)
        & (runs["workers"] == settings.workers)
    ]
