"""Reads are cached per database, and forgotten by area."""

from __future__ import annotations

import pytest

from tests.views.seed import Seeder
from views.data.connection import cached, drawing, forget, written
from views.settings import settings

READS: list[str] = []


@cached("holes", ttl=60)
def read(number: int) -> tuple[str, int]:
    """Which database was asked, and how often anything was."""
    READS.append(settings().database_url)
    return READS[-1], len(READS)


def test_another_database_is_read_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    READS.clear()
    monkeypatch.setenv("DATABASE_URL", "sqlite:///one.db")
    assert read(1) == read(1)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///two.db")
    assert read(1)[0] == "sqlite:///two.db"
    monkeypatch.setenv("DATABASE_URL", "sqlite:///one.db")
    assert read(1)[0] == "sqlite:///one.db"
    assert READS == ["sqlite:///one.db", "sqlite:///two.db"]
    forget("holes")
    read(1)
    assert len(READS) == 3


@cached("holes", ttl=60, until_written=True)
def read_until_written(number: int) -> int:
    """How often anything was read."""
    READS.append("read")
    return len(READS)


def test_what_another_process_writes_is_read_at_once(full: str) -> None:
    READS.clear()
    assert read_until_written(1) == read_until_written(1) == 1
    Seeder(full).run(frozenset())
    assert read_until_written(1) == read_until_written(1) == 2


def test_while_a_page_is_drawn_it_is_looked_once_what_was_written(full: str) -> None:
    before = written()
    with drawing():
        assert written() == before
        Seeder(full).run(frozenset())
        assert written() == before
    assert written() != before
