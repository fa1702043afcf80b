"""Opening the database: ``open_engine`` gives an engine whose schema is up to date, or one sentence that says why not.

On SQLite every write transaction opens with BEGIN IMMEDIATE (``writing``) and every read with a plain BEGIN
(``reading``): the driver's own late BEGIN loses updates without an error. On PostgreSQL a read is one snapshot, as
it is on SQLite.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError

from db.migrations import bring_up_to_date
from db.problems import DatabaseProblem, database_name, explained, problem
from db.sqlite_file import check_file

__all__ = ["BUSY_SECONDS", "DatabaseProblem", "default_url", "open_engine", "reading", "writing"]

#: How long a writer waits for another one before it gives up.
BUSY_SECONDS = 30.0


def default_url() -> str:
    """``DATABASE_URL``, by default ``quickwin.db`` in the current folder."""
    return os.environ.get("DATABASE_URL") or "sqlite:///quickwin.db"


def open_engine(url: str | None = None, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine on the database at ``url`` (``default_url()``), created or brought up to date where needed.

    A database that is damaged, of a newer version, or not ours is left byte for byte as it is.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://user:password@host/name``.
        busy_seconds: how long to wait for a lock that another process holds.

    Raises:
        DatabaseProblem: it can not be used; one sentence says why (locked, read-only, damaged, from a newer version,
            not a database, no room, can not connect).
    """
    address = _address(url or default_url())
    name = database_name(address)
    with explained(name):
        if address.get_backend_name() == "sqlite":
            check_file(address)
        _migrate(address, busy_seconds)
        return _engine(address, busy_seconds)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that reads one snapshot of the database.

    Raises:
        DatabaseProblem: the database can not be read.
    """
    with explained(database_name(engine.url)), engine.execution_options(quickwin_read=True).connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, undone on any error.

    Raises:
        DatabaseProblem: the database can not be written; nothing of the transaction is kept.
    """
    with explained(database_name(engine.url)), engine.begin() as connection:
        yield connection


def _address(text: str) -> URL:
    try:
        address = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise problem("bad address", _without_password(text)) from error
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        raise problem("bad address", address.render_as_string(hide_password=True))
    return address


def _without_password(text: str) -> str:
    return text if "@" not in text else "***@" + text.rpartition("@")[2]


def _migrate(address: URL, busy_seconds: float) -> None:
    # Foreign keys are off while tables are rebuilt: dropping the old one would take the rows of its children along.
    engine = _engine(address, busy_seconds, foreign_keys=False, poolclass=NullPool)
    with engine.begin() as connection:
        bring_up_to_date(connection, database_name(address))


def _engine(address: URL, busy_seconds: float, *, foreign_keys: bool = True, **options: Any) -> Engine:
    try:
        if address.get_backend_name() == "sqlite":
            return _sqlite_engine(address, busy_seconds, foreign_keys, options)
        return _postgres_engine(address, busy_seconds, options)
    except (NoSuchModuleError, ImportError) as error:
        raise problem("no connection", database_name(address), str(error)) from error


def _sqlite_engine(address: URL, busy_seconds: float, foreign_keys: bool, options: dict[str, Any]) -> Engine:
    arguments = {"isolation_level": None, "timeout": busy_seconds, "check_same_thread": False}
    engine = create_engine(address, connect_args=arguments, **options)

    @event.listens_for(engine, "connect")
    def set_up(dbapi_connection: Any, record: Any) -> None:
        record.info["pid"] = os.getpid()
        dbapi_connection.execute("PRAGMA journal_mode = WAL")
        dbapi_connection.execute("PRAGMA synchronous = NORMAL")
        dbapi_connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        read = connection.get_execution_options().get("quickwin_read")
        connection.exec_driver_sql("BEGIN" if read else "BEGIN IMMEDIATE")

    _refuse_inherited(engine)
    return engine


def _postgres_engine(address: URL, busy_seconds: float, options: dict[str, Any]) -> Engine:
    engine = create_engine(address, connect_args={"connect_timeout": 10}, pool_pre_ping=True, **options)

    @event.listens_for(engine, "connect")
    def set_up(dbapi_connection: Any, record: Any) -> None:
        record.info["pid"] = os.getpid()
        dbapi_connection.autocommit = True
        dbapi_connection.execute(f"SET lock_timeout = {max(1, round(busy_seconds * 1000))}")
        dbapi_connection.execute("SET timezone = 'UTC'")
        dbapi_connection.autocommit = False

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("quickwin_read"):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

    _refuse_inherited(engine)
    return engine


def _refuse_inherited(engine: Engine) -> None:
    """A process that was forked opens its own connections: sharing its parent's would damage both."""
    # Held, because letting go of one would close it under the parent.
    inherited: list[Any] = []

    @event.listens_for(engine, "checkout")
    def same_process(dbapi_connection: Any, record: Any, proxy: Any) -> None:
        if record.info.get("pid") != os.getpid():
            inherited.append(dbapi_connection)
            record.dbapi_connection = proxy.dbapi_connection = None
            raise DisconnectionError("this connection belongs to the parent process")
