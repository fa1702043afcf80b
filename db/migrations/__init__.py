"""The schema's versions: Alembic migrations in ``versions/``, run by themselves when a database is opened.

Alembic is imported only where there is something to do, so that a start on a database of today costs one query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, inspect, text

from db.problems import problem

#: The newest version, the last one in ``versions/`` (a test holds them together).
HEAD = "0007"
VERSION_TABLE = "quickwin_version"
# Any number: the lock that makes two processes that start at once migrate one after the other.
_LOCK = 7_215_001
# Alembic keeps what it is at in module globals: one thread at a time.
_ONE_AT_A_TIME = Lock()


def bring_up_to_date(connection: Connection, name: str) -> None:
    """Runs the migrations that are missing, within the connection's transaction.

    Raises:
        DatabaseProblem: the database is of a newer version, or of another program.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    versions = current_versions(connection, name)
    refuse_newer(versions, name)
    if versions != [HEAD]:
        from db.seals import seal_all  # late: the tables as they are from here on

        _upgrade(connection)
        seal_all(connection)


def current_versions(connection: Connection, name: str) -> list[str]:
    """The version the database is of, as a list of one; empty for a database without tables.

    Raises:
        DatabaseProblem: it has tables, but none that says its version, or one that says several.
    """
    tables = inspect(connection).get_table_names()
    refuse_foreign(tables, name)
    if not tables:
        return []
    versions = [str(version) for version in connection.scalars(text(f"SELECT version_num FROM {VERSION_TABLE}"))]
    refuse_several(versions, name)
    return versions


def refuse_several(versions: Collection[str], name: str) -> None:
    """Raises DatabaseProblem where the version table does not hold exactly one."""
    if len(versions) != 1:
        raise problem("damaged", name, f"its table {VERSION_TABLE} holds {len(versions)} versions, and one is right")


def refuse_foreign(tables: Collection[str], name: str) -> None:
    """Raises DatabaseProblem where there are tables, but none that says the schema's version."""
    if tables and VERSION_TABLE not in tables:
        raise problem("foreign", name, min(tables))


def refuse_newer(versions: Iterable[str], name: str) -> None:
    """Raises DatabaseProblem where a version is not among those known here."""
    for version in versions:
        if version != HEAD and version not in known_versions():
            raise problem("newer", name, version)


def refuse_older(versions: Collection[str], name: str) -> None:
    """Raises DatabaseProblem where a migration is missing: for a database that may only be read."""
    if list(versions) != [HEAD]:
        raise problem("older", name, ", ".join(versions) or "none")


@cache
def known_versions() -> tuple[str, ...]:
    """All versions known here, the oldest first."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(Path(__file__).parent))
    return tuple(reversed([revision.revision for revision in script.walk_revisions()]))


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    with _ONE_AT_A_TIME:
        command.upgrade(config, "head")
