"""Reads are cached per database, and forgotten by area."""

from __future__ import annotations

import pytest

from views.data.connection import cached, forget
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
