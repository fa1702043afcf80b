"""``export``: a run in each format, to stdout and to a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.export import FORMATS
from tests.cli.place import one_sentence, quickwin
from tests.cli.records import record, stored


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_the_same_on_stdout_and_in_a_file(place: Path, form: str) -> None:
    stored(record("baseline"))
    printed = quickwin("export", "baseline", "--format", form)
    assert printed.exit_code == 0 and "score" in printed.stdout
    assert quickwin("export", "--format", form, "--output", "out").exit_code == 0
    assert (place / "out").read_text(encoding="utf-8") == printed.stdout
    if form in ("json", "speedscope", "chrome"):
        json.loads(printed.stdout)


def test_a_file_that_can_not_be_written_is_one_sentence(place: Path) -> None:
    stored(record("baseline"))
    result = quickwin("export", "--output", str(place))
    assert result.exit_code == 3 and "can not be written: Is a directory" in result.stderr
    assert one_sentence(result.stderr)


def test_an_unknown_format_is_a_usage_error_with_those_there_are(place: Path) -> None:
    result = quickwin("export", "--format", "xls")
    assert result.exit_code == 2 and "speedscope" in result.stderr
