"""Opening the database: ``open_engine`` gives an engine whose schema is up to date, or one sentence that says why not.

On SQLite every write transaction opens with BEGIN IMMEDIATE (``writing``) and every read with a plain BEGIN
(``reading``): the driver's own late BEGIN loses updates without an error. On PostgreSQL a read is one snapshot, as
it is on SQLite. Opening a database of today takes no lock that a writer holds, and one that may only be read (a file
or folder without permission, a read-only mount, ``read_only=``) is opened for reading: ``writing`` refuses.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError

from db.migrations import HEAD, bring_up_to_date, current_versions, refuse_newer, refuse_older
from db.problems import DatabaseProblem, database_name, explained, problem, readable
from db.sqlite_file import check_file, count_connection, read_only_connection, why_read_only

__all__ = [
    "BUSY_SECONDS",
    "DatabaseProblem",
    "default_url",
    "impatient",
    "open_engine",
    "read_only_because",
    "reading",
    "writing",
]

#: How long a writer waits for another one before it gives up.
BUSY_SECONDS = 30.0


def default_url() -> str:
    """``DATABASE_URL``, by default ``quickwin.db`` in the current folder."""
    return os.environ.get("DATABASE_URL") or "sqlite:///quickwin.db"


def open_engine(url: str | None = None, *, busy_seconds: float = BUSY_SECONDS, read_only: str | None = None) -> Engine:
    """An engine on the database at ``url`` (``default_url()``), created or brought up to date where needed.

    A database that is damaged, of a newer version, or not ours is left byte for byte as it is.

    Args:
        url: ``sqlite:///FILE`` or ``postgresql://user:password@host/name``.
        busy_seconds: how long to wait for a lock that another process holds.
        read_only: nothing may be written, and this sentence says why.

    Raises:
        DatabaseProblem: it can not be used; one sentence says why (locked, damaged, from a newer version, from an older
            one that may only be read, not a database, no room, can not connect).
    """
    address = _address(url or default_url())
    name = database_name(address)
    with explained(name):
        if address.get_backend_name() == "sqlite":
            read_only = read_only or why_read_only(address)
            check_file(address, read_only)
        _bring_up_to_date(address, busy_seconds, read_only)
        return _engine(address, busy_seconds, read_only)


def read_only_because(engine: Engine) -> str | None:
    """Why nothing can be written through this engine, in a sentence; None where it can."""
    reason: str | None = engine.get_execution_options().get("quickwin_read_only")
    return reason


def impatient(engine: Engine, seconds: float) -> Engine:
    """The same engine, for writes that wait no longer than this for another writer."""
    return engine.execution_options(quickwin_patience=seconds)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that reads one snapshot of the database.

    Raises:
        DatabaseProblem: the database can not be read.
    """
    with readable(database_name(engine.url)), engine.execution_options(quickwin_read=True).connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed at the end, undone on any error. The one place that refuses what may only
    be read.

    Raises:
        DatabaseProblem: the database can not be written; nothing of the transaction is kept.
    """
    if sentence := read_only_because(engine):
        raise DatabaseProblem("read-only", sentence)
    with explained(database_name(engine.url)), engine.begin() as connection:
        yield connection
    _COMMITS[0] += 1
    if engine.dialect.name == "sqlite":
        _shorten_log(engine)


#: Of this process.
_COMMITS = [0]
#: Bytes of a SQLite log from which on it is written back; SQLite does so by itself from 4 MB on when nobody reads.
MOST_LOG = 48_000_000
#: Seconds that a writer waits for readers of a log that is too long, and after which it does so again.
_LOG_PATIENCE, _LOG_PAUSE = 5.0, 60.0
#: By database: the moment before which its log is not looked at again.
_LOG_LEFT: dict[str, float] = {}


def _shorten_log(engine: Engine) -> None:
    """Writes a long log back into the database and empties it.

    SQLite begins its log anew only at a moment when nobody reads it. Readers one after the other leave no such moment
    (https://sqlite.org/wal.html, "checkpoint starvation"), so a long log is waited for: new readers then read the
    database itself. Behind one that reads for longer it grows, and is tried again after a pause.
    """
    path = engine.url.database or ""
    try:
        is_long = os.stat(f"{path}-wal").st_size >= MOST_LOG
    except OSError:
        return
    if not is_long or time.monotonic() < _LOG_LEFT.get(path, 0.0):
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(_LOG_PATIENCE * 1000)}")
        # Twice, because there are two to wait for: readers of what is not written back yet, and those that began
        # while those were waited for, which read the log to its end.
        cursor.execute("PRAGMA wal_checkpoint(FULL)").fetchall()
        is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error:  # what was written is committed; the log is as long as it was
        is_busy = True
    finally:
        connection.close()
    if is_busy:
        _LOG_LEFT[path] = time.monotonic() + _LOG_PAUSE


def commits() -> int:
    """How many transactions of ``writing`` this process has committed, so that who is interrupted knows what to say."""
    return _COMMITS[0]


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


def _bring_up_to_date(address: URL, busy_seconds: float, read_only: str | None) -> None:
    # Foreign keys are off while tables are rebuilt: dropping the old one would take the rows of its children along.
    name = database_name(address)
    engine = _engine(address, busy_seconds, read_only, foreign_keys=False, poolclass=NullPool)
    with engine.execution_options(quickwin_read=True).connect() as connection:
        versions = current_versions(connection, name)
    if versions == [HEAD]:
        return
    refuse_newer(versions, name)
    if read_only:
        refuse_older(versions, name)
    with engine.begin() as connection:
        bring_up_to_date(connection, name)


def _engine(address: URL, busy_seconds: float, read_only: str | None, **options: Any) -> Engine:
    foreign_keys = options.pop("foreign_keys", True)
    try:
        if address.get_backend_name() == "sqlite":
            engine = _sqlite_engine(address, busy_seconds, foreign_keys, read_only, options)
        else:
            engine = _postgres_engine(address, busy_seconds, options)
    except (NoSuchModuleError, ImportError) as error:
        raise problem("no connection", database_name(address), str(error)) from error
    engine.update_execution_options(quickwin_read_only=read_only)
    return engine


def _sqlite_engine(
    address: URL, busy_seconds: float, foreign_keys: bool, read_only: str | None, options: dict[str, Any]
) -> Engine:
    if read_only:
        engine = create_engine(address, creator=partial(read_only_connection, address, busy_seconds), **options)
    else:
        arguments = {"isolation_level": None, "timeout": busy_seconds, "check_same_thread": False}
        engine = create_engine(address, connect_args=arguments, **options)

    @event.listens_for(engine, "connect")
    def set_up(dbapi_connection: Any, record: Any) -> None:
        record.info["pid"] = os.getpid()
        if not read_only:
            _keep_a_log(dbapi_connection)
            dbapi_connection.execute("PRAGMA synchronous = NORMAL")
        dbapi_connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        count_connection(address, 1)

    @event.listens_for(engine, "close")
    def closed(dbapi_connection: Any, record: Any) -> None:
        count_connection(address, -1)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        chosen = connection.get_execution_options()
        patience = chosen.get("quickwin_patience", busy_seconds)
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(patience * 1000)}")
        connection.exec_driver_sql("BEGIN" if chosen.get("quickwin_read") else "BEGIN IMMEDIATE")

    _refuse_inherited(engine)
    return engine


def _keep_a_log(dbapi_connection: Any) -> None:
    """Readers and a writer do not wait for each other (WAL). Asked before it is set: setting needs a lock, and while
    another process writes the next one to open it may do it."""
    if dbapi_connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            dbapi_connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if not str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY"):
                raise


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
        chosen = connection.get_execution_options()
        if chosen.get("quickwin_read"):
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        elif "quickwin_patience" in chosen:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {max(1, round(chosen['quickwin_patience'] * 1000))}")

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
