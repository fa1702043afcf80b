"""What a user does with runs: import a log and find it, go through their table, open links to them."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Page, expect

from profiles.exports import to_json
from profiles.records import CacheStats, Finding, TaskRecord
from tests.browser.conftest import App, settled
from tests.browser.test_every_page import found_by_axe
from tests.views.databases import measured
from tests.views.pages.test_import_ import LOG
from tests.worked_example import FOURTH

HOSTILE = '=HYPERLINK("http://evil.example") **x** <img src=x onerror=alert(1)> [y](javascript:alert(1)) $x$ :red[z]'


def upload(page: Page, *files: tuple[str, bytes]) -> None:
    """Drops files on the Import page."""
    payload = [{"name": name, "mimeType": "text/plain", "buffer": content} for name, content in files]
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(payload)  # type: ignore[arg-type]


def select(page: Page, *rows: int, then: str = "") -> None:
    """Ticks rows of the table of runs, or takes the ticks off.

    Args:
        then: what is selected afterwards, in the page's words; by default so many runs as there are rows.
    """
    selected = page.get_by_text(re.compile(r"runs? selected|^A run's number opens it")).first
    for row in rows:
        before = selected.inner_text()
        settled(page).get_by_role("checkbox", name=re.compile("^Select run ")).nth(row).click()
        expect(selected).not_to_have_text(before)
    expect(page.get_by_text(then or re.compile(rf"^{len(rows)} runs? selected"))).to_be_visible()


def test_an_imported_log_is_found_in_the_history(used_app: App, page: Page) -> None:
    used_app.open(page, "import")
    upload(page, ("kernel.log", LOG))
    expect(page.get_by_text("1 file: 1 run found")).to_be_visible()
    expect(page.get_by_text("can not be true").first).to_be_visible()
    page.get_by_role("button", name="Store", exact=True).click()
    expect(page.get_by_text("1 run stored. What next?")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"^Open run \d+$")).click()
    expect(settled(page).get_by_role("heading", name="kernel.log")).to_be_visible()
    used_app.open(page, "runs?q=kernel")
    expect(page.get_by_text("1 run", exact=True)).to_be_visible()


def test_the_table_of_runs_goes_by_keys_sorts_by_its_headings_and_opens_a_run(full_app: App, page: Page) -> None:
    full_app.open(page, "runs")
    boxes, numbers = page.get_by_role("checkbox", name=re.compile("^Select run ")), page.locator("td.run a")
    boxes.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    second = numbers.nth(1).inner_text()
    expect(page.get_by_text(f"1 run selected: {second}")).to_be_visible()
    page.get_by_role("button", name="Seconds").click()
    expect(page.get_by_role("columnheader", name="Seconds")).to_have_attribute("aria-sort", "descending")
    assert parse_qs(urlparse(page.url).query)["sort"] == ["slowest first"]
    seconds = [float(cell) for cell in settled(page).locator("td.number:nth-child(5)").all_inner_texts()]
    assert len(seconds) > 2 and seconds == sorted(seconds, reverse=True)
    page.get_by_role("button", name="Wins").click()
    wins = page.locator("td:nth-child(4)").all_inner_texts()
    assert (
        page.get_by_role("columnheader", name="Wins").get_attribute("aria-sort") == "ascending" and len(set(wins)) > 1
    )
    assert [wins.index(one) for one in wins] == sorted(wins.index(one) for one in wins)
    first = numbers.first.inner_text()
    assert numbers.first.evaluate("one => one.href") == f"{full_app.address}/run?run={first}"
    numbers.first.click()
    expect(settled(page).get_by_role("heading", level=1)).to_contain_text("Run")
    expect(page.get_by_role("spinbutton", name="Run")).to_have_value(first)


def test_a_selection_does_not_survive_another_filter(full_app: App, page: Page) -> None:
    full_app.open(page, "runs")
    select(page, 0)
    search = settled(page).locator("input[aria-label='Search']")
    search.fill("a")
    search.press("Enter")
    expect(page.get_by_text(re.compile(r"runs? selected"))).to_have_count(0)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("runs?config=all&sort=fastest%20first", "Median"),
        ("runs?q=nothing%20like%20this", "No run matches these filters"),
        ("run?run=2&show=Environment", "results fingerprint"),
        ("run?run=1", "overhead"),
        ("compare?a=1&b=2", "Run 1"),
        (f"compare?by=two%20configs&config_b={FOURTH}", "Config"),
    ],
)
def test_a_link_to_runs_opens_what_it_says_also_when_reloaded(path: str, said: str, full_app: App, page: Page) -> None:
    full_app.open(page, path)
    expect(page.get_by_text(said).first).to_be_attached()
    page.reload()
    expect(settled(page).get_by_text(said).first).to_be_attached()
    asked, kept = (parse_qs(urlparse(url).query) for url in (path, page.evaluate("location.href")))
    assert asked.items() <= kept.items()


def test_axe_finds_nothing_in_a_preview(full_app: App, page: Page) -> None:
    full_app.open(page, "import")
    upload(page, ("kernel.log", LOG), ("rubbish.bin", bytes(range(256))))
    expect(page.get_by_text("1 run found")).to_be_visible()
    assert not found_by_axe(settled(page))


def look(page: Page, at: str) -> None:
    """What a log said is there, as text: nothing of it is an element."""
    expect(settled(page).get_by_test_id("stMain").get_by_text("=HYPERLINK").first).to_be_attached()
    assert page.locator("img[src=x], a[href*='//evil'], a[href^=javascript], .katex").count() == 0, at


def test_a_hostile_log_is_shown_as_text_on_every_page(used_app: App, listened: Page) -> None:
    page, asked = listened, list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    finding = Finding(rule=HOSTILE, severity="error", claimed=HOSTILE, follows=HOSTILE, line=3)
    hostile = measured(
        1,
        label=HOSTILE,
        source_name=HOSTILE,
        tasks=(TaskRecord(task_id=HOSTILE, index=0, seconds=1.0, status="failed", reason=HOSTILE),),
        caches=(CacheStats(name=HOSTILE, hits=1, misses=1),),
        findings=(finding,),
    )
    used_app.open(page, "import")
    upload(page, (f"{HOSTILE[:20]}.json", to_json(hostile).encode()))
    expect(page.get_by_text("1 run found")).to_be_visible()
    settled(page).get_by_role("button", name="Store", exact=True).click()
    expect(page.get_by_text("1 run stored. What next?")).to_be_visible()
    look(page, "import")
    page.get_by_role("link", name=re.compile(r"^Open run \d+$")).click()
    expect(settled(page).get_by_role("heading", level=1)).to_contain_text("Run")
    for tab in ("Tasks", "Caches", "Audit"):
        page.get_by_role("tab", name=tab).click()
        expect(page).to_have_url(re.compile(f"show={tab}"))
        look(page, tab)
    run = parse_qs(urlparse(page.url).query)["run"][0]
    used_app.open(page, "runs?q=HYPERLINK")
    expect(page.locator("td.run a")).to_have_text([run])
    look(page, "runs")
    used_app.open(page, f"compare?a={run}")
    look(page, "compare")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert not [url for url in asked if not url.startswith((used_app.address, "data:", "blob:"))]
