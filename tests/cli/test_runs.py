"""``runs``: the history, readable in any terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.place import quickwin
from tests.cli.records import record, stored
from tests.worked_example import THIRD, WIN_NAMES

LONG = "measurement 12 block 15 A2 of a long evening with many runs"


@pytest.mark.parametrize("width", [80, 100, 120, 200])
def test_every_run_is_one_line_that_fits_the_terminal(place: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    some = frozenset(WIN_NAMES[:4])
    stored(record("short"), record(LONG, config=some, status="interrupted", wall_seconds=1234.5))
    lines = quickwin("runs").stdout.splitlines()
    assert len(lines) == 3 and all(len(line) <= width for line in lines)
    assert LONG[:14] in lines[1] and "interrupted" in lines[1] and "1234.500 s" in lines[1]
    assert "short" in lines[2] and "20:43" in lines[2] and "10.000 s" in lines[2]
    assert ("overhead" in lines[0]) == (width >= 120)


def test_a_label_with_markup_is_shown_as_it_is(place: Path) -> None:
    stored(record("[red]x[/red]"))
    assert "[red]x[/red]" in quickwin("runs").stdout


def test_json_is_one_document_newest_first(place: Path) -> None:
    stored(record("one"), record("two", config=frozenset({THIRD})))
    found = json.loads(quickwin("runs", "--json").stdout)
    assert {row["label"]: row["config"] for row in found} == {"one": "none", "two": THIRD}


def test_filters_and_the_limit_say_what_they_leave_out(place: Path) -> None:
    stored(*(record(f"run {number}") for number in range(3)))
    assert "1 of 3 runs; --limit shows more" in quickwin("runs", "--limit", "1").stdout
    assert quickwin("runs", "--text", "nothing of that").stdout == "No run fits these filters.\n"


def test_without_runs_it_is_said_how_to_record_one(place: Path) -> None:
    assert quickwin("runs").stdout == "No runs yet; quickwin run records one.\n"
