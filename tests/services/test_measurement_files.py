"""A measurement with its blocks goes from one Quickwin to another as one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from db import queries, store
from db.engine import open_engine
from optim.evidence.records import ELSEWHERE
from optim.evidence.spec import Spec, pair_arms
from tests.cli.place import one_sentence, quickwin
from tests.cli.records import record

WIN = "a_win"


def measured(blocks: int = 6) -> int:
    engine = open_engine()
    number = store.begin_measurement(engine, Spec(kind="pair", arms=pair_arms("none", WIN)).to_json())
    for block in range(1, blocks + 1):
        for position, arm in enumerate(("A", "B", "B2", "A2")):
            wins = frozenset({WIN} if arm.startswith("B") else ())
            seconds = (8.0 if wins else 10.0) * (1 + 0.002 * block)
            run = record(f"{block}{arm}", config=wins, wall_seconds=seconds, cpu_seconds=seconds, pipeline="arc")
            store.add_block_run(engine, number, block, arm, position, store.store_run(engine, run)[0])
    store.update_measurement(engine, number, status="finished", verdict={"verdict": "slower"})
    engine.dispose()
    return number


def test_another_quickwin_judges_the_blocks_itself_and_says_that_they_come_from_elsewhere(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = measured()
    assert quickwin("export", "--measurement", str(number), "--output", "m.json").exit_code == 0
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{place / 'other.db'}")
    result = quickwin("import", "m.json", "--yes")
    assert result.exit_code == 0, result.output
    engine = open_engine()
    kept = queries.measurement(engine, 1)
    assert kept.verdict is not None
    assert (kept.spec["grade"], kept.verdict["grade"], kept.verdict["verdict"]) == (ELSEWHERE, ELSEWHERE, "faster")
    assert len(queries.blocks(engine, 1)) == 24 and queries.run_count(engine) == 24
    quickwin("import", "m.json", "--yes")
    assert len(queries.measurements(engine)) == 1
    engine.dispose()


def test_where_it_was_made_nothing_is_added(place: Path) -> None:
    number = measured(3)
    quickwin("export", "--measurement", str(number), "--output", "m.json")
    quickwin("import", "m.json", "--yes")
    engine = open_engine()
    assert len(queries.measurements(engine)) == 1 and queries.run_count(engine) == 12
    engine.dispose()


def test_a_measurement_that_is_not_there_is_one_sentence(place: Path) -> None:
    result = quickwin("export", "--measurement", "7")
    assert result.exit_code == 2 and "there is no measurement 7" in result.stderr and one_sentence(result.stderr)
