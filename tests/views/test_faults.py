"""Every page on every fault of the database: one sentence or what can be shown, never a stack trace; and read-only."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from db import engine as engine_module
from tests.views.conftest import Open, runs_table, words
from tests.worked_example import FOURTH
from views.data.connection import forget
from views.page import all_pages

PAGES = [page.url_path for page in all_pages()]


def _sql(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def _locked(file: Path, stack: ExitStack) -> None:
    _sql(file, "PRAGMA journal_mode = DELETE")
    holder = stack.enter_context(closing(sqlite3.connect(file, isolation_level=None)))
    holder.execute("BEGIN EXCLUSIVE")


def _made_by(*statements: str) -> Callable[[Path, ExitStack], None]:
    return lambda file, stack: _sql(file, *statements)


FAULTS: dict[str, Callable[[Path, ExitStack], None]] = {
    "locked": _locked,
    "two versions": _made_by("INSERT INTO quickwin_version VALUES ('0001')"),
    "no measurements": _made_by("DROP TABLE measurements"),
    "no phases": _made_by("DROP TABLE phases"),
    "half a spec": _made_by("UPDATE measurements SET spec = '{\"arms'"),
    "a list for a spec": _made_by("UPDATE measurements SET spec = '[1, 2]'"),
    "no verdict": _made_by("UPDATE measurements SET verdict = '7'"),
    "no date": _made_by("UPDATE runs SET started_at = 'the day before'"),
    "text for seconds": _made_by("UPDATE runs SET wall_seconds = 'fast', cpu_seconds = 'fast'"),
    "text for counts": _made_by("UPDATE runs SET task_count = 'many', errors = 'few'"),
    "other seconds": _made_by("UPDATE runs SET wall_seconds = wall_seconds / 2"),
    "other phases": _made_by("UPDATE phases SET self_seconds = self_seconds / 2, path = '\"no list\"'"),
    "other blocks": _made_by("UPDATE blocks SET position = 'first'"),
}


def _opened(open_page: Open, url_path: str, **query: str) -> AppTest:
    page = open_page(url_path, **query)
    assert not page.exception
    assert not [error.value for error in page.error if "did not expect" in error.value]
    assert "Traceback" not in words(page)
    return page


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_database_is_a_sentence_on_every_page(
    fault: str, full: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module.open_engine, "__kwdefaults__", {"busy_seconds": 0.05, "read_only": None})
    with ExitStack() as stack:
        FAULTS[fault](Path(full.removeprefix("sqlite:///")), stack)
        for url_path in PAGES:
            forget()
            page = _opened(open_page, url_path)
            if fault in ("locked", "two versions"):
                assert page.error or url_path == "import"


def test_runs_that_were_altered_are_marked_and_are_no_evidence(full: str, open_page: Open) -> None:
    _sql(Path(full.removeprefix("sqlite:///")), "UPDATE runs SET wall_seconds = wall_seconds / 2")
    table, _ = runs_table(open_page("runs"))
    assert set(table["status"]) == {"altered"} and table["wall_seconds"].isna().all()
    decide = words(open_page("decide"))
    assert "altered behind Quickwin's back" in words(open_page("decide", win=FOURTH))
    assert "faster" not in decide.lower().replace("which is faster", "") or "altered" in decide


def test_in_the_read_only_mode_no_button_writes_and_each_that_would_says_why(
    full: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUICKWIN_READ_ONLY", "1")
    file, locked = Path(full.removeprefix("sqlite:///")), {}
    before = file.read_bytes()
    for url_path in PAGES:
        query = {"decide": {"win": FOURTH}, "progress": {"tracking": "1"}}.get(url_path, {})
        page = _opened(open_page, url_path, **query)
        locked[url_path] = [one for one in page.button if one.disabled and "QUICKWIN_READ_ONLY" in (one.help or "")]
        for number, one in enumerate(page.button):
            if not one.disabled:
                _opened(open_page, url_path, **query).button[number].click().run()
    assert file.read_bytes() == before
    assert {name for name, buttons in locked.items() if buttons} >= {"progress", "decide", "measure", "runs"}


def test_in_the_read_only_mode_no_first_run_is_started(
    empty: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [one.disabled for one in open_page("runs").button if one.label == "Start a first run"] == [False]
    monkeypatch.setenv("QUICKWIN_READ_ONLY", "1")
    (start,) = [one for one in open_page("runs").button if one.label == "Start a first run"]
    assert start.disabled and "QUICKWIN_READ_ONLY" in (start.help or "")


def test_without_it_the_same_buttons_can_be_pressed(full: str, open_page: Open) -> None:
    for url_path in PAGES:
        assert not [one for one in open_page(url_path).button if "QUICKWIN_READ_ONLY" in (one.help or "")]
