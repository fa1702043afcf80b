"""Scores kept by body and sample."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.optim.bench import answers, overwrite, small
from tests.worked_example import WIN_NAMES

WIN = frozenset({"validation_cache"})


def test_a_second_run_runs_no_program(tmp_path: Path) -> None:
    answers(small(tmp_path, wins=WIN))
    _, records = answers(small(tmp_path, wins=WIN))
    assert not [phase for record in records for phase in record["phases"] if phase["category"] == "dsl"]


def test_scoring_fills_it_before_validation_asks(tmp_path: Path) -> None:
    _, records = answers(small(tmp_path, wins=WIN))
    assert not [phase for record in records for phase in record["phases"] if phase["path"] == ["validate", "dsl"]]


@pytest.mark.parametrize(
    "value", ["", "[]", "{", '{"x": 1}', '{"0123456789abcdef0123456789abcdef": [1e9, "a", null]}', "[" * 9999]
)
def test_an_entry_that_is_not_of_its_form_is_not_used(value: str, tmp_path: Path) -> None:
    settings = small(tmp_path, wins=frozenset(WIN_NAMES), tasks=2)
    expected, _ = answers(settings)
    overwrite(tmp_path / "caches/scores.sqlite", lambda _: value)
    assert answers(settings)[0] == expected


def test_a_body_of_which_one_score_is_not_known_is_not_validated(tmp_path: Path) -> None:
    settings = small(tmp_path, wins=WIN)
    expected, _ = answers(settings)

    def forget_one(text: str) -> str:
        scores = json.loads(text)
        return json.dumps({key: [-1, *found[1:]] for key, found in scores.items()})

    overwrite(tmp_path / "caches/scores.sqlite", forget_one)
    found, records = answers(settings)
    assert found == expected
    assert [phase for record in records for phase in record["phases"] if phase["category"] == "dsl"]
