"""What holds for every page in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App, settled
from views.page import all_pages

PAGES = [page.url_path for page in all_pages()]
FIRST = PAGES[0]
DARK = "rgb(20, 24, 28)"
#: What Streamlit itself does.
KNOWN = {"presentation-role-conflict", "empty-table-header"}


def address(url_path: str) -> str:
    return "" if url_path == FIRST else url_path


#: What pages show once something in them is opened or chosen.
OPENED = (
    "runs?group=config&pin=1",
    "run?run=1&show=Downloads",
    "overhead?faster=inline&faster=score&by.score=4",
    "compare?a=1&b=2&more=3,4&unit=percent",
    "compare?by=two+configs",
    "measure?measurement=1&kind=all+wins",
    "decide?win=dsl_cache",
)


@pytest.mark.parametrize("size", [(1400, 900), (390, 844)], ids=["wide", "phone"])
@pytest.mark.parametrize("path", [*map(address, PAGES), *OPENED])
def test_axe_finds_nothing_in_light_and_dark(path: str, size: tuple[int, int], full_app: App, page: Page) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    full_app.open(page, path)
    assert not found_by_axe(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        f"getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor == '{DARK}'"
    )
    assert not found_by_axe(page, {"runOnly": ["color-contrast"]})


def found_by_axe(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["id"] not in KNOWN]


def test_a_first_start_leads_from_page_to_page_and_nothing_leaves_this_machine(empty_app: App, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    empty_app.open(page)
    expect(page.get_by_text("Nothing is measured yet.")).to_be_visible()
    for one in all_pages()[1:]:
        empty_app.open(page, one.url_path)
        expect(page.get_by_role("heading", level=1)).to_contain_text(one.title)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert not [url for url in asked if not url.startswith((empty_app.address, "data:", "blob:"))]


def test_the_menu_leads_to_a_page(empty_app: App, page: Page) -> None:
    empty_app.open(page)
    page.get_by_role("link", name="Decide", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Decide")
    assert page.url == f"{empty_app.address}/decide"


@pytest.mark.parametrize("url_path", [FIRST, "measure"])
def test_a_narrow_window_needs_no_scrolling_sideways(url_path: str, full_app: App, page: Page) -> None:
    page.set_viewport_size({"width": 800, "height": 900})
    full_app.open(page, address(url_path))
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 800


def test_dark_is_dark_and_its_charts_have_no_white_box(full_app: App, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="dark")
    page = full_app.open(context.new_page())
    background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    chart = page.locator(".js-plotly-plot .main-svg").first
    expect(chart).to_be_visible()
    fill = chart.evaluate("one => getComputedStyle(one).backgroundColor")
    context.close()
    assert background == DARK
    assert fill in ("rgba(0, 0, 0, 0)", "transparent")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("measure?measurement=1", "none against dsl_cache"),
        ("decide?win=batch_validation", "different: this win can not be kept as it is"),
        ("overhead?now_run=1", "Now, run 1"),
        ("measure?before=none&after=early_exit&tasks=7", "quickwin measure none early_exit --tasks 7"),
    ],
)
def test_a_link_opens_what_it_says(path: str, said: str, full_app: App, page: Page) -> None:
    full_app.open(page, path)
    expect(page.get_by_text(said).first).to_be_visible()
    page.reload()
    expect(settled(page).get_by_text(said).first).to_be_visible()
