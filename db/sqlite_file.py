"""Looks at a SQLite file before anything is written to it: what can not be used is refused and left as it is.

The file is read with SQLite's ``immutable`` or ``mode=ro``, which take no lock that would change it.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.engine import URL

from db.migrations import refuse_foreign, refuse_newer, refuse_older, refuse_several
from db.problems import DatabaseProblem, problem

MAGIC = b"SQLite format 3\0"
#: Files up to this size are checked wholly at the start (about 0.1 s); in larger ones damage shows when it is read.
CHECKED_BYTES = 32 * 1024 * 1024
#: How often a file is looked at before it is called damaged, and the pause in between.
_LOOKS, _PAUSE_SECONDS = 3, 0.1
#: How many connections this process has to each file. One that has any is not opened by hand: closing it would drop all
#: locks of the process on it, and another process would take its log away (2.2 of sqlite.org/howtocorrupt.html).
_CONNECTIONS: Counter[str] = Counter()


def count_connection(address: URL, by: int) -> None:
    """Notes that this process opened (1) or closed (-1) a connection to the file of ``address``."""
    if (path := file_of(address)) is not None:
        _CONNECTIONS[os.path.realpath(path)] += by


def check_file(address: URL, read_only: str | None) -> None:
    """Refuses the file of ``address`` where it can not be used; a missing or empty one can, where it may be made.

    Raises:
        DatabaseProblem: not a database, damaged, of a newer version, of another program, or not to be opened.
    """
    path = file_of(address)
    if path is None:
        raise problem("bad address", address.render_as_string())
    _check_place(path)
    if _CONNECTIONS[os.path.realpath(path)] > 0:
        return
    if not path.exists() or path.stat().st_size == 0:
        if read_only:
            raise problem("no connection", str(path), "there is none yet, and here none may be made")
        return
    for looks_left in reversed(range(_LOOKS)):
        try:
            _check_whole(path, read_only)
            break
        except (sqlite3.DatabaseError, DatabaseProblem) as error:
            if not looks_left or (isinstance(error, DatabaseProblem) and error.kind != "damaged"):
                raise
        time.sleep(_PAUSE_SECONDS)  # another process may have begun to write in between: damage stays, that passes


def _check_whole(path: Path, read_only: str | None) -> None:
    with path.open("rb") as file:
        header = file.read(100)
    if not header.startswith(MAGIC):
        raise problem("no database", str(path))
    if not _in_use(path) and _is_cut(path, header):
        raise problem("damaged", str(path), "its end is missing")
    _check_content(path, read_only)


def file_of(address: URL) -> Path | None:
    """The file that a SQLite address names; None for one in memory."""
    name = address.database or ""
    if name in ("", ":memory:"):
        return None
    if name.startswith("file:"):
        name = name.removeprefix("file:").partition("?")[0]
        return None if name.startswith(":memory:") else Path(name)
    return Path(name)


def why_read_only(address: URL) -> str | None:
    """Why the file of ``address`` may only be read, in a sentence; None where it may be written, or made.

    It needs its folder: what is committed goes into a file beside it first.
    """
    path = file_of(address)
    asked = address.query.get("mode") == "ro" or "immutable" in address.query
    if path is None or not path.exists():
        return None
    allowed = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK | os.X_OK)
    return str(problem("read-only", str(path))) if asked or not allowed else None


def read_only_connection(address: URL, busy_seconds: float) -> sqlite3.Connection:
    """A connection that can not write. Where nothing can be put beside the file either, and nobody writes it, it is
    read as it lies there (``immutable``)."""
    path = file_of(address)
    assert path is not None
    return _as_it_may_be_read(path, busy_seconds)


def _as_it_may_be_read(path: Path, busy_seconds: float) -> sqlite3.Connection:
    connection = _connected(path, "mode=ro", busy_seconds)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        connection.close()
        if _error_name(error) not in ("SQLITE_CANTOPEN", "SQLITE_READONLY_CANTINIT", "SQLITE_READONLY_DIRECTORY"):
            raise
        if _in_use(path):
            raise problem(
                "no connection",
                str(path),
                f"its newest commits lie in {path.name}-wal, which can only be read where the folder may be written; "
                "copy both files to such a folder",
            ) from error
        return _connected(path, "mode=ro&immutable=1", busy_seconds)
    return connection


def _error_name(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _connected(path: Path, mode: str, busy_seconds: float) -> sqlite3.Connection:
    address = f"file:{quote(os.fspath(path.absolute()))}?{mode}"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=busy_seconds, check_same_thread=False)


def _check_place(path: Path) -> None:
    if path.is_dir():
        raise problem("no connection", str(path), "it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise problem("no connection", str(path), f"the folder {path.parent} does not exist")


def _in_use(path: Path) -> bool:
    """Whether another process writes to it, or one that died left something to be recovered."""
    beside = (path.with_name(path.name + ending) for ending in ("-wal", "-journal"))
    return any(file.exists() and file.stat().st_size for file in beside)


def _is_cut(path: Path, header: bytes) -> bool:
    """Whether the file is shorter than its header says (https://www.sqlite.org/fileformat.html, 1.3)."""
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    counted = header[24:28] == header[92:96]
    return len(header) < 100 or (counted and pages * (65536 if page == 1 else page) > path.stat().st_size)


def _check_content(path: Path, read_only: str | None) -> None:
    with _opened(path) as connection:
        tables = [str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        refuse_foreign(tables, str(path))
        if tables:
            versions = [str(version) for (version,) in connection.execute("SELECT version_num FROM quickwin_version")]
            refuse_several(versions, str(path))
            refuse_newer(versions, str(path))
            if read_only:
                refuse_older(versions, str(path))
        if path.stat().st_size <= CHECKED_BYTES:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if answer != "ok":
                raise problem("damaged", str(path), " ".join(str(answer).split()))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    # immutable leaves no file beside the database, but takes no lock: only where nobody writes.
    opened = _as_it_may_be_read(path, 5.0) if _in_use(path) else _connected(path, "mode=ro&immutable=1", 5.0)
    with closing(opened) as connection:
        yield connection
