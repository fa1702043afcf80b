"""The plan is edited where it stands; the worked example's in a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from optim.project.fields import Range
from optim.project.writing import Edit
from services.planning import edit_plan
from services.problems import USAGE, Problem
from services.project import EXAMPLE, current_project
from tests.optim.project.test_file import LEAST
from tests.services.test_project import folder  # noqa: F401


def test_an_edit_is_seen_at_once_and_the_file_from_before_is_kept(folder: Path) -> None:  # noqa: F811
    assert "wrote" in edit_plan(Edit(win="vectorize", field="target_percent", value=Range(low=5, high=10)))
    found = current_project().win("vectorize")
    assert found is not None and str(found.target_percent) == "5-10"
    assert (folder / "quickwin.toml.bak").read_text() == LEAST


def test_the_first_edit_of_the_worked_example_copies_its_file_here(folder: Path) -> None:  # noqa: F811
    (folder / "quickwin.toml").unlink()
    before, known = EXAMPLE.read_text("utf-8"), current_project()
    edit_plan(Edit(field="target.seconds", value=Range(low=10, high=11)))
    project = current_project()
    assert project.file == folder / "quickwin.toml"
    assert project.plan.target is not None and str(project.plan.target.seconds) == "10-11"
    assert (project.pipeline, project.reference_pipeline, project.names) == ("arc", "run_batt", known.names)
    assert EXAMPLE.read_text("utf-8") == before


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (Edit(field="target.seconds", value=[9, 8]), "target.seconds must be a range"),
        (Edit(win="vectorise", field="title", value="x"), "no win is called vectorise; known: vectorize"),
        (Edit(win="vectorize", field="title", value="two\nlines"), "win\\[1\\].title must be one line"),
    ],
)
def test_nothing_that_can_not_be_read_is_written(folder: Path, edit: Edit, sentence: str) -> None:  # noqa: F811
    with pytest.raises(Problem, match=sentence) as problem:
        edit_plan(edit)
    assert problem.value.exit_code == USAGE
    assert (folder / "quickwin.toml").read_text() == LEAST
