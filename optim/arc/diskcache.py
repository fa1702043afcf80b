"""A persistent cache: text by key, in a SQLite file, bounded, safe with several processes, never anything executable.

Entries are bound to a scope (the fingerprint of the DSL and the limits): another scope's entries are never seen. Each
carries a hash over scope, key and value: what was altered on the disk is not there. A file that is damaged is replaced
by an empty one, and one that can not be opened (locked for long, read-only) or that others can write by memory: a cache
can be lost, a run can not.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

_TABLE = """
CREATE TABLE IF NOT EXISTS kept (
    scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (scope, key)
)
"""
MAX_BYTES = 256 * 1024 * 1024
#: Keys of one SELECT; SQLite allows 32,766 parameters.
_BATCH = 500
#: Entries that are held back until they are written together.
_PENDING = 1000
_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.01
_LOOK_SECONDS = 0.2
_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
#: What reading a file can raise; the driver can not even decode the message about a schema that is damaged.
_FAULTS = (sqlite3.DatabaseError, UnicodeDecodeError)


class DiskCache:
    """Text entries by key within ``scope``; the oldest are dropped when the file grows over ``max_bytes``."""

    def __init__(self, path: Path, scope: str, max_bytes: int = MAX_BYTES) -> None:
        self._path, self._scope, self._max_bytes = path, scope, max_bytes
        self._pending: dict[str, str] = {}
        make_private(path.parent)
        self._connection = self._open()
        # What other processes add to an empty cache meanwhile is not looked for: it would cost more than it can bring.
        self._was_empty = len(self) == 0

    def _open(self) -> sqlite3.Connection:
        if not is_private(self._path.parent) or not is_private(self._path):
            return self._connect(":memory:")
        with contextlib.suppress(*_FAULTS, OSError):
            try:
                return self._connect_when_free()
            except _FAULTS as error:
                # Only what is damaged is deleted: another process may be at work in a file that is locked.
                if _code(error) not in _DAMAGED:
                    raise
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            return self._connect_when_free()
        return self._connect(":memory:")

    def _connect_when_free(self) -> sqlite3.Connection:
        """Opens the file. Where two processes make it at once, one is told "locked" at once, however patient it is."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._connect(self._path)
            except sqlite3.OperationalError as error:
                if _code(error) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or time.monotonic() > end:
                    raise
            time.sleep(_PAUSE_SECONDS)

    def _connect(self, path: Path | str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)
        # Text that is damaged must not raise for the rows that are whole.
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # A cache may lose its last entries when the machine loses power, but a commit must not wait for the disk.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(_TABLE)
            connection.execute("SELECT count(*) FROM kept").fetchone()
        except _FAULTS:
            connection.close()
            raise
        return connection

    def __len__(self) -> int:
        """Entries of this scope; 0 where the file can not be read."""
        with contextlib.suppress(*_FAULTS):
            query = "SELECT count(*) FROM kept WHERE scope = ?"
            return int(self._connection.execute(query, (self._scope,)).fetchone()[0])
        return 0

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """The entries that are there, by key. A file that can not be read has none."""
        wanted, texts = list(keys), dict[str, str]()
        with contextlib.suppress(*_FAULTS):
            for at in range(0, 0 if self._was_empty else len(wanted), _BATCH):
                texts.update(self._select(wanted[at : at + _BATCH]))
        return texts | {key: self._pending[key] for key in wanted if key in self._pending}

    def _select(self, keys: list[str]) -> list[tuple[str, str]]:
        query = f"SELECT key, value, digest FROM kept WHERE scope = ? AND key IN ({','.join('?' * len(keys))})"
        rows, asked = self._connection.execute(query, (self._scope, *keys)).fetchall(), set(keys)
        return [(key, value) for key, value, digest in rows if key in asked and digest == self._digest(key, value)]

    def _digest(self, key: str, value: str) -> bytes:
        text = f"{self._scope}\0{key}\0{value}"
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()

    def put(self, entries: Mapping[str, str]) -> None:
        """Adds entries or replaces them. They are written many at a time, the last ones by ``close``."""
        self._pending.update(entries)
        if len(self._pending) >= _PENDING:
            self._write()

    def _write(self) -> None:
        """Writes what is pending in one transaction. A full disk or a damaged file loses it, and no more."""
        rows = [(self._scope, key, value, self._digest(key, value)) for key, value in self._pending.items()]
        self._pending.clear()
        self._was_empty = False
        with contextlib.suppress(*_FAULTS):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows)
                self._shrink()
                self._connection.execute("COMMIT")
            except _FAULTS:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _shrink(self) -> None:
        """Drops the oldest half once the file is over its bound. A replaced entry counts as new."""
        if self._used_bytes() > self._max_bytes:
            oldest = "SELECT rowid FROM kept ORDER BY rowid LIMIT (SELECT (count(*) + 1) / 2 FROM kept)"
            self._connection.execute(f"DELETE FROM kept WHERE rowid IN ({oldest})")

    def _used_bytes(self) -> int:
        pages, free, size = (
            int(self._connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size

    def close(self) -> None:
        """Writes what is pending and closes the file."""
        if self._pending:
            self._write()
        self._connection.close()


def _code(error: Exception) -> int:
    """SQLite's primary result code of an error; 0 where it has none."""
    if isinstance(error, UnicodeDecodeError):
        return sqlite3.SQLITE_CORRUPT
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def make_private(folder: Path) -> None:
    """Makes a folder that is its owner's alone; one that is there and is ours is closed to others' reading."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    elif is_private(folder):
        with contextlib.suppress(OSError):
            folder.chmod(0o700)


def is_private(path: Path) -> bool:
    """Whether nobody but its owner, who is this user, can write it; also when it is not there yet."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return not hasattr(os, "getuid") or (state.st_uid == os.getuid() and not state.st_mode & 0o022)


def ignored(folder: Path) -> list[str]:
    """Why caches in a folder are not used as they lie there, a sentence each; for a run that says what it rests on."""
    if folder.exists() and not is_private(folder):
        return [f"the caches in {folder} were not used: another user can write there; chmod go-w would do"]
    return [sentence for path in sorted(folder.glob("*.sqlite")) if (sentence := _why_ignored(path))]


def _why_ignored(path: Path) -> str | None:
    if not is_private(path):
        return f"the cache {path} was not used: another user can write it; chmod go-w would do"
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=_LOOK_SECONDS, isolation_level=None)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            connection.execute("BEGIN IMMEDIATE")
            whole = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            connection.execute("ROLLBACK")
    except _FAULTS as error:
        if _code(error) in _DAMAGED:
            return f"the cache {path} is damaged, and an empty one takes its place"
        return f"the cache {path} could not be written ({error}): what this run adds to it may be lost"
    return None if whole else f"the cache {path} is damaged: what is not whole in it was not used"


def count_entries(path: Path) -> int:
    """Entries of all scopes in a cache's file; 0 where it can not be read."""
    with contextlib.suppress(*_FAULTS), contextlib.closing(sqlite3.connect(path, timeout=1)) as connection:
        return int(connection.execute("SELECT count(*) FROM kept").fetchone()[0])
    return 0
