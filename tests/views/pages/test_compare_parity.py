"""The same pair of runs is the same on the page and on the command line: verdict, reason, ratio, notes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from profiles.records import Environment
from tests.cli.place import quickwin
from tests.cli.records import record, stored
from tests.services.test_comparing import CASES
from tests.views.conftest import Open, words
from views import palette

COMPARABLE: list[Any] = [
    pytest.param({}, {"wall_seconds": 8.0}, "unresolved", "One pair of runs", id="comparable"),
    pytest.param(
        {"results_fingerprint": None}, {"wall_seconds": 8.0, "results_fingerprint": None}, "unresolved",
        "One pair of runs", id="answers not checked",
    ),
    pytest.param(
        {"environment": Environment(machine="m1", python="3.11")},
        {"wall_seconds": 8.0, "environment": Environment(machine="m1", python="3.13")},
        "unresolved", "One pair of runs", id="another interpreter",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "verdict", "reason"), [*CASES, *COMPARABLE])
def test_both_faces_say_the_same(
    empty: str, open_page: Open, before: dict[str, Any], after: dict[str, Any], verdict: str, reason: str
) -> None:
    ids = stored(record("before", **before), record("after", **after))
    result = quickwin("compare", *map(str, ids), "--json")
    plain = json.loads(result.stdout)
    page = words(open_page("compare", a=ids[0], b=ids[1]))
    printed = " ".join(quickwin("compare", *map(str, ids)).stdout.split())
    assert plain["verdict"] == verdict and palette.verdict(verdict).label in page
    assert reason in plain["reason"] and plain["reason"] in page and plain["reason"] in printed
    assert all(line in page and line in printed for line in (*plain["reasons"], *plain["differences"]))
    assert (plain["speedup"] is None) == ("A ratio of the two would mean nothing" in page)
    assert ("speedup" in printed) == (plain["speedup"] is not None)
    assert result.exit_code == (1 if verdict in ("wrong", "not comparable") else 0)


def test_more_runs_get_the_same_summary_and_the_same_objections(empty: str, open_page: Open) -> None:
    ids = stored(
        record("first"), record("second", wall_seconds=8.0), record("third", wall_seconds=1.0, cache_state="warm")
    )
    plain = json.loads(quickwin("compare", *map(str, ids), "--json").stdout)
    page = words(open_page("compare", a=ids[0], b=ids[1], more=str(ids[2])))
    assert plain["best"] == ids[1] and len(plain["against"]) == 1
    assert all(line in page for line in (*plain["summary"], *plain["against"]))
