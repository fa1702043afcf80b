"""``show``: one run, found by its id, its label, or as the last."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.place import one_sentence, quickwin
from tests.cli.records import record, stored


def test_a_run_shows_its_seconds_phases_and_tasks(place: Path) -> None:
    stored(record("baseline"))
    said = quickwin("show", "baseline").stdout
    for part in ("baseline", "10.000 s", "score", "7.000 s", "unaccounted", "3.000 s", "t0", "9.000 s"):
        assert part in said


@pytest.mark.parametrize("text", ["1", "last", "baseline"])
def test_a_run_is_found_by_id_label_or_as_the_last(place: Path, text: str) -> None:
    stored(record("baseline"))
    plain = json.loads(quickwin("show", text, "--json").stdout)
    assert (plain["id"], plain["label"]) == (1, "baseline")


@pytest.mark.parametrize("text", ["99", "nope", "²", "9" * 30, "-5", ""])
def test_a_run_that_is_not_there_is_one_sentence_with_what_would_work(place: Path, text: str) -> None:
    stored(record("baseline"))
    result = quickwin("show", "--", text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert one_sentence(result.stderr)
    assert "baseline" in result.stderr or "quickwin runs lists them" in result.stderr
