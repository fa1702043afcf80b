"""The installed command ``quickwin``. In a wheel this file is ``quickwin/__init__.py``, and the tree lies beside it."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Runs the command line: our folder comes first on the path, before the current one and whatever it holds."""
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from profiles.interruption import run_program

    run_program("cli._main", "command_line")
