"""Begins a project: from what a person said to a project file in the folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from optim.project.command import PYTHON, Answers, Caches, Command, CommandProblem
from optim.project.draft import Draft, draft_text, read_parameter, read_switch
from optim.project.file import FILE, default_name
from services.files import write_new
from services.problems import USAGE, cannot_write, fail


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a person said of their pipeline, as they typed it. ``answers`` are patterns, or ``stdout``."""

    command: str
    name: str | None = None
    wins: Sequence[str] = ()
    parameters: Sequence[str] = ()
    inputs: Sequence[str] = ()
    answers: Sequence[str] = ()
    digits: int | None = None
    caches: Sequence[str] = ()
    reset: Sequence[str] = ()
    timeout_seconds: float = 600.0


def begin_project(stated: Said, folder: Path, overwrite: bool = False) -> Path:
    """Writes the project file; gives its path. A file that is there stays, unless it may be overwritten; then it is
    kept beside it as ``quickwin.toml.old``.

    Raises:
        Problem: something that was said can not be, or the file is there already.
    """
    path = folder / FILE
    if path.exists() and not overwrite:
        fail(f"{path} is there already: edit it, or give --force to write another (it is kept as {FILE}.old)", USAGE)
    try:
        text = draft_text(_draft(stated, folder))
    except CommandProblem as problem:
        fail(str(problem), USAGE)
    try:
        if path.exists():
            path.replace(path.with_name(f"{FILE}.old"))
    except OSError as error:
        fail(cannot_write(path, error))
    write_new(path, text)
    return path


def _draft(stated: Said, folder: Path) -> Draft:
    wins = [read_switch(text) for text in stated.wins]
    names = [name for name, _ in wins]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise CommandProblem(f"the win {twice[0]} was named twice: give each another name")
    command = Command(
        command=stated.command,
        parameters=dict(read_parameter(text) for text in stated.parameters),
        inputs=tuple(stated.inputs),
        timeout_seconds=stated.timeout_seconds,
        answers=_answers(stated),
        caches=Caches(paths=tuple(stated.caches), reset=tuple(stated.reset)),
    )
    return Draft(name=stated.name or default_name(folder.resolve()), command=command, wins=dict(wins))


def _answers(stated: Said) -> Answers | None:
    if not stated.answers:
        return None
    if "stdout" in stated.answers and len(stated.answers) > 1:
        raise CommandProblem("answers are stdout or patterns of files, not both")
    if "stdout" in stated.answers:
        return Answers(stdout=True, digits=stated.digits)
    return Answers(files=tuple(stated.answers), digits=stated.digits)


def unnamed(command: str, parameters: Sequence[str]) -> list[str]:
    """The ``{names}`` in a command that no parameter gives a value yet, for whoever asks."""
    named = {text.partition("=")[0].strip() for text in parameters}
    slots = re.findall(r"(?<!\{)\{([A-Za-z_]\w*)\}", command)
    return [slot for slot in dict.fromkeys(slots) if slot not in named and slot != PYTHON]
