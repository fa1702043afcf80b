"""How long each page takes in the browser on a large generated history: opened by address, and after a filter changed.

    python -m benchmarks.pages                                    10,000 runs x 100 tasks x 12 phases of its own
    python -m benchmarks.pages --database sqlite:///generated.db  one that ``benchmarks.history --keep`` made

A page is complete with its last change on the screen: what follows is half a second without any. Each figure is the
median of five, with the browser's cache warm; beside it stands what a page of Streamlit takes that holds a title and a
field and nothing else, in the same browser, so that the rest is ours. The browser is Debian's Chromium, headless,
1400 x 900.
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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OPENED, CHANGED = "opened by address", "filter changed"
#: Seconds within which a page should be complete.
GOALS = {OPENED: 0.8, CHANGED: 0.5}
#: So often each is done; the median counts.
TIMES = 5
#: A page of Streamlit with a title and a field, and nothing else.
_EMPTY = """import streamlit as st
st.title("Empty")
st.text_input("Search")
"""
#: Keeps the roots of components, which nobody outside of them sees change.
_ROOTS = """(() => {
  const attach = Element.prototype.attachShadow;
  window.roots = [];
  Element.prototype.attachShadow = function (init) {
    const root = attach.call(this, init);
    window.roots.push(root);
    window.watched?.(root);
    return root;
  };
})()"""
#: Marks the moment of the last change in the page, of its own clock, until half a second passed without one.
_WATCH = """() => {
  window.lastChange = performance.now();
  const watch = new MutationObserver(() => { window.lastChange = performance.now(); });
  window.watched = (root) => watch.observe(
    root, {subtree: true, childList: true, characterData: true, attributes: true});
  [document.body, ...window.roots].forEach(window.watched);
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


def _choose(label: str, option: str, inside: str | None = None) -> tuple[Act, Act]:
    """Opening the list, and what it is ``inside`` of, which is not timed, and choosing from it."""

    def prepare(page: Any) -> None:
        page.keyboard.press("Escape")
        if inside is not None:
            page.get_by_role("button", name=inside).first.click()
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
        "one status": _choose("Status", "interrupted", inside="More filters"),
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
def _app(script: Path, database: str = "") -> Iterator[str]:
    """A script of Streamlit, the app on ``database`` as a user would start it; its address."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
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


def measure(database: str) -> list[tuple[str, str, str, float, float]]:
    """Page, opened or changed, what was done, median seconds, and those of an empty page."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        script = Path(folder, "empty.py")
        script.write_text(_EMPTY)
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.add_init_script(_ROOTS)
        with _app(script) as address:
            bare = _of_page(page, address, {"search": _type("Search", "a")})
        with _app(ROOT / "app.py", database) as address:
            rows = [
                (path or "progress", kind, what, seconds, next(s for k, _, s in bare if k == kind))
                for path, changes in CHANGES.items()
                for kind, what, seconds in _of_page(page, f"{address}/{path}", changes)
            ]
        browser.close()
    return rows


def _of_page(page: Any, address: str, changes: Mapping[str, Act | tuple[Act, Act]]) -> list[tuple[str, str, float]]:
    """Opened or changed, what was done, median seconds; the page is opened once before, so that the caches are warm."""
    times: dict[tuple[str, str], list[float]] = {}
    _open(page, address)
    for _ in range(TIMES):
        times.setdefault((OPENED, ""), []).append(_open(page, address))
        for name, act in changes.items():
            times.setdefault((CHANGED, name), []).append(_complete(page, act))
    return [(kind, what, median(seconds)) for (kind, what), seconds in times.items()]


def main() -> None:
    """Makes the history where none is named, measures, prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--database", metavar="URL", help="a history that is there")
    asked = parser.parse_args()
    if not shutil.which("chromium"):
        raise SystemExit("there is no chromium here, whose times these are: Debian has it as the package chromium")
    with tempfile.TemporaryDirectory() as folder:
        database = asked.database or f"sqlite:///{folder}/generated.db"
        if not asked.database:
            _generate(database, asked.runs)
        goals = ", ".join(f"{kind} {seconds:g} s" for kind, seconds in GOALS.items())
        print(f"{'page':<12}{'':<20}{'':<22}{'seconds':>8}{'empty':>8}{'ours':>8}   goals: {goals}; median of {TIMES}")
        for path, kind, what, seconds, bare in measure(database):
            missed = "   missed" if seconds > GOALS[kind] else ""
            print(
                f"{path.split('?')[0]:<12}{kind:<20}{what:<22}{seconds:>8.2f}{bare:>8.2f}{seconds - bare:>8.2f}{missed}"
            )


def _generate(database: str, runs: int) -> None:
    from benchmarks.history import generate
    from db.engine import open_engine

    engine = open_engine(database)
    generate(engine, runs, 100)
    engine.dispose()


if __name__ == "__main__":
    main()
