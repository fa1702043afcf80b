"""The command line's commands, one file each, found by themselves: each declares ``COMMAND``, a click command."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path

import click


@cache
def command_names() -> tuple[str, ...]:
    """The names of all commands, sorted; a trailing underscore of a module's name is not part of it."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


def command_name(module: str) -> str:
    """What a command is called: ``import_`` is ``import``, ``check_db`` is ``check-db``."""
    return module.rstrip("_").replace("_", "-")


def load_command(module: str) -> click.Command:
    """The command that one module declares. An import error in it escapes."""
    command: click.Command = importlib.import_module(f"{__name__}.{module}").COMMAND
    return command


def short_help(module: str) -> str:
    """The first sentence of a command's help, read from its file: a list of all commands imports none of them."""
    source = Path(__file__).with_name(f"{module}.py").read_text("utf-8")
    match = re.search(r'^def COMMAND\(.*?"""(.*?)(?:\.\s|:\s|\n\n|""")', source, re.DOTALL | re.MULTILINE)
    return "" if match is None else " ".join(match[1].split())
