"""Which project a database holds: one row, written when the database is first used."""

from __future__ import annotations

import uuid
from contextlib import suppress

from sqlalchemy import Connection, Engine, insert, select, update

from db.engine import impatient, read_only_because, reading, writing
from db.models import DecisionRow, Document, MeasurementRow, ProjectRow, Run
from db.problems import DatabaseProblem
from db.rows import clean

#: How long a reader waits for a writer to say whose the database is.
_SECONDS = 0.5
_RECORDED = (Run.id, MeasurementRow.id, DecisionRow.id, Document.id)


def claim(engine: Engine, mark: str | None, name: str) -> str | None:
    """Makes the database that of a project unless it is another's; gives the other's name, None where it is its own.

    A project is known by its mark, and so may be renamed; without a mark, or with one that the database has never seen,
    by its name. A database in which nothing was ever recorded is nobody's. One that may only be read stays as it is.
    """
    with reading(engine) as connection:
        known = _known(connection)
    if read_only_because(engine):
        return None if known is None or known[1] == name or known[0] == mark else known[1]
    if known is None and (known := _claimed(engine, mark, name)) is None:
        return None
    number, called = known
    if mark is not None and mark == number and called != name:
        with writing(engine) as connection:
            connection.execute(update(ProjectRow).where(ProjectRow.id == number).values(name=clean(name)))
        return None
    if called == name or number == mark:
        return None
    return None if _take_over(engine, number, mark, name) else called


def _claimed(engine: Engine, mark: str | None, name: str) -> tuple[str, str] | None:
    """Makes a database without a project this one's; gives the project that came first, where one did.

    Where it can not be written now, whoever writes next does it: no reason not to read.
    """
    with suppress(DatabaseProblem), writing(impatient(engine, _SECONDS)) as connection:
        known = _known(connection)
        if known is None:
            row = {"id": clean(mark) or uuid.uuid4().hex, "name": clean(name)}
            connection.execute(insert(ProjectRow), [row])
        return known
    return None


def _take_over(engine: Engine, number: str, mark: str | None, name: str) -> bool:
    """Whether nothing was ever recorded for the other project, so that its database is nobody's."""
    with writing(engine) as connection:
        if any(connection.execute(select(table).limit(1)).first() for table in _RECORDED):
            return False
        row = {"id": clean(mark) or uuid.uuid4().hex, "name": clean(name)}
        connection.execute(update(ProjectRow).where(ProjectRow.id == number).values(**row))
    return True


def _known(connection: Connection) -> tuple[str, str] | None:
    row = connection.execute(select(ProjectRow.id, ProjectRow.name)).first()
    return None if row is None else (row.id, row.name)
