"""What tests of commands share: a place of their own, the command line in this process, small own data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from db.engine import open_engine
from optim.__main__ import main
from tests.optim.own_data import write_dsl, write_solvers, write_tasks

ROOT = Path(__file__).resolve().parents[2]
GOOD = "x1 = mirror(I)\n    return x1"


def quickwin(*words: str) -> Result:
    """The command in this process; an exception that is no exit fails the test."""
    result = CliRunner().invoke(main, list(words), prog_name="quickwin")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def own_data(folder: Path, tasks: int = 3, more_dsl: str = "", body: str = GOOD) -> list[str]:
    """Options of ``run`` for small own data, quickly done."""
    solvers = write_solvers(folder, {f"t{number}": body for number in range(tasks)})
    own = ["--tasks-dir", write_tasks(folder, tasks), "--dsl", write_dsl(folder, more_dsl), "--solvers", solvers]
    return [*own, "--candidates", "3", "--tasks", str(tasks)]


def with_database() -> None:
    """Makes the database of this place, for a command in a process of its own that is about something else."""
    open_engine().dispose()


def started(*words: str) -> subprocess.Popen[str]:
    """The command in a process of its own, in a session of its own."""
    command = [sys.executable, "-m", "optim", *words]
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def one_sentence(text: str) -> bool:
    """Whether stderr holds one error line of click and no traceback."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith(("Usage:", "Try "))]
    return len(lines) == 1 and lines[0].startswith("Error: ") and "Traceback" not in text
