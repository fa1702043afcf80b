"""Measurements of one question, judged together."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.evidence.assembly import assemble
from optim.evidence.outcomes import Outcome
from optim.evidence.pooling import Part, differ, pool, pooled_rows, question
from optim.evidence.records import Measured
from optim.evidence.spec import Spec, pair_arms

PLACE = {"cache_state": "cold", "workload": "w", "machine": "m", "results_fingerprint": "s", "status": "finished"}


def rows_of(number: int, speedup: float = 1.1, count: int = 6, seed: int = 0, **more: Any) -> list[dict[str, Any]]:
    """A measurement's block rows, A before; 1% noise."""
    chance = random.Random(seed * 1000 + number)
    return [
        {
            "block": block, "arm": arm, "config": "x" if arm[0] == "B" else "none",
            "run_id": 100 * number + 4 * block + at,
            "wall_seconds": chance.lognormvariate(0, 0.01) * (10 / speedup if arm[0] == "B" else 10), **PLACE, **more,
        }
        for block in range(1, count + 1)
        for at, arm in enumerate(("A", "B", "B2", "A2"))
    ]  # fmt: skip


def measurement(number: int, status: str = "finished", **changes: Any) -> dict[str, Any]:
    spec = Spec(kind="pair", arms=pair_arms("none", "x"), code="c0de", order_seed=number)
    verdict = {"verdict": "faster", "speedup": 1.1, "low": 1.0, "high": 1.2, "reason": "r", "blocks": 6}
    row = {"id": number, "status": status, "spec": {**spec.to_json(), **changes}, "verdict": verdict}
    return {**row, "updated_at": None}


def blocks_of(rows: list[dict[str, Any]]) -> list[dict[str, Outcome]]:
    numbers = sorted({row["block"] for row in rows})
    return [{row["arm"]: Outcome.from_row(row) for row in rows if row["block"] == number} for number in numbers]


ANOTHER: dict[str, Any] = {
    "metric": "cpu", "duet": True, "cache_state": "warm", "parameters": {"rows": 2}, "grade": "blocks from elsewhere",
    "code": "0ther",
}  # fmt: skip


@pytest.mark.parametrize("name", ANOTHER)
def test_what_differs_in_the_question_is_judged_apart(name: str) -> None:
    rows = [measurement(2, **{name: ANOTHER[name]}), measurement(1)]
    found = pooled_rows(rows, {1: rows_of(1), 2: rows_of(2)}, {})
    assert [row["id"] for row in found] == [2, 1] and not any("pooled" in row for row in found)


@pytest.mark.parametrize("place", [{"machine": "m2"}, {"workload": "w2"}])
def test_another_machine_or_workload_is_another_question(place: dict[str, str]) -> None:
    found = pooled_rows([measurement(2), measurement(1)], {1: rows_of(1), 2: rows_of(2, **place)}, {})
    assert len(found) == 2


def test_the_same_code_is_the_same_question_whatever_the_commit_says() -> None:
    blocks = {1: rows_of(1, git_commit="a", git_dirty=True), 2: rows_of(2, git_commit="b", git_dirty=False)}
    (one,) = pooled_rows([measurement(2), measurement(1)], blocks, {})
    assert one["pooled"] == (1, 2) and one["verdict"]["blocks"] == 12


def test_a_dirty_tree_without_a_fingerprint_is_nobodys_question() -> None:
    spec = measurement(1, code=None)["spec"]
    assert question(spec, rows_of(1, git_commit="a", git_dirty=True)) is None
    assert question(spec, rows_of(1, git_commit="a", git_dirty=False)) is not None
    assert question(spec, []) is None


def test_the_blocks_of_stopped_measurements_are_in_it() -> None:
    rows = [measurement(3), measurement(2, "stopped"), measurement(1, "interrupted")]
    blocks = {1: rows_of(1, count=2), 2: rows_of(2, count=3), 3: rows_of(3)}
    (one,) = pooled_rows(rows, blocks, {})
    assert one["pooled"] == (1, 2, 3) and one["verdict"]["blocks"] == 11
    assert "All blocks of measurements 1, 2, 3 together." in one["verdict"]["reason"]


def test_what_was_only_stopped_speaks_once_its_blocks_settle_it() -> None:
    rows = [measurement(2, "stopped"), measurement(1, "stopped")]
    (one,) = pooled_rows(rows, {1: rows_of(1, count=4), 2: rows_of(2, count=4)}, {})
    assert one["verdict"]["verdict"] == "faster" and one["status"] == "finished"
    assert pooled_rows(rows, {1: rows_of(1, count=2), 2: rows_of(2, count=2)}, {}) == []
    assert pooled_rows(rows[:1], {2: rows_of(2)}, {}) == []


