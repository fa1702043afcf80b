"""``init`` and ``check``: from a folder with a script to a project file that is fit to be measured."""

from __future__ import annotations

import tomllib
from pathlib import Path

from click.testing import CliRunner, Result

from cli._main import main
from tests.cli.place import one_sentence, quickwin


def refused(*words: str) -> str:
    """The sentence of a usage error."""
    result = quickwin(*words)
    assert result.exit_code == 2
    assert one_sentence(result.stderr)
    return result.stderr


def asked(*answers: str) -> Result:
    """``init`` as in a terminal, with these answers."""
    runner = CliRunner()
    return runner.invoke(main, ["init", "--ask"], input="\n".join(answers) + "\n")


def test_init_writes_what_the_options_say(place: Path) -> None:
    result = quickwin(
        "init", "--command", "python etl.py --rows {rows}", "--set", "rows=200000", "--win", "fast=--fast",
        "--win", "io=FAST_IO=1", "--win", "topic=ref:topic", "--answers", "out/*.csv", "--digits", "6",
        "--cache", ".cache", "--reset", "rm -rf out", "--input", "data/*.csv",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "Next: python -m optim check" in result.stdout
    plain = tomllib.loads((place / "quickwin.toml").read_text())
    assert plain["pipeline"]["command"] == "python etl.py --rows {rows}"
    assert plain["pipeline"]["answers"] == {"files": ["out/*.csv"], "digits": 6}
    assert [win["name"] for win in plain["win"]] == ["fast", "io", "topic"]


def test_init_asks_in_a_terminal(place: Path) -> None:
    result = asked("my job", "python etl.py {rows}", "1000", "fast=--fast", "", "stdout", "", "")
    assert result.exit_code == 0, result.output
    plain = tomllib.loads((place / "quickwin.toml").read_text())
    assert plain["project"]["name"] == "my job"
    assert plain["pipeline"]["parameters"] == {"rows": 1000}
    assert plain["win"] == [{"name": "fast", "on": {"args": ["--fast"]}}]


def test_init_without_a_command_or_a_terminal_says_what_is_needed(place: Path) -> None:
    assert "a command is needed, such as --command" in refused("init")


def test_init_never_loses_a_file_that_is_there(place: Path) -> None:
    (place / "quickwin.toml").write_text("mine")
    assert "is there already" in refused("init", "--command", "true")
    assert (place / "quickwin.toml").read_text() == "mine"
    assert quickwin("init", "--command", "true", "--force").exit_code == 0
    assert (place / "quickwin.toml.old").read_text() == "mine"


def test_what_can_not_be_is_one_sentence_and_nothing_is_written(place: Path) -> None:
    assert "must be arguments" in refused("init", "--command", "true", "--win", "fast=now")
    assert "named twice" in refused("init", "--command", "true", "--win", "a=--b", "--win", "a=--c")
    assert "{{rows}} is plain text" in refused("init", "--command", "sort {rows}")
    assert not (place / "quickwin.toml").exists()


def test_check_of_the_built_in_pipeline_says_what_it_is_for(place: Path) -> None:
    assert "quickwin init" in refused("check")
