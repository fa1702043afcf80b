"""What people stated of runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, func, select

from db.engine import reading
from db.frames import FLAG, ID, MOMENT, TEXT, frame
from db.models import StatedFact

if TYPE_CHECKING:
    import pandas as pd

_FACTS = {"run_id": ID, "name": TEXT, "value": TEXT, "counts": FLAG, "who": TEXT, "stated_at": MOMENT}


def stated_facts(engine: Engine, run_ids: Iterable[int]) -> pd.DataFrame:
    """What was stated of runs. Columns: run_id, name, value, counts (False where the log says it itself), who,
    stated_at.
    """
    return frame([tuple(row.values()) for row in stated_fact_rows(engine, run_ids)], _FACTS)


def stated_fact_rows(engine: Engine, run_ids: Iterable[int]) -> list[dict[str, Any]]:
    """As ``stated_facts``, but plain rows."""
    columns = [StatedFact.__table__.c[name] for name in _FACTS]
    chosen = select(*columns).where(StatedFact.run_id.in_([int(run_id) for run_id in run_ids]))
    with reading(engine) as connection:
        rows = connection.execute(chosen.order_by(StatedFact.run_id, StatedFact.name))
        return [dict(row) for row in rows.mappings()]


def last_answers(engine: Engine) -> dict[str, str]:
    """The newest statement of each name: what is proposed when the next run is asked about."""
    newest = select(StatedFact.name, func.max(StatedFact.stated_at).label("at")).group_by(StatedFact.name).subquery()
    same = (StatedFact.name == newest.c.name) & (StatedFact.stated_at == newest.c.at)
    with reading(engine) as connection:
        rows = connection.execute(select(StatedFact.name, StatedFact.value).join(newest, same)).all()
    return {row.name: row.value for row in rows}