def test_the_other_way_round_is_turned() -> None:
    turned = [{**row, "config": "none" if row["arm"][0] == "B" else "x"} for row in rows_of(1, speedup=1 / 1.1)]
    arms = [arm.to_json() for arm in pair_arms("x", "none")]
    blocks = {1: turned, 2: rows_of(2)}
    (one,) = pooled_rows([measurement(2), measurement(1, arms=arms)], blocks, {})
    assert one["verdict"]["verdict"] == "faster" and one["verdict"]["low"] > 1.08
    win = assemble(measurements=[measurement(2), measurement(1, arms=arms)], blocks=blocks, plan_order=["x"]).win("x")
    assert win.measured is not None and win.measured.before_seconds == pytest.approx(110**0.5, rel=0.02)


def test_a_block_never_enters_twice() -> None:
    copy = rows_of(1)
    (one,) = pooled_rows([measurement(2), measurement(1)], {1: rows_of(1), 2: copy}, {})
    assert one["verdict"]["blocks"] == 6


def test_deaths_of_all_of_them_count() -> None:
    counts = {"attempt": 1, "position": 1, "errors": 0, "timeouts": 0, "failed": 0}

    def tried(number: int) -> list[dict[str, Any]]:
        lost = [
            {"block": block, "arm": arm, "reason": None, **counts, "wall_seconds": None if arm == "B" else 10.0,
             "status": "died" if arm == "B" else "finished"}
            for block in (7, 8) for arm in ("A", "B", "A2", "B2")
        ]  # fmt: skip
        return [*lost, *({**row, **counts} for row in rows_of(number))]

    one_alone = pool([Part(number=1, blocks=blocks_of(rows_of(1)))], measurement(1)["spec"])
    assert one_alone.verdict.verdict == "faster"
    numbers = (1, 2, 3, 4)
    rows, blocks = (
        [measurement(number) for number in reversed(numbers)],
        {number: rows_of(number) for number in numbers},
    )
    (one,) = pooled_rows(rows, blocks, {number: tried(number) for number in numbers})
    assert one["verdict"]["verdict"] == "wrong" and "8 of 64" in one["verdict"]["reason"]


def test_what_differs_by_more_than_its_blocks_widens_and_claims_nothing() -> None:
    parts = [
        Part(number=number, blocks=blocks_of(rows_of(number, speedup))) for number, speedup in ((1, 1.05), (2, 1.2))
    ]
    found = pool(parts, measurement(2)["spec"])
    assert found.apart and found.verdict.verdict == "unresolved" and not found.verdict.settled
    assert found.verdict.interval is not None
    assert found.verdict.interval.low < 1.05 and found.verdict.interval.high > 1.2
    assert "differ by more than their blocks do" in found.text


@given(st.integers(0, 2**32), st.integers(2, 5))
def test_groups_of_the_same_kind_seldom_differ(seed: int, groups: int) -> None:
    chance = random.Random(seed)
    apart = sum(
        differ([[chance.gauss(0, 1) ** 3 for _ in range(chance.randint(2, 12))] for _ in range(groups)])
        for _ in range(40)
    )
    assert apart <= 6


def test_pools_of_looking_and_stopping_hold_the_truth() -> None:
    """Three measurements, each stopped after a block that its own trials choose: the pool's interval still holds."""
    held = 0
    for seed in range(60):
        parts = []
        for number in (1, 2, 3):
            rows = rows_of(number, 1.01, count=9, seed=seed)
            blocks = blocks_of(rows)
            lucky = next((at for at in range(3, 9) if blocks[at]["A"].wall_seconds < blocks[at]["B"].wall_seconds), 8)  # type: ignore[operator]
            parts.append(Part(number=number, blocks=blocks[: lucky + 1]))
        found = pool(parts, measurement(3)["spec"]).verdict.interval
        assert found is not None
        held += found.low <= 1.01 <= found.high
    assert held >= 54


def test_evidence_is_old_by_its_files_or_else_by_its_commit() -> None:
    def made(code: str | None, commit: str | None, committed: bool = False) -> Measured:
        return Measured(
            measurement_id=1, win="x", config_before="none", config_after="x", verdict="faster", code=code,
            commit=commit, committed=committed,
        )  # fmt: skip

    assert made("a", "1").is_old(made("b", "1")), "a dirty tree has the same commit and other code"
    assert not made("a", "1").is_old(made("a", "2")), "committed since, and not changed"
    assert not made("a", "1", committed=True).is_old(made("b", "1", committed=True)), "what no commit holds is no code"
    assert made(None, "1").is_old(made("b", "2")) and not made(None, None).is_old(made("b", "2"))
    assert not made("a", "1").is_old(None)
