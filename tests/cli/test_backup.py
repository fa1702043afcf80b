"""A copy of the database while it is in use."""

from __future__ import annotations

from pathlib import Path

from db import queries
from db.engine import open_engine
from tests.cli.place import quickwin
from tests.cli.records import record, stored


def test_a_copy_holds_what_was_recorded_and_an_earlier_one_stays(place: Path) -> None:
    stored(record("one"), record("two"))
    copy = place / "copy.db"
    result = quickwin("backup", str(copy))
    assert result.exit_code == 0 and "is copied to" in result.stdout
    assert queries.run_count(open_engine(f"sqlite:///{copy}")) == 2
    again = quickwin("backup", str(copy))
    assert again.exit_code == 2 and "is there already" in again.stderr


def test_a_copy_that_can_not_be_written_leaves_nothing(place: Path) -> None:
    stored(record("one"))
    result = quickwin("backup", str(place / "nowhere" / "copy.db"))
    assert result.exit_code == 3 and "can not be written" in result.stderr
    assert not list(place.glob("*.part"))
