"""What people change about runs, by command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db import queries
from db.engine import open_engine
from tests.cli.place import one_sentence, quickwin
from tests.cli.records import record, stored
from tests.worked_example import THIRD


def history(**filters: object) -> list[dict[str, object]]:
    engine = open_engine()
    frame = queries.runs(engine, sort="id", descending=False, **filters)  # type: ignore[arg-type]
    engine.dispose()
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


@pytest.fixture
def three(place: Path) -> Path:
    """Three runs whose logs say nothing of config, caches and machine."""
    silent = {"config": None, "cache_state": "unknown", "environment": None, "started_at": None}
    stored(*(record(f"log {number}", **silent) for number in range(1, 4)))
    return place


def test_facts_are_said_of_many_runs_at_once(three: Path) -> None:
    words = ("--machine", "Kaggle", "--caches", "cold", "--config", THIRD, "--date", "2026-11-23 20:43")
    result = quickwin("assign", "1-3", *words)
    assert result.exit_code == 0, result.output
    assert f"3 runs: stated config {THIRD}, machine Kaggle, caches cold" in result.stdout
    told = {(row["machine"], row["cache_state"], row["config"], str(row["started_at"])) for row in history()}
    assert told == {("Kaggle", "cold", THIRD, "2026-11-23 20:43:00+00:00")}


def test_unknown_takes_back_what_was_said(three: Path) -> None:
    quickwin("assign", "1", "--machine", "Kaggle")
    assert "machine no longer stated" in quickwin("assign", "1", "--machine", "unknown").stdout
    assert history()[0]["machine"] != history()[0]["machine"]


def test_a_baseline_has_no_win_on_and_its_tag(three: Path) -> None:
    quickwin("assign", "2", "--as", "baseline")
    assert [(row["config"], row["tags"]) for row in history(ids=[2])] == [("none", "baseline")]
    quickwin("assign", "2", "--as", "run")
    assert history(ids=[2])[0]["tags"] == ""


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("assign", "1"), 2, "nothing is stated"),
        (("assign", "1-2", "--as", "final"), 2, "final is the role of one run"),
        (("assign", "9", "--machine", "x"), 2, "there is no run 9"),
        (("assign", "7-9", "--machine", "x"), 2, "there is no run from 7 to 9"),
        (("assign", "3-1", "--machine", "x"), 2, "3-1 is no span"),
        (("assign", "1", "--config", "nothing"), 2, "no win is called nothing"),
        (("tag", " ", "1"), 2, "the tag is empty"),
        (("tag", "a,b", "1"), 2, "without a comma"),
        (("rename", "1", " "), 2, "at least one character"),
        (("undo",), 1, "no run is deleted"),
    ],
)
def test_what_can_not_be_is_one_sentence(three: Path, words: tuple[str, ...], code: int, sentence: str) -> None:
    result = quickwin(*words)
    assert result.exit_code == code and sentence in result.stderr and one_sentence(result.stderr)


def test_tags_go_on_and_off_several_runs(three: Path) -> None:
    assert quickwin("tag", "nightly", "1-2", "log 3").stdout == "3 runs tagged nightly\n"
    assert quickwin("tag", "nightly", "last", "1", "--off").stdout == "nightly taken off 2 runs\n"
    assert sorted(str(row["tags"]) for row in history()) == ["", "", "nightly"]


def test_the_tag_of_a_role_says_the_role(three: Path) -> None:
    quickwin("tag", "baseline", "1")
    quickwin("tag", "final", "1")
    assert history(ids=[1])[0]["tags"] == "final"
    quickwin("tag", "final", "1", "--off")
    engine = open_engine()
    assert "role" not in set(queries.stated_facts(engine, [1])["name"])


def test_a_run_is_renamed_and_noted(three: Path) -> None:
    assert quickwin("rename", "1", " Kaggle, cold ").exit_code == 0
    assert quickwin("note", "1", "the machine was busy").exit_code == 0
    assert [(row["label"], row["note"]) for row in history(ids=[1])] == [("Kaggle, cold", "the machine was busy")]
    assert quickwin("note", "1", "").stdout == "the note on run 1 is gone\n"


def test_deleted_runs_come_back_those_of_the_last_time_or_the_named(three: Path) -> None:
    quickwin("delete", "1")
    assert "2 runs deleted; undo brings them back" in quickwin("delete", "2-3").stdout
    assert history() == []
    assert quickwin("undo").stdout == "2 runs brought back\n"
    assert [row["id"] for row in history()] == [2, 3]
    assert quickwin("undo", "1").stdout == "1 run brought back\n"


@pytest.mark.parametrize(
    "words", [("assign", "1", "--machine", "x"), ("tag", "x", "1"), ("rename", "1", "x"), ("note", "1", "x"),
              ("delete", "1")],
)  # fmt: skip
def test_each_prints_one_json_document(three: Path, words: tuple[str, ...]) -> None:
    document = json.loads(quickwin(*words, "--json").stdout)
    assert document["runs"] == [1] and document["sentence"]
    if words[0] == "delete":
        assert json.loads(quickwin("undo", "--json").stdout)["runs"] == [1]


def test_what_was_stated_is_marked_wherever_it_is_shown(three: Path) -> None:
    quickwin("assign", "1", "--machine", "Kaggle", "--caches", "cold", "--config", "none")
    listed = quickwin("runs").stdout
    assert "none*" in listed and "cold*" in listed and "* as stated: no log says it" in listed
    shown = quickwin("show", "1").stdout
    assert "stated    machine Kaggle (" in shown
    assert any("machine Kaggle" in clause for clause in json.loads(quickwin("show", "1", "--json").stdout)["stated"])


def test_deleted_runs_are_listed_when_asked_for(three: Path) -> None:
    quickwin("delete", "2")
    assert [row["id"] for row in json.loads(quickwin("runs", "--deleted", "--json").stdout)] == [2]
