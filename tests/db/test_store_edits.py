from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, func, select

from db import queries, store
from db.engine import reading
from db.models import Base, Run
from db.problems import UnknownRow
from tests.db.samples import record


@pytest.fixture
def run_id(engine: Engine) -> int:
    return store.store_run(engine, record())[0]


def test_a_renamed_run_is_the_same_run_under_its_new_name(engine: Engine, run_id: int) -> None:
    store.rename_run(engine, run_id, "  better ")
    assert queries.run(engine, run_id) == record(label="better")


def test_a_note_is_replaced_by_the_next(engine: Engine, run_id: int) -> None:
    for note in ("first", "second"):
        store.note_run(engine, run_id, note)
    assert queries.runs(engine)["note"].tolist() == ["second"]


def test_tags_are_put_on_once_and_taken_off(engine: Engine, run_id: int) -> None:
    for tag in ("b", "a", "b"):
        store.tag_run(engine, run_id, tag)
    assert queries.runs(engine)["tags"].tolist() == ["a, b"]
    store.untag_run(engine, run_id, "b")
    store.untag_run(engine, run_id, "never there")
    assert queries.tags(engine, run_id)["tag"].tolist() == ["a"]


@pytest.mark.parametrize("tag", ["", "  ", "a,b"])
def test_a_tag_that_is_no_word_is_refused(engine: Engine, run_id: int, tag: str) -> None:
    with pytest.raises(ValueError, match="a tag must be a word"):
        store.tag_run(engine, run_id, tag)


def test_a_run_can_not_lose_its_name(engine: Engine, run_id: int) -> None:
    with pytest.raises(ValueError, match="at least one character"):
        store.rename_run(engine, run_id, " ")


@pytest.mark.parametrize(
    "edit",
    [
        lambda engine: store.rename_run(engine, 99, "x"),
        lambda engine: store.note_run(engine, 99, "x"),
        lambda engine: store.tag_run(engine, 99, "x"),
        lambda engine: store.save_profile(engine, 99, "{}"),
        lambda engine: queries.run(engine, 99),
    ],
    ids=["rename", "note", "tag", "profile", "read"],
)
def test_a_run_that_is_not_there_is_named(engine: Engine, edit: Callable[[Engine], None]) -> None:
    with pytest.raises(UnknownRow, match=r"^there is no run 99$"):
        edit(engine)


def test_deleted_runs_are_hidden_and_can_be_brought_back(engine: Engine, run_id: int) -> None:
    other, _ = store.store_run(engine, record("two"))
    assert store.delete_runs(engine, [run_id, 99]) == 1
    assert queries.runs(engine)["id"].tolist() == [other]
    assert queries.runs(engine, deleted=True)["id"].tolist() == [run_id]
    assert queries.run_count(engine, deleted=None) == 2
    assert store.undelete_runs(engine, [run_id, other]) == 1
    assert queries.run(engine, run_id) == record()


def test_purging_removes_deleted_runs_and_all_that_is_theirs(engine: Engine, run_id: int) -> None:
    store.tag_run(engine, run_id, "x")
    store.save_profile(engine, run_id, "{}")
    store.delete_runs(engine, [run_id])
    assert store.purge_deleted(engine) == 1
    with reading(engine) as connection:
        left = {
            name: connection.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
        }
    assert set(left.values()) == {0}


def test_purging_leaves_what_a_measurement_stands_on(engine: Engine, run_id: int) -> None:
    measurement = store.begin_measurement(engine, {"arms": [{"name": "A", "config": "none"}]})
    store.add_block_run(engine, measurement, 0, "A", 0, run_id)
    store.delete_runs(engine, [run_id])
    assert store.purge_deleted(engine) == 0
    assert queries.run(engine, run_id) == record()


def test_the_number_of_a_purged_run_is_not_given_again(engine: Engine, run_id: int) -> None:
    store.delete_runs(engine, [run_id])
    store.purge_deleted(engine)
    assert store.store_run(engine, record())[0] > run_id
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(Run)) == 1


def test_a_profile_comes_back_as_it_was_and_the_latest_stays(engine: Engine, run_id: int) -> None:
    assert queries.profile(engine, run_id) is None
    session = json.dumps({"frames": ["grün"] * 1000})
    store.save_profile(engine, run_id, "{}")
    store.save_profile(engine, run_id, session)
    assert queries.profile(engine, run_id) == session
    assert queries.runs(engine)["has_profile"].tolist() == [True]


def test_a_document_comes_back_and_the_latest_of_its_name_stays(engine: Engine) -> None:
    for body in ("# old", "# Phase 4 ✅"):
        store.save_document(engine, "tracker", "notes", body, digest="abc")
    assert queries.document(engine, "tracker", "notes") == "# Phase 4 ✅"
    assert queries.document(engine, "tracker", "other") is None
    assert queries.documents(engine, "tracker")["name"].tolist() == ["notes"]
    assert queries.documents(engine, "import").empty
