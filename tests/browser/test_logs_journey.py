"""Three Kaggle logs: which is best, and why?"""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Served, settled
from tests.browser.places import kernel_logs
from tests.browser.test_history_journeys import upload

#: What nobody but their owner knows of the runs.
SAID = {"Machine": "Kaggle", "Workload": "the same lines", "Pipeline": "mine"}


def say(page: Page, wins: list[str]) -> None:
    """Fills the one form that asks what the logs do not say."""
    form = page.get_by_test_id("stForm")
    for field, config in zip(form.get_by_label(re.compile(r"^Wins on in run \d")).all(), wins, strict=True):
        field.fill(config)
    form.get_by_role("radio", name="cold").click()
    for name, value in SAID.items():
        for field in form.get_by_label(re.compile(f"^{name} of runs")).all():
            field.fill(value)
    form.get_by_role("button", name="Say it").click()
    expect(form).to_have_count(0)


def run_of(said: Locator) -> int:
    """The number of the run that a sentence names."""
    match = re.search(r"run (\d+)", said.inner_text())
    assert match
    return int(match[1])


def test_three_kaggle_logs_which_is_best_and_why(lived_in: Served, page: Page) -> None:
    logs = kernel_logs(lived_in.place)
    lived_in.app.open(page, "import")
    upload(page, *logs.items())
    expect(page.get_by_text("3 files: 3 runs found")).to_be_visible()
    for name in logs:
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("button", name="Store all 3", exact=True).click()
    expect(page.get_by_text("3 runs stored. What next?")).to_be_visible()
    second = run_of(page.get_by_text(re.compile(r"By their seconds alone: run \d+")))
    say(settled(page), [name.removesuffix(".log") for name in logs])
    best = f"Run {second} ({[*logs][1]}) took the least time"
    expect(page.get_by_text(best, exact=False)).to_be_visible()
    page.get_by_role("link", name="Compare them").click()
    expect(settled(page).get_by_role("heading", level=1)).to_contain_text("Compare")
    expect(page.get_by_text(best, exact=False)).to_be_visible()
    why = page.get_by_text(re.compile(rf"Against run {second - 1}: The difference is .*comes from")).first
    expect(why).to_contain_text("spell" if lived_in.place.project else "phase4_differs")
    expect(page.get_by_text("One run each is no evidence", exact=False).first).to_be_visible()
