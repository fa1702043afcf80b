"""What people wrote into the tracker by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Engine, select

from db.engine import reading
from db.frames import ID, MOMENT, TEXT, frame
from db.models import TrackingRow

if TYPE_CHECKING:
    import pandas as pd

_TRACKING = {"id": ID, "place": TEXT, "name": TEXT, "value": TEXT, "origin": TEXT, "who": TEXT, "made_at": MOMENT}


def tracking(engine: Engine, *, limit: int = 10_000, offset: int = 0) -> pd.DataFrame:
    """The log of edits, the newest first. Columns: id, place, name, value, origin, who, made_at."""
    statement = select(*(TrackingRow.__table__.c[name] for name in _TRACKING)).order_by(TrackingRow.id.desc())
    with reading(engine) as connection:
        return frame(connection.execute(statement.limit(limit).offset(offset)).all(), _TRACKING)
