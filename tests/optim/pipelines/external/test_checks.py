"""What a check reads from a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from optim.pipelines.external.checks import foreign_modules


@pytest.mark.parametrize(
    "line",
    [
        "# code object from {root}/helper.py",
        "# code object from '{root}/helper.py'",
        "# {root}/__pycache__/helper.cpython-311.pyc matches {root}/helper.py",
    ],
)
def test_a_module_of_the_folder_itself_is_foreign_to_a_worktree(line: str, tmp_path: Path) -> None:
    verbose = "import 'sys' # <built-in>\n" + line.format(root=tmp_path) + "\n# cleanup\n"
    assert len(foreign_modules(verbose, tmp_path)) == 1


@pytest.mark.parametrize("place", [".quickwin/trees/000", ".venv/lib/python3/site-packages", "../elsewhere"])
def test_modules_of_worktrees_and_environments_are_not(place: str, tmp_path: Path) -> None:
    path = (tmp_path / place).resolve() / "helper.py"
    assert foreign_modules(f"# code object from '{path}'\n", tmp_path) == []
