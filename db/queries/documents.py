"""Texts that were kept as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Engine, select

from db.engine import reading
from db.frames import ID, MOMENT, TEXT, frame
from db.models import Document

if TYPE_CHECKING:
    import pandas as pd

_DOCUMENTS = {"id": ID, "kind": TEXT, "name": TEXT, "digest": TEXT, "stored_at": MOMENT}


def documents(engine: Engine, kind: str | None = None, *, limit: int = 200, offset: int = 0) -> pd.DataFrame:
    """The documents kept, the newest first, without their text. Columns: id, kind, name, digest, stored_at."""
    statement = select(*(Document.__table__.c[name] for name in _DOCUMENTS))
    if kind is not None:
        statement = statement.where(Document.kind == kind)
    with reading(engine) as connection:
        rows = connection.execute(statement.order_by(Document.id.desc()).limit(limit).offset(offset))
        return frame(rows.all(), _DOCUMENTS)


def bodies(engine: Engine, kind: str) -> list[str]:
    """The texts of all documents of a kind, the oldest first; those that keep no text are left out."""
    statement = select(Document.body).where(Document.kind == kind, Document.body.is_not(None)).order_by(Document.id)
    with reading(engine) as connection:
        return [str(body) for body in connection.scalars(statement)]


def document(engine: Engine, kind: str, name: str) -> str | None:
    """The text of one document; None where there is none."""
    with reading(engine) as connection:
        return connection.scalar(select(Document.body).where(Document.kind == kind, Document.name == name))
