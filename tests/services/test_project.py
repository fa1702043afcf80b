"""Which project is at hand, where its database is, and that a database holds one project."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from db.store import store_run
from services.places import database_url, home, open_database
from services.problems import Problem
from services.project import current_project, looked_at_once
from tests.cli.place import quickwin
from tests.db.samples import record
from tests.optim.project.test_file import LEAST


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, which is the current one; no variable of the environment names anything."""
    for name in ("DATABASE_URL", "QUICKWIN_HOME", "QUICKWIN_PROJECT", "QUICKWIN_PLAN"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "etl"
    folder.mkdir()
    (folder / "quickwin.toml").write_text(LEAST)
    monkeypatch.chdir(folder)
    return folder


def project_row(path: Path) -> tuple[str, str]:
    with sqlite3.connect(path) as database:
        [row] = database.execute("SELECT id, name FROM projects").fetchall()
    return row


def test_the_project_is_that_of_the_folder_and_its_database_lies_beside_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = folder / "a" / "b"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    project = current_project()
    assert (project.name, project.names, project.reference_pipeline) == ("etl", ("vectorize",), "etl")
    open_database().dispose()
    assert (folder / "quickwin.db").exists() and not (deep / "quickwin.db").exists()
    assert home() == folder / ".quickwin"


def test_what_is_drawn_in_one_go_is_of_one_project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = folder / "quickwin.toml"
    with looked_at_once():
        before = current_project()
        file.write_text(LEAST.replace("vectorize", "vectorize_all"))
        assert current_project() is before
        monkeypatch.setenv("QUICKWIN_PROJECT", str(file))
        assert current_project().names == ("vectorize_all",), "another one that is asked for is looked for"
    monkeypatch.delenv("QUICKWIN_PROJECT")
    assert current_project().names == ("vectorize_all",)


def test_without_a_file_it_is_the_worked_example_in_the_current_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    project = current_project()
    assert (project.pipeline, project.reference_pipeline, project.command, project.file) == (
        "arc",
        "run_batt",
        None,
        None,
    )
    assert database_url() == "sqlite:///quickwin.db"


def test_the_environment_and_the_option_name_a_file_or_its_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    monkeypatch.setenv("QUICKWIN_PROJECT", "etl")
    assert current_project().name == "etl"
    monkeypatch.delenv("QUICKWIN_PROJECT")
    for words in (("--project", "etl", "decide"), ("decide", "--project", str(folder / "quickwin.toml"))):
        result = quickwin(*words)
        assert result.exit_code == 0, result.output
        assert "vectorize" in result.output
    assert current_project().name == "arc", "the option holds for its command alone"


def test_a_database_url_goes_before_the_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:///elsewhere.db")
    open_database().dispose()
    assert (folder / "elsewhere.db").exists() and not (folder / "quickwin.db").exists()


def test_a_database_in_which_nothing_was_recorded_is_nobodys(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "quickwin.toml").rename(folder / "kept.toml")
    open_database().dispose()
    assert project_row(folder / "quickwin.db")[1] == "arc"
    (folder / "kept.toml").rename(folder / "quickwin.toml")
    open_database().dispose()
    assert project_row(folder / "quickwin.db")[1] == "etl"


def test_a_database_refuses_another_project_in_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_database()
    store_run(engine, record())
    engine.dispose()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder / 'quickwin.db'}")
    other = folder.parent / "other"
    other.mkdir()
    (other / "quickwin.toml").write_text(LEAST)
    monkeypatch.chdir(other)
    with pytest.raises(Problem, match=r"quickwin.db holds the project etl, and .* is other: --project names its file"):
        open_database()
    monkeypatch.chdir(folder.parent)
    result = quickwin("runs")
    assert result.exit_code == 3
    assert "holds the project etl" in result.stderr and "Traceback" not in result.stderr
    assert project_row(folder / "quickwin.db")[1] == "etl"


def test_a_project_may_be_renamed_and_moved_with_its_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_database().dispose()
    mark, _ = project_row(folder / "quickwin.db")
    (folder / "quickwin.toml").write_text(f'[project]\nname = "nightly"\n{LEAST}')
    open_database().dispose()
    assert project_row(folder / "quickwin.db") == (mark, "nightly")
    moved = folder.rename(folder.parent / "moved")
    (moved / "quickwin.toml").write_text(LEAST)
    monkeypatch.chdir(moved)
    open_database().dispose()
    assert project_row(moved / "quickwin.db") == (mark, "moved")


def test_an_edited_file_is_read_again_and_a_broken_one_is_one_sentence(folder: Path) -> None:
    assert current_project().names == ("vectorize",)
    (folder / "quickwin.toml").write_text(LEAST.replace("vectorize", "index"))
    assert current_project().names == ("index",)
    (folder / "quickwin.toml").write_text(LEAST.replace("command", "comand"))
    with pytest.raises(Problem, match=r"quickwin.toml: pipeline.command must be one line of text"):
        current_project()
    result = quickwin("runs")
    assert result.exit_code == 3 and "pipeline.command must be" in result.stderr


def test_the_documents_of_a_project_without_a_plan_say_what_is_known_and_no_more(folder: Path) -> None:
    tracker = quickwin("tracker").output
    assert tracker.startswith("# etl Progress Tracker")
    assert "### Quick Win #1: Vectorize" in tracker
    quickwin("report", "--html", "report.html")
    results = (folder / "ETL_RESULTS.md").read_text()
    assert results.startswith("# etl Results")
    for text in (tracker, results, (folder / "report.html").read_text()[:2000]):
        assert "None" not in text and "Kaggle" not in text and "ARC" not in text and "Phase 4" not in text


def test_a_project_without_caches_misses_no_warm_measurement(folder: Path) -> None:
    assert current_project().plan.cache_states == ("cold",)
    text = (folder / "quickwin.toml").read_text()
    (folder / "quickwin.toml").write_text(f'{text}\n[pipeline.caches]\npaths = [".cache"]\n')
    assert current_project().plan.cache_states == ("cold", "warm")
