"""What people state of a run counts where its log says nothing, and nowhere else."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from db import queries, store
from db.problems import UnknownRow
from db.stated import FACTS
from profiles.records import RunRecord
from tests.db.samples import STARTED, record
from tests.worked_example import THIRD

SILENT: dict[str, object] = {
    "config": None,
    "cache_state": "unknown",
    "environment": None,
    "started_at": None,
    "workload": None,
    "pipeline": None,
}
SAID = {
    "pipeline": "run_batt",
    "config": THIRD,
    "cache_state": "warm",
    "machine": "Kaggle",
    "started_at": "2026-03-04T05:06:07+00:00",
    "workload": "100 tasks of the training set",
}


def silent(engine: Engine, key: str = "one", **changes: object) -> int:
    return store.store_run(engine, record(key, **{**SILENT, **changes}))[0]


def test_statements_fill_what_the_log_does_not_say(engine: Engine) -> None:
    run_id = silent(engine)
    store.state_facts(engine, [run_id], SAID, "Ada")
    run = queries.run(engine, run_id)
    assert (run.config, run.cache_state) == (frozenset({THIRD}), "warm")
    assert run.environment is not None and run.environment.machine == "Kaggle"
    assert run.workload is not None and run.workload.description == "100 tasks of the training set"
    assert run.started_at is not None and run.started_at.year == 2026
    row = queries.runs(engine, machine="Kaggle", cache_state="warm", config=THIRD).iloc[0]
    assert row["id"] == run_id
    assert row["stated"] == "cache_state, config, machine, pipeline, started_at, workload"


def test_what_the_log_says_itself_stays_and_the_statement_is_kept_beside_it(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(pipeline="arc"))
    store.state_facts(engine, [run_id], SAID, "Ada")
    assert queries.run(engine, run_id) == record(pipeline="arc")
    kept = queries.stated_facts(engine, [run_id])
    assert kept["counts"].tolist() == [False] * len(SAID)
    assert set(kept["who"]) == {"Ada"} and queries.runs(engine).iloc[0]["stated"] == ""


def test_a_statement_can_be_changed_and_taken_back(engine: Engine) -> None:
    run_id = silent(engine)
    store.state_facts(engine, [run_id], SAID)
    store.state_facts(engine, [run_id], {"machine": "another"})
    assert queries.runs(engine).iloc[0]["machine"] == "another"
    store.state_facts(engine, [run_id], dict.fromkeys(SAID))
    assert queries.run(engine, run_id) == record(**SILENT)
    assert queries.stated_facts(engine, [run_id]).empty


def test_a_record_that_comes_later_and_says_it_itself_wins(engine: Engine) -> None:
    run_id = silent(engine, status="interrupted")
    store.state_facts(engine, [run_id], SAID)
    assert store.import_run(engine, record(**{**SILENT, "cache_state": "cold"})).outcome == "completed"
    run = queries.run(engine, run_id)
    assert (run.cache_state, run.config) == ("cold", frozenset({THIRD}))
    assert not queries.stated_facts(engine, [run_id]).set_index("name").loc["cache_state", "counts"]


def test_equal_words_are_the_same_workload(engine: Engine) -> None:
    ids = [silent(engine, key) for key in ("one", "two", "three")]
    for run_id, words in zip(ids, ("100 tasks", "  100  Tasks", "400 tasks"), strict=True):
        store.state_facts(engine, [run_id], {"workload": words})
    one, two, three = queries.runs(engine, sort="id", descending=False)["workload"].tolist()
    assert one == two != three


def test_of_many_runs_all_get_it_or_none(engine: Engine) -> None:
    run_id = silent(engine)
    with pytest.raises(UnknownRow):
        store.state_facts(engine, [run_id, 99], {"machine": "Kaggle"})
    assert queries.stated_facts(engine, [run_id]).empty


def test_what_can_not_be_stated_is_refused_with_what_can(engine: Engine) -> None:
    with pytest.raises(ValueError, match="machine"):
        store.state_facts(engine, [silent(engine)], {"mood": "good"})


def test_the_last_answers_are_remembered(engine: Engine) -> None:
    assert queries.last_answers(engine) == {}
    store.state_facts(engine, [silent(engine)], {"machine": "Kaggle", "cache_state": "cold"})
    store.state_facts(engine, [silent(engine, "two")], {"machine": "at home"})
    assert queries.last_answers(engine) == {"machine": "at home", "cache_state": "cold"}


def test_everything_that_can_be_stated_has_a_case_here() -> None:
    assert set(SAID) == set(FACTS)


def test_a_damaged_run_is_still_found_out_when_something_is_stated(engine: Engine) -> None:
    run_id = silent(engine)
    store.state_facts(engine, [run_id], SAID)
    from sqlalchemy import text

    from db.engine import writing
    from db.problems import DatabaseProblem

    with writing(engine) as connection:
        connection.execute(text("UPDATE runs SET wall_seconds = 1.0"))
    with pytest.raises(DatabaseProblem):
        queries.run(engine, run_id)


def _interrupted(tasks: int) -> RunRecord:
    return record(task_count=tasks, status="interrupted")


def test_a_record_that_goes_further_replaces_an_unfinished_run_under_its_name(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, _interrupted(11))
    store.rename_run(engine, run_id, "mine")
    assert store.import_run(engine, record(task_count=30)) == (run_id, "completed")
    run = queries.run(engine, run_id)
    assert (len(run.tasks), run.status, run.label) == (30, "finished", "mine")


def test_a_record_that_tells_less_never_replaces_one_that_tells_more(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(task_count=30))
    for less in (_interrupted(11), record(task_count=30, caches=()), record(task_count=29)):
        assert store.import_run(engine, less) == (run_id, "known")
        assert queries.run(engine, run_id) == record(task_count=30)


def test_a_run_that_is_still_running_is_left_to_its_process(engine: Engine) -> None:
    run_id = store.begin_run(engine, record(tasks=()))
    assert store.import_run(engine, record()) == (run_id, "known")
    assert queries.run(engine, run_id).status == "running"


def test_a_finished_run_gets_what_only_the_other_record_says(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(caches=(), started_at=None))
    assert store.import_run(engine, record()).outcome == "completed"
    run = queries.run(engine, run_id)
    assert (run.caches, run.started_at) == (record().caches, STARTED)


def test_another_run_under_the_same_key_changes_nothing(engine: Engine) -> None:
    run_id, _ = store.store_run(engine, record(caches=()))
    assert store.import_run(engine, record(wall_seconds=99.0)) == (run_id, "known")
