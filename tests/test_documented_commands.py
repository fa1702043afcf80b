"""Every command line in the README and the docs is one: its command, options and values are taken as they stand."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli import command_name, command_names, load_command
from cli._project_option import with_project_option
from tests.cli.place import quickwin

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]
#: Words that stand for something of the reader's own.
PLACEHOLDERS = {"ID": "1", "FILE": "file.txt", "DATABASE": "other.db", "BLOCKS": "8", "N": "2"}


def lines_of(page: Path) -> Iterator[str]:
    """The command lines of a page, continued ones put together, without their remarks."""
    for block in re.findall(r"^ *```\w*\n(.*?)^ *```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            match = re.match(r"\s*(?:\$ )?quickwin ((?:[a-z]).*)", line)
            if match and page.name != "formats.md":  # there it is the head of a log
                yield match[1]
    yield from re.findall(r"`quickwin ([a-z][^`]*)`", page.read_text("utf-8"))


COMMANDS = sorted({(page.name, line) for page in PAGES for line in lines_of(page)})


def words_of(line: str) -> list[str]:
    return [PLACEHOLDERS.get(word, word) for word in shlex.split(line, comments=True)]


@pytest.mark.parametrize(("document", "line"), COMMANDS)
def test_a_documented_command_is_taken_as_it_stands(
    document: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name, *words = words_of(line)
    module = next((module for module in command_names() if command_name(module) == name), None)
    assert module is not None, f"{document}: there is no command {name}"
    if not words:
        return  # a command that is named in a sentence
    command = with_project_option(load_command(module))
    try:
        with contextlib.suppress(click.exceptions.Exit):  # --help
            command.make_context(name, words).close()
    except click.BadParameter as problem:
        assert "does not exist" in str(problem), f"{document}: {line}: {problem}"


def test_the_pages_have_commands() -> None:
    assert len(COMMANDS) > 40 and {"own-pipeline.md", "kaggle.md", "README.md"} <= {page for page, _ in COMMANDS}


def test_the_commands_of_a_page_do_what_it_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    line = next(line for page, line in COMMANDS if page == "own-pipeline.md" and line.startswith("init "))
    assert quickwin(*words_of(line)).stdout == f"Wrote {tmp_path / 'quickwin.toml'}. Next: quickwin check\n"
