"""``prime``: the caches are filled by a run that does not count, once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from db import queries
from db.engine import open_engine
from services.account import account
from services.project import current_project
from tests.cli.place import one_sentence, own_data, quickwin


def primed_by(result: Result) -> int | None:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)["primed_by"]


def test_after_priming_a_run_with_the_caches_as_found_is_warm_and_the_priming_run_counts_for_nothing(
    place: Path,
) -> None:
    data = own_data(place)
    words = ["prime", *data, "--json", "--quiet"]
    first = primed_by(quickwin(*words))
    assert isinstance(first, int)
    assert primed_by(quickwin(*words)) is None
    run = json.loads(quickwin("run", *data, "--wins", "all", "--json", "--quiet").stdout)
    assert run["cache_state"] == "warm"
    engine = open_engine()
    try:
        assert queries.runs(engine)["label"].tolist() == [run["label"], "priming"]
        standing = account(engine, current_project())
        assert first not in {known.run_id for known in (standing.baseline, standing.now) if known is not None}
    finally:
        engine.dispose()


def test_a_folder_for_the_caches_can_be_named(place: Path) -> None:
    data = own_data(place, 1)
    words = ["prime", *data, "--caches-dir", str(place / "mine"), "--quiet"]
    assert "primed by run 1" in quickwin(*words).stdout
    assert "warm already" in quickwin(*words).stdout
    assert list((place / "mine").iterdir())


def test_a_projects_own_command_needs_no_priming(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = place / "quickwin.toml"
    file.write_text(
        '[project]\nname = "own"\n[pipeline]\ncommand = "true"\n[[win]]\nname = "fast"\non = { args = ["-f"] }\n'
    )
    monkeypatch.setenv("QUICKWIN_PROJECT", str(file))
    result = quickwin("prime")
    assert result.exit_code == 2
    assert one_sentence(result.stderr)
    assert "each warm run of a command primes its own copy" in result.stderr
