"""Every page of a project of one's own without tasks, phases, caches or a plan, after a measurement."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from db import store
from db.engine import open_engine
from profiles.records import Environment, RunRecord, Workload
from profiles.sessions import write_session
from tests.made_once import made_once
from tests.profiles.test_sessions import session
from tests.views.conftest import Open, own_project, runs_table, words
from views.data import profiles
from views.data.connection import forget
from views.page import all_pages

#: What only the worked example has.
FOREIGN = re.compile(r"\b(ARC|solvers?|candidates?|\d+ tasks?|DSL|Kaggle|24\.8|tracker's)\b")


def run(number: int, config: frozenset[str], seconds: float, workload: str) -> RunRecord:
    return RunRecord(
        key=f"run {number}", label=f"run {number}", config=config, cache_state="cold", wall_seconds=seconds,
        cpu_seconds=seconds, pipeline="mine", results_fingerprint="same", environment=Environment(machine="here"),
        workload=Workload(fingerprint=workload, tasks=0, description=workload),
    )  # fmt: skip


@pytest.fixture(scope="module")
def measured_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven blocks, over other parameters than those of the file."""
    return made_once(tmp_path_factory, "measured.db", measure)


def measure(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}")
    arms = [{"name": name, "config": config} for name, config in zip("AB", ("none", "speed_0"), strict=True)]
    spec = {"kind": "pair", "arms": arms, "cache_state": "cold", "parameters": {"rows": 5}, "max_blocks": 7}
    number = store.begin_measurement(engine, spec)
    for block in range(1, 8):
        for place, (arm, config) in enumerate((("A", frozenset[str]()), ("B", frozenset({"speed_0"}))), 1):
            at = 2 * block + place
            run_id, _ = store.store_run(engine, run(at, config, (3 - place) * (1 + block / 1000), "rows=5"))
            store.add_block_run(engine, number, block, arm, place, run_id)
    verdict = {"verdict": "faster", "speedup": 2.0, "low": 1.9, "high": 2.1, "blocks": 7, "reason": "Faster: 2.000x."}
    store.update_measurement(engine, number, status="finished", verdict=verdict)
    engine.dispose()


@pytest.fixture
def measured(empty: str, measured_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A project of its own whose first win was measured so."""
    own_project(monkeypatch, tmp_path, 3)
    file = tmp_path / "quickwin.toml"
    file.write_text(file.read_text().replace('"true"', '"true {rows}"\nparameters = { rows = 9 }'))
    shutil.copy(measured_file, empty.removeprefix("sqlite:///"))
    forget()


@pytest.mark.parametrize("url_path", [page.url_path for page in all_pages()])
def test_a_page_says_nothing_of_another_pipeline_and_meets_no_problem(
    url_path: str, measured: None, open_page: Open
) -> None:
    page = open_page(url_path)
    said = words(page)
    said = "\n".join(line for line in said.splitlines() if not line.startswith("| "))  # the formats: any may come
    assert not page.exception and "Something went wrong" not in said
    assert not FOREIGN.findall(said)


def test_an_opened_win_has_neither_tasks_nor_phases_where_there_are_none(measured: None, open_page: Open) -> None:
    said = words(open_page("decide", win="speed_0"))
    assert "0 tasks" not in said and "Neither run says where its time went" in said


def test_two_runs_beside_each_other_lack_no_tasks(measured: None, open_page: Open) -> None:
    said = words(open_page("compare", a=1, b=2))
    assert "no task in common" not in said and "No phase differs" not in said


def test_runs_without_phases_have_no_column_of_where_their_time_went(measured: None, open_page: Open) -> None:
    frame, _ = runs_table(open_page("runs"))
    assert "wall_seconds" in frame.columns and "phases" not in frame.columns


def test_what_is_measured_is_not_called_unmeasured(measured: None, open_page: Open) -> None:
    assert "Nothing is measured yet" not in words(open_page("progress"))


@pytest.mark.parametrize("url_path", ["runs", "run", "compare"])
def test_a_first_run_of_the_command_is_offered(
    url_path: str, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_page: Open
) -> None:
    own_project(monkeypatch, tmp_path, 2)
    page = open_page(url_path)
    assert "`quickwin run --wins none --cold`" in [one.value for one in page.markdown]
    assert "Start a first run" in [button.label for button in page.button]
    assert not FOREIGN.findall(words(page))


def test_a_profile_tells_the_program_s_own_functions_from_those_of_packages(measured: None, open_page: Open) -> None:
    engine = open_engine()
    stacks = [[["main\x00/home/me/etl.py\x001"], 1.0], [["loads\x00/usr/lib/python3.11/json/__init__.py\x009"], 1.0]]
    store.save_profile(engine, 1, write_session(session(stacks)))
    engine.dispose()
    said = words(open_page("run", run="1", show="Profile"))
    assert "the program's own functions" in said and "those of the interpreter and of packages" in said
    assert not FOREIGN.findall(said)
    frames = profiles.frames(1)
    assert dict(zip(frames["name"], frames["category"], strict=True)) == {"main": "work", "loads": "framework"}


def test_a_project_without_caches_is_not_asked_for_them(measured: None, open_page: Open) -> None:
    page = open_page("measure")
    assert not page.exception
    assert "Caches" not in [one.label for one in page.segmented_control]
    assert "--cold" in words(page)


@pytest.mark.parametrize(("wins", "asked"), [(1, False), (3, True)])
def test_how_wins_share_the_seconds_is_asked_where_there_are_several(
    wins: int, asked: bool, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_page: Open
) -> None:
    own_project(monkeypatch, tmp_path, wins)
    forget()
    assert ("All wins together" in words(open_page("decide"))) is asked
