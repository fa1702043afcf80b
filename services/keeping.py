"""Keeping a database safe: a copy while it is in use, and a look at whether it is whole."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from db import queries
from db.engine import BUSY_SECONDS, open_engine
from db.problems import DatabaseProblem, UnknownRow
from db.sqlite_file import file_of, read_only_connection
from services.places import home
from services.problems import USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: Pages that are copied in one go; writers wait no longer than that.
_PAGES = 2_000
#: The file below the home that names the copies that were made.
_BACKUPS = "backups"


@dataclass(frozen=True, kw_only=True, slots=True)
class Health:
    """What a look at a database found: how many runs were read, and a sentence for each thing that is wrong."""

    runs: int
    problems: tuple[str, ...]


#: From this version on SQLite is without a fault of its own: a log that begins anew (WAL reset) while another process
#: checkpoints it could lose commits (https://www.sqlite.org/releaselog/3_51_3.html).
WITHOUT_FAULT = (3, 51, 3)


def sqlite_sentence(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """Which SQLite is in use, and what that means."""
    name = f"SQLite {'.'.join(map(str, version))}"
    if version >= WITHOUT_FAULT:
        return f"{name} is in use, which is without the fault that earlier versions have (WAL reset)"
    return (
        f"{name} is in use: before 3.51.3 it can, very rarely, damage a database that several processes write at once; "
        "quickwin backup keeps a copy, quickwin check-db reads all of it, and a newer SQLite is without it"
    )


def backup(engine: Engine, target: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> str:
    """Copies a SQLite database to a new file while others go on writing; gives a sentence.

    Args:
        progress: told how many of how many pages are copied.

    Raises:
        Problem: it is no SQLite file (PostgreSQL has pg_dump), the target is there already, or can not be written.
    """
    source = _file(engine)
    if target.exists():
        fail(f"{target} is there already; name a file that is not, so that no earlier copy is lost", USAGE)
    part = target.with_name(f"{target.name}.part")
    try:
        with closing(read_only_connection(engine.url, BUSY_SECONDS)) as here, closing(sqlite3.connect(part)) as there:
            here.backup(there, pages=_PAGES, progress=lambda _, left, total: progress(total - left, total))
            (verdict,) = there.execute("PRAGMA quick_check").fetchone()
        if verdict != "ok":
            fail(
                f"the copy is not whole ({verdict}): the database itself may be damaged; quickwin check-db looks at it"
            )
        os.replace(part, target)
        _note(target)
    except (sqlite3.Error, OSError) as error:
        fail(f"{target} can not be written from {source}: {error}")
    finally:
        part.unlink(missing_ok=True)
    return f"{source} is copied to {target} ({target.stat().st_size / 1e6:.1f} MB)"


def _note(target: Path) -> None:
    """Remembers where a copy was put, so that it can be found again when room is needed."""
    with suppress(OSError):
        home().mkdir(parents=True, exist_ok=True)
        with (home() / _BACKUPS).open("a", encoding="utf-8") as file:
            file.write(f"{target.resolve()}\n")


def backups() -> list[Path]:
    """The copies that ``backup`` made here and that are still where it put them."""
    try:
        lines = (home() / _BACKUPS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    return [path for path in map(Path, dict.fromkeys(lines)) if path.is_file()]


def check(engine: Engine, progress: Callable[[int, int], None] = lambda done, total: None) -> Health:
    """Reads all of a database: SQLite's own integrity, and each run and measurement against what it was stored with."""
    problems = _integrity(engine)
    rows: list[dict[str, Any]] = []
    try:
        rows = queries.run_rows(engine, sort="id", limit=_ALL, deleted=None)
        measurements = queries.measurements(engine, status=None, limit=_ALL)
        altered = measurements[measurements["status"] == queries.ALTERED]
        problems += [f"measurement {number} is not what was written" for number in altered["id"]]
    except DatabaseProblem as problem:
        problems.append(str(problem))
    for done, row in enumerate(rows, 1):
        problems += _of_run(engine, row)
        progress(done, len(rows))
    return Health(runs=len(rows), problems=tuple(dict.fromkeys(problems)))


_ALL = 10_000_000


def _of_run(engine: Engine, row: Mapping[str, Any]) -> list[str]:
    try:
        queries.run(engine, row["id"])
    except (DatabaseProblem, UnknownRow) as problem:
        return [f"run {row['id']}: {problem}"]
    return [f"run {row['id']}: its line in lists is not what was written"] if row["status"] == queries.ALTERED else []


def fault(url: str, seconds: float = 10.0) -> str | None:
    """What is wrong with a database, in a sentence; None where it is whole as far as it could be read in the time.

    For what nobody expected: an error on a database that is damaged is the damage's, whatever it says itself.
    """
    begun = monotonic()

    def in_time(done: int, total: int) -> None:
        if monotonic() - begun > seconds:
            raise TimeoutError

    try:
        engine = open_engine(url, busy_seconds=seconds, read_only="looking at it changes nothing")
        problems = check(engine, in_time).problems
    except DatabaseProblem as problem:
        return str(problem) if problem.kind in ("damaged", "no database", "locked", "no room") else None
    except TimeoutError:
        return None
    return f"the database is damaged: {problems[0]}; quickwin check-db lists what is wrong" if problems else None


def _integrity(engine: Engine) -> list[str]:
    if engine.dialect.name != "sqlite":
        return []
    try:
        with closing(read_only_connection(engine.url, BUSY_SECONDS)) as connection:
            lines = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(20)")]
            lines = [f"SQLite says: {line}" for line in lines if line != "ok"]
            return lines or _mistyped(connection)
    except sqlite3.Error as error:
        return [f"SQLite can not read it: {error}"]


#: What SQLite may hold in a column that was declared so; it itself takes anything anywhere.
_HELD = {"TEXT": "text", "JSON": "text", "DATETIME": "text", "BLOB": "blob", "INTEGER": "integer", "BIGINT": "integer"}
_HELD |= {"SMALLINT": "integer", "BOOLEAN": "integer", "DOUBLE": "real"}


def _mistyped(connection: sqlite3.Connection) -> list[str]:
    """Columns that hold what is not of their kind: bytes for a text, text for a number."""
    tables = [str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    wrong = []
    for table in tables:
        for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
            held = _HELD.get(str(kind).split("(")[0].split(" ")[0].upper())
            kinds = (held, "null", "integer" if held == "real" else "null")
            strange = f'SELECT 1 FROM "{table}" WHERE typeof("{column}") NOT IN (?, ?, ?) LIMIT 1'
            if held and connection.execute(strange, kinds).fetchone():
                wrong.append(f"the column {column} of {table} holds what is not {held}")
    return wrong


def _file(engine: Engine) -> Path:
    path = file_of(engine.url) if engine.dialect.name == "sqlite" else None
    if path is None:
        fail(
            f"only a SQLite file can be copied here, and this is {engine.dialect.name}; pg_dump copies PostgreSQL",
            USAGE,
        )
    return path
