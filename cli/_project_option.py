"""The option that names the project file: before the command's name or after it, of every command alike."""

from __future__ import annotations

import os
from pathlib import Path

import click

VARIABLE = "QUICKWIN_PROJECT"


def project_option() -> click.Option:
    """``--project FILE``; the processes that a command starts get it too."""
    return click.Option(
        ["--project"],
        type=click.Path(exists=True, path_type=Path),
        callback=_choose,
        is_eager=True,
        expose_value=False,
        metavar="FILE",
        help=f"The project file, or its folder.  [default: {VARIABLE}, or quickwin.toml in this folder or above it]",
    )


def with_project_option(command: click.Command) -> click.Command:
    """The command with the option, once."""
    if all(parameter.name != "project" for parameter in command.params):
        command.params.append(project_option())
    return command


def _choose(context: click.Context, parameter: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = str(path.absolute())
    context.find_root().call_on_close(lambda: _restore(before))


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = before
