"""Runs that are there as evidence: what is missing is asked, what can not be is said, the rest is a measurement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db import queries, store
from db.engine import open_engine
from profiles.configs import read_config
from services.from_runs import MissingFacts, measure_from_runs
from services.problems import Problem
from tests.cli.place import one_sentence, quickwin
from tests.cli.records import record

WIN = "a_win"
FACTS = {"machine": "Kaggle", "cache_state": "cold"}


@pytest.fixture
def engine(place: Path) -> Iterator[Engine]:
    """Three imported runs without and three with a win; their logs name neither machine nor caches."""
    engine = open_engine()
    for number, seconds in enumerate((24.8, 25.1, 24.9, 19.9, 20.2, 20.0), 1):
        wins = frozenset[str]() if number <= 3 else frozenset({WIN})
        silent = {"environment": None, "cache_state": "unknown", "started_at": None, "results_fingerprint": None}
        one = record(f"log {number}", config=wins, wall_seconds=seconds, pipeline="run_batt", phases=(), **silent)
        store.store_run(engine, one.replace(source="imported:kaggle-log"))
    yield engine
    engine.dispose()


BEFORE, AFTER = [1, 2, 3], [4, 5, 6]


def test_what_is_not_known_is_asked_by_name_and_run(engine: Engine) -> None:
    store.state_facts(engine, [1], FACTS)
    with pytest.raises(MissingFacts) as asked:
        measure_from_runs(engine, BEFORE, AFTER)
    assert asked.value.missing == dict.fromkeys((2, 3, 4, 5, 6), ("machine", "cache_state"))
    assert "quickwin assign 2 3 4 5 6 --machine NAME --caches cold" in str(asked.value)


def test_runs_become_a_measurement_with_its_grade_that_the_account_takes(engine: Engine) -> None:
    store.state_facts(engine, BEFORE + AFTER, FACTS)
    result = measure_from_runs(engine, BEFORE, AFTER)
    kept = queries.measurement(engine, result.measurement_id)
    assert (kept.status, kept.spec["grade"], kept.spec["runs"]) == (
        "finished",
        "separate runs",
        {"A": BEFORE, "B": AFTER},
    )
    assert kept.verdict is not None and kept.verdict["verdict"] == "faster" and kept.verdict["grade"] == "separate runs"
    assert sorted(queries.blocks(engine, result.measurement_id)["run_id"]) == BEFORE + AFTER
    assert read_config(kept.spec["arms"][1]["config"]) == {WIN}
    assert queries.measurements(engine).iloc[0]["verdict"] == "faster"


def test_the_same_runs_again_are_the_same_measurement_and_others_are_another_look(engine: Engine) -> None:
    store.state_facts(engine, BEFORE + AFTER, FACTS)
    first = measure_from_runs(engine, BEFORE, AFTER)
    again = measure_from_runs(engine, BEFORE[::-1], AFTER)
    assert (again.measurement_id, again.is_new) == (first.measurement_id, False)
    fewer = measure_from_runs(engine, BEFORE, AFTER[:2])
    assert fewer.measurement_id != first.measurement_id
    assert "This is look 2" in fewer.verdict["reason"]


@pytest.mark.parametrize(
    ("sides", "sentence"),
    [
        (([1, 2], []), "each side needs a run"),
        (([1, 2], [2, 4]), "run 2 is on both sides"),
        (([1, 4], [5, 6]), "one side is one config"),
        (([1, 99], [5, 6]), "there is no run 99"),
        (([1, 7], [5, 6]), "differ in machine (Kaggle and at home)"),
        (([1, 8], [5, 6]), "run 8 is interrupted"),
    ],
)
def test_what_can_not_be_held_against_each_other_is_said(
    engine: Engine, sides: tuple[list[int], list[int]], sentence: str
) -> None:
    for key, status in (("seven", "finished"), ("eight", "interrupted")):
        store.store_run(engine, record(key, pipeline="run_batt", environment=None, status=status))
    store.state_facts(engine, BEFORE + AFTER, FACTS)
    store.state_facts(engine, [7, 8], {"machine": "at home"})
    with pytest.raises(Problem) as problem:
        measure_from_runs(engine, *sides)
    assert sentence in str(problem.value)
    assert queries.measurements(engine).empty


def test_the_command_judges_spans_and_says_by_its_exit_code_what_came_out(engine: Engine) -> None:
    asked = quickwin("measure", "--from-runs", "1-3", "--against", "4-6")
    assert asked.exit_code == 1 and "not known of runs 1 2 3 4 5 6: machine, caches" in asked.stderr
    assert one_sentence(asked.stderr)
    quickwin("assign", "1-6", "--machine", "Kaggle", "--caches", "cold")
    result = quickwin("measure", "--from-runs", "1-3", "--against", "4,5", "--against", "log 6")
    assert result.exit_code == 0 and "measurement 1 (separate runs): Faster: 1.2" in result.stdout
    document = json.loads(quickwin("measure", "--from-runs", "4-6", "--against", "1-3", "--json").stdout)
    assert document["verdict"]["verdict"] == "slower"


@pytest.mark.parametrize("words", [("none", "all", "--from-runs", "1"), ("--from-runs", "1"), ("--against", "1")])
def test_half_a_question_is_a_usage_error(engine: Engine, words: tuple[str, ...]) -> None:
    result = quickwin("measure", *words)
    assert result.exit_code == 2 and one_sentence(result.stderr)


def test_it_can_not_be_continued_by_runs_made_here(engine: Engine) -> None:
    store.state_facts(engine, BEFORE + AFTER, FACTS)
    number = measure_from_runs(engine, BEFORE, AFTER).measurement_id
    result = quickwin("measure", "--continue", str(number))
    assert result.exit_code == 2 and "is made of separate runs" in result.stderr and one_sentence(result.stderr)
