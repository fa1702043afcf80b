"""A new SQLite database gets its tables from one that was really migrated once in this process.

The migrations take longer than most of what a test then does with their tables. What they leave is the same in every
new database, and is written here as SQLite itself tells it. One that is older is migrated, here as anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from sqlalchemy import Connection, create_engine, inspect

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


def share() -> None:
    """From here on in this process; processes that it starts migrate."""
    migrations._upgrade = _upgrade
