"""What an interrupted command can say: whether it had stored something by then."""

from __future__ import annotations

import sys

#: How many transactions this process had committed when the command had opened its database.
_OPENED: list[int] = []


def begin() -> None:
    """A command begins: nothing is stored yet."""
    _OPENED.clear()


def opened() -> None:
    """A database was opened; what that took to write is not what the command was asked to store."""
    _OPENED[:] = [_commits()]


def has_stored() -> bool:
    """Whether something was stored since the database was opened."""
    return bool(_OPENED) and _commits() > _OPENED[0]


def _commits() -> int:
    engine = sys.modules.get("db.engine")  # a command that opens no database does not load it
    return 0 if engine is None else int(engine.commits())
