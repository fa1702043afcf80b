"""Edits of the plan: written back into the project file, whose comments and order stay."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from optim.arc import PIPELINE
from optim.arc.wins import all_wins
from optim.project.fields import PlanProblem
from optim.project.file import FILE, default_name, read_project
from optim.project.writing import Edit, EditProblem, edited
from services.files import read_text, write_file
from services.problems import USAGE, fail
from services.project import EXAMPLE, Project, current_project


def edit_plan(*edits: Edit) -> str:
    """Writes fields of the plan into the project file; gives a sentence about it.

    The worked example lies in the package: its first edit copies its file into the current folder, which is then the
    project. A file that is changed is kept beside itself as ``.bak``.

    Raises:
        Problem: a field can not be what was given (exit code 2), or the file can not be written.
    """
    project = current_project()
    source, path = project.file or EXAMPLE, project.file or Path.cwd() / FILE
    text = _checked(read_text(source), edits, path, project)
    return write_file(path, text)


def _checked(text: str, edits: Sequence[Edit], path: Path, project: Project) -> str:
    """The edited text, which has to be a project file still: nothing unreadable is ever written."""
    strange = [edit.win for edit in edits if edit.win is not None and edit.win not in project.names]
    if strange:
        fail(f"no win is called {', '.join(strange)}; known: {', '.join(project.names)}", USAGE)
    try:
        changed = edited(text, edits, path.name)
        read_project(changed, path.name, default_name(path.parent), {PIPELINE: all_wins()})
    except (EditProblem, PlanProblem) as problem:
        fail(str(problem), USAGE)
    return changed
