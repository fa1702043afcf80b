"""What a measurement does now: which run, and how long yet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import queries, store
from optim.evidence.measure import ATTEMPTS, block_order
from optim.evidence.spec import Spec
from services.stage import arm_seconds, at_work, place
from tests.views.seed import Seeder


def attempt(block: int, attempt: int, position: int, arm: str = "A") -> dict[str, object]:
    counts = dict.fromkeys(("errors", "timeouts", "failed"), 0)
    nothing = dict.fromkeys(("run_id", "reason", "cpu_seconds", "peak_bytes", "busy_cores"))
    place_ = {"block": block, "attempt": attempt, "position": position, "arm": arm}
    return {**place_, **counts, **nothing, "status": "finished", "wall_seconds": 2.0}


@pytest.mark.parametrize(
    ("tried", "whole", "expected"),
    [
        ([], [], (1, 1, 0)),
        ([], [1, 2], (3, 1, 0)),
        ([(3, 1, 1), (3, 1, 2)], [1, 2], (3, 1, 2)),
        ([(3, 1, position) for position in (1, 2, 3, 4)], [1, 2], (3, 2, 0)),
        ([(3, ATTEMPTS, position) for position in (1, 2, 3, 4)], [1, 2], (4, 1, 0)),
        ([(3, 1, 1)], [1, 2, 3], (4, 1, 0)),
    ],
)
def test_the_run_at_work_is_the_next_one(tried, whole, expected) -> None:
    assert place([attempt(*one) for one in tried], whole, 4) == expected


@given(st.lists(st.integers(1, 9), unique=True), st.integers(0, 9), st.integers(2, 32))
def test_the_run_at_work_is_always_one_of_its_block(whole: list[int], ended: int, arms: int) -> None:
    block = max([0, *whole]) + 1
    tried = [attempt(block, 1, position) for position in range(1, min(ended, arms) + 1)]
    found, tries, position = place(tried, whole, arms)
    assert found == block and 1 <= tries <= ATTEMPTS and 0 <= position < arms


def test_a_measurement_at_work_says_its_run_and_a_range(tmp_path: Path) -> None:
    seeder = Seeder(f"sqlite:///{tmp_path / 'q.db'}")
    number = seeder.pair("none", "all", blocks=7, status="running")
    spec = Spec.from_json(queries.measurement(seeder.engine, number).spec)
    first = block_order(spec, 8)[0]
    store.add_attempt(seeder.engine, number, attempt(8, 1, 1, first.name))
    now = queries.measurement(seeder.engine, number).updated_at + timedelta(seconds=5)
    work = at_work(seeder.engine, number, now)
    assert work is not None
    assert (work.block, work.position, work.runs) == (8, 2, 4)
    assert work.config == block_order(spec, 8)[1].config
    assert work.elapsed == pytest.approx(5)
    assert work.left is not None and 0 < work.left[0] <= work.left[1]
    assert work.blocks[0] <= work.blocks[1] <= spec.max_blocks
    assert arm_seconds(seeder.engine, number) == {first.config: 2.0}


def test_a_measurement_that_is_over_is_not_at_work(tmp_path: Path) -> None:
    seeder = Seeder(f"sqlite:///{tmp_path / 'q.db'}")
    assert at_work(seeder.engine, seeder.pair("none", "all", blocks=3)) is None
