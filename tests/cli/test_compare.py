"""``compare``: two runs beside each other, and whether they may be compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from profiles.records import Environment, Workload
from tests.cli.place import one_sentence, quickwin
from tests.cli.records import record, stored


def test_comparable_runs_give_their_speedup_and_where_it_comes_from(place: Path) -> None:
    stored(record("before"), record("after", wall_seconds=8.0))
    result = quickwin("compare", "before", "after")
    assert result.exit_code == 0
    assert "speedup 1.250x, saving 20.0%" in result.stdout and "which is no evidence" in result.stdout
    plain = json.loads(quickwin("compare", "1", "2", "--json").stdout)
    assert plain["comparable"] and plain["same_answers"]
    assert [row["phase"] for row in plain["phases"]] == ["unaccounted", "score"]
    assert sum(row["difference"] for row in plain["phases"]) == pytest.approx(-2.0)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"workload": Workload(fingerprint="v", tasks=1, candidates=1)}, "the workload differs (w and v)"),
        ({"environment": Environment(machine="m2")}, "the machine differs (m1 and m2)"),
        ({"cache_state": "warm"}, "the cache state differs (cold and warm)"),
        ({"workload": None}, "the workload of one of them is not known"),
        ({"status": "interrupted"}, "after is interrupted"),
        ({"profiled": True}, "after is profiled"),
        ({"results_fingerprint": "other"}, "the answers differ: what is faster here is wrong"),
    ],
)
def test_what_can_not_be_compared_is_said_with_exit_code_1(place: Path, changes: dict[str, Any], said: str) -> None:
    stored(record("before"), record("after", **changes))
    result = quickwin("compare", "before", "after", "--json")
    assert result.exit_code == 1
    assert said in result.stderr and one_sentence(result.stderr)
    json.loads(result.stdout)


def test_an_unknown_run_is_a_usage_error(place: Path) -> None:
    stored(record("before"))
    assert quickwin("compare", "before", "nope").exit_code == 2
