"""``demo``: the main job, small."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.place import quickwin


def test_the_main_job_stores_its_runs_and_says_that_one_run_is_no_evidence(place: Path) -> None:
    result = quickwin("demo", "--tasks", "2", "--candidates", "10")
    assert result.exit_code == 0, result.stderr
    lines = result.stdout.splitlines()
    assert [line[:13].strip() for line in lines[1:4]] == ["baseline cold", "all wins cold", "all wins warm"]
    assert all("the same" in line for line in lines[1:4])
    assert lines[4] == lines[-1] and "2 tasks, 20 candidates" in lines[4] and "no evidence yet" in lines[4]
    labels = {row["label"] for row in json.loads(quickwin("runs", "--json").stdout)}
    assert labels == {"baseline cold", "all wins cold", "priming", "all wins warm"}


def test_a_project_of_its_own_is_told_how_it_runs(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = place / "quickwin.toml"
    plan.write_text('[pipeline]\ncommand = "true"\n[[win]]\nname = "fast"\non = { args = ["-x"] }\n')
    monkeypatch.setenv("QUICKWIN_PROJECT", str(plan))
    result = quickwin("demo")
    assert result.exit_code == 2 and "this project runs its own command: quickwin run" in result.stderr
