"""What is seen belongs to one page: no two pages share a key, and every page keeps its state by ``views.address``."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.views.conftest import Open, words
from views.page import all_pages

VIEWS = Path(__file__).resolve().parents[2] / "views"


def keys(file: Path) -> set[str]:
    """The keys of widgets that a module writes out, the fixed begin of those that it makes."""
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call)]
    values = [word.value for call in calls for word in call.keywords if word.arg == "key"]
    begins = [value.values[0] if isinstance(value, ast.JoinedStr) else value for value in values]
    return {str(one.value) for one in begins if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def test_no_two_modules_of_pages_share_a_key() -> None:
    owners: dict[str, list[str]] = {}
    for file in sorted([*(VIEWS / "pages").glob("*.py"), *(VIEWS / "parts").glob("*.py")]):
        for key in keys(file):
            owners.setdefault(key, []).append(file.stem)
    assert len(owners) > 50
    assert not {key: files for key, files in owners.items() if len(files) > 1}


def test_every_page_keeps_its_state_in_the_address_by_the_one_way() -> None:
    bound = {file.stem for file in VIEWS.rglob("*.py") if 'bind="query-params"' in file.read_text()}
    assert not bound


#: Where a page's address holds the number of a thing.
NUMBERS = [("run", "run"), ("compare", "a"), ("compare", "b"), ("runs", "pin"), ("measure", "measurement")]


@pytest.mark.parametrize("text", ["1e400", "-1", "0", "text", "9" * 20])
@pytest.mark.parametrize(("page", "name"), NUMBERS)
def test_a_number_that_can_not_be_is_a_sentence(page: str, name: str, text: str, full: str, open_page: Open) -> None:
    seen = open_page(page, **{name: text})
    assert f"asks for {name}={text}" in words(seen) and not seen.exception


@pytest.mark.parametrize("page", [page.url_path for page in all_pages()])
def test_a_number_that_another_page_would_take_breaks_none(page: str, full: str, open_page: Open) -> None:
    seen = open_page(page, run="1e400", a="-1", measurement="text")
    assert not seen.exception and "did not expect" not in words(seen)
