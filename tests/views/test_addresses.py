"""What is seen belongs to one page: no two pages share a key, and every page keeps its state by ``views.address``."""

from __future__ import annotations

import ast
from pathlib import Path

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
