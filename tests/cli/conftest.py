"""A folder of its own for each test of a command: its database and its home."""

from pathlib import Path

import pytest


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder; the database is ``quickwin.db`` in it, the home ``home``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'quickwin.db'}")
    monkeypatch.setenv("QUICKWIN_HOME", str(tmp_path / "home"))
    return tmp_path
