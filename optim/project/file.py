"""The project file ``quickwin.toml``: a pipeline, its wins, its plan.

It is looked for from the current folder upward, as git and pytest do. Required are the pipeline's command and, for each
win, a name and a switch; everything else has a default.

Errors:
    PlanProblem (a ValueError): one sentence that names the field, what was given and what would work.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optim.project.command import MARGIN, Answers, Caches, Command, CommandProblem
from optim.project.fields import Fields, PlanProblem
from optim.project.parts import read_parts, read_wins
from optim.project.records import Plan
from optim.project.wins import Win

FILE = "quickwin.toml"
_NAME = re.compile(r"\w(?:[\w .-]{0,58}\w)?")

#: The wins of each built-in pipeline, by its name.
BuiltIn = Mapping[str, Mapping[str, Win]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectFile:
    """What a project file says. ``command`` is None for a built-in pipeline; ``id`` is None unless it is written."""

    name: str
    pipeline: str
    plan: Plan
    command: Command | None = None
    id: str | None = None


def find_file(folder: Path) -> Path | None:
    """The project file in ``folder`` or the nearest folder above it; None where there is none."""
    start = folder.resolve()
    return next((place / FILE for place in (start, *start.parents) if (place / FILE).is_file()), None)


def load_project(path: Path, built_in: BuiltIn) -> ProjectFile:
    """The project in a file.

    Raises:
        PlanProblem: it can not be read, is no TOML, or a field is missing, misspelt, impossible or contradictory.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PlanProblem(
            f"the project file {path} can not be read ({reason}); --project or QUICKWIN_PROJECT names it"
        ) from error
    except UnicodeDecodeError as error:
        raise PlanProblem(f"{path.name}: not UTF-8 text at byte {error.start}; save it as UTF-8") from error
    return read_project(text, path.name, default_name(path.resolve().parent), built_in)


def default_name(folder: Path) -> str:
    """A project's name from its folder's."""
    return re.sub(r"[^\w.-]+", "-", folder.name).strip("-.")[:60].strip("-.") or "project"


def read_project(text: str, file: str, name: str, built_in: BuiltIn) -> ProjectFile:
    """The project that the TOML ``text`` says.

    Args:
        file: its name for the errors.
        name: the project's, where the file gives none.
        built_in: the pipelines that a file may name instead of a command, each with its wins.

    Raises:
        PlanProblem: as ``load_project``.
    """
    fields = open_fields(text, file)
    table = fields.table("pipeline")
    pipeline = _built_in(table, built_in)
    command = _command(table) if pipeline is None else None
    table.done()
    declared = None if pipeline is None else built_in[pipeline]
    wins = read_wins(fields, declared, switched=command is not None)
    head = fields.peek("project")
    called = _name(file, head.get("name"), pipeline or name, built_in if command is not None else {})
    plan = read_parts(fields, wins, called)
    fields.done()
    mark = head.get("id")
    return ProjectFile(name=called, pipeline=pipeline or called, plan=plan, command=command, id=mark)


def open_fields(text: str, file: str) -> Fields:
    """The tables of a file.

    Raises:
        PlanProblem: it is no TOML.
    """
    try:
        return Fields(file, "", tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        raise PlanProblem(f"{file}: not TOML: {error}; docs/project-file.md shows the form") from error


def _name(file: str, given: Any, default: str, taken: Mapping[str, Any]) -> str:
    name = default if given is None else given
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise PlanProblem(f"{file}: project.name must be letters, digits, blanks, _, . or - (at most 60), got {name!r}")
    if name in taken:
        raise PlanProblem(f"{file}: project.name must be none of {', '.join(taken)}, which are built in, got {name}")
    return name


def _built_in(fields: Fields, built_in: BuiltIn) -> str | None:
    name: str | None = fields.one_of("built_in", tuple(built_in), "a built-in pipeline", default=None)
    return name


def _command(fields: Fields) -> Command:
    text = fields.text("command")
    try:
        return Command(
            command=text,
            parameters=fields.raw("parameters", {}),
            inputs=fields.raw("inputs", ()),
            env=fields.raw("env", {}),
            timeout_seconds=fields.raw("timeout_seconds", 600.0),
            time=fields.raw("time"),
            answers=_answers(fields),
            caches=_caches(fields),
            margin=fields.raw("margin", MARGIN),
        )
    except CommandProblem as problem:
        raise PlanProblem(f"{fields.file}: {fields.where}.{problem}") from problem


def _answers(whole: Fields) -> Answers | None:
    fields = whole.optional_table("answers")
    if fields is None:
        return None
    answers = Answers(
        files=fields.raw("files", ()),
        stdout=fields.flag("stdout"),
        command=fields.raw("command"),
        digits=fields.raw("digits"),
    )
    fields.done()
    return answers


def _caches(whole: Fields) -> Caches:
    fields = whole.optional_table("caches")
    if fields is None:
        return Caches()
    reset = fields.raw("reset", ())
    caches = Caches(paths=fields.raw("paths", ()), reset=(reset,) if isinstance(reset, str) else reset)
    fields.done()
    return caches
