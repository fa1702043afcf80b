"""Runs that are taken to another database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db import queries, store
from db.engine import open_engine
from db.store.projects import claim
from tests.cli.place import one_sentence, quickwin
from tests.cli.records import record, stored


def count(path: Path) -> int:
    engine = open_engine(f"sqlite:///{path}")
    try:
        return queries.run_count(engine)
    finally:
        engine.dispose()


def measured(*ids: int) -> int:
    engine = open_engine()
    try:
        number = store.begin_measurement(engine, {"arms": [{"name": "A", "config": "none"}]})
        for block, run_id in enumerate(ids, 1):
            store.add_block_run(engine, number, block, "A", 1, run_id)
        store.update_measurement(engine, number, status="finished")
        return number
    finally:
        engine.dispose()


def test_runs_go_to_a_new_file_and_undo_brings_them_back(place: Path) -> None:
    stored(record("one"), record("two"), record("three"))
    measured(1, 2)
    result = quickwin("move", "1-2", "--to", "archive.db")
    assert result.exit_code == 0
    assert "2 runs moved to archive.db" in result.stdout and "1 measurement went along: 1 there" in result.stdout
    assert (count(place / "quickwin.db"), count(place / "archive.db")) == (1, 2)
    assert "2 runs brought back" in quickwin("undo").stdout
    again = quickwin("move", "1", "2", "--to", "archive.db")
    assert "2 of which were there already" in again.stdout
    assert count(place / "archive.db") == 2


def test_a_measurement_stays_where_not_all_of_its_runs_go(place: Path) -> None:
    stored(record("one"), record("two"))
    number = measured(1, 2)
    result = quickwin("move", "one", "--to", "archive.db", "--json")
    assert f"measurement {number} stays here" in json.loads(result.stdout)["sentences"][-1]


def test_another_projects_database_is_refused(place: Path) -> None:
    stored(record("one"))
    other = open_engine(f"sqlite:///{place / 'other.db'}")
    claim(other, "mark", "etl")
    store.store_run(other, record("theirs"))
    other.dispose()
    result = quickwin("move", "1", "--to", "other.db")
    assert result.exit_code == 3 and one_sentence(result.stderr) and "holds the project etl" in result.stderr
    assert (count(place / "quickwin.db"), count(place / "other.db")) == (1, 1)


def test_the_same_database_is_refused(place: Path) -> None:
    stored(record("one"))
    result = quickwin("move", "1", "--to", str(place / "quickwin.db"))
    assert result.exit_code == 2 and one_sentence(result.stderr)
    assert count(place / "quickwin.db") == 1


def test_a_file_that_is_no_database_is_one_sentence(place: Path) -> None:
    stored(record("one"))
    (place / "notes.txt").write_text("not a database " * 100)
    result = quickwin("move", "1", "--to", "notes.txt")
    assert result.exit_code == 3 and one_sentence(result.stderr)
    assert count(place / "quickwin.db") == 1


def test_a_run_under_way_is_not_moved(place: Path) -> None:
    stored(record("one"))
    engine = open_engine()
    store.begin_run(engine, record("at work", pid=None))
    engine.dispose()
    result = quickwin("move", "1-2", "--to", "archive.db")
    assert result.exit_code == 2 and "run 2 is under way" in result.stderr
    assert not (place / "archive.db").exists()


def test_ended_in_between_nothing_is_lost_and_the_same_command_goes_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = stored(*(record(f"run {number}") for number in range(4)))
    copy = store.copy_run

    def killed(*arguments: object) -> object:
        if arguments[2] == ids[2]:
            raise KeyboardInterrupt
        return copy(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(store, "copy_run", killed)
        result = quickwin("move", "1-4", "--to", "archive.db")
        assert result.exit_code == 3 and "the same command goes on" in result.stderr
    assert (count(place / "quickwin.db"), count(place / "archive.db")) == (4, 2)
    result = quickwin("move", "1-4", "--to", "archive.db")
    assert "4 runs moved to archive.db, 2 of which were there already" in result.stdout
    assert (count(place / "quickwin.db"), count(place / "archive.db")) == (0, 4)
