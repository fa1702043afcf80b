from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from db import queries, store
from profiles.records import Environment, PhaseTiming, Workload
from tests.db.samples import STARTED, phases, record, task
from tests.worked_example import FIFTH, FIRST, FOURTH, SECOND, THIRD

#: Every query that gives a frame, called so that it finds something in ``history``.
FRAMES: dict[str, Callable[[Engine], pd.DataFrame]] = {
    "runs": lambda engine: queries.runs(engine),
    "groups": lambda engine: queries.groups(engine),
    "trend": lambda engine: queries.trend(engine, workload="work", config="none", cache_state="cold", machine="here"),
    "phase_shares": lambda engine: queries.phase_shares(engine, [1, 2]),
    "phases": lambda engine: queries.phases(engine, [1, 2]),
    "tasks": lambda engine: queries.tasks(engine, [1, 2]),
    "task_phases": lambda engine: queries.task_phases(engine, 1),
    "caches": lambda engine: queries.caches(engine, 1),
    "counts": lambda engine: queries.counts(engine, 1),
    "findings": lambda engine: queries.findings(engine, 1),
    "environment": lambda engine: queries.environment(engine, 1),
    "tags": lambda engine: queries.tags(engine),
    "documents": lambda engine: queries.documents(engine),
    "measurements": lambda engine: queries.measurements(engine),
    "blocks": lambda engine: queries.blocks(engine, 1),
    "decisions": lambda engine: queries.decisions(engine),
    "current_decisions": lambda engine: queries.current_decisions(engine),
    "tracking": lambda engine: queries.tracking(engine),
    "stated_facts": lambda engine: queries.stated_facts(engine, [1, 2]),
}
EVERY = f"{FIFTH},{FOURTH},{THIRD},{FIRST},{SECOND}"


@pytest.fixture
def history(engine: Engine) -> Engine:
    """Four runs: 1 none, 2 two wins, 3 all on another machine, 4 none, failed and imported."""
    every = frozenset(EVERY.split(","))
    made = [
        record("one", config=frozenset(), label="baseline"),
        record("two", wall_seconds=2.0, label="nightly 100%"),
        record("three", config=every, environment=Environment(machine="there"), cache_state="warm", findings=()),
        record("four", config=frozenset(), status="failed", source="imported:kaggle", profiled=True, wall_seconds=None),
    ]
    for number, one in enumerate(made):
        store.store_run(engine, one.replace(started_at=STARTED + timedelta(days=number)))
    store.tag_run(engine, 2, "keep")
    store.note_run(engine, 3, "odd one")
    store.state_facts(engine, [2], {"machine": "elsewhere"}, "somebody")
    store.save_document(engine, "tracker", "notes", "# notes")
    store.track(engine, [store.TrackedEdit(place=f"win {FOURTH}", name="Status", value="on it")])
    spec = {"kind": "pair", "cache_state": "cold", "tasks": 3, "max_blocks": 8}
    arms = [{"name": "A", "config": "none"}, {"name": "B", "config": f"{FOURTH},{THIRD}"}]
    store.begin_measurement(engine, {**spec, "arms": arms})
    store.add_block_run(engine, 1, 0, "A", 1, 1)
    store.add_block_run(engine, 1, 0, "B", 0, 2)
    store.decide(engine, THIRD, "keep", "faster", 1)
    return engine


def test_a_frame_has_the_same_columns_and_dtypes_with_and_without_rows(
    request: pytest.FixtureRequest, engine: Engine
) -> None:
    frames = {name: read(engine) for name, read in FRAMES.items()}
    history = request.getfixturevalue("history")
    for name, empty in frames.items():
        full = FRAMES[name](history)
        assert len(empty) == 0 < len(full), name
        assert empty.dtypes.to_dict() == full.dtypes.to_dict(), name


def test_every_column_is_named_in_the_docstring_of_its_query(engine: Engine) -> None:
    for name, read in FRAMES.items():
        said = getattr(queries, name).__doc__
        said += queries.decisions.__doc__ if "columns as ``decisions``" in said else ""
        assert [column for column in read(engine) if not re.search(rf"\b{column}\b", said)] == [], name


def test_every_query_that_gives_a_frame_is_in_this_family() -> None:
    names = [name for name in queries.__all__ if name.islower()]
    annotated = {name: getattr(queries, name).__annotations__.get("return") for name in names}
    assert {name for name, kind in annotated.items() if kind == "pd.DataFrame"} == set(FRAMES)


