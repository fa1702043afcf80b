"""``compare``: runs beside each other, and whether they may be compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from profiles.records import Environment, PhaseTiming, Workload
from tests.cli.place import ROOT, one_sentence, quickwin
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
        ({"workload": Workload(fingerprint="v", tasks=1, candidates=1)}, "The workload differs (w and v)"),
        ({"environment": Environment(machine="m2")}, "The machine differs (m1 and m2)"),
        ({"cache_state": "warm"}, "The cache state differs (cold and warm)"),
        ({"workload": None}, "The workload of run 2 is unknown"),
        ({"status": "interrupted"}, "Run 2 is interrupted"),
        ({"profiled": True}, "Run 2 was profiled"),
        ({"results_fingerprint": "other"}, "Not a faster run but a wrong one: other results"),
    ],
)
def test_what_can_not_be_compared_is_said_with_exit_code_1(place: Path, changes: dict[str, Any], said: str) -> None:
    stored(record("before"), record("after", **changes))
    result = quickwin("compare", "before", "after", "--json")
    assert result.exit_code == 1
    assert said in result.stderr and one_sentence(result.stderr)
    plain = json.loads(result.stdout)
    assert plain["speedup"] is None


def test_no_speedup_is_said_of_what_can_not_be_compared(place: Path) -> None:
    stored(record("before"), record("after", wall_seconds=3.0, cache_state="unknown"))
    result = quickwin("compare", "before", "after")
    assert "speedup" not in result.stdout and "not comparable: The cache state of run 2" in result.stdout


def test_more_runs_are_ranked_with_their_ratio_to_the_first(place: Path) -> None:
    slow = PhaseTiming(path=("score",), self_seconds=1.0, total_seconds=1.0)
    stored(
        record("first"),
        record("fast", wall_seconds=4.0, phases=(slow,), cpu_seconds=3.5, counts={"peak_bytes": 2_000_000_000}),
        record("middle", wall_seconds=8.0),
        record("other", wall_seconds=1.0, results_fingerprint="other"),
    )
    result = quickwin("compare", "1", "2", "3", "4")
    lines = result.stdout.splitlines()
    assert result.exit_code == 1
    order = [line.split()[0] for line in lines[1:5]]
    assert order == ["4", "2", "3", "1"]
    assert "2.50x" in lines[2] and "3.50 s" in lines[2] and "2.00 GB" in lines[2]
    assert "wrong" in lines[1] and "x" not in lines[1].split("wrong")[0].replace("other", "").replace("█", "")
    printed = " ".join(result.stdout.split())
    assert "Run 2 (fast) took the least time of those that can be held against run 1, 4.00 s" in printed
    assert "Run 4: wrong." in printed
    plain = json.loads(quickwin("compare", "1", "2", "3", "--json").stdout)
    assert (plain["best"], plain["ranking"]) == (2, [2, 3, 1])


def test_phases_are_shown_as_shares_when_asked_to(place: Path) -> None:
    stored(record("before"), record("after", wall_seconds=8.0))
    assert "87.5%" in quickwin("compare", "1", "2", "--percent", "--all").stdout


def test_thirteen_runs_are_too_many_and_one_is_too_few(place: Path) -> None:
    stored(*(record(f"run {number}") for number in range(13)))
    for ids in (range(1, 14), (1,), (1, 1)):
        result = quickwin("compare", *map(str, ids))
        assert result.exit_code == 2 and "2 to 12 different runs" in result.stderr


def test_an_unknown_run_is_a_usage_error(place: Path) -> None:
    stored(record("before"))
    assert quickwin("compare", "before", "nope").exit_code == 2


def test_runs_are_compared_without_libraries_that_start_slowly(place: Path) -> None:
    stored(record("before"), record("after", wall_seconds=8.0), record("third", wall_seconds=7.0))
    code = (
        "import sys; from click.testing import CliRunner; from cli._main import main; "
        "done = CliRunner().invoke(main, ['compare', '1', '2', '3']); assert done.exit_code == 0, done.output; "
        "print([name for name in ('pandas', 'numpy', 'scipy') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"
