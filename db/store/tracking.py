"""What people write into the tracker by hand: appended, never edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, insert

from db.engine import writing
from db.models import TrackingRow
from db.rows import clean


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackedEdit:
    """A field and what was written there; None takes it back. ``origin``: the file it came from, None where typed."""

    place: str
    name: str
    value: str | None
    origin: str | None = None
    who: str | None = None


def track(engine: Engine, edits: Sequence[TrackedEdit]) -> None:
    """Appends edits to the log, all or none, with the time."""
    now = datetime.now(UTC)
    rows = [
        {
            "place": clean(edit.place),
            "name": clean(edit.name),
            "value": None if edit.value is None else clean(edit.value),
            "origin": edit.origin,
            "who": edit.who,
            "made_at": now,
        }
        for edit in edits
    ]
    if rows:
        with writing(engine) as connection:
            connection.execute(insert(TrackingRow), rows)
