"""The command line's commands, one file each, found by themselves: each declares ``COMMAND``, a click command."""

from __future__ import annotations

import importlib
import pkgutil

import click


def command_names() -> list[str]:
    """The names of all commands, sorted; a trailing underscore of a module's name is not part of it."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def load_command(module: str) -> click.Command:
    """The command that one module declares. An import error in it escapes."""
    command: click.Command = importlib.import_module(f"{__name__}.{module}").COMMAND
    return command
