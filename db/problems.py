"""What can be wrong with a database, each in one sentence.

DatabaseProblem   the database can not be used; ``kind`` says why in one word of KINDS
UnknownRow        (a LookupError) nothing is stored under the id that was given
DecisionConflict  somebody else decided first
NotOwner          another process is at work on the measurement
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, TimeoutError

from profiles.secrets import hidden

KINDS = (
    *("locked", "read-only", "damaged", "newer", "older", "foreign", "no database", "no room", "no connection"),
    "bad address",
)


class DatabaseProblem(Exception):
    """The database can not be used. ``str()`` is one sentence for people, ``kind`` one of KINDS."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class UnknownRow(LookupError):
    """Nothing is stored under the id that was given."""

    def __str__(self) -> str:
        return str(self.args[0])


class NotOwner(Exception):
    """Another process is at work on the measurement, so this one may not. ``str()`` is one sentence."""


_SENTENCES = {
    "locked": "the database {name} is locked by another process; try again when it has finished",
    "read-only": "the database {name} is read-only; make it and its folder writable or set DATABASE_URL to another",
    "damaged": "the database {name} is damaged ({detail}); restore a copy or set DATABASE_URL to another",
    "newer": "the database {name} is of a newer version of Quickwin (schema {detail}); update Quickwin to use it",
    "older": (
        "the database {name} is of an older version of Quickwin (schema {detail}), and here it may only be read: open "
        "it once where it may be written, or set DATABASE_URL to a copy of it"
    ),
    "foreign": "the database {name} is another program's (it has a table {detail!r}); set DATABASE_URL to another",
    "no database": "{name} is not a database; set DATABASE_URL to another file, or move this one away",
    "no room": "there is no room left for the database {name}; free some, what was committed is kept",
    "no connection": "can not open the database {name}: {detail}",
    "bad address": "{name!r} is not a database address; sqlite:///quickwin.db or postgresql://user@host/name would do",
}

_SQLITE_KINDS = {
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_READONLY": "read-only",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "no database",
    "SQLITE_FULL": "no room",
    "SQLITE_IOERR_WRITE": "no room",
    "SQLITE_IOERR_SHMSIZE": "no room",
    "SQLITE_IOERR": "no connection",
    "SQLITE_CANTOPEN": "no connection",
    "SQLITE_PERM": "read-only",
}
#: How SQLite says that the schema is not the one that the version table promises, and its driver that a text is none.
_MISSING = (
    "no such table",
    "no such column",
    "no such index",
    "malformed database schema",
    "Could not decode to UTF-8",
)
# PostgreSQL's error codes by prefix, the longest that fits.
_POSTGRES_KINDS = {
    "55P03": "locked",
    "40P01": "locked",
    "40001": "locked",
    "25006": "read-only",
    "42501": "read-only",
    "53100": "no room",
    "42P01": "damaged",
    "42703": "damaged",
    "XX001": "damaged",
    "XX002": "damaged",
    "08": "no connection",
    "28": "no connection",
    "3D000": "no connection",
    "57P": "no connection",
    "53": "no connection",
}


def problem(kind: str, name: str, detail: str = "") -> DatabaseProblem:
    """The DatabaseProblem of that kind; ``name`` is the file or the address without its password."""
    return DatabaseProblem(kind, _SENTENCES[kind].format(name=hidden(name), detail=hidden(detail)))


def database_name(url: URL) -> str:
    """How the database is called in sentences: its file, or its address without the password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return hidden(url.render_as_string(hide_password=True))


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turns the driver's errors that are about the database itself into DatabaseProblem; lets all others pass."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        explained_problem = _explain(error.orig if isinstance(error, DBAPIError) else error, name)
        if explained_problem is None:
            raise
        raise explained_problem from error
    except TimeoutError as error:
        raise problem("locked", name) from error
    except UnicodeDecodeError as error:  # the driver can not even decode what SQLite says of a damaged schema
        raise problem("damaged", name, "its schema can not be read") from error


#: What reading a value raises that is not what was written: text in a number, half a document, a date that is none.
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, zlib.error)


@contextmanager
def readable(name: str) -> Iterator[None]:
    """As ``explained``, for reading: values that can not be what was written are damage as well."""
    try:
        with explained(name):
            yield
    except _UNREADABLE as error:
        raise problem("damaged", name, f"a value in it can not be read: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    text = str(error).strip()
    return text.splitlines()[0].rstrip(".")[:200] if text else type(error).__name__


def _explain(error: BaseException | None, name: str) -> DatabaseProblem | None:
    kind = _kind(error)
    if kind is None:
        return None
    return problem(kind, name, _first_line(error) if error is not None else "")


def _kind(error: BaseException | None) -> str | None:
    if isinstance(error, sqlite3.Error) and str(error).startswith(_MISSING):
        return "damaged"
    code = getattr(error, "sqlite_errorname", None)
    if code is not None:
        return _longest(_SQLITE_KINDS, str(code))
    if isinstance(error, sqlite3.Error):
        return None
    state = getattr(error, "sqlstate", None)
    if state is None:
        return "no connection" if type(error).__name__ in ("OperationalError", "ConnectionTimeout") else None
    return _longest(_POSTGRES_KINDS, str(state))


def _longest(kinds: dict[str, str], code: str) -> str | None:
    fitting = [prefix for prefix in kinds if code.startswith(prefix)]
    return kinds[max(fitting, key=len)] if fitting else None
