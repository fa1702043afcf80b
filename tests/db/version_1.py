"""A database as version 1 left it: six measurements, a decision, an imported log; on SQLite or on PostgreSQL."""

from __future__ import annotations

import gzip
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, DateTime, Engine, MetaData, create_engine, text

from db import migrations
from db.engine import open_engine

PACKED = Path(__file__).parent / "fixtures" / "version_1.db.gz"


def unpack(path: Path) -> Path:
    """The SQLite file of version 1."""
    path.write_bytes(gzip.decompress(PACKED.read_bytes()))
    return path


def rows_of(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every table's rows, as SQLite holds them."""
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    tables = {
        name: [dict(row) for row in database.execute(f"SELECT * FROM {name}")]
        for name in names
        if not name.startswith("sqlite_")
    }
    database.close()
    return tables


def load(url: str, path: Path) -> None:
    """Makes the database at ``url`` (PostgreSQL) one of version 1 with the same rows."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
        _upgrade(connection, "0001")
        _copy(connection, rows_of(path))
    engine.dispose()


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _copy(connection: Connection, tables: dict[str, list[dict[str, Any]]]) -> None:
    known = MetaData()
    known.reflect(connection)
    for table in known.sorted_tables:
        rows = tables[table.name] if table.name != migrations.VERSION_TABLE else []
        kinds = {column.name: column.type for column in table.columns}
        if rows:
            connection.execute(table.insert(), [{n: _value(v, kinds[n]) for n, v in row.items()} for row in rows])


def _value(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(f"{value}+00:00")
    name = type(kind).__name__
    return json.loads(value) if name == "JSON" else bool(value) if name == "BOOLEAN" else value


def opened(url: str, folder: Path) -> Engine:
    """The database of version 1 at ``url``, opened and so migrated."""
    packed = unpack(folder / "version_1.db")
    if url.startswith("sqlite"):
        packed.replace(url.removeprefix("sqlite:///"))
    else:
        load(url, packed)
    return open_engine(url)
