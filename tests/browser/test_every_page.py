"""What holds for every page in a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, settled
from tests.worked_example import FIFTH, FOURTH, THIRD
from views.page import all_pages

PAGES = [page.url_path for page in all_pages()]
FIRST = PAGES[0]
DARK, LIGHT = "rgb(20, 24, 28)", "rgb(255, 255, 255)"
#: What Streamlit itself does; and its button to stop a page that is being drawn.
STOP = 'data-testid="stBaseButton-header"'
KNOWN = {"presentation-role-conflict", "empty-table-header"}


def address(url_path: str) -> str:
    return "" if url_path == FIRST else url_path


#: What pages show once something in them is opened or chosen; the first ones are gone through by keys and by ear too.
OPENED = (
    f"decide?win={FOURTH}",
    "measure?measurement=1",
    "run?run=1&show=Downloads",
    "run?run=1&show=Tasks",
    "run?run=1&show=Environment",
    "runs?group=config&pin=1",
    "overhead?faster=inline&faster=score&by.score=4",
    "compare?a=1&b=2&more=3,4&unit=percent",
    "compare?by=two+configs",
    "measure?measurement=1&kind=all+wins",
)
GONE_THROUGH = (*map(address, PAGES), *OPENED[:3])
WIDE, PHONE = (1400, 900), (390, 844)


@pytest.fixture(scope="module")
def drawn(request: pytest.FixtureRequest, full_app: App, looking: Page) -> Page:
    """A page as it is when opened in a wide window and in the dark, for all tests that look at it."""
    looking.goto("about:blank")  # the page before it is not drawn once more
    looking.emulate_media(color_scheme="dark")
    looking.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    return full_app.open(looking, request.param)


def drawn_at(*paths: str) -> pytest.MarkDecorator:
    """Runs a test on these pages as they are drawn.

    The tests of one page share its opening if it is at the same place in their lists: pytest puts together what has
    the same index.
    """
    return pytest.mark.parametrize("drawn", paths, indirect=True, scope="module")


def in_window(page: Page, size: tuple[int, int]) -> Page:
    """Makes the window so wide and high, and waits until the page is drawn in it."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_function("width => innerWidth === width", arg=size[0])
    return settled(page)


@drawn_at(*map(address, PAGES), *OPENED)
def test_axe_finds_nothing_in_light_and_dark_wide_and_on_a_phone(drawn: Page) -> None:
    in_scheme(drawn, DARK)
    for size in (WIDE, PHONE):
        assert not found_by_axe(in_window(drawn, size), {"runOnly": ["color-contrast"]}), size
    drawn.emulate_media(color_scheme="light")  # once: a page in other colours is drawn anew
    in_scheme(drawn, LIGHT)
    for size in (PHONE, WIDE):
        assert not found_by_axe(in_window(drawn, size)), size


def in_scheme(page: Page, background: str) -> None:
    """Waits until the page is drawn in a scheme, and no colour is on its way from the other one any more."""
    page.wait_for_function(
        f"getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor == '{background}'"
    )
    page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    page.wait_for_function(
        "document.getAnimations().every((one) => one.effect.getComputedTiming().endTime === Infinity)"
    )