#: Filters, and the runs of ``history`` that are left.
FILTERS: tuple[tuple[dict[str, Any], list[int]], ...] = (
    ({}, [4, 3, 2, 1]),
    ({"text": "NIGHT"}, [2]),
    ({"text": "100%"}, [2]),
    ({"text": "%"}, [2]),
    ({"text": "odd"}, [3]),
    ({"text": "keep"}, [2]),
    ({"text": "#4"}, [4]),
    ({"text": ""}, [4, 3, 2, 1]),
    ({"label": "baseline"}, [1]),
    ({"config": ["none", EVERY]}, [4, 3, 1]),
    ({"config": []}, [4, 3, 2, 1]),
    ({"win": FOURTH}, [3, 2]),
    ({"win": "cache"}, []),
    ({"source": "measured"}, [3, 2, 1]),
    ({"machine": "there"}, [3]),
    ({"workload": "work", "cache_state": "warm"}, [3]),
    ({"status": "failed"}, [4]),
    ({"tag": "keep"}, [2]),
    ({"since": STARTED + timedelta(days=1), "until": STARTED + timedelta(days=3)}, [3, 2]),
    ({"measurement_id": 1}, [2, 1]),
    ({"profiled": True}, [4]),
    ({"ids": [1, 3, 99]}, [3, 1]),
    ({"ids": []}, []),
    ({"deleted": True}, []),
    ({"text": "'; DROP TABLE runs; --"}, []),
)


def test_filters_leave_the_runs_that_fit(history: Engine) -> None:
    for filters, ids in FILTERS:
        assert queries.runs(history, **filters)["id"].tolist() == ids, filters
        assert queries.run_count(history, **filters) == len(ids), filters


def test_an_unknown_filter_or_column_is_named_with_those_that_would_work(engine: Engine) -> None:
    with pytest.raises(TypeError, match=r"no filter is called colour; known: text, label"):
        queries.runs(engine, colour="red")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match=r"can not be sorted by 'tags'; known: id, key"):
        queries.runs(engine, sort="tags")
    with pytest.raises(ValueError, match=r"can not be sorted by 'x'; known: run_id"):
        queries.tasks(engine, 1, sort="x")


@pytest.mark.parametrize(("descending", "ids"), [(True, [3, 1, 2, 4]), (False, [2, 1, 3, 4])])
def test_what_is_unknown_is_sorted_last_in_both_directions(history: Engine, descending: bool, ids: list[int]) -> None:
    assert queries.runs(history, sort="wall_seconds", descending=descending)["id"].tolist() == ids


def test_pages_follow_each_other_without_gap_or_repeat(history: Engine) -> None:
    pages = [queries.runs(history, limit=3, offset=offset)["id"].tolist() for offset in (0, 3, 6)]
    assert pages == [[4, 3, 2], [1], []]


def test_a_row_of_the_history_says_what_the_record_says(history: Engine) -> None:
    row = queries.runs(history, ids=[2]).iloc[0]
    assert (row["config"], row["tags"], row["cpu_model"], row["git_dirty"]) == (
        f"{FOURTH},{THIRD}",
        "keep",
        "a CPU",
        True,
    )
    assert (row["tasks"], row["solved"], row["findings"], row["workload_candidates"]) == (3, 2, 1, 396)
    assert row["started_at"] == STARTED + timedelta(days=1)


def test_a_trend_holds_comparable_finished_runs_only_the_oldest_first(history: Engine) -> None:
    for number, wall in enumerate((3.0, 1.0)):
        moment = STARTED - timedelta(days=number + 1)
        store.store_run(history, record(f"old {number}", config=frozenset(), wall_seconds=wall, started_at=moment))
    same = {"workload": "work", "config": "none", "cache_state": "cold", "machine": "here"}
    assert queries.trend(history, **same)["wall_seconds"].tolist() == [1.0, 3.0, 4.0]
    assert queries.trend(history, **same, limit=2)["wall_seconds"].tolist() == [3.0, 4.0]
    assert queries.trend(history, **{**same, "machine": None}).empty


def test_groups_are_of_runs_that_can_be_compared(history: Engine) -> None:
    store.store_run(history, record("five", config=frozenset(), wall_seconds=6.0))
    found = queries.groups(history).iloc[0]
    assert (found["config"], found["runs"], found["fastest_seconds"], found["mean_seconds"]) == ("none", 2, 4.0, 5.0)
    assert len(queries.groups(history)) == 3


