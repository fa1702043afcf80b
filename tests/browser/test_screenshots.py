"""The README's pictures: ``QUICKWIN_SCREENSHOTS=sqlite:///recorded.db pytest tests/browser/test_screenshots.py``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, App, serve
from tests.browser.test_every_page import PAGES, address

DATABASE = os.environ.get("QUICKWIN_SCREENSHOTS")


@pytest.fixture(scope="module")
def recorded_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """An app on the database that was named, which should hold real runs."""
    app = serve(tmp_path_factory.mktemp("recorded"), str(DATABASE))
    yield app
    app.close()


@pytest.mark.skipif(not DATABASE, reason="QUICKWIN_SCREENSHOTS names no database to take pictures of")
@pytest.mark.parametrize("url_path", PAGES)
def test_a_picture_is_taken(url_path: str, recorded_app: App, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = recorded_app.open(context.new_page(), address(url_path))
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=60_000)  # what is not loaded yet is a grey box
    # Charts fade in.
    page.wait_for_timeout(800)
    file = ROOT / "docs" / f"{url_path}.png"
    page.screenshot(path=file)
    context.close()
    assert Path(file).stat().st_size > 10_000
