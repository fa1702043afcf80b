"""What holds for every page, widget and chart, read from the sources and from the pages themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.views.conftest import Open, words
from views.page import Page, all_pages, page_at

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [*sorted((ROOT / "views").rglob("*.py")), ROOT / "app.py"]
PAGES = [page.url_path for page in all_pages()]
MODULES = [path.stem for path in sorted((ROOT / "views" / "pages").glob("*.py")) if path.stem != "__init__"]
WIDGETS = {
    *("button", "checkbox", "toggle", "radio", "selectbox", "multiselect", "slider", "select_slider", "text_input"),
    *("text_area", "number_input", "date_input", "time_input", "file_uploader", "segmented_control", "pills"),
    *("data_editor", "dataframe", "download_button", "form_submit_button", "menu_button", "pagination", "feedback"),
    *("plotly_chart", "line_chart", "bar_chart", "area_chart", "scatter_chart", "expander"),
}
CHARTS = {"plotly_chart", "dataframe"}


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a method or function of Streamlit's names in a file."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def keywords(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


def test_every_page_has_its_own_address_place_and_question() -> None:
    pages = all_pages()
    for name in ("url_path", "order", "title", "question", "icon"):
        values = [getattr(page, name) for page in pages]
        assert len(set(values)) == len(values) and all(str(value) for value in values), name


def test_an_unknown_page_is_refused_with_those_there_are() -> None:
    with pytest.raises(KeyError, match="progress"):
        page_at("nowhere")


@pytest.mark.parametrize("module", MODULES)
def test_a_page_has_a_test_of_its_own(module: str) -> None:
    tests = [path.stem for path in (ROOT / "tests" / "views" / "pages").glob("test_*.py")]
    assert f"test_{module}".rstrip("_") in {name.rstrip("_") for name in tests}


@pytest.mark.parametrize("one", all_pages(), ids=lambda one: one.url_path)
def test_a_page_is_documented_in_the_readme(one: Page) -> None:
    readme = ROOT / "README.md"
    if not readme.exists():
        pytest.skip("there is no README yet")
    assert re.search(rf"\b{one.title}\b", readme.read_text("utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_widget_and_chart_has_a_key(path: Path) -> None:
    without = [
        f"{name} in line {call.lineno}"
        for name, call in calls(path)
        if name in WIDGETS and not {"key", None} & keywords(call)
    ]
    assert not without


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_chart_and_table_has_a_name_for_screen_readers(path: Path) -> None:
    without = [
        f"{name} in line {call.lineno}"
        for name, call in calls(path)
        if name in CHARTS and not {"alt", None} & keywords(call)
    ]
    assert not without


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_that_interprets_html_or_is_out_of_date_is_used(path: Path) -> None:
    source = path.read_text("utf-8")
    for word in ("unsafe_allow_html", "use_container_width", "components.v1", "unsafe_allow_javascript", "st.iframe"):
        assert word not in source
    for name, call in calls(path):
        # h3 behind h1 skips a level; white on the primary colour can not be read in the dark.
        assert name != "subheader", f"line {call.lineno}: st.header comes after the page's title"
        kinds = [keyword.value for keyword in call.keywords if keyword.arg == "type"]
        assert not any(isinstance(kind, ast.Constant) and kind.value == "primary" for kind in kinds), call.lineno


@pytest.mark.parametrize("url_path", PAGES)
def test_a_page_opens_on_an_empty_database_and_says_what_to_do(url_path: str, empty: str, open_page: Open) -> None:
    page = open_page(url_path)
    assert not page.exception and not page.error
    assert page.title[0].value == page_at(url_path).title
    assert len(words(page)) > 80


@pytest.mark.parametrize("url_path", PAGES)
def test_a_page_opens_on_a_full_database(url_path: str, full: str, open_page: Open) -> None:
    page = open_page(url_path)
    assert not page.exception and not page.error
    assert page.title[0].value == page_at(url_path).title


@pytest.mark.parametrize("url_path", PAGES)
def test_a_damaged_database_is_one_sentence_and_no_stack_trace(url_path: str, empty: str, open_page: Open) -> None:
    Path(empty.removeprefix("sqlite:///")).write_bytes(b"this is no database at all" * 200)
    page = open_page(url_path)
    assert not page.exception
    said = [one.value.replace("\\", "") for one in page.error]
    assert all("is not a database" in one for one in said)
    # The Import page reads nothing before there is a file.
    assert said or url_path == "import"
    assert "Traceback" not in words(page)


@pytest.mark.parametrize("url_path", PAGES)
def test_a_page_ignores_an_address_that_makes_no_sense(url_path: str, full: str, open_page: Open) -> None:
    nonsense = dict.fromkeys(("run", "a", "b", "win", "measurement", "before", "after", "tasks", "page"), "nonsense[")
    page = open_page(url_path, **nonsense)
    assert not page.exception
    assert not [one for one in page.error if "did not expect" in one.value]
