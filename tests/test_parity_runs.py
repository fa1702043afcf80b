"""What a person does about runs and imports, by command and in the app: the same in the database, the same said."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from db import queries, store
from db.engine import open_engine
from profiles.records import RunRecord
from tests.cli.place import quickwin
from tests.cli.records import record
from tests.profiles.importers.files import fixture
from tests.views.conftest import Open, empty, open_page, runs_table, words  # noqa: F401 - fixtures
from tests.worked_example import FOURTH, THIRD
from views.actions import runs as actions
from views.data.connection import forget

LOG = fixture("run_batt_october.log")
Facts = dict[str, str]
SILENT: dict[str, Any] = {"config": None, "cache_state": "unknown", "environment": None, "started_at": None}
#: What differs between two databases in which the same was done.
MOMENTS = ["stored_at", "deleted_at"]


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Goes to the place of one face: each has a folder and a database of its own, alike at the start."""

    def go(face: str) -> None:
        folder = tmp_path / face
        folder.mkdir(exist_ok=True)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder / 'q.db'}")
        monkeypatch.setenv("QUICKWIN_HOME", str(folder / "home"))
        forget()

    return go


def seeded(*records: RunRecord) -> None:
    engine = open_engine()
    for one in records:
        store.store_run(engine, one)
    engine.dispose()


def contents() -> dict[str, list[dict[str, Any]]]:
    """What is in the database, but for the moments at which it was written."""
    engine = open_engine()
    runs = queries.runs(engine, sort="id", deleted=None)
    ids = runs["id"].tolist()
    there = runs.assign(deleted=runs["deleted_at"].notna(), profile=[queries.profile(engine, one) for one in ids])
    facts = queries.stated_facts(engine, ids).drop(columns="stated_at")
    engine.dispose()
    return {"runs": _rows(there.drop(columns=MOMENTS)), "facts": _rows(facts)}


def _rows(frame: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in frame.astype(object).where(frame.notna(), None).to_dict("records")]


def said(text: str) -> str:
    """A sentence without what a face puts around it."""
    return re.sub(r"\[(.*?)\]\(.*?\)", r"\1", text.strip().removesuffix(".").partition(";")[0]).lower()


