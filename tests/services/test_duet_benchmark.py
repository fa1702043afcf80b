"""The benchmark of duets: what it prints of two ways of measuring, and that it drives the product's own measurement."""

from __future__ import annotations

import os
from typing import Any

import pytest

from benchmarks.duet import WAYS, Seen, both_ways, lines
from optim.evidence.measure import Planned
from optim.evidence.outcomes import Outcome
from optim.evidence.spec import Arm
from services import measuring
from tests.cli.test_measure import StoredRuns


def test_the_gain_is_variance_times_seconds_against_the_same_of_a_duet() -> None:
    plain = Seen(trials={"wall": [0.02, -0.02], "cpu": [0.01, 0.01]}, run_seconds=80.0, blocks=2)
    both = Seen(trials={"wall": [0.01, -0.01], "cpu": [0.01, -0.01]}, run_seconds=160.0, blocks=2)
    assert plain.cost("wall") == pytest.approx(0.0004 * 40)
    printed = list(lines(dict(zip(WAYS, (plain, both), strict=True))))
    assert printed[-2:] == [
        "  gain in wall seconds: 2.0x fewer run-seconds",
        "  gain in cpu seconds: 0.5x fewer run-seconds",
    ]
    assert "  2 blocks of   40.0 run-seconds; sd of a trial: wall 2.00%, cpu 1.00%" in printed[0]


class Pairs(StoredRuns):
    """Stored runs, two at once too."""

    def both(self, first: Planned, second: Planned) -> tuple[Outcome, Outcome]:
        one, two = (self(planned.arm, planned.block, planned.position) for planned in (first, second))
        return one, two

    def __call__(self, arm: Arm, block: int, position: int) -> Outcome:
        outcome: Outcome = super().__call__(arm, block, position)
        return outcome


def test_both_ways_are_measured_and_nothing_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/mine.db")
    monkeypatch.setattr(measuring, "FreshRuns", Pairs)
    monkeypatch.setattr(measuring, "refusal", lambda spec: None)
    found = both_ways("none", 1, 6, 2)
    for seen in found.values():
        assert seen.blocks == len(seen.trials["wall"]) == len(seen.trials["cpu"]) == 12
    assert all(seen.run_seconds > 400 for seen in found.values())
    assert os.environ["DATABASE_URL"].endswith("mine.db") and not (tmp_path / "mine.db").exists()
