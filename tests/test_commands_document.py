"""docs/commands.md says of every command what the command says of itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli import command_name, command_names, load_command, short_help
from services.problems import COULD_NOT, INTERRUPTED, NO, USAGE

TEXT = (Path(__file__).resolve().parents[1] / "docs" / "commands.md").read_text("utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    lines = iter(TEXT.partition(f"## {heading}\n")[2].splitlines())
    rows: list[list[str]] = []
    for line in lines:
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line.strip("|"))
            rows.append([cell.strip().replace("\\|", "|") for cell in cells])
        elif rows:
            break
    return rows[2:]


def exit_codes(module: str) -> str:
    """What a command's help says about its exit codes."""
    text = re.search(r"Exit codes:(.*?)(?:\n\s*\n|\Z)", load_command(module).help or "", re.DOTALL)
    assert text is not None, f"the help of {command_name(module)} says nothing of exit codes"
    return " ".join(text[1].split()).rstrip(".")


def test_every_command_is_there_and_nothing_else() -> None:
    assert [row[0] for row in table("Commands")] == [f"`{command_name(module)}`" for module in command_names()]


@pytest.mark.parametrize("module", command_names())
def test_a_command_s_row_says_what_its_help_says(module: str) -> None:
    [row] = [row for row in table("Commands") if row[0] == f"`{command_name(module)}`"]
    assert row[1:] == [short_help(module), exit_codes(module)]


@pytest.mark.parametrize("module", command_names())
def test_a_command_s_help_names_codes_that_there_are_in_their_order(module: str) -> None:
    numbers = [int(number) for number in re.findall(r"(?:^|[,;] )(\d+) ", exit_codes(module))]
    assert numbers[0] == 0 and numbers == sorted(set(numbers))
    assert set(numbers) <= {0, NO, USAGE, COULD_NOT, INTERRUPTED}


def test_the_table_of_codes_is_the_program_s() -> None:
    assert [int(row[0]) for row in table("Exit codes")] == [0, NO, USAGE, COULD_NOT, INTERRUPTED]
