"""What a user does, from the first click to what they learn."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import App, settled
from tests.worked_example import FOURTH, THIRD


def test_the_evidence_can_be_taken_along(used_app: App, page: Page) -> None:
    used_app.open(page)
    for button, name, holds in (
        ("Tracker (Markdown)", "PHASE4_TRACKER.md", "### Quick Win #4: DSL Operation Caching"),
        ("Results (Markdown)", "PHASE4_RESULTS.md", "## Attribution"),
        ("Report (HTML, with charts)", "report.html", "<svg "),
    ):
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        assert download.value.suggested_filename == name
        assert holds in download.value.path().read_text("utf-8")
        settled(page)


def test_a_tick_of_the_checklist_leads_to_what_it_rests_on(full_app: App, page: Page) -> None:
    full_app.open(page)
    page.get_by_text("ticked by evidence").click()
    link = page.get_by_role("link", name="measurement 1", exact=True).first
    full_app.open(page, str(link.get_attribute("href")).removeprefix("/"))
    expect(page.get_by_text(f"none against {FOURTH}").first).to_be_visible()


def test_a_decision_changes_progress(used_app: App, page: Page) -> None:
    used_app.open(page)
    expect(page.get_by_text("faster here with the win that was kept", exact=False)).to_be_visible()
    card = page.locator(f".st-key-progress-card-{THIRD}")
    page.get_by_text("The quick wins one by one").click()
    card.get_by_role("link", name="Decide", exact=True).click()
    expect(page.get_by_role("heading", name="Decide", level=1)).to_be_visible()
    row = page.locator(f".st-key-decide-row-{THIRD}")
    expect(row.get_by_text("Phases that it changed")).to_be_visible()
    settled(page)
    row.get_by_text("keep", exact=True).first.click()
    settled(page)
    row.get_by_label(f"Keep {THIRD}, because").fill("a fifth less, the answers are equal")
    row.get_by_label(f"Keep {THIRD}, because").press("Tab")
    row.get_by_role("button", name="Log the decision", exact=True).click()
    expect(page.get_by_text(f"Decision 2: keep {THIRD}", exact=False)).to_be_visible()
    page.get_by_role("link", name="Progress", exact=True).click()
    expect(page.get_by_text("faster here with the 2 wins that were kept", exact=False)).to_be_visible()
    page.get_by_text("The quick wins one by one").click()
    expect(card.get_by_text(re.compile("kept$"))).to_be_visible()
