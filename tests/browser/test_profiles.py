"""What a user does with a profile: find a function, walk to it by keys, compare two profiles."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from db.engine import open_engine
from db.store import save_profile
from profiles.sessions import write_session
from tests.browser.conftest import App
from tests.browser.test_every_page import found_by_axe
from tests.profiles.test_sessions import session

MAIN, SCORE, OBJECTS = "main\x00run.py\x001", "score\x00score.py\x009", "objects\x00dsl.py\x0077"
RARE = "rare\x00score.py\x0099"


@pytest.fixture(scope="module")
def profiled(used_app: App) -> App:
    """Runs 1 and 2 get a profile each; in the second ``objects`` is gone."""
    engine = open_engine(used_app.database)
    first = [[[MAIN, SCORE], 6.0], [[MAIN, SCORE, OBJECTS], 3.0], [[MAIN, RARE], 0.0005]]
    for run_id, records in ((1, first), (2, [[[MAIN, SCORE], 7.0]])):
        save_profile(engine, run_id, write_session(session(records)))
    engine.dispose()
    return used_app


def test_a_function_is_found_in_a_profile_by_keys_alone(profiled: App, page: Page) -> None:
    profiled.open(page, "run?run=1&show=Profile&find=rare")
    chart = page.get_by_role("application", name="Flame chart")
    expect(chart).to_be_visible()
    status = page.get_by_role("status").filter(has_text="found")
    expect(status).to_contain_text("1 found, Enter for the next. 1 of 4 frames are not in view")
    chart.focus()
    page.keyboard.press("Enter")
    expect(status).to_contain_text("rare, score.py:99: total 0.5 ms")
    for key, name in (
        ("ArrowUp", "main, run.py:1"),
        ("ArrowDown", "score, score.py:9"),
        ("ArrowDown", "objects, dsl.py"),
    ):
        page.keyboard.press(key)
        expect(status).to_contain_text(name)
    assert not found_by_axe(page)


def test_the_difference_of_two_profiles_names_what_is_gone(profiled: App, page: Page) -> None:
    profiled.open(page, "compare?a=1&b=2")
    expect(page.get_by_role("application")).to_be_visible()
    expect(page.get_by_text("Gone in run 2")).to_be_visible()
    expect(page.get_by_text("objects (33.3%)")).to_be_visible()
