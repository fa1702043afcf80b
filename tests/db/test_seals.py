from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text, update

from db import queries, store
from db.engine import open_engine, reading, writing
from db.models import Run
from db.seals import COLUMNS, FIGURES, not_as_written, seal
from tests.db.samples import record, task

SPEC = {"kind": "pair", "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "all"}]}
#: A value that is another one and still fits the column.
OTHER: dict[str, Any] = {
    **dict.fromkeys(("wall_seconds", "cpu_seconds", "dsl_seconds", "framework_seconds", "io_seconds"), 0.125),
    **dict.fromkeys(("unaccounted_seconds", "overhead_share"), 0.125),
    **dict.fromkeys(("workers", "task_count", "solved", "failed", "errors", "timeouts", "finding_count"), 77),
    **dict.fromkeys(("workload_tasks", "workload_candidates"), 77),
    "profiled": True,
    "wins": ["another"],
    "started_at": datetime(2001, 1, 1, tzinfo=UTC),
}


def _altered(engine: Engine, run_id: int, **values: Any) -> None:
    with writing(engine) as connection:
        connection.execute(update(Run).where(Run.id == run_id).values(**values))


def _status(engine: Engine, run_id: int) -> str:
    return str(queries.run_rows(engine, ids=[run_id], deleted=None)[0]["status"])


def test_whatever_figure_of_a_run_is_altered_it_is_listed_without_any(engine: Engine) -> None:
    altered = {store.store_run(engine, record(f"run of {one.name}"))[0]: one.name for one in COLUMNS}
    assert len(altered) == len(COLUMNS) and all(_status(engine, run_id) == "finished" for run_id in altered)
    for run_id, name in altered.items():
        _altered(engine, run_id, **{name: OTHER.get(name, "other")})
        row = queries.run_rows(engine, ids=[run_id])[0]
        assert (row["status"], row["label"]) == ("altered", record().label), name
        assert all(row[figure] is None for figure in FIGURES & set(row)), name
        assert queries.runs(engine, ids=[run_id])["wall_seconds"].isna().all(), name
        assert queries.run_facts(engine, [run_id])[run_id]["wall_seconds"] is None, name
        assert not queries.breakdowns(engine, [run_id])[run_id].parts, name


def test_what_people_change_is_no_alteration(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(cache_state="unknown"))
    store.rename_run(engine, run_id, "another")
    store.note_run(engine, run_id, "a note")
    store.tag_run(engine, run_id, "tagged")
    store.state_facts(engine, [run_id], {"cache_state": "cold", "role": "baseline"})
    assert _status(engine, run_id) == "finished"
    store.state_facts(engine, [run_id], {"cache_state": None})
    store.delete_runs(engine, [run_id])
    store.undelete_runs(engine, [run_id])
    assert _status(engine, run_id) == "finished"


def test_a_statement_does_not_make_good_what_was_altered(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(cache_state="unknown"))
    _altered(engine, run_id, wall_seconds=0.5)
    store.state_facts(engine, [run_id], {"cache_state": "cold"})
    assert _status(engine, run_id) == "altered"


def test_a_run_under_way_has_no_seal_and_one_that_is_over_has(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(tasks=()))
    store.add_task(engine, run_id, task(0))
    assert _status(engine, run_id) == "running" and queries.breakdowns(engine, [run_id])[run_id].parts
    store.finish_run(engine, run_id, record(tasks=()))
    assert _status(engine, run_id) == "finished"
    with reading(engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM runs WHERE seal IS NULL")) == 0


def test_phases_that_were_altered_are_no_breakdown(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record())
    assert queries.breakdowns(engine, [run_id])[run_id].parts
    with writing(engine) as connection:
        connection.execute(text("UPDATE phases SET self_seconds = self_seconds / 2"))
    assert not queries.breakdowns(engine, [run_id])[run_id].parts
    assert _status(engine, run_id) == "finished", "its own row is what it was"


def test_the_run_of_a_block_that_was_altered_is_no_outcome(engine: Engine) -> None:
    number = store.begin_measurement(engine, SPEC)
    ids = [store.store_run(engine, record(key))[0] for key in ("a", "b")]
    for position, (arm, run_id) in enumerate(zip("AB", ids, strict=True), 1):
        store.add_block_run(engine, number, 1, arm, position, run_id)
    _altered(engine, ids[0], wall_seconds=0.5)
    assert queries.blocks(engine, number)["status"].tolist() == ["altered", "finished"]
    rows = queries.blocks_by_measurement(engine, [number])[number]
    assert [row["status"] for row in rows] == ["altered", "finished"] and rows[0]["wall_seconds"] is None


def test_a_trend_leaves_out_what_was_altered(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record())
    row = queries.run_rows(engine, ids=[run_id])[0]
    same = {name: row[name] for name in ("workload", "config", "cache_state", "machine")}
    assert len(queries.trend(engine, **same)) == 1
    _altered(engine, run_id, wall_seconds=0.5)
    assert queries.trend(engine, **same).empty


def test_groups_leave_out_what_was_altered(engine: Engine) -> None:
    ids = [store.store_run(engine, record(key, wall_seconds=seconds))[0] for key, seconds in (("a", 4.0), ("b", 6.0))]
    assert queries.groups(engine)[["runs", "fastest_seconds", "mean_seconds", "newest_id"]].values.tolist() == [
        [2, 4.0, 5.0, ids[1]]
    ]
    _altered(engine, ids[1], wall_seconds=0.5)
    assert queries.groups(engine)[["runs", "fastest_seconds", "mean_seconds", "newest_id"]].values.tolist() == [
        [1, 4.0, 4.0, ids[0]]
    ]
    _altered(engine, ids[0], config="other")
    assert queries.groups(engine).empty


def test_a_flipped_bit_in_a_figure_of_the_file_is_found(tmp_path: Path) -> None:
    file = tmp_path / "quickwin.db"
    engine = open_engine(f"sqlite:///{file}")
    store.store_run(engine, record(wall_seconds=12.5))
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    body, figure = bytearray(file.read_bytes()), b"\x40\x29\x00\x00\x00\x00\x00\x00"  # 12.5, as SQLite keeps it
    assert body.count(figure)
    file.write_bytes(bytes(body).replace(figure, b"\x40\x21" + figure[2:]))
    assert _status(open_engine(f"sqlite:///{file}"), 1) == "altered"


def test_sealing_again_changes_nothing(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record())
    with writing(engine) as connection:
        before = connection.execute(text("SELECT seal, phase_seal FROM runs")).one()
        seal(connection, run_id)
        assert connection.execute(text("SELECT seal, phase_seal FROM runs")).one() == before


@pytest.mark.parametrize(
    "change",
    [
        'UPDATE measurements SET verdict = \'{"verdict": "faster", "speedup": 9.0}\'',
        "UPDATE measurements SET spec = '[1, 2]'",
        "UPDATE measurements SET cache_state = 'warm'",
        "UPDATE measurements SET seal = NULL",
        "UPDATE blocks SET run_id = 3 - run_id",
        "UPDATE attempts SET wall_seconds = 0.5",
        "DELETE FROM blocks",
    ],
)
def test_a_measurement_that_was_altered_says_so_and_has_no_figure(engine: Engine, change: str) -> None:
    number = store.begin_measurement(engine, SPEC)
    ids = [store.store_run(engine, record(key))[0] for key in ("a", "b")]
    store.add_blocks(engine, number, [(1, "A", 1, ids[0]), (1, "B", 2, ids[1])])
    attempt = {"block": 1, "attempt": 1, "arm": "A", "position": 1, "status": "finished", "wall_seconds": 3.0}
    store.add_attempt(engine, number, {**attempt, "errors": 0, "timeouts": 0, "failed": 0, "run_id": ids[0]})
    verdict = {"verdict": "slower", "speedup": 0.5}
    store.update_measurement(engine, number, status="finished", verdict=verdict)
    assert queries.measurement(engine, number).verdict == verdict
    with writing(engine) as connection:
        connection.execute(text(change.replace(":", "\\:")))
    for found in (queries.measurement(engine, number), *queries.finished_measurements(engine)):
        assert (found.verdict or {})["verdict"] == "not comparable"
        assert "altered behind Quickwin's back" in (found.verdict or {})["reason"]
    row = queries.measurements(engine).iloc[0]
    assert (row["status"], row["verdict"]) == ("altered", "not comparable") and row["speedup"] != row["speedup"]
    store.update_measurement(engine, number, status="stopped")
    assert queries.measurements(engine)["status"].tolist() == ["altered"], "writing does not make it good"


def test_a_measurement_whose_run_was_altered_is_no_evidence(engine: Engine) -> None:
    number = store.begin_measurement(engine, SPEC)
    run_id, _ = store.store_run(engine, record())
    store.add_block_run(engine, number, 1, "A", 1, run_id)
    store.update_measurement(engine, number, status="finished", verdict={"verdict": "faster", "speedup": 2.0})
    _altered(engine, run_id, wall_seconds=0.5)
    found = queries.measurement(engine, number)
    assert found.verdict == not_as_written(f"Run {run_id} of it")


def test_a_text_that_turned_into_bytes_is_found_also_by_who_read_it_before(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("columns of PostgreSQL keep their type")
    run_id, _ = store.store_run(engine, record())
    assert queries.run_rows(engine)[0]["status"] == "finished"
    with writing(engine) as connection:
        connection.execute(text("UPDATE runs SET results_fingerprint = CAST(results_fingerprint AS BLOB)"))
    row = queries.run_rows(engine, ids=[run_id])[0]
    assert (row["status"], row["results_fingerprint"]) == ("altered", None)
