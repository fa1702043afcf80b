"""The first project file: TOML that says what was said, whatever characters it holds."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.project.command import Answers, Caches, Command, CommandProblem, Switch
from optim.project.draft import Draft, draft_text, read_parameter, read_switch

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20)


def parsed(**fields: Any) -> dict[str, Any]:
    wins = fields.pop("wins", {})
    command = Command(**{"command": "sort data", **fields})
    return tomllib.loads(draft_text(Draft(name="my project", command=command, wins=wins)))


def test_the_smallest_file_has_name_and_command() -> None:
    plain = parsed()
    assert plain["project"] == {"name": "my project"}
    assert plain["pipeline"] == {"command": "sort data", "timeout_seconds": 600}
    assert "win" not in plain


def test_everything_that_was_said_stands_in_it() -> None:
    plain = parsed(
        command="python 'my etl.py' {rows}",
        parameters={"rows": 1000, "name": "a", "exact": True, "share": 0.5},
        inputs=("data/*.csv",),
        env={"A": "1"},
        answers=Answers(files=("out/*",), digits=6),
        caches=Caches(paths=(".cache",), reset=("rm -rf out", "touch x")),
        wins={"fast": Switch(args=("--fast",)), "env": Switch(env={"A": "2"}), "topic": Switch(ref="topic")},
    )
    assert plain["pipeline"]["parameters"] == {"rows": 1000, "name": "a", "exact": True, "share": 0.5}
    assert plain["pipeline"]["answers"] == {"files": ["out/*"], "digits": 6}
    assert plain["pipeline"]["caches"] == {"paths": [".cache"], "reset": ["rm -rf out", "touch x"]}
    assert [win["on"] for win in plain["win"]] == [{"args": ["--fast"]}, {"env": {"A": "2"}}, {"ref": "topic"}]


@given(value=TEXTS, key=TEXTS.filter(lambda text: "=" not in text and not text.startswith("QUICKWIN_")))
def test_any_text_comes_back_as_it_was(value: str, key: str) -> None:
    plain = parsed(env={key: value}, wins={"w": Switch(args=(value,), env={key: value})})
    assert plain["pipeline"]["env"] == {key: value}
    assert plain["win"][0]["on"] == {"args": [value], "env": {key: value}}


@pytest.mark.parametrize(
    ("text", "switch"),
    [
        ("fast=--fast --level 2", Switch(args=("--fast", "--level", "2"))),
        ("fast=FAST=1 LEVEL='a b'", Switch(env={"FAST": "1", "LEVEL": "a b"})),
        ("fast=ref:my/branch", Switch(ref="my/branch")),
        ("fast=--level=2", Switch(args=("--level=2",))),
    ],
)
def test_a_switch_is_read_as_it_is_typed(text: str, switch: Switch) -> None:
    assert read_switch(text) == ("fast", switch)


@pytest.mark.parametrize("text", ["fast", "fast=", "=--fast", "fast=now", "fast=--a 'b"])
def test_what_is_no_switch_is_refused(text: str) -> None:
    with pytest.raises(CommandProblem):
        read_switch(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [("rows=1_000", 1000), ("rows=0.5", 0.5), ("rows=true", True), ("rows=1e3", 1000.0), ("rows=a", "a")],
)
def test_a_parameter_is_read_in_its_kind(text: str, value: object) -> None:
    assert read_parameter(text) == ("rows", value)
