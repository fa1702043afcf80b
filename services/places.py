"""Where the database and the working folders are."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from services.problems import fail

if TYPE_CHECKING:
    from sqlalchemy import Engine


def home() -> Path:
    """The folder for caches, solvers, journals and logs: ``QUICKWIN_HOME`` or ``.quickwin`` in the current folder."""
    return Path(os.environ.get("QUICKWIN_HOME", ".quickwin"))


def open_database() -> Engine:
    """The database of ``DATABASE_URL``, by default ``quickwin.db`` in the current folder, brought up to date.

    Runs and measurements whose process is gone are marked as interrupted; one that can not be written stays as it is.

    Raises:
        Problem: it can not be opened; the sentence says why.
    """
    from db.engine import DatabaseProblem, open_engine  # late: commands have to start fast
    from db.store import mark_interrupted

    try:
        engine = open_engine()
    except DatabaseProblem as problem:
        fail(str(problem))
    with contextlib.suppress(DatabaseProblem):
        mark_interrupted(engine)
    return engine
