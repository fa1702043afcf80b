"""``measure --continue`` by several processes at once: exactly one goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import queries
from db.engine import open_engine
from tests.at_work import PATIENCE_SECONDS, alive, end, measuring, sleeper, until
from tests.cli.place import one_sentence, with_database


@pytest.fixture
def killed(place: Path) -> Path:
    """A project with measurement 1, whose process was killed while it was at work."""
    sleeper(place, seconds=0.1)
    with_database()
    process = measuring("none", "quick", "--blocks", "6")
    try:
        engine = open_engine()
        until(lambda: len(queries.measurements(engine)) and len(queries.attempts(engine, 1)), "a run is kept")
    finally:
        end(process, place)
    engine.dispose()
    until(lambda: not alive(place), "all of it is gone")
    return place


def test_of_two_that_go_on_at_once_one_does_and_the_other_is_one_sentence(killed: Path) -> None:
    processes = [measuring("--continue", "1") for _ in range(2)]
    try:
        said = [process.communicate(timeout=PATIENCE_SECONDS)[1] for process in processes]
    finally:
        for process in processes:
            end(process, killed)
    loser = [process.returncode for process in processes].index(3)
    winner = 1 - loser
    assert processes[winner].returncode in (0, 1), said[winner]
    assert f"measurement 1 is under way in process {processes[winner].pid}: stop that first" in said[loser]
    assert one_sentence(said[loser])
    engine = open_engine()
    blocks = queries.blocks(engine, 1)
    found = queries.measurement(engine, 1)
    engine.dispose()
    assert (found.status, found.pid) == ("finished", processes[winner].pid)
    assert blocks.groupby("block")["arm"].nunique().eq(4).all() and found.verdict["blocks"] == blocks["block"].nunique()
