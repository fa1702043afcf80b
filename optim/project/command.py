"""What a project file says of its pipeline: the command, its parameters, answers and caches, and how a win is switched.

Frozen records, checked where they enter. Texts of commands are split as a shell splits them and given to no shell; in
each part ``{name}`` stands for a parameter and ``{python}`` for Quickwin's own interpreter; ``{{`` is a brace.

Errors:
    CommandProblem (a ValueError): one sentence that names the field, what was given and what would work.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import NoReturn

#: What a parameter may be; a number stays one, so that ``rows = 1000`` and ``rows = "1000"`` are told apart.
Parameter = str | int | float | bool
TIMES = ("journal", "wall", "log")
#: The share within which two configs count as the same, where a project says no other.
MARGIN = 0.01
PYTHON = "python"
#: What Quickwin sets for each run of a command: where its journal is wanted, its config, and its key
#: (``profiles/recorder.py`` reads them).
RUN_VARIABLES = JOURNAL, CONFIG, RUN = ("QUICKWIN_JOURNAL", "QUICKWIN_CONFIG", "QUICKWIN_RUN")
#: The folder in a project's own that is Quickwin's.
OWN = ".quickwin"
_MOST_SECONDS = 30 * 24 * 3600.0
_SLOT = re.compile(r"\{\{|\}\}|\{([A-Za-z_]\w*)\}")


class CommandProblem(ValueError):
    """A command can not be what was given; the sentence names the field and what would work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """What turns a win on (or off): arguments after the command's own, environment, or a git branch or commit."""

    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, hash=False)
    ref: str | None = None

    def __post_init__(self) -> None:
        _texts("args", self.args, 'a list of texts such as ["--fast"]')
        _environment("env", self.env)
        if self.ref is not None and (not _is_line(self.ref) or self.ref.startswith("-")):
            _refuse("ref", self.ref, "the name of a branch, tag or commit, or . for the working folder")

    @property
    def empty(self) -> bool:
        """Whether it switches nothing."""
        return not (self.args or self.env or self.ref)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """Where a run's answers are: files (glob patterns), its standard output, or the output of another command.

    ``digits``: numbers in text, CSV and JSON are rounded to so many significant digits before they are hashed.
    """

    files: tuple[str, ...] = ()
    stdout: bool = False
    command: str | None = None
    digits: int | None = None

    def __post_init__(self) -> None:
        _texts("answers.files", self.files, 'a list of patterns such as ["out/**/*.csv"]')
        if self.command is not None:
            check_text("answers.command", self.command)
        places = [name for name in ("files", "stdout", "command") if getattr(self, name)]
        if len(places) != 1:
            given = " and ".join(places) or "nothing"
            raise CommandProblem(
                f'answers must name one place: files = [...], stdout = true or command = "...", got {given}'
            )
        if self.digits is not None and not _whole(self.digits, 1, 17):
            _refuse("answers.digits", self.digits, "a whole number from 1 to 17")


