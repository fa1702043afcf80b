"""How this program starts itself again: from any folder, whatever modules that folder holds."""

from __future__ import annotations

import sys
from pathlib import Path

#: The folder that holds ``optim``, ``profiles``, ``app.py`` and the rest: the checkout, or the installed package.
ROOT = Path(__file__).resolve().parent.parent

_PATH = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1))"
_RUN = "runpy.run_module(sys.argv.pop(1), None, '__main__', True)"
_TIE = "from profiles.lifeline import hold; hold()"


def module_command(module: str, *arguments: str) -> list[str]:
    """The command that runs one of our modules in a fresh process of this interpreter.

    The current folder is not searched for modules (``-P``): one with a ``db/`` of its own would be taken for ours. Our
    folder is put on the path of that process alone, so that what it starts in turn (a user's command) inherits nothing.
    """
    return [sys.executable, "-P", "-c", f"{_PATH}; {_RUN}", str(ROOT), module, *arguments]


def tied_command(module: str, *arguments: str) -> list[str]:
    """``module_command`` for a process that ends with its starter; its standard input is a ``lifeline``."""
    return [sys.executable, "-P", "-c", f"{_PATH}; {_TIE}; {_RUN}", str(ROOT), module, *arguments]
