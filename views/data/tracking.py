"""What people wrote into the tracker by hand, and what they can write there."""

from __future__ import annotations

from optim.plan.tracker_document import Entry
from optim.project.wins import Win
from services import tracking
from services.documents import tracker_filled
from services.project import current_project
from views.data.account import known
from views.data.connection import engine


def editable(win: Win | None) -> tracking.Editable:
    """What can be edited of a win, or of the plan."""
    return tracking.editable(engine(), current_project(), win)


def ticked_by_hand() -> frozenset[str]:
    """The lines of the checklist that people ticked."""
    return tracking.ticked_by_hand(engine())


def timeline() -> tuple[Entry, ...]:
    """The dated lines of the tracker, the newest first."""
    return tuple(reversed(tracker_filled(engine(), current_project(), known().evidence).entries))


def log(limit: int = 50) -> tuple[str, ...]:
    """What was written, when and by whom, the newest first."""
    return tuple(entry.sentence for entry in tracking.history(engine(), current_project())[:limit])