def test_a_history_of_more_runs_than_a_statement_takes_values_is_read_in_parts(
    history: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        store.tag_run(history, store.store_run(history, record(f"more {number}"))[0], f"tag {number}")
    whole = queries.run_rows(history)
    monkeypatch.setattr("db.parts.MOST", 4)
    if history.dialect.name == "sqlite":
        with history.connect() as connection:
            connection.connection.driver_connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 10)  # type: ignore[union-attr]
    assert queries.run_rows(history) == whole
    assert len(whole) > 12 and {row["tags"] for row in whole} >= {f"tag {number}" for number in range(12)}


def test_filter_values_are_those_of_runs_that_are_shown(history: Engine) -> None:
    store.delete_runs(history, [2, 3])
    found = queries.filter_values(history)
    assert found["config"] == ["none"]
    assert found["machine"] == ["here"]
    assert sorted(found["status"]) == ["failed", "finished"]
    assert found["tag"] == []


def test_shares_of_a_run_add_up_to_one_with_what_is_unaccounted(history: Engine) -> None:
    found = queries.phase_shares(history, [2, 1])
    assert found["run_id"].unique().tolist() == [2, 1]
    assert found.groupby("run_id")["share"].sum().tolist() == pytest.approx([1.0, 1.0])
    unaccounted = found[found["category"] == "unaccounted"]
    assert unaccounted["self_seconds"].tolist() == [0.5]
    assert unaccounted["run_id"].tolist() == [1]


def test_what_a_serial_run_added_up_over_threads_is_no_share_of_it(engine: Engine) -> None:
    beside = PhaseTiming(path=("threads",), total_seconds=9.0, self_seconds=9.0, basis="workers")
    store.store_run(engine, record(phases=(*phases(), beside), tasks=()))
    found = queries.phase_shares(engine, [1])
    assert "threads" not in found["path"].tolist()
    assert found["self_seconds"].sum() == pytest.approx(record().wall_seconds)


def test_phases_say_where_they_stand_in_the_tree(history: Engine) -> None:
    found = queries.phases(history, 1)
    assert found["path"].tolist() == ["generate", "score", "score/dsl", "save"]
    child = found.iloc[2]
    assert (child["name"], child["parent"], child["depth"], child["category"]) == ("dsl", "score", 2, "dsl")


def test_a_slash_within_a_name_makes_no_level(engine: Engine) -> None:
    odd = phases()[0].__class__(path=("a/b",), total_seconds=1.0, self_seconds=1.0)
    store.store_run(engine, record(phases=(odd,), tasks=()))
    assert queries.phases(engine, 1)[["depth", "parent"]].values.tolist() == [[1, ""]]


def test_phases_that_only_tasks_have_are_not_shown_among_the_runs(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(phases=phases()[:1]))
    assert queries.phases(engine, run_id)["path"].tolist() == ["generate"]
    assert len(queries.task_phases(engine, run_id)) == 12


def test_the_slowest_tasks_come_first_when_asked(history: Engine) -> None:
    found = queries.tasks(history, 1, sort="seconds", descending=True, limit=2)
    assert found["task_id"].tolist() == ["task0002", "task0001"]
    assert queries.tasks(history, 1, status="failed").empty


def test_the_phases_of_one_task_are_its_record(history: Engine) -> None:
    found = queries.task_phases(history, 1, task_id="task0001")
    assert found["self_seconds"].tolist() == [one.self_seconds for one in task(1).phases]


def test_a_caches_rate_and_saving_follow_from_its_numbers(history: Engine) -> None:
    found = queries.caches(history, 1).set_index("name")
    assert found.loc["validation", "hit_rate"] == 0.15
    assert found.loc["inlining", "saved_seconds"] == pytest.approx(16_000 * (0.002 - 1e-6))
    assert np.isnan(found.loc["validation", "saved_seconds"])


def test_an_environment_is_one_row_for_each_thing_known(history: Engine) -> None:
    found = queries.environment(history, [1, 3])
    first = found[found["run_id"] == 1].set_index("name")["value"].to_dict()
    assert first == {"machine": "here", "cpu_model": "a CPU", "git_dirty": "True", "package numpy": "2"}


def test_numbers_from_a_frame_can_be_asked_for(history: Engine) -> None:
    number = queries.runs(history)["id"].iloc[-1]
    assert queries.run(history, number).key == "one"
    assert len(queries.phases(history, number)) == 4
    assert queries.profile(history, number) is None


def test_a_workload_with_an_empty_fingerprint_is_one(engine: Engine) -> None:
    one = record(workload=Workload(fingerprint="", tasks=0))
    run_id, _ = store.store_run(engine, one)
    assert queries.run(engine, run_id) == one
