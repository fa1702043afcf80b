"""Share this view: the link is copied, somebody else opens it and sees the same; Back goes one step back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened, Served, settled


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def copied(page: Page) -> str:
    """The link that the page's button puts into the clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def seen(page: Page) -> str:
    """What a person reads in the page's middle."""
    return settled(page).get_by_test_id("stMain").inner_text()


def test_a_filtered_history_is_shared(served_example: Served, page: Page, fresh_context: Opened) -> None:
    served_example.app.open(page, "runs?ids=1")
    choose(page, "Order", "slowest first")
    choose(page, "Started", "last 7 days")
    choose(page, "Group by", "config")
    expect(page.get_by_text(re.compile("groups of finished runs"))).to_be_visible()
    other = fresh_context()
    other.goto(copied(page))
    expect(settled(other).get_by_role("combobox", name="Started")).to_have_value("last 7 days")
    expect(other.get_by_role("combobox", name="Order")).to_have_value("slowest first")
    expect(other.get_by_text(re.compile("groups of finished runs"))).to_be_visible()
    page.go_back()
    expect(page.get_by_text(re.compile("groups of finished runs"))).to_have_count(0)
    expect(settled(page).get_by_role("combobox", name="Started")).to_have_value("last 7 days")
    page.go_back()
    expect(settled(page).get_by_role("combobox", name="Started")).to_have_value("at any time")
    expect(page.get_by_role("combobox", name="Order")).to_have_value("slowest first")


def test_what_one_sees_another_sees(served_words: Served, page: Page, fresh_context: Opened) -> None:
    other = fresh_context()
    for address in ("compare?a=3&b=6&more=7", "overhead?now_run=6", "run?run=7"):
        served_words.app.open(page, address)
        link = copied(page)
        expect(page.get_by_role("button", name="Copy link")).to_be_visible()
        other.goto(link)
        expect(settled(other).get_by_test_id("stMain")).to_have_text(seen(page), use_inner_text=True)
