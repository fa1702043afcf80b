"""What Progress and Decide cost the server on a large history: the account put together anew, and read again.

    python -m benchmarks.account                      10,000 runs and 100 measurements of its own, in a temporary folder
    python -m benchmarks.account --database sqlite:///generated.db

Milliseconds of CPU, the median of several, so that another program does not count: the account after something changed,
the same while nothing did (which looks only whether the database is as it was), and the whole script of each page in
one process, without a browser.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from benchmarks.history import generate
from db import queries
from db.engine import open_engine
from services.account import account
from views.data.account import known

ROOT = Path(__file__).resolve().parents[1]
GOAL_MILLISECONDS = 100
PAGES = ("progress", "decide")


def milliseconds(act: Callable[[], object], times: int) -> float:
    """The median of several."""
    spent = []
    for _ in range(times):
        begun = time.process_time()
        act()
        spent.append(1000 * (time.process_time() - begun))
    return statistics.median(spent)


def page(url_path: str, first: str = "progress") -> AppTest:
    """A page of the app, drawn once, so that what only the first costs is not timed."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app._page_hash = calc_hash("" if url_path == first else url_path)
    return app.run()


def measure(url: str, times: int) -> dict[str, float]:
    """What was timed, in milliseconds."""
    os.environ["DATABASE_URL"] = url
    engine = open_engine(url)
    # Drawn first: the account is put together anew in an app at work, which has set aside what it loaded.
    apps = {name: page(name) for name in PAGES}
    rows = {
        "account, anew": milliseconds(lambda: account(engine), times),
        "state of the database": milliseconds(lambda: queries.state(engine), times),
        "account, unchanged": milliseconds(known, times),
    }
    for name, app in apps.items():
        rows[f"{name}, unchanged"] = milliseconds(app.run, times)
    engine.dispose()
    return rows


def main() -> None:
    """Generates the history where none is named, and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="one that is there; default: a generated one")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--tasks", type=int, default=1)
    parser.add_argument("--times", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = given.database or f"sqlite:///{folder}/generated.db"
        if given.database is None:
            engine = open_engine(url)
            generate(engine, given.runs, given.tasks)
            print(f"{queries.run_count(engine):,} runs, {len(queries.finished_measurements(engine))} measurements")
            engine.dispose()
        for name, spent in measure(url, given.times).items():
            print(f"{name:<24} {spent:8.1f} ms")
    print(f"goal: {GOAL_MILLISECONDS} ms for what a click costs")


if __name__ == "__main__":
    main()
