"""The board: one sentence on all wins, from the evidence alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from optim.evidence.outcomes import Outcome
from optim.evidence.records import Decided, Measured, WinEvidence
from optim.evidence.verdicts import judge
from optim.project.wins import Win
from services import board
from services.board import BoardRow, Span
from services.deciding import proposal

RUN = Outcome(wall_seconds=1.0, results_fingerprint="a", cache_state="cold", workload="w", machine="m")
OTHER = replace(RUN, results_fingerprint="b")


def row(name: str, verdict: str | None, proposed: str = "undecided", why: str = "", **values: Any) -> BoardRow:
    return BoardRow(
        win=Win(name=name), evidence=WinEvidence(win=name), verdict=verdict, proposed=proposed, why=why, **values
    )


def test_nothing_measured_is_said_in_one_sentence() -> None:
    assert board.sentence([row("left", None), row("right", None)]) == "No win is measured yet."


def test_many_that_are_kept_are_counted_and_each_that_is_not_is_named_with_its_reason() -> None:
    rows = [row(name, "faster", "keep") for name in ("a1", "b2", "c3")]
    rows.append(row("d4", "same", "revert", "beside b2 it adds nothing"))
    assert board.sentence(rows) == "Keep three; revert d4: beside b2 it adds nothing."


def test_what_is_open_and_what_is_not_measured_stand_at_the_end() -> None:
    rows = [row("a1", "faster", "keep"), row("b2", "unresolved", speedup=Span(value=1.02)), row("c3", None)]
    assert board.sentence(rows) == "Keep a1; not settled yet: b2 (1.02x); measure c3."


def test_a_decision_speaks_before_the_evidence() -> None:
    decided = Decided(decision_id=1, win="a1", decision="revert", because="too hard to read")
    one = replace(row("a1", "faster"), evidence=WinEvidence(win="a1", decided=decided))
    proposed, why = board._proposed(one, {})
    assert (proposed, why) == ("revert", "too hard to read")


def attribution(**changes: Any) -> Mapping[str, Any]:
    shares = [{"win": "a1", "seconds": 3.0}, {"win": "b2", "seconds": 1.0}, {"win": "c3", "seconds": 0.5}]
    pairs = [
        {"wins": ["a1", "b2"], "factor": 0.6, "low": 0.5, "high": 0.7},
        {"wins": ["a1", "c3"], "factor": 1.0, "low": 0.9, "high": 1.1},
    ]
    return {"shapley": shares, "interactions": pairs, **changes}


class _Account:
    def __init__(self, found: Mapping[str, Any]) -> None:
        self.attribution = found


def test_of_two_wins_that_do_each_other_s_work_only_the_lesser_is_a_ghost() -> None:
    ghosts = [{"wins": ["a1"], "sentence": "."}, {"wins": ["b2"], "sentence": "."}]
    assert board._ghosts(_Account(attribution(ghosts=ghosts))) == {"b2": "a1"}  # type: ignore[arg-type]


def test_a_ghost_is_proposed_to_be_reverted_beside_the_win_that_does_its_work() -> None:
    assert board._proposed(row("b2", "faster"), {"b2": "a1"}) == ("revert", "beside a1 it adds nothing")
    assert board._proposed(row("b2", "wrong"), {"b2": "a1"})[1] == "its answers differ"


@pytest.mark.parametrize(
    ("reason", "answers", "why"),
    [
        (judge([{"A": RUN, "A2": RUN, "B": OTHER, "B2": OTHER}]).reason, "different", "its answers differ"),
        (judge([{"A": RUN, "B": replace(RUN, errors=2)}]).reason, "", "it has more errors"),
        (judge([{"A": RUN, "B": replace(RUN, status="died")}] * 8).reason, "", "its runs fail more often"),
    ],
    ids=["answers", "errors", "deaths"],
)  # fmt: skip
def test_what_is_wrong_is_told_as_what_it_is(reason: str, answers: str, why: str) -> None:
    basis = Measured(
        measurement_id=1, win="x", config_before="none", config_after="x", verdict="wrong", reason=reason
    )  # fmt: skip
    assert board._answers(basis, {}) == answers
    assert board._proposed(replace(row("x", "wrong"), basis=basis), {})[1] == why


@pytest.mark.parametrize(
    ("verdict", "proposed"),
    [("faster", "keep"), ("slower", "revert"), ("same", "revert"), ("slightly slower", "revert"), ("wrong", "revert"),
     ("slightly faster", "undecided"), ("unresolved", "undecided"), ("not comparable", "undecided")],
)  # fmt: skip
def test_what_the_evidence_proposes_is_what_the_method_tells_to_do(verdict: str, proposed: str) -> None:
    basis = Measured(measurement_id=1, win="x", config_before="none", config_after="x", verdict=verdict)
    assert proposal(WinEvidence(win="x", measurements=(basis,))) == proposed


def test_a_measurement_written_the_other_way_round_is_turned() -> None:
    turned = Span.of({"speedup": 0.5, "low": 0.4, "high": 0.8}, "speedup", turned=True)
    assert turned == Span(value=2.0, low=1.25, high=2.5)
    assert Span.of({"speedup": None}, "speedup") is None
