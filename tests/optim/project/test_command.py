"""What a project file may say of its command: texts, parameters, switches, answers, caches."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.project.command import Answers, Caches, Command, CommandProblem, Switch, argv, fill


def test_only_the_command_is_required() -> None:
    command = Command(command="sort data.txt")
    assert (command.timeout_seconds, command.time, command.answers) == (600, None, None)
    assert command.caches == Caches()


def test_a_command_is_split_as_a_shell_splits_and_then_filled() -> None:
    parts = argv("python 'my etl.py' --rows {rows} --name {name}", {"rows": 5, "name": "two words; rm"})
    assert parts == ("python", "my etl.py", "--rows", "5", "--name", "two words; rm")


def test_doubled_braces_are_braces_and_a_shell_s_own_braces_stay() -> None:
    assert fill("{{rows}} {rows} { print $1 }", {"rows": 5}) == "{rows} 5 { print $1 }"


@given(st.text(st.characters(exclude_characters="\0\n\r")))
def test_a_value_is_always_one_argument(value: str) -> None:
    assert argv("run {value}", {"value": value}) == ("run", value)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"command": ""}, "command must be a command in quotes"),
        ({"command": "sort 'data"}, "close it"),
        ({"command": "sort {rows}"}, "{{rows}} is plain text"),
        ({"command": "sort", "parameters": {"a b": 1}}, "names of letters"),
        ({"command": "sort", "parameters": {"python": 1}}, "other than python"),
        ({"command": "sort", "parameters": {"rows": [1]}}, "parameters.rows must be a text, a number"),
        ({"command": "sort", "parameters": {"rows": float("nan")}}, "parameters.rows"),
        ({"command": "sort", "env": {"A=B": "1"}}, "without ="),
        ({"command": "sort", "env": {"A": 1}}, "env.A must be a text"),
        ({"command": "sort", "env": {"QUICKWIN_RUN": "1"}}, "of your own"),
        ({"command": "sort", "timeout_seconds": 0}, "seconds above 0"),
        ({"command": "sort", "time": "cpu"}, "journal, wall, log"),
        ({"command": "sort", "margin": 1}, "below 1"),
        ({"command": "sort", "inputs": ("",)}, "inputs must be"),
    ],
)
def test_what_can_not_be_is_refused_by_its_name(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandProblem) as refused:
        Command(**fields)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("path", ["/tmp", "../x", "~/x", ".", "", ".git/x", "a/../b"])
def test_a_cache_lies_in_the_project_s_folder(path: str) -> None:
    with pytest.raises(CommandProblem):
        Caches(paths=(path,))


def test_caches_do_not_lie_in_each_other() -> None:
    with pytest.raises(CommandProblem, match="none lies in another"):
        Caches(paths=("a/b", "a"))


@pytest.mark.parametrize("fields", [{}, {"stdout": True, "files": ("a",)}, {"stdout": True, "digits": 0}])
def test_answers_are_in_one_place(fields: dict[str, Any]) -> None:
    with pytest.raises(CommandProblem):
        Answers(**fields)


def test_a_switch_may_be_a_ref_but_never_an_option_of_git() -> None:
    assert not Switch(ref="topic").empty
    assert Switch().empty
    with pytest.raises(CommandProblem):
        Switch(ref="--upload-pack=x")


def test_parameters_keep_their_kind() -> None:
    command = Command(command="etl {rows} {name} {fast}", parameters={"rows": 5, "name": "a", "fast": False})
    assert command.with_parameters({"rows": "1_000", "fast": "true"}) == {"rows": 1000, "name": "a", "fast": True}
    with pytest.raises(CommandProblem, match="no parameter is called row; known: rows, name, fast"):
        command.with_parameters({"row": 1})
    with pytest.raises(CommandProblem, match="a number, as its default 5 is"):
        command.with_parameters({"rows": "many"})
