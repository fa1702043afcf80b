"""Buttons that write: where the database may only be read they are there, can not be pressed, and say why."""

from __future__ import annotations

from typing import Any

from views.data.connection import read_only


def writes(*, disabled: bool = False, help: str | None = None) -> dict[str, Any]:
    """Arguments of a button that writes; ``disabled`` and ``help`` as they are where writing is possible."""
    sentence = read_only()
    return {"disabled": True, "help": sentence} if sentence else {"disabled": disabled, "help": help}
