"""Stopping a real measurement by command and in the app: the same in the database, the same for its process."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from db import queries
from db.engine import open_engine
from tests.at_work import PATIENCE_SECONDS, alive, end, measuring, sleeper, until
from tests.cli.place import quickwin, with_database
from tests.test_parity_runs import places
from tests.views.conftest import Open, open_page

__all__ = ["open_page", "places"]


def at_work(folder: Path) -> subprocess.Popen[str]:
    """A measurement of a project in the folder, once a run of it is kept."""
    sleeper(folder, seconds=1.0)
    with_database()
    process = measuring("none", "quick")
    engine = open_engine()
    until(lambda: len(queries.measurements(engine)) and len(queries.attempts(engine, 1)), "a run is kept")
    engine.dispose()
    return process


def outcome(process: subprocess.Popen[str], folder: Path) -> dict[str, object]:
    """What a stopped measurement left."""
    printed, _ = process.communicate(timeout=PATIENCE_SECONDS)
    until(lambda: not alive(folder), "its processes are gone")
    engine = open_engine()
    found = queries.measurement(engine, 1)
    engine.dispose()
    return {
        "exit code": process.returncode,
        "printed": "Go on with: quickwin measure --continue 1" in printed,
        "status": found.status,
        "verdict": found.verdict and found.verdict["verdict"],
        "left": sorted(path.name for path in (folder / "home").glob("measure-*")),
        "cache is there": (folder / ".cache").exists(),
    }


def test_a_measurement_is_stopped_alike_by_command_and_in_the_app(
    places: Callable[[str], None],
    tmp_path: Path,
    open_page: Open,
) -> None:
    outcomes = {}
    for face in ("cli", "app"):
        places(face)
        process = at_work(tmp_path / face)
        try:
            if face == "cli":
                result = quickwin("stop")
                assert result.exit_code == 0 and "measurement 1 is stopped, with " in result.stdout
                process.wait(5)  # a process of several threads is a zombie a moment before it can be waited for
            else:
                page = open_page("measure", measurement=1)
                page.button(key="measure.stop").click().run()
                assert not page.exception and not page.error
            outcomes[face] = outcome(process, tmp_path / face)
        finally:
            end(process, tmp_path / face)
    assert outcomes["cli"] == outcomes["app"]
    assert outcomes["cli"]["status"] == "stopped" and outcomes["cli"]["exit code"] == 3
    assert outcomes["cli"]["printed"] and outcomes["cli"]["left"] == []


def test_what_is_over_is_said_alike_and_is_no_error_of_the_page(
    places: Callable[[str], None],
    tmp_path: Path,
    open_page: Open,
) -> None:
    places("app")
    process = at_work(tmp_path / "app")
    try:
        page = open_page("measure", measurement=1)
        end(process, tmp_path / "app")
        page.button(key="measure.stop").click().run()
    finally:
        end(process, tmp_path / "app")
    said = quickwin("stop", "1")
    assert said.exit_code == 1 and "measurement 1 is not at work" in said.stderr
    assert not page.exception
