"""A persistent cache: text by key, in a SQLite file, bounded, safe with several processes, never anything executable.

Entries are bound to a scope (the fingerprint of the DSL and the limits): another scope's entries are never seen. A file
that is damaged is replaced by an empty one, and one that can not be opened (locked for long, read-only) by memory: a
cache can be lost, a run can not.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

_TABLE = """
CREATE TABLE IF NOT EXISTS entries (
    scope TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (scope, key)
)
"""
MAX_BYTES = 256 * 1024 * 1024
#: Keys of one SELECT; SQLite allows 32,766 parameters.
_BATCH = 500
#: Entries that are held back until they are written together.
_PENDING = 1000
_PATIENCE_SECONDS = 30.0
_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


class DiskCache:
    """Text entries by key within ``scope``; the oldest are dropped when the file grows over ``max_bytes``."""

    def __init__(self, path: Path, scope: str, max_bytes: int = MAX_BYTES) -> None:
        self._path, self._scope, self._max_bytes = path, scope, max_bytes
        self._pending: dict[str, str] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = self._open()
        # What other processes add to an empty cache meanwhile is not looked for: it would cost more than it can bring.
        self._was_empty = len(self) == 0

    def _open(self) -> sqlite3.Connection:
        with contextlib.suppress(sqlite3.DatabaseError, OSError):
            try:
                return self._connect(self._path)
            except sqlite3.DatabaseError as error:
                # Only what is damaged is deleted: another process may be at work in a file that is locked.
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                    raise
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            return self._connect(self._path)
        return self._connect(":memory:")

    def _connect(self, path: Path | str) -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # A cache may lose its last entries when the machine loses power, but a commit must not wait for the disk.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(_TABLE)
            connection.execute("SELECT count(*) FROM entries").fetchone()
        except sqlite3.DatabaseError:
            connection.close()
            raise
        return connection

    def __len__(self) -> int:
        """Entries of this scope; 0 where the file can not be read."""
        with contextlib.suppress(sqlite3.DatabaseError):
            query = "SELECT count(*) FROM entries WHERE scope = ?"
            return int(self._connection.execute(query, (self._scope,)).fetchone()[0])
        return 0

    def get(self, keys: Iterable[str]) -> dict[str, str]:
        """The entries that are there, by key. A file that can not be read has none."""
        wanted, found = list(keys), dict[str, str]()
        with contextlib.suppress(sqlite3.DatabaseError):
            for at in range(0, 0 if self._was_empty else len(wanted), _BATCH):
                found.update(self._select(wanted[at : at + _BATCH]))
        return found | {key: self._pending[key] for key in wanted if key in self._pending}

    def _select(self, keys: list[str]) -> list[tuple[str, str]]:
        query = f"SELECT key, value FROM entries WHERE scope = ? AND key IN ({','.join('?' * len(keys))})"
        return self._connection.execute(query, (self._scope, *keys)).fetchall()

    def put(self, entries: Mapping[str, str]) -> None:
        """Adds entries or replaces them. They are written many at a time, the last ones by ``close``."""
        self._pending.update(entries)
        if len(self._pending) >= _PENDING:
            self._write()

    def _write(self) -> None:
        """Writes what is pending in one transaction. A full disk or a damaged file loses it, and no more."""
        rows = [(self._scope, key, value) for key, value in self._pending.items()]
        self._pending.clear()
        self._was_empty = False
        with contextlib.suppress(sqlite3.DatabaseError):
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?)", rows)
                self._shrink()
                self._connection.execute("COMMIT")
            except sqlite3.DatabaseError:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _shrink(self) -> None:
        """Drops the oldest half once the file is over its bound. A replaced entry counts as new."""
        if self._used_bytes() > self._max_bytes:
            oldest = "SELECT rowid FROM entries ORDER BY rowid LIMIT (SELECT count(*) / 2 + 1 FROM entries)"
            self._connection.execute(f"DELETE FROM entries WHERE rowid IN ({oldest})")

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


def count_entries(path: Path) -> int:
    """Entries of all scopes in a cache's file; 0 where it can not be read."""
    with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(sqlite3.connect(path, timeout=1)) as connection:
        return int(connection.execute("SELECT count(*) FROM entries").fetchone()[0])
    return 0
