"""A new SQLite database gets its tables from one that was really migrated once in this process.

The migrations take longer than most of what a test then does with their tables. What they leave is the same in every
new database, and is written here as SQLite itself tells it. One that is older is migrated, here as anywhere.

What was compiled for one database is kept for the next: outside of tests a process has one, and compiles its
statements once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, inspect
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

import db.engine
from db import migrations

#: Runs the migrations, as the product does.
migrate: Callable[[Connection], None] = migrations._upgrade


@cache
def _statements() -> tuple[str, ...]:
    """What makes the tables of a new database, one statement each, without the transaction around them."""
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            migrate(connection)
        with engine.connect() as connection:
            dump = tuple(connection.connection.driver_connection.iterdump())  # type: ignore[union-attr]
    finally:
        engine.dispose()
    assert (dump[0], dump[-1]) == ("BEGIN TRANSACTION;", "COMMIT;")
    return dump[1:-1]


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name != "sqlite" or inspect(connection).get_table_names():
        migrate(connection)
        return
    for statement in _statements():
        connection.exec_driver_sql(statement)


class _Alike(SQLiteDialect_pysqlite):
    """The dialect, of which what is compiled depends on nothing that one of our databases has and another has not."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    def __hash__(self) -> int:
        return hash(type(self))


#: A statement's key, of which the dialect is a part, and the statement as it was compiled.
_COMPILED: LRUCache[Any, Any] = LRUCache(2000)


def _create_engine(*arguments: Any, **options: Any) -> Engine:
    engine = create_engine(*arguments, **options)
    if type(engine.dialect) is SQLiteDialect_pysqlite:
        engine.dialect.__class__ = _Alike
        engine._compiled_cache = _COMPILED
    return engine


def share() -> None:
    """From here on in this process; processes that it starts migrate and compile by themselves."""
    migrations._upgrade = _upgrade
    db.engine.create_engine = _create_engine  # type: ignore[attr-defined]
