"""Keeping the tracker by hand."""

from __future__ import annotations

from collections.abc import Sequence

from services.project import current_project
from services.tracking import Change, track
from views.data.connection import engine, forget


def keep(changes: Sequence[Change]) -> tuple[str, ...]:
    """Writes changes into the log or the project file; gives a clause for each.

    Raises:
        Problem: see ``services.tracking.track``.
    """
    try:
        return track(engine(), current_project(), changes)
    finally:
        forget()
