from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from db import migrations, queries, store
from db.engine import open_engine, reading
from db.models import Base
from db.problems import DatabaseProblem
from profiles.configs import config_text
from tests import new_databases
from tests.db.samples import record
from tests.db.version_1 import opened, rows_of, unpack
from tests.worked_example import FIFTH, FIRST, FOURTH, SECOND, THIRD

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


def test_a_new_database_of_other_tests_is_what_the_migrations_make(tmp_path: Path) -> None:
    def told(name: str) -> list[str]:
        open_engine(f"sqlite:///{tmp_path / name}").dispose()
        with closing(sqlite3.connect(tmp_path / name)) as connection:
            return list(connection.iterdump())

    migrated = told("migrated.db")
    new_databases.share()
    assert told("shared.db") == migrated and len(migrated) > len(Base.metadata.tables)


def test_every_migration_has_a_test() -> None:
    tested = {name.removeprefix("test_migration_") for name in globals() if name.startswith("test_migration_")}
    assert {path.stem for path in VERSIONS.glob("[0-9]*.py")} == tested


def test_migration_0001_initial(engine: Engine) -> None:
    assert set(Base.metadata.tables) | {migrations.VERSION_TABLE} == set(inspect(engine).get_table_names())
    store.store_run(engine, record())
    assert queries.run_count(engine) == 1


def test_migration_0003_attempts(engine: Engine) -> None:
    spec = {"kind": "pair", "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "all"}]}
    number = store.begin_measurement(engine, spec)
    values = {"block": 1, "attempt": 1, "position": 1, "errors": 0, "timeouts": 0, "failed": 0}
    store.add_attempt(engine, number, {**values, "arm": "B", "status": "died", "reason": "killed"})
    run_id, _ = store.store_run(engine, record())
    finished = {**values, "arm": "A", "status": "finished", "run_id": run_id, "peak_bytes": 7, "busy_cores": 0.5}
    store.add_attempt(engine, number, finished)
    store.add_block_run(engine, number, 1, "A", 1, run_id)
    assert [(row["arm"], row["status"]) for row in queries.attempts(engine, number)] == [
        ("B", "died"),
        ("A", "finished"),
    ] or {row["arm"] for row in queries.attempts(engine, number)} == {"A", "B"}
    block = queries.blocks(engine, number).iloc[0]
    assert (block["peak_bytes"], block["busy_cores"]) == (7, 0.5)


def test_migration_0004_stated_facts(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(cache_state="unknown"))
    store.state_facts(engine, [run_id], {"cache_state": "cold"})
    assert queries.run(engine, run_id).cache_state == "cold"


def test_migration_0005_tracking(engine: Engine) -> None:
    written = store.TrackedEdit(place="win one", name="Status", value="on it", who="ann")
    store.track(engine, [written, replace(written, value=None)])
    assert queries.tracking(engine)["value"].isna().tolist() == [True, False]


def test_migration_0008_backstops(url: str, tmp_path: Path) -> None:
    engine = opened(url, tmp_path)
    number = int(queries.measurements(engine)["id"].iloc[0])
    values = {"block": 9, "attempt": 1, "position": 1, "errors": 0, "timeouts": 2, "failed": 0, "status": "finished"}
    store.add_attempt(engine, number, {**values, "arm": "A", "backstops": 2})
    store.add_attempt(engine, number, {**values, "arm": "B"})
    kept = {row["arm"]: row["backstops"] for row in queries.attempts(engine, number) if row["block"] == 9}
    assert kept == {"A": 2, "B": None}
    engine.dispose()


def test_migration_0007_seals(url: str, tmp_path: Path) -> None:
    """Every run of an earlier version is sealed when the migrations have run, and fits its seal."""
    engine = opened(url, tmp_path)
    runs = queries.runs(engine, limit=1000, deleted=None)
    assert len(runs) and "altered" not in set(runs["status"])
    with reading(engine) as connection:
        missing = connection.scalar(text("SELECT count(*) FROM runs WHERE seal IS NULL AND status <> 'running'"))
    assert missing == 0
    engine.dispose()


ALL = f"{FIFTH},{FOURTH},{THIRD},{FIRST},{SECOND}"


def test_migration_0002_configs_are_sets(url: str, tmp_path: Path) -> None:
    """Every place that named a config names its set; the runs are what they were, and their checksums hold."""
    engine = opened(url, tmp_path)
    before = {row["id"]: row for row in rows_of(unpack(tmp_path / "before.db"))["runs"]}
    runs = queries.runs(engine, limit=1000, deleted=None)
    for run_id, config in zip(runs["id"], runs["config"].astype(object), strict=True):
        wins = json.loads(before[run_id]["wins"] or "null")
        assert (None if config != config else config) == config_text(wins)
        assert queries.run(engine, run_id).config == (None if wins is None else frozenset(wins))
    assert set(runs["pipeline"].dropna()) == {"arc", "run_batt"}
    arms = {one: _arms(engine, one) for one in range(1, 7)}
    assert arms[3] == arms[6] == {"A": "none", "B": ALL, "A2": "none"}, "a measurement that never ran has its wins too"
    assert arms[5][ALL] == ALL
    assert set(queries.blocks(engine, 5)["arm"]) == set(arms[5])
    engine.dispose()


def test_a_verdict_of_version_1_names_the_sets_that_it_meant(url: str, tmp_path: Path) -> None:
    engine = opened(url, tmp_path)
    verdict = queries.measurement(engine, 5).verdict or {}
    found = verdict["attribution"]
    assert found["best"]["config"] == ALL
    assert {one["config"] for one in found["configs"]} >= {"none", ALL, FOURTH}
    assert all(sorted(one.split(",")) == one.split(",") for one in found["as_good"])
    assert "Best config: all 5 wins, 3.394 s" in verdict["reason"]
    engine.dispose()


def test_a_damaged_run_of_version_1_is_still_found_out(url: str, tmp_path: Path) -> None:
    engine = opened(url, tmp_path)
    with engine.begin() as connection:
        connection.execute(text("UPDATE runs SET wall_seconds = wall_seconds + 1 WHERE id = 2"))
    with pytest.raises(DatabaseProblem):
        queries.run(engine, 2)
    assert queries.run(engine, 1).wall_seconds
    engine.dispose()


def _arms(engine: Engine, number: int) -> dict[str, str]:
    return {arm["name"]: arm["config"] for arm in queries.measurement(engine, number).spec["arms"]}
