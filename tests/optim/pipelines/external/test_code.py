"""The fingerprint of the code that is measured."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from optim.arc.builtin import ArcPipeline
from optim.pipelines import code
from optim.pipelines.protocol import Target
from optim.project.command import Answers, Caches
from tests.optim.pipelines.external.projects import git, project

ONE = (Target(config=frozenset()),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "a project"
    project(place)
    (place / "helper.py").write_text("x = 1\n")
    (place / ".gitignore").write_text("ignored.py\n")
    git(place, "init", "-q")
    git(place, "add", "job.py", ".gitignore")
    git(place, "commit", "-q", "-m", "one")
    return place


def code_of(folder: Path, **fields: object) -> str | None:
    return project(folder, **fields).code(ONE)  # type: ignore[arg-type]


def test_tracked_changed_and_untracked_files_count(folder: Path) -> None:
    seen = [code_of(folder)]
    for name, text in (("helper.py", "x = 2\n"), ("new.py", "y = 1\n"), ("sub/deep.py", "z = 1\n")):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
        seen.append(code_of(folder))
    (folder / "new.py").unlink()
    seen.append(code_of(folder))
    assert None not in seen and len(set(seen)) == 5


def test_a_commit_of_what_is_there_changes_nothing(folder: Path) -> None:
    (folder / "helper.py").write_text("x = 3\n")
    before = code_of(folder)
    git(folder, "add", "helper.py")
    assert code_of(folder) == before
    git(folder, "commit", "-q", "-m", "two")
    assert code_of(folder) == before
    git(folder, "rm", "-q", "helper.py")
    assert code_of(folder) != before


def test_what_is_no_code_does_not_count(folder: Path) -> None:
    answers, caches = Answers(files=("out/**",)), Caches(paths=("warm",))
    before = code_of(folder, answers=answers, caches=caches)
    for name in ("ignored.py", "out/answer.csv", "warm/kept", "results.md", "quickwin.db", "__pycache__/a.pyc",
                 "quickwin.toml", ".hidden/x.py"):  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("something")
    assert code_of(folder, answers=answers, caches=caches) == before


def test_how_the_command_is_called_counts_and_so_do_refs(folder: Path) -> None:
    assert code_of(folder) != code_of(folder, command="{python} job.py --rows {rows} --more")
    git(folder, "branch", "topic")
    pipeline = project(folder)
    before = pipeline.code([Target(config=frozenset(), ref="topic")])
    assert before != pipeline.code(ONE)
    (folder / "helper.py").write_text("x = 9\n")
    git(folder, "add", "helper.py")
    git(folder, "commit", "-q", "-m", "two")
    git(folder, "branch", "-f", "topic")
    assert pipeline.code([Target(config=frozenset(), ref="topic")]) != before


def test_nothing_is_written_into_the_repository(folder: Path) -> None:
    def objects() -> str:
        return git(folder, "count-objects", "-v")

    before = objects()
    (folder / "helper.py").write_text("x = 4\n")
    code_of(folder)
    assert objects() == before


def test_a_folder_without_git_is_read_as_long_as_it_is_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "plain"
    before = code_of(place)
    assert before is not None and code_of(place) == before
    (place / "helper.py").write_text("x = 1\n")
    assert code_of(place) not in (None, before)
    monkeypatch.setattr("optim.pipelines.external.pipeline.MOST_FILES", 1)
    assert code_of(place) is None


def test_the_built_in_pipeline_has_one_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline = ArcPipeline(lambda arguments, lane: 0)
    known = pipeline.code(ONE)
    assert known is not None and known == pipeline.code(())
    (tmp_path / "optim/arc").mkdir(parents=True)
    (tmp_path / "optim/arc/a.py").write_text("x = 1\n")
    monkeypatch.setattr("optim.arc.builtin.ROOT", tmp_path)
    assert pipeline.code(()) not in (None, known)
    assert not code.is_code("a/.git/x.py") and code.is_code("a/x.py")


@pytest.mark.parametrize("name", ["history.db", "history.sqlite3", "history.data"])
def test_a_database_in_the_folder_is_no_code_and_keeps_its_locks(tmp_path: Path, name: str) -> None:
    """To read and close it by hand would drop this process's locks, and lose what it commits afterwards."""
    (tmp_path / "work.py").write_text("print(1)")
    own = sqlite3.connect(tmp_path / name)
    own.execute("CREATE TABLE kept (value)")
    own.execute("BEGIN IMMEDIATE")
    files = [path.name for path in code.files_below(tmp_path)]
    assert files == ["work.py"] and code.contents(tmp_path, code.files_below(tmp_path))
    other = f"import sqlite3; sqlite3.connect({str(tmp_path / name)!r}, timeout=0).execute('BEGIN IMMEDIATE')"
    done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, check=False)
    assert "locked" in done.stderr
    own.close()