ACTS: dict[str, tuple[list[tuple[str, ...]], Callable[[], list[str]]]] = {
    "tag": ([("tag", "nightly", "1-2")], lambda: [actions.tag([1, 2], "nightly")]),
    "untag": (
        [("tag", "nightly", "1-2"), ("tag", "nightly", "2", "--off")],
        lambda: [actions.tag([1, 2], "nightly"), actions.untag([2], "nightly")],
    ),
    "tag of a role": ([("tag", "baseline", "1")], lambda: [actions.tag([1], "baseline")]),
    "delete": ([("delete", "1", "2")], lambda: [actions.delete([1, 2])]),
    "undo": ([("delete", "1"), ("undo",)], lambda: [actions.delete([1]), actions.undelete([1])]),
    "assign": (
        [("assign", "1", "2", "--machine", "Kaggle", "--caches", "cold", "--config", THIRD)],
        lambda: [actions.assign([1, 2], {"machine": "Kaggle", "cache_state": "cold", "config": THIRD})],
    ),
    "role": ([("assign", "2", "--as", "final")], lambda: [actions.assign([2], {"role": "final"})]),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_the_same_by_command_and_in_the_app(act: str, places: Callable[[str], None]) -> None:
    commands, in_app = ACTS[act]
    places("cli")
    seeded(record("one", **SILENT), record("two"), record("three"))
    printed = [quickwin(*words_) for words_ in commands]
    by_command = contents()
    places("app")
    seeded(record("one", **SILENT), record("two"), record("three"))
    sentences = in_app()
    assert contents() == by_command
    assert [said(one.stdout) for one in printed] == [said(one) for one in sentences]


def test_a_label_and_a_note_are_the_same_by_command_and_in_the_app(places: Callable[[str], None]) -> None:
    places("cli")
    seeded(record("one"))
    quickwin("rename", "1", " Kaggle ")
    quickwin("note", "1", "busy machine")
    by_command = contents()
    places("app")
    seeded(record("one"))
    actions.edit(1, " Kaggle ", "busy machine")
    assert contents() == by_command


@pytest.mark.parametrize("words_", [("delete", "1"), ("tag", "x", "1")])
def test_the_buttons_of_the_runs_page_do_what_the_commands_do(
    words_: tuple[str, ...],
    places: Callable[[str], None],
    open_page: Open,  # noqa: F811
) -> None:
    places("cli")
    seeded(record("one"), record("two"))
    quickwin(*words_)
    by_command = contents()
    places("app")
    seeded(record("one"), record("two"))
    page = select(open_page("runs"), 1)
    if words_[0] == "tag":
        page.text_input(key="runs.tag").set_value("x")
    label = {"delete": "Delete", "tag": "Add"}[words_[0]]
    next(button for button in page.button if button.label == label).click().run()
    assert contents() == by_command


def select(page: AppTest, run_id: int) -> AppTest:
    """Selects a run in the table."""
    selected = {"version": runs_table(page)[1]["version"], "ids": [run_id]}
    page.session_state["runs.table"] = {"selected": selected}
    return page.run()


IMPORTS: dict[str, tuple[tuple[str, ...], Facts]] = {
    "nothing": ((), {}),
    "baseline": (("--as", "baseline"), {"role": "baseline"}),
    "final": (("--as", "final"), {"role": "final"}),
    "final with its wins": (("--as", "final", "--config", "all"), {"role": "final", "config": "all"}),
    "a win": (("--as", f"win:{FOURTH}"), {"config": FOURTH}),
    "all that a log does not say": (
        ("--machine", "Kaggle", "--date", "2026-11-23 20:43", "--pipeline", "run_batt", "--config", THIRD),
        {"machine": "Kaggle", "started_at": "2026-11-23 20:43", "pipeline": "run_batt", "config": THIRD},
    ),
    "what the log says itself": (("--caches", "warm"), {"cache_state": "warm"}),
    "a config that is none": (("--config", "nonsense"), {"config": "nonsense"}),
}


@pytest.mark.parametrize("again", [False, True], ids=["new", "there already"])
@pytest.mark.parametrize("kind", IMPORTS)
def test_an_import_is_the_same_by_command_and_in_the_app(
    kind: str,
    again: bool,
    places: Callable[[str], None],
    tmp_path: Path,
    open_page: Open,  # noqa: F811
) -> None:
    options, answers = IMPORTS[kind]
    places("cli")
    Path("run.log").write_bytes(LOG)
    if again:
        quickwin("import", "run.log", "--yes")
    printed = quickwin("import", "run.log", "--yes", *options)
    by_command = contents()
    places("app")
    shutil.copy(tmp_path / "cli" / "run.log", "run.log")
    if again:
        quickwin("import", "run.log", "--yes")
        forget()
    page = import_in_app(open_page("import"), answers)
    assert contents() == by_command
    last = said(printed.output.strip().splitlines()[-1].removeprefix("Error: "))
    assert last in re.sub(r"\[(.*?)\]\(.*?\)", r"\1", words(page)).lower()


def import_in_app(page: AppTest, answers: Facts) -> AppTest:
    page.file_uploader[0].upload("run.log", LOG)
    page.run()
    name = f"import.table.{page.session_state['import.filled']}"
    page.session_state[name] = {"edited_rows": {0: dict(answers)}, "added_rows": [], "deleted_rows": []}
    page.run()
    return next(button for button in page.button if button.label == "Store").click().run()


def test_of_several_profiles_both_keep_all(places: Callable[[str], None], open_page: Open) -> None:  # noqa: F811
    from profiles.intake.results import RunPreview
    from services.importing import store_run
    from views.actions.imports import store as store_in_app

    def session(seconds: float) -> dict[str, Any]:
        return {"frame_records": [[[f"f{seconds}\x00a.py\x001"], seconds]], "duration": seconds}

    run = RunPreview(record=record("one"), files=("a.log",), profiles=(session(1.0), session(2.0)))
    places("cli")
    engine = open_engine()
    store_run(engine, run)
    engine.dispose()
    by_command = contents()
    places("app")
    store_in_app(run, "one", {})
    assert contents() == by_command
    assert str(by_command["runs"][0]["profile"]).count("a.py") == 2
