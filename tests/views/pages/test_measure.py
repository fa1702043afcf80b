import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from db import store
from tests.views.conftest import Open, words
from tests.views.seed import Seeder
from tests.worked_example import FOURTH, SECOND, THIRD
from views.actions import measuring as actions
from views.data.connection import forget
from views.parts import measurement


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What would have been started; nothing is."""
    asked: list[list[str]] = []

    def start(arguments: Sequence[str]) -> tuple[int, Path]:
        asked.append(list(arguments))
        return 999_999_999, tmp_path / "no.log"

    monkeypatch.setattr(actions, "start", start)
    return asked


def test_an_empty_database_says_how_a_measurement_goes(empty: str, open_page: Open) -> None:
    said = words(open_page("measure"))
    assert "Nothing is measured yet" in said
    assert "No earlier run tells how long this takes" in said
    assert "quickwin measure none all --tasks 100 --candidates 132 --cold --blocks 20 --minutes 30" in said


def test_the_duration_follows_from_earlier_runs(full: str, open_page: Open) -> None:
    said = words(open_page("measure", tasks=10))
    assert "A block is 4 runs and takes about" in said


@pytest.mark.parametrize(
    ("minutes", "expected"), [(1, r"Expect (60(\.0)? s|1 min), all of"), (30, r"Expect [\d.]+ (s|min)( \d+ s)? to ")]
)
def test_the_expected_time_ends_where_the_budget_of_minutes_does(
    minutes: int, expected: str, full: str, open_page: Open
) -> None:
    said = words(open_page("measure", tasks=10, blocks=200, minutes=minutes))
    assert re.search(expected, said), said


def test_start_starts_what_was_chosen(empty: str, open_page: Open, started: list[list[str]]) -> None:
    page = open_page("measure", before="none", after=THIRD, tasks=5, caches="warm")
    page.button(key="measure.start").click().run()
    choice = ["--tasks", "5", "--candidates", "132", "--warm", "--blocks", "20", "--minutes", "30"]
    assert started == [["measure", "none", THIRD, *choice]]
    assert "It ended before it began to measure" in " ".join(one.value for one in page.error)


def test_both_may_be_measured_at_once(empty: str, open_page: Open, started: list[list[str]]) -> None:
    page = open_page("measure", tasks=5, duet=1)
    assert page.toggle(key="measure/duet").value is True
    if not page.button(key="measure.start").disabled:  # one core alone: a sentence says so
        page.button(key="measure.start").click().run()
        assert started[0][-1] == "--duet"
    else:
        assert "no duet" in words(page).lower()
    said = words(open_page("measure", kind="all wins", duet=1))
    assert "`quickwin attribute" in said and "--duet" not in said


def test_equal_configs_may_be_measured_to_see_the_noise(empty: str, open_page: Open) -> None:
    assert not open_page("measure", before="none", after="none").button(key="measure.start").disabled


@pytest.mark.parametrize(
    ("query", "said"), [({"after": "nonsense"}, "No win is called nonsense"), ({"blocks": 2}, "2 blocks can never")]
)
def test_what_can_not_be_measured_can_not_be_started(
    query: dict[str, Any], said: str, empty: str, open_page: Open
) -> None:
    page = open_page("measure", **query)
    assert page.button(key="measure.start").disabled
    assert said in words(page)


def test_an_attribution_is_offered_with_its_own_budget(empty: str, open_page: Open) -> None:
    page = open_page("measure", kind="all wins")
    assert "quickwin attribute --tasks 100 --candidates 132 --cold --blocks 3 --minutes 90" in words(page)


def test_a_finished_measurement_says_its_verdict_first(full: str, open_page: Open) -> None:
    page = open_page("measure", measurement=1)
    assert f"Measurement 1, none against {FOURTH}, 10 tasks, cold, 8 blocks: Faster: " in words(page).replace("**", "")
    assert re.search(r"faster 2\.\d\dx \(1\.\d\dx to 2\.\d\dx\)$", page.header[0].value)
    said = words(page)
    assert "answers equal" in said and "A row for each block" in said
    assert "is running" not in said


def test_a_measurement_under_way_shows_how_far_it_is_and_can_be_stopped(
    full: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = Seeder(full).pair("none", SECOND, blocks=3, status="running")
    stopped: list[int] = []
    monkeypatch.setattr(actions, "stop", stopped.append)
    page = open_page("measure", measurement=number)
    assert "is under way: block 4 of at most 20" in words(page)
    assert "Block 4, run 1 of 4: " in words(page) and "blocks to go, about" in words(page)
    page.button(key="measure.stop").click().run()
    assert stopped == [number]


def test_a_measurement_whose_process_is_gone_was_interrupted(full: str, open_page: Open) -> None:
    seeder = Seeder(full)
    number = seeder.pair("none", SECOND, blocks=3, status="running")
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        store.update_measurement(seeder.engine, number, pid=process.pid)
    st.cache_data.clear()
    page = open_page("measure", measurement=number)
    assert "was interrupted, 3 blocks" in words(page)
    assert page.button(key="measure.continue").label == "Continue"


def test_a_stopped_measurement_can_be_continued(full: str, open_page: Open, started: list[list[str]]) -> None:
    number = Seeder(full).pair("none", SECOND, blocks=3, status="stopped")
    page = open_page("measure", measurement=number)
    assert "was stopped" in words(page)
    page.button(key="measure.continue").click().run()
    assert started[0][:3] == ["measure", "--continue", str(number)]
    assert int(started[0][-1]) >= 20


def test_the_measurement_that_was_started_is_shown_as_soon_as_it_is_stored(full: str, open_page: Open) -> None:
    seeder = Seeder(full)
    page = open_page("measure", measurement=1)
    number = seeder.pair("none", SECOND, blocks=3, status="running")
    store.update_measurement(seeder.engine, number, pid=4711)
    forget()
    page.session_state["measure.started"] = (4711, "no.log")
    page.run()
    assert page.selectbox(key="measure/measurement").value == str(number)
    assert "measure.started" not in page.session_state


def test_a_second_click_while_the_first_process_starts_begins_nothing(
    empty: str, open_page: Open, started: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("measure")
    monkeypatch.setattr(actions, "running", lambda pid: True)
    page.button(key="measure.start").click().run()
    assert page.button(key="measure.start").disabled
    with monkeypatch.context() as patch:  # a second click comes before the page is drawn again
        patch.setattr(st, "session_state", {"measure.started": (999_999_999, "no.log")})
        measurement.begin(["measure", "none", "all"])
    assert len(started) == 1


def test_what_is_at_work_elsewhere_is_shown_beside_another_measurement(full: str, open_page: Open) -> None:
    number = Seeder(full).pair("none", SECOND, blocks=3, status="running")
    page = open_page("measure", measurement=1)
    assert f"[Measurement {number}](measure?measurement={number})" in words(page)
    assert page.selectbox(key="measure/measurement").value == "1"


def test_an_attribution_has_its_picture_of_every_config(full: str, open_page: Open) -> None:
    number = Seeder(full).attribution()
    assert "A column for each number of wins" in words(open_page("measure", measurement=number))


def test_cpu_seconds_may_settle_it(empty: str, open_page: Open, started: list[list[str]]) -> None:
    page = open_page("measure", settled_by="cpu")
    page.button(key="measure.start").click().run()
    assert started[0][-2:] == ["--metric", "cpu"]


@pytest.mark.parametrize("query", [{"blocks": 100_000}, {"minutes": "x"}, {"tasks": -3}, {"measurement": "77"}])
def test_an_address_that_asks_for_what_can_not_be_says_so(query: dict[str, Any], full: str, open_page: Open) -> None:
    assert "The address asks for" in words(open_page("measure", **query))
