"""Edited fields go back into the file, and nothing else of it changes."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.project.fields import PlanProblem, Range
from optim.project.writing import Edit, EditProblem, edited
from services.project import EXAMPLE

TEXT = """# What we measure.
[project]
name = "etl"   # the nightly one

[pipeline]
command = "python etl.py"    # slow

# The wins.
[[win]]
name = "vectorize"
on = { args = ["--vectorize"] }
target_percent = [5, 10]   # hoped for

# The second.
[[win]]
name = "index"
on = { env = { INDEX = "1" } }
"""
LINES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=40)


def change(**fields: object) -> str:
    return edited(TEXT, [Edit(**fields)], "mine.toml")  # type: ignore[arg-type]


def differing(text: str) -> tuple[list[str], list[str]]:
    """The lines that went and those that came."""
    before, after = TEXT.splitlines(), text.splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


def test_only_the_edited_line_changes_and_its_comment_stays() -> None:
    text = change(win="vectorize", field="target_percent", value=Range(low=20.0, high=30.5))
    assert differing(text) == (
        ["target_percent = [5, 10]   # hoped for"],
        ["target_percent = [20, 30.5]   # hoped for"],
    )


def test_a_new_field_stands_in_its_own_table() -> None:
    text = change(win="vectorize", field="hypothesis", value='Loops are "slow".')
    assert tomllib.loads(text)["win"][0]["hypothesis"] == 'Loops are "slow".'
    assert tomllib.loads(text)["win"][1] == tomllib.loads(TEXT)["win"][1]
    assert differing(text)[0] == []


def test_a_new_table_comes_behind_the_others() -> None:
    text = change(field="target.seconds", value=Range(low=40, high=50))
    assert tomllib.loads(text)["target"] == {"seconds": [40, 50]}
    assert text.startswith(TEXT.rstrip())


def test_a_win_without_a_table_gets_one() -> None:
    text = change(win="swift", field="status", value="begun")
    assert tomllib.loads(text)["win"][2] == {"name": "swift", "status": "begun"}


def test_taking_a_field_away_and_what_is_not_there_is_no_change() -> None:
    assert "target_percent" not in change(win="vectorize", field="target_percent", value=None)
    assert change(win="index", field="target_percent", value=None) == TEXT
    assert change(field="origin.seconds", value=None) == TEXT
    assert change(field="project.name", value="etl") == TEXT


@given(LINES)
def test_any_line_of_text_comes_back(text: str) -> None:
    assert tomllib.loads(change(win="index", field="title", value=text))["win"][1]["title"] == text


def test_the_worked_examples_file_keeps_every_other_line() -> None:
    before = EXAMPLE.read_text("utf-8")
    after = edited(before, [Edit(field="target.seconds", value=Range(low=10, high=11))], "quickwin.toml")
    changed = [(old, new) for old, new in zip(before.splitlines(), after.splitlines(), strict=True) if old != new]
    assert changed == [("seconds = [12, 14]", "seconds = [10, 11]")]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"field": "pipeline.command", "value": "rm"},
            "pipeline.command is no field that can be edited here",
        ),
        ({"field": "name", "value": "x", "win": "index"}, "name is no field that can be edited here"),
    ],
)
def test_what_is_no_field_of_the_plan_is_refused(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(EditProblem, match=sentence):
        change(**fields)


def test_a_text_that_is_no_toml_is_one_sentence() -> None:
    with pytest.raises(PlanProblem, match=r"mine.toml: not TOML"):
        edited("[a", [Edit(field="origin.seconds", value=1)], "mine.toml")
