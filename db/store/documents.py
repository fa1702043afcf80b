"""Texts kept as they came: what a tracker held that has no place elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine, delete, insert

from db.engine import writing
from db.models import Document
from db.rows import clean


def save_document(engine: Engine, kind: str, name: str, body: str, digest: str | None = None) -> None:
    """Keeps a text under its kind and name, in place of an earlier one."""
    values = {"kind": kind, "name": clean(name), "body": clean(body), "digest": digest}
    with writing(engine) as connection:
        connection.execute(delete(Document).where(Document.kind == kind, Document.name == values["name"]))
        connection.execute(insert(Document), [{**values, "stored_at": datetime.now(UTC)}])


def delete_document(engine: Engine, kind: str, name: str) -> None:
    """Takes a text away; one that is not there is as good as gone."""
    with writing(engine) as connection:
        connection.execute(delete(Document).where(Document.kind == kind, Document.name == name))
