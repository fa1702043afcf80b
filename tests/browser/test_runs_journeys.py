"""What a person asks the history, in the worked example and in a project of their own."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opened, Served, settled
from tests.browser.test_history_journeys import select
from tests.browser.test_sharing_journey import choose, copied


def count(page: Page) -> Locator:
    """How many runs the filters leave."""
    return page.get_by_text(re.compile(r"^\d+ runs?$")).first


def test_why_was_run_7_slower_than_6(served: Served, page: Page) -> None:
    served.app.open(page, "runs")
    select(page, 1, 2, then="2 runs selected: 7 and 6")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(settled(page).get_by_role("heading", level=1)).to_contain_text("Compare")
    expect(page).to_have_url(re.compile(r"a=\d+&b=\d+"))
    expect(page.get_by_text("One pair of runs can not resolve which is faster", exact=False).first).to_be_visible()
    difference = page.get_by_text(re.compile(r"The difference is \+.*most of it comes from"))
    expect(difference).to_contain_text(served.place.phase)
    expect(page.get_by_text(re.compile(r"run 7 \(none cold, none\) took"))).to_be_visible()
    page.get_by_role("link", name="Measure these configs").click()
    expect(settled(page).get_by_role("heading", level=1)).to_contain_text("Measure")
    expect(page.get_by_text("quickwin measure all none", exact=False)).to_be_visible()


def test_last_week_s_runs_with_this_win_are_tagged_two_deleted_and_brought_back(served: Served, page: Page) -> None:
    served.app.open(page, "runs")
    choose(page, "Started", "last 7 days")
    page.get_by_role("button", name=re.compile("^More")).click()
    page.get_by_role("combobox", name="Win is on").click()
    page.get_by_role("option").first.click()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(count(settled(page))).to_have_text("4 runs")
    select(page, 0, 1, 2, 3, then="4 runs selected: 6, 5, 4 and 2")
    page.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_role("textbox", name="Tag").fill("checked")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text(re.compile("checked.*4 runs|4 runs.*checked")).first).to_be_visible()
    settled(page).get_by_role("heading", level=1).click()
    expect(page.get_by_role("textbox", name="Tag", exact=True)).to_be_hidden()
    select(page, 1, 3, then="2 runs selected: 6 and 4")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("2 runs deleted.")).to_be_visible()
    expect(count(page)).to_have_text("2 runs")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.get_by_text("2 runs brought back.")).to_be_visible()
    expect(count(page)).to_have_text("4 runs")
    served.app.open(page, "runs?tag=checked")
    expect(count(page)).to_have_text("4 runs")


def test_a_function_is_found_in_a_profile_and_its_link_leads_there(
    served: Served, page: Page, fresh_context: Opened
) -> None:
    served.app.open(page, "runs")
    select(page, 0)
    page.locator(".st-key-runs-selected").get_by_role("button", name="Open", exact=True).click()
    settled(page).get_by_role("tab", name="Profile").click()
    find = page.get_by_label("Find a function or file")
    find.fill(served.place.function)
    find.press("Enter")
    expect(page.get_by_text(re.compile(r"^[\d,]+ frames? found"))).to_be_visible()
    chart = page.get_by_role("application", name="Flame chart")
    chart.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="found")).to_contain_text(re.compile(served.place.function))
    expect(page.get_by_text("Functions by their own seconds", exact=False)).to_be_visible()
    other = fresh_context()
    other.goto(copied(page))
    expect(settled(other).get_by_label("Find a function or file")).to_have_value(served.place.function)
    expect(other.get_by_text(re.compile(r"^[\d,]+ frames? found"))).to_be_visible()
