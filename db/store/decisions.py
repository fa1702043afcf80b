"""Decisions about wins: appended, never edited. Of two people who decide at once the first wins; both are logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, insert, select, text

from db.engine import writing
from db.models import DecisionRow, MeasurementRow
from db.problems import UnknownRow
from db.rows import clean

DECISIONS = ("keep", "revert", "undecided")


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What a person decided about a win. ``overruled``: it came too late and has no effect."""

    id: int
    win: str
    decision: str
    because: str
    measurement_id: int | None
    seen_decision_id: int | None
    forced: bool
    who: str | None
    decided_at: datetime
    overruled: bool


class DecisionConflict(Exception):
    """Somebody else decided first. ``late`` is what was logged without effect, ``newest`` the decision that holds."""

    def __init__(self, late: Decision, newest: Decision) -> None:
        who = newest.who or "somebody else"
        super().__init__(
            f"{who} decided to {newest.decision} {newest.win} in the meantime ({newest.because}); "
            f"yours ({late.decision}) was logged as too late: look again, then decide"
        )
        self.late, self.newest = late, newest


def decide(
    engine: Engine,
    win: str,
    decision: str,
    because: str,
    measurement_id: int | None = None,
    seen_decision_id: int | None = None,
    forced: bool = False,
    who: str | None = None,
) -> Decision:
    """Appends a decision about ``win`` and gives it back.

    Args:
        seen_decision_id: the decision about this win that the person saw as the newest; None: there was none.

    Raises:
        ValueError: the decision is none of DECISIONS, or no reason is given.
        UnknownRow: there is no such measurement.
        DecisionConflict: another decision about this win has been made since; this one is kept as too late.
    """
    if decision not in DECISIONS:
        raise ValueError(f"a decision must be one of {DECISIONS}, got {decision!r}")
    if not because.strip():
        raise ValueError(f"a decision about {win} needs a reason, got {because!r}")
    with writing(engine) as connection:
        _require_measurement(connection, measurement_id)
        newest = _newest(connection, win)
        values = {
            "win": win,
            "decision": decision,
            "because": clean(because.strip()),
            "measurement_id": measurement_id,
            "seen_decision_id": seen_decision_id,
            "forced": forced,
            "who": clean(who),
            "decided_at": datetime.now(UTC),
            "overruled": newest is not None and newest.id != seen_decision_id,
        }
        number = connection.scalars(insert(DecisionRow).returning(DecisionRow.id), [values]).one()
        made = _decision(connection, number)
    if made.overruled and newest is not None:
        raise DecisionConflict(made, newest)
    return made


def _require_measurement(connection: Connection, measurement_id: int | None) -> None:
    known = select(MeasurementRow.id).where(MeasurementRow.id == measurement_id)
    if measurement_id is not None and connection.scalar(known) is None:
        raise UnknownRow(f"there is no measurement {measurement_id}")


def _newest(connection: Connection, win: str) -> Decision | None:
    if connection.dialect.name == "postgresql":
        # Two who decide at once must see each other's decision; reads go on.
        connection.execute(text("LOCK TABLE decisions IN SHARE ROW EXCLUSIVE MODE"))
    holds = select(DecisionRow.id).where(DecisionRow.win == win, DecisionRow.overruled.is_(False))
    number = connection.scalar(holds.order_by(DecisionRow.id.desc()).limit(1))
    return None if number is None else _decision(connection, number)


def _decision(connection: Connection, number: int) -> Decision:
    row = connection.execute(select(*DecisionRow.__table__.columns).where(DecisionRow.id == number)).mappings().one()
    return Decision(**row)