@dataclass(frozen=True, kw_only=True, slots=True)
class Caches:
    """What a run keeps for the next one: ``paths`` in the project's folder, emptied for cold and primed for warm.

    ``reset`` are commands that run before each run, untimed.
    """

    paths: tuple[str, ...] = ()
    reset: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _texts("caches.paths", self.paths, 'a list of paths such as [".cache"]')
        _texts("caches.reset", self.reset, 'a command or a list of commands, such as ["rm -rf out"]')
        for path in self.paths:
            _check_inside("caches.paths", path)
        for text in self.reset:
            check_text("caches.reset", text)
        _check_apart(self.paths)


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A pipeline that is a command, with defaults for all but ``command``.

    ``time`` None is the best there is: the journal's where the run writes one, else the wall-clock. Without
    ``answers`` they are the journal's, and where that has none they are not checked. ``margin`` is the share within
    which two configs count as the same.
    """

    command: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict, hash=False)
    inputs: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, hash=False)
    timeout_seconds: float = 600.0
    time: str | None = None
    answers: Answers | None = None
    caches: Caches = field(default_factory=Caches)
    margin: float = MARGIN

    def __post_init__(self) -> None:
        check_parameters(self.parameters)
        _texts("inputs", self.inputs, 'a list of patterns such as ["data/*.csv"]')
        _environment("env", self.env)
        if not _number(self.timeout_seconds) or not 0 < self.timeout_seconds <= _MOST_SECONDS:
            _refuse("timeout_seconds", self.timeout_seconds, "seconds above 0, up to 30 days")
        if self.time is not None and self.time not in TIMES:
            _refuse("time", self.time, f"one of {', '.join(TIMES)}, or left out for the best there is")
        if not _number(self.margin) or not 0 <= self.margin < 1:
            _refuse("margin", self.margin, "a share from 0 to below 1, such as 0.01 for 1%")
        for name, text in self._texts_with_slots():
            check_text(name, text, self.parameters)

    def _texts_with_slots(self) -> Iterable[tuple[str, str]]:
        yield "command", self.command
        yield from (("inputs", pattern) for pattern in self.inputs)
        yield from (("caches.reset", text) for text in self.caches.reset)
        if self.answers is not None:
            yield from (("answers.files", pattern) for pattern in self.answers.files)
            if self.answers.command is not None:
                yield "answers.command", self.answers.command

    def with_parameters(self, changes: Mapping[str, Parameter]) -> dict[str, Parameter]:
        """All parameters with some changed; a text that is given for a number is read as one.

        Raises:
            CommandProblem: there is no such parameter, or a number is asked for and something else given.
        """
        if unknown := sorted(set(changes) - set(self.parameters)):
            known = ", ".join(self.parameters) or "none: the project file names no parameters"
            raise CommandProblem(f"no parameter is called {', '.join(unknown)}; known: {known}")
        return {name: _like(name, value, changes.get(name, value)) for name, value in self.parameters.items()}


def check_parameters(parameters: Mapping[str, Parameter]) -> None:
    """Refuses names that can not stand in braces and values that are no text, number, true or false."""
    if not isinstance(parameters, Mapping):
        _refuse("parameters", parameters, "a table such as { rows = 200_000 }")
    for name, value in parameters.items():
        if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_]\w*", name) or name == PYTHON:
            _refuse("parameters", name, "names of letters, digits and _, other than python")
        if isinstance(value, str) and ("\0" in value or "\n" in value):
            _refuse(f"parameters.{name}", value, "one line of text")
        if not isinstance(value, str | int | float) or (isinstance(value, float) and not math.isfinite(value)):
            _refuse(f"parameters.{name}", value, "a text, a number, true or false")


def check_text(name: str, text: object, parameters: Mapping[str, Parameter] | None = None) -> None:
    """Refuses a text that is no command: empty, quotes left open, or (``parameters`` given) an unknown ``{name}``."""
    if not isinstance(text, str) or not text.strip() or "\0" in text:
        _refuse(name, text, 'a command in quotes, such as "python etl.py"')
    try:
        shlex.split(text)
    except ValueError as problem:
        _refuse(name, text, f"a command as a shell would read it ({problem}: close it)")
    slots = [match[1] for match in _SLOT.finditer(text) if match[1]]
    unknown = [slot for slot in slots if parameters is not None and slot not in parameters and slot != PYTHON]
    if unknown:
        known = ", ".join([*(parameters or ()), PYTHON])
        needed = f"{unknown[0]} needs a value, as --set {unknown[0]}=100 of init or in [pipeline] parameters"
        says = f"a command whose {{names}} are parameters ({known}): {needed}; {{{{{unknown[0]}}}}} is plain text"
        _refuse(name, text, says)


def fill(text: str, values: Mapping[str, Parameter]) -> str:
    """The text with each ``{name}`` replaced by its value; unknown ones are left as they are."""
    return _SLOT.sub(lambda match: _filled(match, values), text)


def argv(text: str, values: Mapping[str, Parameter]) -> tuple[str, ...]:
    """A command's arguments: split as a shell splits, then filled, so that a value with a space stays one argument."""
    return tuple(fill(part, values) for part in shlex.split(text))


def written(value: Parameter) -> str:
    """A parameter as it is written in a command line: ``true`` and ``false`` as in the project file."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filled(match: re.Match[str], values: Mapping[str, Parameter]) -> str:
    if match[1] is None:
        return match[0][0]
    return written(values[match[1]]) if match[1] in values else match[0]


def _like(name: str, default: Parameter, value: Parameter) -> Parameter:
    """``value`` in the kind of ``default``."""
    if isinstance(default, str) or not isinstance(value, str):
        return written(value) if isinstance(default, str) else value
    wanted = "true or false" if isinstance(default, bool) else "a number"
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[value.lower()]
        return _finite(value)
    except (KeyError, ValueError):
        _refuse(f"parameters.{name}", value, f"{wanted}, as its default {written(default)} is")


def _finite(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _check_inside(name: str, path: str) -> None:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith(("/", "~")) or ".." in parts or parts[0] in (".git", OWN):
        _refuse(name, path, "a path below the project's folder, such as .cache")


def _check_apart(paths: tuple[str, ...]) -> None:
    """A folder and one within it can not both be set aside."""
    whole = [PurePosixPath(path) for path in paths]
    for at, path in enumerate(whole):
        inside = [other for other in whole[:at] + whole[at + 1 :] if other == path or path in other.parents]
        if inside:
            _refuse("caches.paths", str(inside[0]), f"paths of which none lies in another, and {path} is named too")


def _environment(name: str, env: Mapping[str, str]) -> None:
    wanted = 'a table of texts such as { VECTORIZE = "1" }'
    if not isinstance(env, Mapping):
        _refuse(name, env, wanted)
    for key, value in env.items():
        if not isinstance(key, str) or not key or "=" in key or "\0" in key:
            _refuse(name, key, "names of variables, without =")
        if not isinstance(value, str) or "\0" in value:
            _refuse(f"{name}.{key}", value, 'a text in quotes, such as "1"')
        if key in RUN_VARIABLES:
            _refuse(name, key, "variables of your own: this one Quickwin sets for each run")


def _texts(name: str, values: object, wanted: str) -> None:
    if not isinstance(values, tuple):
        _refuse(name, values, wanted)
    for value in values:
        if not isinstance(value, str) or not value or "\0" in value:
            _refuse(name, value, wanted)


def _is_line(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _refuse(name: str, given: object, wanted: str) -> NoReturn:
    shown = repr(given)
    raise CommandProblem(f"{name} must be {wanted}, got {shown if len(shown) <= 80 else shown[:77] + '...'}")
