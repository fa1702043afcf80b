"""How long each page takes in the browser on a large generated history: to open, and to be complete after a filter.

    python -m benchmarks.pages                                    10,000 runs x 100 tasks x 12 phases of its own
    python -m benchmarks.pages --database sqlite:///generated.db  one that ``benchmarks.history --keep`` made

A page is complete with its last change on the screen: what follows is half a second without any. The browser is
Debian's Chromium, headless, 1400 x 900.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
GOAL_SECONDS = 1.0
#: Marks the moment of the last change in the page, of its own clock, until half a second passed without one.
_WATCH = """() => {
  window.lastChange = performance.now();
  new MutationObserver(() => { window.lastChange = performance.now(); })
    .observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});
}"""
_QUIET = """() => performance.now() - window.lastChange > 500
  && !document.querySelector('[data-testid=stSkeleton]') && !document.querySelector('[data-stale=true]')
  && document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-script-state') === 'notRunning'"""
Act = Callable[[Any], None]


def _type(label: str, text: str) -> Act:
    def act(page: Any) -> None:
        field = page.locator(f"input[aria-label='{label}']").first
        field.fill(text)
        field.press("Enter")

    return act


def _choose(label: str, option: str) -> tuple[Act, Act]:
    """Opening the list, which is not timed, and choosing from it."""

    def prepare(page: Any) -> None:
        page.keyboard.press("Escape")
        page.get_by_role("combobox", name=label).first.click()
        page.get_by_role("option", name=option, exact=True).first.wait_for()

    return prepare, lambda page: page.get_by_role("option", name=option, exact=True).first.click()


def _press(name: str) -> Act:
    return lambda page: page.get_by_role("button", name=name, exact=True).first.click()


def _tab(name: str) -> Act:
    return lambda page: page.get_by_role("tab", name=name, exact=True).click()


def _radio(name: str) -> Act:
    return lambda page: page.get_by_text(name, exact=True).first.click()


#: Page by address: what is changed there.
CHANGES: dict[str, dict[str, Act | tuple[Act, Act]]] = {
    "": {},
    "runs": {
        "search for a text": _type("Search", "nightly"),
        "search for nothing": _type("Search", ""),
        "one config": _choose("Config", "none"),
        "one status": _choose("Status", "interrupted"),
        "another order": _choose("Order", "slowest first"),
    },
    "run": {"another run": _type("Run", "5000"), "its caches": _tab("Caches"), "its environment": _tab("Environment")},
    "overhead": {},
    "compare?a=100&b=200": {
        "another run": _type("Run after", "300"),
        "swap": _press("Swap"),
        "configs": _radio("two configs"),
    },
    "measure": {"warm caches": _radio("warm")},
    "decide": {},
    "import": {},
}


@contextmanager
def _app(database: str) -> Iterator[str]:
    """The app on ``database``, as a user would start it; its address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(port)]
    silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": database}, **silent)  # type: ignore[call-overload]
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


def _wait(url: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"the app did not come up at {url}")


def _complete(page: Any, change: Act | tuple[Act, Act]) -> float:
    """Seconds from the change to the last change on the screen that followed."""
    prepare, act = change if isinstance(change, tuple) else (None, change)
    if prepare:
        prepare(page)
    page.evaluate(_WATCH)
    begun = page.evaluate("performance.now()")
    act(page)
    page.wait_for_function(_QUIET, timeout=60_000)
    return float(page.evaluate("window.lastChange") - begun) / 1000


def _open(page: Any, address: str) -> float:
    """Seconds from entering the address to the last change."""
    begun = time.perf_counter()
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for(timeout=60_000)
    page.evaluate(_WATCH)
    page.wait_for_function(_QUIET, timeout=60_000)
    quiet = float(page.evaluate("performance.now() - window.lastChange")) / 1000
    return time.perf_counter() - begun - quiet


def measure(database: str) -> list[tuple[str, str, float]]:
    """Page, what was done, seconds; each page is opened twice, and the second time counts."""
    from playwright.sync_api import sync_playwright

    rows: list[tuple[str, str, float]] = []
    with _app(database) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        for path, changes in CHANGES.items():
            _open(page, f"{address}/{path}")
            rows.append((path or "progress", "open", _open(page, f"{address}/{path}")))
            rows += [(path or "progress", name, _complete(page, act)) for name, act in changes.items()]
        browser.close()
    return rows


def main() -> None:
    """Makes the history where none is named, measures, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--database", metavar="URL", help="a history that is there")
    asked = parser.parse_args()
    if not shutil.which("chromium"):
        raise SystemExit("there is no chromium here: tests/install-browser installs one")
    with tempfile.TemporaryDirectory() as folder:
        database = asked.database or f"sqlite:///{folder}/generated.db"
        if not asked.database:
            _generate(database, asked.runs)
        print(f"{'page':<22}{'what':<24}{'seconds':>8}   goal after a change: {GOAL_SECONDS:.0f} s")
        for path, what, seconds in measure(database):
            missed = "   missed" if what != "open" and seconds > GOAL_SECONDS else ""
            print(f"{path.split('?')[0]:<22}{what:<24}{seconds:>8.2f}{missed}")


def _generate(database: str, runs: int) -> None:
    from benchmarks.history import generate
    from db.engine import open_engine

    engine = open_engine(database)
    generate(engine, runs, 100)
    engine.dispose()


if __name__ == "__main__":
    main()
