"""``stop``: what it says, and its exit codes; ``tests/test_parity_stopping.py`` stops a real measurement."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db import store
from db.engine import open_engine
from tests.cli.place import one_sentence, quickwin
from tests.services.test_stopping import SPEC, waiting


@pytest.fixture
def engine(place: Path) -> Iterator[Engine]:
    engine = open_engine()
    yield engine
    engine.dispose()


@pytest.mark.parametrize("words", [[], ["1"]], ids=["none is named", "named"])
def test_where_none_is_at_work_the_answer_is_no(engine: Engine, words: list[str]) -> None:
    store.begin_measurement(engine, SPEC, status="finished")
    result = quickwin("stop", *words)
    assert result.exit_code == 1 and "at work" in result.stderr and one_sentence(result.stderr)


@pytest.mark.parametrize("words", ["9", "x", "-1", "0", "1e400"])
def test_what_is_no_measurement_is_a_usage_error(engine: Engine, words: str) -> None:
    assert quickwin("stop", words).exit_code == 2


def test_json_is_one_document_with_what_became_of_it(engine: Engine) -> None:
    with waiting() as process:
        number = store.begin_measurement(engine, {**SPEC, "kind": "attribution"}, pid=process.pid)
        result = quickwin("stop", "--json")
    assert result.exit_code == 0, result.output
    plain = json.loads(result.stdout)
    assert (plain["id"], plain["status"], plain["blocks"]) == (number, "interrupted", 0)
    assert plain["go_on"] == f"quickwin attribute --continue {number}"
