"""Which wins do I keep: from an empty database to the tracker's download; and a measurement that is left and found."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, Journeys, Opened, Served, settled
from tests.browser.test_sharing_journey import copied
from tests.worked_example import FOURTH

VERDICT = re.compile(r"6 blocks: (Faster|Slower|The same|Unresolved)", re.IGNORECASE)


def fill(page: Page, label: str, value: str) -> None:
    """Types a number into a field of the form and waits until the page has taken it."""
    field = page.get_by_role("spinbutton", name=label, exact=True)
    field.fill(value)
    field.press("Tab")
    settled(page)


def start(page: Page, served: Served, what: str, blocks: int, **more: str) -> None:
    """Makes the measurement of the form a small one, and starts it; ``more`` are other fields than the place's."""
    expect(settled(page)).to_have_url(re.compile("settled_by="))  # the page is drawn to its end
    for label, value in {**served.place.fields, **more, "At most, blocks": f"{blocks}"}.items():
        fill(page, label, value)
    expect(page.get_by_text(re.compile(rf"^quickwin measure {what} .*--blocks {blocks}"))).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).click()
    read(page, f"is under way|under way: block|{VERDICT.pattern}", timeout=180_000)  # others may be at work


def read(page: Page, words: str, timeout: float) -> None:
    """Waits for long, until the page says that: asked so, it takes a tenth of what looking for an element takes."""
    said = "words => new RegExp(words, 'i').test(document.body.innerText)"
    page.wait_for_function(said, arg=words, polling=250, timeout=timeout)


def row_of(page: Page, win: str) -> Locator:
    return page.locator(f".st-key-decide-row-{win}")


def decide(page: Page, win: str, decision: str, reason: str) -> None:
    """Logs a decision in the win's row, against the evidence where it has to be."""
    row = row_of(page, win)
    row.get_by_text(decision, exact=True).click()
    because = row.get_by_label(f"{decision.capitalize()} {win}, because")
    because.fill(reason)
    because.press("Tab")
    against = settled(page) and row.get_by_label("Decide so all the same, because")
    if against.count():
        against.fill("it is to be simple")
        against.press("Tab")
    button = row.get_by_role("button", name="Log the decision", exact=True)
    expect(button).to_be_enabled()
    button.click()


def test_which_wins_do_i_keep_from_an_empty_database_to_the_tracker(
    fresh: Served, page: Page, fresh_context: Opened
) -> None:
    app, place = fresh.app, fresh.place
    app.open(page, "runs")
    page.get_by_role("button", name="Start a first run").click()
    read(page, "none cold", timeout=60_000)
    expect(page.get_by_role("heading", name="none cold", exact=True)).to_be_visible()
    page.get_by_role("link", name="Decide", exact=True).click()
    expect(settled(page).get_by_text("No win is measured yet.")).to_be_visible()
    expect(page.get_by_role("link", name="Measure all wins against the baseline")).to_be_visible()
    row_of(page, place.win).get_by_role("button", name=place.win).click()
    row_of(page, place.win).get_by_role("link", name="Measure it").click()
    expect(settled(page).get_by_role("heading", level=1)).to_contain_text("Measure")
    start(page, fresh, f"none {place.win}", 6)
    page.close()
    other = app.open(fresh_context(), "measure")
    read(other, VERDICT.pattern, timeout=400_000)
    expect(other.get_by_text(VERDICT).first).to_be_visible()
    other.get_by_role("link", name="Decide on this evidence").click()
    expect(settled(other).get_by_text(re.compile(r"0 of \d wins are decided"))).to_be_visible()
    row = row_of(other, place.win)
    row.get_by_role("button", name=place.win).click()
    expect(row.get_by_text("Phases that it changed")).to_be_visible()
    expect(other).to_have_url(re.compile(f"win={place.win}"))
    decide(other, place.win, "revert", "so small a run shows nothing")
    expect(other.get_by_text(f"Decision 1: revert {place.win}", exact=False)).to_be_visible()
    other.get_by_role("link", name="See where that leaves us").click()
    expect(settled(other).get_by_role("heading", level=1)).to_contain_text("Progress")
    with other.expect_download() as download:
        other.get_by_role("button", name="Tracker (Markdown)", exact=True).click()
    assert "so small a run shows nothing" in download.value.path().read_text("utf-8")


def block(page: Page, least: int) -> int:
    """Waits until that block or a later one is at work; gives its number."""
    page.wait_for_function(
        "least => Number((document.body.innerText.match(/under way: block (\\d+) of/) || [])[1]) >= least",
        arg=least,
        timeout=120_000,
        polling=250,  # reading all that the page says with each frame would take as long as drawing it
    )
    words = page.get_by_text(re.compile(r"under way: block \d+ of")).inner_text()
    match = re.search(r"block (\d+) of", words)
    assert match
    return int(match[1])


def stop(page: Page) -> None:
    page.get_by_test_id("stMain").get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("was stopped", exact=False)).to_be_visible(timeout=60_000)


def test_a_measurement_is_stopped_the_tab_closed_the_app_restarted_and_it_goes_on(
    lived_in: Served, journeys: Journeys, page: Page, fresh_context: Opened
) -> None:
    lived_in.app.open(page, "measure?before=none&after=none")
    # Runs so long that none of the blocks that are looked at is the last: after six it may be settled.
    longer = {"lines": "1000"} if "lines" in lived_in.place.fields else {}
    start(page, lived_in, "none none", 150, **longer)
    done = block(page, 2)
    stop(page)
    page.close()
    again = journeys.restarted(lived_in).app
    other = again.open(fresh_context(), "measure")
    expect(other.get_by_text("was stopped", exact=False)).to_be_visible()
    other.get_by_role("button", name="Continue", exact=True).click()
    assert block(other, 1) >= done
    stop(other)


def test_back_closes_a_row_and_a_link_opens_it(full_app: App, page: Page, fresh_context: Opened) -> None:
    full_app.open(page, "decide")
    row_of(page, FOURTH).get_by_role("button", name=FOURTH).click()
    said = re.compile(f"Decide so all the same|{FOURTH}, because")
    opened(page, said)
    other = fresh_context()
    other.goto(copied(page))
    opened(settled(other), said)
    page.go_back()
    expect(row_of(page, FOURTH).get_by_text("Phases that it changed")).to_have_count(0)
    expect(page.get_by_label(said)).to_have_count(0)
    expect(settled(page).get_by_role("heading", level=1)).to_contain_text("Decide")


def opened(page: Page, said: re.Pattern[str]) -> None:
    """Waits until the row shows what is known of the win, and asks for a decision."""
    expect(row_of(page, FOURTH).get_by_text("Phases that it changed")).to_be_visible()
    expect(page.get_by_label(said).first).to_be_visible()
