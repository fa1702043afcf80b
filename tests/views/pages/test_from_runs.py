"""From uploaded logs to a verdict in the app: which is best and why, a form for what is missing, one button."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from db import queries, store
from db.engine import open_engine
from services import from_runs
from services.project import current_project
from tests.profiles.importers.files import fixture
from tests.views.conftest import Open, words
from views.data.connection import forget

LOG = fixture("run_batt_october.log")
WIN = current_project().names[0]


@pytest.fixture
def engine(empty: str) -> Engine:
    return open_engine(empty)


@pytest.fixture
def imported(engine: Engine, open_page: Open) -> Callable[..., AppTest]:
    """Uploads four logs, and stores them."""

    def stored(**answers: str) -> AppTest:
        page = open_page("import")
        for number, seconds in enumerate((b"24.500", b"24.700", b"19.800", b"20.100"), 1):
            page.file_uploader[0].upload(f"log {number}.log", LOG.replace(b"24.500", seconds))
        page.run()
        name = f"import.table.{page.session_state['import.filled']}"
        edits = dict.fromkeys(range(4), answers) if answers else {}
        page.session_state[name] = {"edited_rows": edits, "added_rows": [], "deleted_rows": []}
        page.run()
        return press(page, "Store all 4")

    return stored


def press(page: AppTest, label: str) -> AppTest:
    return next(button for button in page.button if button.label == label).click().run()


def test_right_after_an_import_it_says_which_is_best_and_what_stands_against_it(
    imported: Callable[..., AppTest],
) -> None:
    page = imported(machine="Kaggle", config="none")
    assert not page.exception
    assert "took the least time" in words(page)
    assert "evidence needs runs of two configs" in words(page).lower()


def test_what_is_missing_is_a_form_and_then_one_button_makes_it_evidence(
    engine: Engine, imported: Callable[..., AppTest]
) -> None:
    page = imported()
    assert "This is not known of them" in words(page)
    page.text_input(key="import.from_runs.machine").set_value("Kaggle")
    for run_id in (1, 2, 3, 4):
        page.text_input(key=f"import.from_runs.config.{run_id}").set_value("none" if run_id < 3 else WIN)
    page = press(press(page, "Say it"), "Judge 2 against 2")
    assert "Measurement 1 (separate runs)" in words(page).replace(
        "[measurement 1](measure?measurement=1)", "Measurement 1"
    )
    kept = queries.measurement(engine, 1)
    assert kept.spec["runs"] == {"A": [1, 2], "B": [3, 4]} and kept.verdict is not None
    assert kept.spec["arms"][1] == {"name": "B", "config": WIN}


def test_a_fact_that_can_not_be_is_said_and_the_form_stays(engine: Engine, imported: Callable[..., AppTest]) -> None:
    page = imported(machine="Kaggle")
    page.text_input(key="import.from_runs.config.1").set_value("nonsense")
    page = press(page, "Say it")
    assert "no win is called nonsense" in words(page)
    assert queries.run(engine, 1).config is None


def test_compare_has_the_same_button_and_the_command_gives_the_same(
    engine: Engine, imported: Callable[..., AppTest], open_page: Open, tmp_path_factory: pytest.TempPathFactory
) -> None:
    imported(machine="Kaggle")
    store.state_facts(engine, [1, 2], {"config": "none"})
    store.state_facts(engine, [3, 4], {"config": WIN})
    forget()
    page = press(open_page("compare", a=1, b=2, more="3,4"), "Judge 2 against 2")
    assert not page.exception
    in_app = queries.measurement(engine, 1)
    again = from_runs.measure_from_runs(engine, [1, 2], [3, 4])
    assert (again.measurement_id, again.is_new) == (1, False)
    assert in_app.verdict is not None and str(in_app.verdict["reason"])[:30] in words(page)
