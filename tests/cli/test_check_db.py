"""A look at whether a database is whole."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from services.keeping import sqlite_sentence
from tests.cli.place import quickwin
from tests.cli.records import record, stored


def test_a_whole_database_is_said_to_be_whole(place: Path) -> None:
    stored(record("one"))
    result = quickwin("check-db")
    assert (result.exit_code, result.stdout.strip()) == (0, "1 runs read; all of it is whole")


def test_a_run_that_was_altered_is_named(place: Path) -> None:
    stored(record("one"), record("two"))
    with closing(sqlite3.connect(place / "quickwin.db")) as connection, connection:
        connection.execute("UPDATE runs SET wall_seconds = wall_seconds / 2 WHERE id = 2")
    result = quickwin("check-db", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1 and found["runs"] == 2
    assert [sentence.split(":")[0] for sentence in found["problems"]] == ["run 2"]


def test_a_damaged_page_is_found(place: Path) -> None:
    stored(*(record(f"run {number}") for number in range(40)))
    with closing(sqlite3.connect(place / "quickwin.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_runs_label'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with (place / "quickwin.db").open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(bytes(64))
    result = quickwin("check-db")
    assert result.exit_code in (1, 3)
    assert "Traceback" not in result.output and ("SQLite says" in result.output or "damaged" in result.output)


def test_the_sqlite_in_use_is_said_with_what_it_means(place: Path) -> None:
    stored(record("one"))
    assert f"SQLite {sqlite3.sqlite_version} is in use" in quickwin("check-db").stderr
    assert json.loads(quickwin("check-db", "--json").stdout)["sqlite"] == sqlite_sentence()
    assert "can, very rarely, damage" in sqlite_sentence((3, 51, 2)) and "check-db" in sqlite_sentence((3, 40, 1))
    assert "is without the fault" in sqlite_sentence((3, 51, 3)) and "damage" not in sqlite_sentence((3, 53, 4))
