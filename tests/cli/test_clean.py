"""``clean``: what takes room is listed with sizes, and removed after a question; what is in use stays."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.at_work import end, until
from tests.cli.place import one_sentence, own_data, quickwin, started
from tests.cli.test_run import SLOW


@pytest.fixture
def used(place: Path) -> Path:
    """A place where something was run: caches, outputs, a copy of the database."""
    assert quickwin("run", *own_data(place, 1), "--wins", "all", "--quiet").exit_code == 0
    assert quickwin("backup", "copy.db").exit_code == 0
    (place / "home" / "logs").mkdir()
    (place / "home" / "logs" / "measure-1.log").write_text("x" * 1000)
    return place


def contents(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*") if path.suffix not in (".pyc", "")}


def test_a_dry_run_lists_what_takes_room_with_sizes_and_removes_nothing(used: Path) -> None:
    before = contents(used)
    result = quickwin("clean", "--dry-run")
    assert result.exit_code == 0 and contents(used) == before
    for kind in ("primed cache: ", "output of runs: ", "log of a measurement: ", "backup: "):
        assert kind in result.stdout
    assert " MB  " in result.stdout and "could be freed" in result.stdout
    plain = json.loads(quickwin("clean", "--dry-run", "--json").stdout)
    assert plain["bytes_freed"] == 0 and not any(item["removed"] for item in plain["items"])
    assert next(item for item in plain["items"] if item["kind"].startswith("log"))["bytes"] == 1000


def test_yes_removes_all_of_it_and_says_what_was_freed_and_the_runs_stay(used: Path) -> None:
    result = quickwin("clean", "--yes")
    assert result.exit_code == 0 and " MB freed, " in result.stdout
    assert not (used / "copy.db").exists() and not (used / "home" / "caches").exists()
    assert not list((used / "home" / "solvers").iterdir()) and not list((used / "home" / "logs").iterdir())
    assert (used / "quickwin.db").exists() and "all" in quickwin("runs").stdout
    again = quickwin("clean", "--yes")
    assert again.exit_code == 0 and "there is nothing to remove" in again.stdout
    assert quickwin("run", *own_data(used, 1), "--wins", "all", "--warm", "--quiet").exit_code == 0


def test_without_a_terminal_somebody_has_to_say_yes(used: Path) -> None:
    result = quickwin("clean")
    assert result.exit_code == 2 and "--yes" in result.stderr and one_sentence(result.stderr)


@pytest.mark.parametrize(("answer", "code", "stays"), [("n\n", 1, True), ("y\n", 0, False)])
def test_it_asks_and_no_removes_nothing(
    used: Path, answer: str, code: int, stays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.testing import CliRunner, _NamedTextIOWrapper

    from optim.__main__ import main

    monkeypatch.setattr(_NamedTextIOWrapper, "isatty", lambda self: True, raising=False)
    result = CliRunner().invoke(main, ["clean"], input=answer)
    assert result.exit_code == code, result.output
    assert (used / "home" / "caches").exists() is stays and (used / "copy.db").exists() is stays
    assert "Remove all of it" in result.stderr


def test_what_a_living_run_uses_stays(used: Path) -> None:
    data = own_data(used, 40, SLOW, "x1 = slow(I)\n    return x1")
    process = started("run", *data, "--wins", "all")
    try:
        journals = used / "home" / "journals"
        until(lambda: any(path.stat().st_size for path in journals.glob("*.jsonl")), "it is at work")
        result = quickwin("clean", "--yes")
        assert result.exit_code == 0 and f"stays: process {process.pid} is at work here" in result.stdout
        assert list((used / "home" / "caches").iterdir()) and list(journals.glob("*.jsonl"))
        assert not (used / "copy.db").exists() and process.poll() is None
    finally:
        end(process, used)
    assert quickwin("clean", "--yes").exit_code == 0
    assert not (used / "home" / "caches").exists() and not list((used / "home").glob("run-*"))


def test_what_can_not_be_removed_is_one_sentence_and_the_rest_goes(used: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from services import cleaning

    def refuse(path: Path, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(cleaning.shutil, "rmtree", refuse)
    result = quickwin("clean", "--yes")
    assert result.exit_code == 3 and "can not be removed: Permission denied" in result.stderr
    assert not (used / "copy.db").exists() and sys.exc_info() == (None, None, None)
