"""``export``: a run in each format, to stdout and to a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.export import FORMATS
from db.engine import open_engine
from db.store import save_profile
from profiles.sessions import write_session
from services import exporting
from tests.cli.place import one_sentence, quickwin
from tests.cli.records import record, stored

SESSION = write_session({"frame_records": [[["main\x00run.py\x001", "score\x00run.py\x009"], 1.5]], "duration": 1.5})


def profiled(run_id: int) -> None:
    engine = open_engine()
    save_profile(engine, run_id, SESSION)
    engine.dispose()


def test_the_formats_are_those_of_the_service() -> None:
    assert tuple(exporting.FORMATS) == FORMATS


def test_a_profile_comes_as_it_is_kept_and_for_speedscope(place: Path) -> None:
    profiled(*stored(record("baseline")))
    assert quickwin("export", "--format", "profile").stdout == SESSION
    (drawn,) = json.loads(quickwin("export", "--format", "profile-speedscope").stdout)["profiles"]
    assert (drawn["weights"], len(drawn["samples"][0])) == ([1.5], 2)


def test_a_run_without_a_profile_says_how_to_get_one(place: Path) -> None:
    stored(record("baseline"))
    result = quickwin("export", "--format", "profile")
    assert result.exit_code == 3 and "--profile records one" in result.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_the_same_on_stdout_and_in_a_file(place: Path, form: str) -> None:
    profiled(*stored(record("baseline")))
    printed = quickwin("export", "baseline", "--format", form)
    assert printed.exit_code == 0 and "score" in printed.stdout
    assert quickwin("export", "--format", form, "--output", "out").exit_code == 0
    assert (place / "out").read_text(encoding="utf-8") == printed.stdout
    if form not in ("csv", "log"):
        json.loads(printed.stdout)


def test_a_file_that_can_not_be_written_is_one_sentence(place: Path) -> None:
    stored(record("baseline"))
    result = quickwin("export", "--output", str(place))
    assert result.exit_code == 3 and "can not be written: Is a directory" in result.stderr
    assert one_sentence(result.stderr)


def test_an_unknown_format_is_a_usage_error_with_those_there_are(place: Path) -> None:
    result = quickwin("export", "--format", "xls")
    assert result.exit_code == 2 and "speedscope" in result.stderr
