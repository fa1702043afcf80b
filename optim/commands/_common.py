"""What all commands share: how they fail, how they print, how they open the database.

Exit codes: 0 done, 1 the answer is no, 2 usage, 3 could not.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from optim.config import Config, UnknownConfig, parse_config

if TYPE_CHECKING:
    from sqlalchemy import Engine

NO, USAGE, COULD_NOT = 1, 2, 3

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")


class Problem(click.ClickException):
    """Something could not be done: one sentence on stderr and an exit code that a script can use."""

    def __init__(self, message: str, exit_code: int = COULD_NOT) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class


def fail(message: str, exit_code: int = COULD_NOT) -> NoReturn:
    """Ends the command with one sentence."""
    raise Problem(message, exit_code)


def sentence_of(problem: Exception) -> str:
    """What a problem says; of a file that can not be written also what would help."""
    if isinstance(problem, OSError) and problem.filename:
        return f"{problem.filename} can not be written: {problem.strerror}; QUICKWIN_HOME can name another folder"
    return str(problem)


def print_json(value: Any) -> None:
    """One JSON document on stdout; moments as ISO text, sets as sorted lists."""
    click.echo(json.dumps(value, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def home() -> Path:
    """The folder for caches, solvers, journals and logs: ``QUICKWIN_HOME`` or ``.quickwin`` in the current folder."""
    return Path(os.environ.get("QUICKWIN_HOME", ".quickwin"))


def open_database() -> Engine:
    """The database of ``DATABASE_URL``, by default ``quickwin.db`` in the current folder, brought up to date.

    Runs and measurements whose process is gone are marked as interrupted; one that can not be written stays as it is.

    Raises:
        Problem: it can not be opened; the sentence says why.
    """
    from db.engine import DatabaseProblem, open_engine
    from db.store import mark_interrupted

    try:
        engine = open_engine()
    except DatabaseProblem as problem:
        fail(str(problem))
    with contextlib.suppress(DatabaseProblem):
        mark_interrupted(engine)
    return engine


def config_of(text: str, engine: Engine) -> Config:
    """The config that a person wrote; ``kept`` from the decisions. That nothing is kept yet is said on stderr.

    Raises:
        Problem: there is no such config; exit code 2.
    """
    from db.queries import kept_wins

    kept = kept_wins(engine) if "kept" in text else frozenset[str]()
    try:
        config = parse_config(text, kept)
    except UnknownConfig as problem:
        fail(str(problem), USAGE)
    if "kept" in text and not kept:
        click.echo("Note: no win was decided to be kept, so kept is none", err=True)
    return config
