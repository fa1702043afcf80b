from __future__ import annotations

import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from db import migrations, queries, store
from db.engine import open_engine, reading
from db.models import Base
from tests.db.samples import record

VERSIONS = Path(migrations.__file__).parent / "versions"


def test_the_migrations_lead_to_the_models(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": migrations.VERSION_TABLE, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_an_up_to_date_database_is_of_the_newest_version(engine: Engine) -> None:
    heads = ScriptDirectory(str(VERSIONS.parent)).get_heads()
    with reading(engine) as connection:
        assert migrations.current_versions(connection, "") == [migrations.HEAD] == heads


def test_opening_again_migrates_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(url)
    run_id, _ = store.store_run(engine, record())
    engine.dispose()
    for name in [name for name in sys.modules if name.partition(".")[0] == "alembic"]:
        monkeypatch.setitem(sys.modules, name, None)
    again = open_engine(url)
    assert queries.run(again, run_id) == record()
    again.dispose()


def test_every_migration_has_a_test() -> None:
    tested = {name.removeprefix("test_migration_") for name in globals() if name.startswith("test_migration_")}
    assert {path.stem for path in VERSIONS.glob("[0-9]*.py")} == tested


def test_migration_0001_initial(engine: Engine) -> None:
    assert set(Base.metadata.tables) | {migrations.VERSION_TABLE} == set(inspect(engine).get_table_names())
    store.store_run(engine, record())
    assert queries.run_count(engine) == 1


def test_migration_0004_stated_facts(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(cache_state="unknown"))
    store.state_facts(engine, [run_id], {"cache_state": "cold"})
    assert queries.run(engine, run_id).cache_state == "cold"