def found_by_axe(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """What axe finds, as rule and place; it is loaded once into a page, and hands over nothing but what it finds."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(Axe().axe_script)
    asked = {"resultTypes": ["violations"], **(options or {})}
    found = page.evaluate("options => axe.run(options).then((found) => found.violations)", asked)
    nodes = [(one["id"], node["html"]) for one in found for node in one["nodes"] if STOP not in node["html"]]
    return [f"{rule}: {html[:200]}" for rule, html in nodes if rule not in KNOWN]


def test_a_first_start_leads_from_page_to_page_and_nothing_leaves_this_machine(empty_app: App, listened: Page) -> None:
    asked: list[str] = []
    listened.on("request", lambda request: asked.append(request.url))
    page = empty_app.open(listened)
    expect(page.get_by_text("Nothing is measured yet.")).to_be_visible()
    for one in all_pages()[1:]:
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=one.title, exact=True).click()
        expect(page).to_have_url(re.compile(rf"^{re.escape(empty_app.address)}/{one.url_path}(\?|$)"))
        expect(page.get_by_role("heading", level=1)).to_contain_text(one.title)
        expect(settled(page).get_by_test_id("stException")).to_have_count(0)
    assert not [url for url in asked if not url.startswith((empty_app.address, "data:", "blob:"))]


@pytest.mark.parametrize("url_path", [FIRST, "measure"])
def test_a_narrow_window_needs_no_scrolling_sideways(url_path: str, full_app: App, page: Page) -> None:
    page.set_viewport_size({"width": 800, "height": 900})
    full_app.open(page, address(url_path))
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 800


def test_dark_is_dark_and_its_charts_have_no_white_box(full_app: App, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    full_app.open(page, "runs?zoom=1")
    background = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    chart = page.locator(".js-plotly-plot .main-svg").first
    expect(chart).to_be_visible()
    fill = chart.evaluate("one => getComputedStyle(one).backgroundColor")
    assert background == DARK
    assert fill in ("rgba(0, 0, 0, 0)", "transparent")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("measure?measurement=1", f"none against {FOURTH}"),
        (f"decide?win={FIFTH}", "different: this win can not be kept as it is"),
        ("overhead?now_run=1", "Now, run 1"),
        (f"measure?before=none&after={THIRD}&tasks=7", f"quickwin measure none {THIRD} --tasks 7"),
    ],
)
def test_a_link_opens_what_it_says(path: str, said: str, full_app: App, page: Page) -> None:
    full_app.open(page, path)
    expect(page.get_by_text(said).first).to_be_visible()
    page.reload()
    expect(settled(page).get_by_text(said).first).to_be_visible()


#: Markdown's escapes and marks, and names of icons, which are no words.
_NO_WORDS = re.compile(r"\\[!-/:-@]|:material/|\*\*|\b[a-z]+(_[a-z]+)* icon\b")


@drawn_at(*GONE_THROUGH)
def test_a_screen_reader_hears_words_and_no_marks(drawn: Page) -> None:
    nodes = drawn.context.new_cdp_session(drawn).send("Accessibility.getFullAXTree")["nodes"]
    heard = {(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]}
    assert len(heard) > 20
    own = {one for one in heard if one[0] != "RootWebArea"}
    assert not {one for one in own if _NO_WORDS.search(one[1])}
    assert not {role for role, name in own if role in ("button", "link", "tab", "textbox", "spinbutton") and not name}


#: Whether what has the focus shows it: by an outline or a shadow, or a field by the edge of its box.
_FOCUS = """() => {
  let one = document.activeElement;
  while (one.shadowRoot?.activeElement) one = one.shadowRoot.activeElement;
  const seen = (node) => {
    const style = getComputedStyle(node);
    return (style.outlineStyle !== 'none' && style.outlineWidth !== '0px') || style.boxShadow !== 'none';
  };
  const own = one.tagName === 'INPUT' || one.tagName === 'TEXTAREA' || one.tagName === 'MAIN' || seen(one);
  return [one.tagName, one.getAttribute('aria-label') || one.innerText || '', own || one.tagName === 'CANVAS'];
}"""


@drawn_at(*GONE_THROUGH)
def test_the_keyboard_goes_through_a_page_and_sees_where_it_is(drawn: Page) -> None:
    stops = []
    for _ in range(150):
        drawn.keyboard.press("Tab")
        stops.append(drawn.evaluate(_FOCUS))
        if stops[-1][0] == "BODY":
            break
    assert stops[-1][0] == "BODY", f"no way out of {stops[-1]}"
    assert len(stops) > 10
    assert not [stop[:2] for stop in stops[:-1] if not stop[2]]


def test_who_wants_no_motion_sees_none(full_app: App, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    full_app.open(page, "measure")
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((one) => {
          const style = getComputedStyle(one);
          return [style.transitionDuration, style.animationDuration].some((time) => parseFloat(time) > 0.001);
        }).length"""
    )
    assert moving == 0
