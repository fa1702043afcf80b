"""Databases for the app: an empty one, and a small full one that is made once and copied."""

from __future__ import annotations

import functools
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.local_script_runner import LocalScriptRunner
from streamlit.util import calc_hash

from tests.views.seed import full_database_file
from views.data.connection import forget
from views.page import all_pages

APP = Path(__file__).resolve().parents[2] / "app.py"
Open = Callable[..., AppTest]
# A server looks once for components among the installed packages, an AppTest at each opening: as long as a page takes.
manifest_scanner.scan_component_manifests = functools.cache(manifest_scanner.scan_component_manifests)


def _stopped(runner: LocalScriptRunner) -> bool:
    """As an AppTest asks a thousand times a second, which takes turns from the script that it waits for."""
    if runner._script_thread is not None:
        runner._script_thread.join(1.0)
    return any(event == ScriptRunnerEvent.SHUTDOWN for event in runner.events)


LocalScriptRunner.script_stopped = _stopped


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return full_database_file(tmp_path_factory)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The settings point to an empty database; gives its address."""
    url = f"sqlite:///{tmp_path / 'quickwin.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("QUICKWIN_HOME", str(tmp_path / "home"))
    forget()
    yield url
    forget()


@pytest.fixture
def full(empty: str, _filled: Path) -> str:
    """The settings point to a copy of the full database; gives its address."""
    shutil.copy(_filled, empty.removeprefix("sqlite:///"))
    return empty


@pytest.fixture
def open_page() -> Open:
    """Opens the page at an address: ``open_page("decide", win="one_of_them")``."""
    first = all_pages()[0].url_path

    def opened(url_path: str, **query: Any) -> AppTest:
        page = AppTest.from_file(str(APP), default_timeout=30)
        page._page_hash = calc_hash("" if url_path == first else url_path)
        for name, value in query.items():
            page.query_params[name] = value if isinstance(value, list) else str(value)
        return page.run()

    return opened


def runs_table(page: AppTest) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The runs that the page Runs lists, cells as they are read and bars as SVG, and all that its table is given."""
    drawn = [one.proto for one in page.get("bidi_component") if one.proto.component_name == "quickwin_runs"]
    (given,) = [json.loads(table.json) for table in drawn]
    rows = pd.DataFrame(given["rows"], columns=[column["name"] for column in given["columns"]])
    return (rows.assign(phases=given["bars"]) if "phases" in rows else rows), given


def tables(page: AppTest) -> list[pd.DataFrame]:
    """The tables to read that a page shows, as texts under their titles."""
    drawn = [str(one.proto.body) for one in page.get("html") if "<table>" in one.proto.body]
    parsed = [ElementTree.fromstring(table) for table in drawn]
    cells = [[["".join(cell.itertext()) for cell in row] for row in table.iter("tr")] for table in parsed]
    return [pd.DataFrame(rows, columns=titles) for titles, *rows in cells]


def words(page: AppTest) -> str:
    """Everything that a page says, without the backslashes of escaped Markdown."""
    kinds = (
        "title",
        "header",
        "subheader",
        "markdown",
        "caption",
        "info",
        "success",
        "warning",
        "error",
        "metric",
        "code",
        "table",
    )
    said = [str(one.value) for kind in kinds for one in page.get(kind)]
    return "\n".join(said).replace("\\", "").replace("\u2060", "")


def own_project(monkeypatch: pytest.MonkeyPatch, folder: Path, many: int) -> None:
    """A project of a command with so many wins; no plan, tasks, target or caches."""
    wins = "".join(f'[[win]]\nname = "speed_{one}"\non = {{ env = {{ S{one} = "1" }} }}\n' for one in range(many))
    (folder / "quickwin.toml").write_text(f'[pipeline]\ncommand = "true"\n{wins}')
    monkeypatch.setenv("QUICKWIN_PROJECT", str(folder / "quickwin.toml"))
