"""Runs and measurements that are taken to another database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from db import queries, store
from db.engine import open_engine
from db.models import Base, Run
from db.store.moving import TAKEN
from tests.db.samples import record


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{tmp_path / 'here.db'}")
    yield made
    made.dispose()


def told(engine: Engine, run_id: int) -> tuple[object, ...]:
    """What is known of a run, but for its id."""
    row = queries.run_rows(engine, ids=[run_id], deleted=None)[0]
    facts = [(fact["name"], fact["value"], fact["counts"], fact["who"]) for fact in
             queries.stated_fact_rows(engine, [run_id])]  # fmt: skip
    shown = {name: row[name] for name in ("label", "note", "stored_at", "wall_seconds", "machine", "finding_count")
             if name in row}  # fmt: skip
    return (queries.run(engine, run_id), queries.profile(engine, run_id), sorted(queries.tags(engine, run_id)["tag"]),
            facts, shown)  # fmt: skip


def full_run(engine: Engine, key: str = "one") -> int:
    """A stored run with tags, a note, statements and a profile."""
    run_id, _ = store.store_run(engine, record(key, environment=None), file_digest=f"digest of {key}")
    store.tag_run(engine, run_id, "nightly")
    store.note_run(engine, run_id, "looked at — twice")
    store.state_facts(engine, [run_id], {"machine": "Kaggle"}, "me")
    store.save_profile(engine, run_id, '{"a": 1}')
    return run_id


def test_a_run_goes_along_with_all_that_belongs_to_it(here: Engine, engine: Engine) -> None:
    for key in ("zero", "one"):
        run_id = full_run(here, key)
    moved = store.copy_run(here, engine, run_id)
    assert moved.is_new and moved.id == 1
    assert told(engine, moved.id) == told(here, run_id)
    assert queries.imported(engine, "digest of one") == [moved.id]


def test_a_run_that_is_there_already_gets_the_marks_that_it_lacks_and_comes_back(here: Engine, engine: Engine) -> None:
    run_id = full_run(here)
    moved = store.copy_run(here, engine, run_id)
    store.untag_run(engine, moved.id, "nightly")
    store.tag_run(engine, moved.id, "theirs")
    store.note_run(engine, moved.id, "their note")
    store.delete_runs(engine, [moved.id])
    assert store.copy_run(here, engine, run_id) == (moved.id, False)
    assert sorted(queries.tags(engine, moved.id)["tag"]) == ["nightly", "theirs"]
    row = queries.run_rows(engine)[0]
    assert (row["id"], row["note"]) == (moved.id, "their note")


def test_another_run_of_the_same_key_is_refused_and_stays(here: Engine, engine: Engine) -> None:
    run_id = full_run(here)
    other, _ = store.store_run(engine, record("one", wall_seconds=7.0))
    with pytest.raises(store.NotTheSame, match=f"run {other}"):
        store.copy_run(here, engine, run_id)
    assert queries.run(engine, other).wall_seconds == 7.0


def test_a_damaged_run_is_not_copied(here: Engine, engine: Engine) -> None:
    run_id = full_run(here)
    with here.begin() as connection:
        connection.execute(update(Run).values(wall_seconds=1.0))
    with pytest.raises(queries.DatabaseProblem, match="not what was written"):
        store.copy_run(here, engine, run_id)
    assert queries.run_count(engine) == 0


ATTEMPT = {"attempt": 1, "arm": "A", "position": 1, "errors": 0, "timeouts": 0, "failed": 0}


def measured(engine: Engine, runs: list[int]) -> int:
    spec = {"arms": [{"name": "A", "config": "none"}], "runs": {"A": runs}}
    number = store.begin_measurement(engine, spec)
    for block, run_id in enumerate(runs, 1):
        store.add_block_run(engine, number, block, "A", 1, run_id)
        store.add_attempt(engine, number, {**ATTEMPT, "block": block, "run_id": run_id, "status": "finished"})
    store.add_attempt(engine, number, {**ATTEMPT, "block": 9, "status": "died"})
    store.update_measurement(engine, number, status="finished", verdict={"verdict": "faster"})
    return number


def test_a_measurement_goes_along_with_its_blocks_once(here: Engine, engine: Engine) -> None:
    full_run(engine, "theirs")
    runs = [full_run(here, key) for key in ("one", "two")]
    number = measured(here, runs)
    ids = {run_id: store.copy_run(here, engine, run_id).id for run_id in runs}
    assert store.whole_measurements(here, runs) == ([number], [])
    assert store.whole_measurements(here, runs[:1]) == ([], [number])
    moved = store.copy_measurement(here, engine, number, ids)
    assert moved.is_new and store.copy_measurement(here, engine, number, ids) == (moved.id, False)
    there = queries.measurement(engine, moved.id)
    assert there.spec["runs"] == {"A": [2, 3]} and there.verdict == {"verdict": "faster"}
    assert list(queries.blocks(engine, moved.id)["run_id"]) == [2, 3]
    assert [row["run_id"] for row in queries.attempts(engine, moved.id)] == [2, 3, None]


def test_what_was_moved_is_hidden_until_its_runs_are_undeleted(here: Engine) -> None:
    runs = [full_run(here, key) for key in ("one", "two")]
    number, before = measured(here, runs), datetime.now(UTC)
    spec = queries.measurement(here, number).spec
    store.hide_moved(here, runs, [number], "archive.db")
    assert queries.run_count(here) == 0 and queries.finished_measurements(here) == []
    assert queries.measurements(here).empty and queries.measurement(here, number).updated_at >= before
    assert store.undelete_runs(here, runs) == 2
    back = queries.measurement(here, number)
    assert (back.status, back.spec) == ("finished", spec)


def test_whatever_belongs_to_a_run_or_a_measurement_goes_along() -> None:
    owners = {"runs", "measurements"}
    belonging = {
        table.name
        for table in Base.metadata.tables.values()
        if owners & {key.column.table.name for key in table.foreign_keys}
    }
    assert belonging - {"decisions"} == {model.__table__.name for model in TAKEN}
