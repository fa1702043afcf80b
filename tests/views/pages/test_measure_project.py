"""The Measure page of a project of one's own: its form comes from the project's parameters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from db.engine import open_engine
from db.store import store_run
from profiles.records import RunRecord, Workload
from tests.optim.pipelines.external.projects import git
from tests.views.conftest import Open, words
from tests.views.pages.test_measure import started
from views.data.connection import forget

__all__ = ["started"]

FILE = """
[project]
name = "etl"
[pipeline]
command = "python etl.py --rows {rows} --share {share} --name {name} --exact {exact}"
parameters = { rows = 20, share = 0.5, name = "a b", exact = true, time = 3 }
[[win]]
name = "vectorize"
on = { args = ["--vectorize"] }
[[win]]
name = "once"
on = { env = { ONCE = "1" } }
"""


@pytest.fixture
def project(empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "mein Übungsordner"
    folder.mkdir()
    (folder / "quickwin.toml").write_text(FILE)
    monkeypatch.setenv("QUICKWIN_PROJECT", str(folder / "quickwin.toml"))
    return folder


def test_the_form_asks_for_the_project_s_parameters(project: Path, open_page: Open) -> None:
    page = open_page("measure")
    assert {one.label: one.value for one in page.number_input if one.label in ("rows", "share", "time")} == {
        "rows": 20,
        "share": 0.5,
        "time": 3,
    }
    assert page.text_input(key="measure/name").value == "a b"
    assert page.checkbox(key="measure/exact").value is True
    assert "quickwin measure none all --cold --blocks 20 --minutes 30" in words(page)
    assert not any(one.label == "Tasks" for one in page.number_input)


def test_runs_of_another_workload_tell_no_duration(project: Path, empty: str, open_page: Open) -> None:
    engine = open_engine(empty)
    for number, wins in enumerate((frozenset[str](), frozenset({"vectorize", "once"}))):
        bare = RunRecord(key=f"k{number}", label="a run", config=wins, cache_state="cold", wall_seconds=2.0)
        store_run(engine, replace(bare, workload=Workload(fingerprint="elsewhere"), pipeline="etl"))
    engine.dispose()
    page = open_page("measure")
    assert not page.error and "No earlier run tells how long this takes" in words(page)


def test_runs_without_phases_are_called_that_and_nothing_empty_is_drawn(
    project: Path, empty: str, open_page: Open
) -> None:
    engine = open_engine(empty)
    for number, wins in enumerate((frozenset[str](), frozenset({"vectorize", "once"}))):
        bare = RunRecord(key=f"k{number}", label="a run", config=wins, cache_state="cold", wall_seconds=2.0)
        store_run(engine, replace(bare, workload=Workload(fingerprint="w"), pipeline="etl"))
    engine.dispose()
    page = open_page("overhead")
    said = words(page)
    assert "the baseline recorded no phase" in said and "recorder.phase" in said
    assert not page.error and "Over the tasks" not in said and "100%" not in said
    assert "No phase differs" not in words(open_page("compare", a=1, b=2))


def test_two_commits_are_offered_where_there_is_a_repository(
    project: Path, open_page: Open, started: list[list[str]]
) -> None:
    assert "two commits" not in open_page("measure").button_group(key="measure/kind").options
    forget()
    git(project, "init", "-q", "-b", "main")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "begin")
    git(project, "branch", "topic")
    page = open_page("measure", kind="two commits", ref_a="main")
    assert set(page.selectbox(key="measure/ref_a").options) == {"main", "topic", "the folder as it is"}
    page.selectbox(key="measure/ref_b").set_value("topic").run()
    page.button(key="measure.start").click().run()
    assert started[0][:6] == ["measure", "--ref", "main", "--ref", "topic", "--cold"]
    assert "quickwin measure all --ref main --ref ." in words(
        open_page("measure", kind="two commits", ref_a="main", **{"with": "all"})
    )


def test_what_is_changed_goes_along(project: Path, open_page: Open, started: list[list[str]]) -> None:
    page = open_page("measure", rows=1000, after="vectorize")
    page.button(key="measure.start").click().run()
    assert started == [
        ["measure", "none", "vectorize", "--set", "rows=1000", "--cold", "--blocks", "20", "--minutes", "30"]
    ]
