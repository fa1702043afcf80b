"""Which wins do I keep: from an empty database to the tracker's download."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Serve, settled

SMALL = "tasks=3&candidates=20&blocks=6"


def measure(app: App, page: Page, after: str) -> None:
    app.open(page, f"measure?{SMALL}&before=none&after={after}")
    page.get_by_role("button", name="Start", exact=True).click()
    verdict = re.compile(r"6 blocks: (Faster|Slower|The same|Unresolved)", re.IGNORECASE)
    expect(page.get_by_text(verdict).first).to_be_visible(timeout=400_000)


def test_which_wins_do_i_keep_from_an_empty_database_to_the_tracker(own_app: Serve, page: Page) -> None:
    app = own_app()
    app.open(page, "decide")
    expect(page.get_by_text("No win is measured yet.")).to_be_visible()
    expect(page.get_by_role("link", name="Measure all wins against the baseline")).to_be_visible()
    measure(app, page, "early_exit")
    page.get_by_role("link", name="Decide", exact=True).click()
    expect(settled(page).get_by_text("0 of 6 wins are decided", exact=False)).to_be_visible()
    row = page.locator(".st-key-decide-row-early_exit")
    row.get_by_role("button", name="early_exit").click()
    expect(row.get_by_text("Phases that it changed")).to_be_visible()
    expect(page).to_have_url(re.compile("win=early_exit"))
    row.get_by_text("revert", exact=True).click()
    because = row.get_by_label("Revert early_exit, because")
    because.fill("three tasks show nothing")
    because.press("Tab")
    against = row.get_by_label("Decide so all the same, because")
    button = row.get_by_role("button", name="Log the decision", exact=True)
    if against.count():
        against.fill("it is to be simple")
        against.press("Tab")
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_text("Decision 1: revert early_exit", exact=False)).to_be_visible()
    page.get_by_role("link", name="See where that leaves us").click()
    expect(settled(page).get_by_role("heading", level=1)).to_contain_text("Progress")
    with page.expect_download() as download:
        page.get_by_role("button", name="Tracker (Markdown)", exact=True).click()
    assert "three tasks show nothing" in download.value.path().read_text("utf-8")


def test_back_closes_a_row_and_a_link_opens_it(full_app: App, page: Page) -> None:
    full_app.open(page, "decide")
    row = page.locator(".st-key-decide-row-dsl_cache")
    row.get_by_role("button", name="dsl_cache").click()
    expect(row.get_by_text("Phases that it changed")).to_be_visible()
    page.go_back()
    expect(row.get_by_text("Phases that it changed")).to_have_count(0)
    expect(settled(page).get_by_role("heading", level=1)).to_contain_text("Decide")
    full_app.open(page, "decide?win=dsl_cache")
    expect(row.get_by_text("Phases that it changed")).to_be_visible()
