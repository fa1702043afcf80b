"""What is seen has an address, and Back goes one step back."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import App, settled


def address(page: Page) -> tuple[str, dict[str, list[str]]]:
    """Path and query as the browser's own address bar has them."""
    url = urlparse(page.evaluate("location.href"))
    return url.path, parse_qs(url.query)


def wait_for(page: Page, query: str) -> None:
    page.wait_for_function("query => decodeURIComponent(location.search).includes(query)", arg=query)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    settled(page)


def test_defaults_are_in_the_address_once_the_page_is_drawn_and_cost_no_step_of_back(full_app: App, page: Page) -> None:
    full_app.open(page, "runs")
    wait_for(page, "sort=newest")
    steps = page.evaluate("history.length")
    choose(page, "Order", "fastest first")
    wait_for(page, "sort=fastest")
    choose(page, "Order", "slowest first")
    wait_for(page, "sort=slowest")
    assert page.evaluate("history.length") == steps + 2
    page.go_back()
    wait_for(page, "sort=fastest")
    expect(page.get_by_role("combobox", name="Order")).to_have_value("fastest first")
    page.go_back()
    wait_for(page, "sort=newest")
    assert address(page)[0] == "/runs"


def test_a_field_that_is_changed_before_the_others_are_drawn_leaves_them_as_they_are(full_app: App, page: Page) -> None:
    late: list[Route] = []
    page.route(re.compile(r"/static/js/(Selectbox|BidiComponent)\."), lambda route: late.append(route))
    page.goto(f"{full_app.address}/measure")
    blocks = page.get_by_label("At most, blocks")
    for number in ("21", "22"):
        blocks.fill(number)
        blocks.press("Enter")
        wait_for(page, f"blocks={number}")
        while late:
            late.pop().continue_()
        settled(page)
        expect(page.get_by_role("combobox", name="After")).to_have_value("all")
    assert address(page)[1]["after"] == ["all"]


def test_what_is_not_of_the_page_is_cleared(full_app: App, page: Page) -> None:
    full_app.open(page, "runs?run=3&sort=oldest%20first")
    page.wait_for_function("() => !location.search.includes('run=3')")
    assert address(page)[1]["sort"] == ["oldest first"]


def test_progress_has_an_address_of_its_own(full_app: App, page: Page) -> None:
    full_app.open(page, "progress")
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Progress")
    full_app.open(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Progress")
