"""The first project file: what a person said of their command, written with comments on what else could stand there.

The text is TOML that ``optim.project`` reads back; nothing in it is guessed but the name.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from optim.project.command import Answers, Caches, Command, CommandProblem, Parameter, Switch, written

_VARIABLE = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a first project file says: a name, a command, and the wins by name."""

    name: str
    command: Command
    wins: Mapping[str, Switch] = field(default_factory=dict)


def read_switch(text: str) -> tuple[str, Switch]:
    """A win as it is typed: ``NAME=--flag``, ``NAME=VARIABLE=1`` or ``NAME=ref:BRANCH``.

    Raises:
        CommandProblem: it is none of these.
    """
    name, equals, how = text.partition("=")
    if not equals or not name.strip() or not how.strip():
        raise CommandProblem(
            f"a win is NAME=SWITCH, such as fast=--fast, fast=FAST=1 or fast=ref:my-branch, got {text!r}"
        )
    return name.strip(), _switch(how.strip(), text)


def _switch(how: str, text: str) -> Switch:
    if how.startswith("ref:"):
        return Switch(ref=how.removeprefix("ref:").strip())
    try:
        parts = shlex.split(how)
    except ValueError as problem:
        raise CommandProblem(f"the switch {how!r} can not be split as a shell splits: {problem}") from problem
    variables = [_VARIABLE.fullmatch(part) for part in parts]
    if all(variables):
        return Switch(env={match[1]: match[2] for match in variables if match})
    if how.startswith("-"):
        return Switch(args=tuple(parts))
    raise CommandProblem(
        f"the switch of {text!r} must be arguments (--fast), variables (FAST=1) or a branch (ref:topic), got {how!r}"
    )


def read_parameter(text: str) -> tuple[str, Parameter]:
    """A parameter as it is typed, ``rows=1000``; what reads as a number or true or false is one.

    Raises:
        CommandProblem: there is no name or no value.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise CommandProblem(f"a parameter is NAME=VALUE, such as rows=1000, got {text!r}")
    return name.strip(), _value(value.strip())


def _value(text: str) -> Parameter:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        if re.fullmatch(r"[+-]?\d[\d_]*(\.\d+)?([eE][+-]?\d+)?", text):
            try:
                return kind(text)
            except ValueError:
                continue
    return text


def draft_text(draft: Draft) -> str:
    """The project file."""
    command = draft.command
    lines = [
        "# What Quickwin measures here. quickwin check tries it out; docs/project-file.md has every field.",
        "[project]",
        f"name = {_toml(draft.name)}",
        "",
        "[pipeline]",
        "# Split as a shell splits, but given to no shell. {python} is Quickwin's interpreter, {name} a parameter.",
        f"command = {_toml(command.command)}",
        *_parameters(command.parameters),
        *_optional(command),
        *_answers(command.answers),
        *_caches(command.caches),
        "",
        "# One table for each win: what switches it on. off = { ... } where leaving the switch out is not enough.",
    ]
    for name, switch in draft.wins.items():
        lines += ["[[win]]", f"name = {_toml(name)}", f"on = {_table(_switch_fields(switch))}", ""]
    if not draft.wins:
        lines += [
            "# [[win]]",
            '# name = "vectorize"',
            '# on = { args = ["--vectorize"] }           # or { env = { VECTORIZE = "1" } }, or { ref = "my-branch" }',
            "",
        ]
    return "\n".join(lines)


def _parameters(parameters: Mapping[str, Parameter]) -> list[str]:
    if not parameters:
        return [
            "# parameters = { rows = 1000 }              # stands in the command as {rows}; --set rows=5 changes it"
        ]
    return [f"parameters = {_table(parameters)}"]


def _optional(command: Command) -> list[str]:
    inputs = (
        f"inputs = {_toml(command.inputs)}"
        if command.inputs
        else '# inputs = ["data/*.csv"]                  # their contents are part of what is compared'
    )
    env = f"env = {_table(command.env)}" if command.env else '# env = { PYTHONHASHSEED = "0" }'
    return [inputs, env, f"timeout_seconds = {_toml(command.timeout_seconds)}"]


def _answers(answers: Answers | None) -> list[str]:
    if answers is None:
        return [
            "# Without answers nothing shows that a faster run is still right:",
            '# answers = { files = ["out/**/*.csv"], digits = 6 }   # or { stdout = true }, or { command = "..." }',
        ]
    fields = {"files": answers.files, "stdout": answers.stdout, "command": answers.command, "digits": answers.digits}
    return [f"answers = {_table({name: value for name, value in fields.items() if value})}"]


def _caches(caches: Caches) -> list[str]:
    if not caches.paths and not caches.reset:
        return ['# caches = { paths = [".cache"], reset = "rm -rf out" }   # emptied for cold; reset before each run']
    fields = {"paths": caches.paths, "reset": caches.reset}
    return [f"caches = {_table({name: value for name, value in fields.items() if value})}"]


def _switch_fields(switch: Switch) -> dict[str, object]:
    fields = {"args": switch.args, "env": switch.env, "ref": switch.ref}
    return {name: value for name, value in fields.items() if value}


def _table(fields: Mapping[str, object]) -> str:
    return "{ " + ", ".join(f"{_key(name)} = {_toml(value)}" for name, value in fields.items()) + " }"


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _toml(name)


def _toml(value: object) -> str:
    """A value in TOML; texts as basic strings, whose escapes are JSON's."""
    if isinstance(value, Mapping):
        return _table(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_toml(part) for part in value) + "]"
    if isinstance(value, bool):
        return written(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return repr(int(value)) if isinstance(value, float) and value == int(value) and value > 1 else repr(value)
