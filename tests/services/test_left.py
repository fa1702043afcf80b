"""What is left: per win and for the target, from plans and evidence of the test's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from optim.evidence.records import ELSEWHERE, SEPARATE_RUNS, Decided, Measured, TrackerEvidence, WinEvidence
from optim.project.records import Plan
from optim.project.wins import Win
from services import left
from services.left import Step, of_win, what_is_left
from services.project import Project

WINS = (Win(name="a1", number=1), Win(name="b2", number=2), Win(name="c3", number=3))


PLAN = Plan(file="quickwin.toml", title="own", phase="own", wins=WINS, cache_states=("cold",))


@dataclass
class _Account:
    """What ``left`` reads of an account."""

    evidence: TrackerEvidence
    plan: Plan = PLAN
    attribution: dict[str, Any] | None = None

    @property
    def project(self) -> Project:
        return Project(name="own", pipeline="own", plan=self.plan)


def measured(win: str, verdict: str, number: int = 7, **values: Any) -> WinEvidence:
    one = Measured(
        measurement_id=number,
        win=win,
        config_before="none",
        config_after=win,
        cache_state="cold",
        verdict=verdict,
        blocks=8,
        speedup=1.1,
        **values,
    )
    return WinEvidence(win=win, measurements=(one,))


def decided(row: WinEvidence, decision: str = "keep") -> WinEvidence:
    number = row.measured.measurement_id if row.measured else None
    return replace(
        row, decided=Decided(decision_id=1, win=row.win, decision=decision, because="so", measurement_id=number)
    )


def known(*rows: WinEvidence, **values: Any) -> _Account:
    return _Account(evidence=TrackerEvidence(wins=rows), **values)


def of(account: _Account, win: str) -> Step | None:
    return of_win(account, win)  # type: ignore[arg-type]


def steps(account: _Account) -> list[tuple[tuple[str, ...], str]]:
    return [(step.wins, step.act) for step in what_is_left(account)]  # type: ignore[arg-type]


def test_of_nothing_all_wins_are_measured_together() -> None:
    (step,) = what_is_left(known())  # type: ignore[arg-type]
    assert step.wins == ("a1", "b2", "c3") and step.act == left.ATTRIBUTE
    assert step.arguments == ("attribute",) and step.lacks == ("it was not measured",)


def test_a_single_win_that_was_not_measured_is_measured_beside_those_that_are_kept() -> None:
    step = of(known(decided(measured("a1", "faster"))), "b2")
    assert step is not None and step.act == left.MEASURE
    assert step.arguments == ("measure", "a1", "all-c3") and step.configs == ("a1", "all-c3")


def test_what_is_unresolved_is_gone_on_with_by_as_many_blocks_as_it_wants_within_reason() -> None:
    for wanted, budget in ((None, 13), (2, 13), (12, 20), (9000, 48)):
        step = of(known(measured("a1", "unresolved", more_blocks=wanted)), "a1")
        assert step is not None and step.act == left.MORE and step.measurement == 7
        assert step.arguments == ("measure", "--continue", "7", "--blocks", str(budget))


def test_what_was_not_made_in_blocks_here_can_not_go_on_and_is_measured_anew() -> None:
    for grade in (ELSEWHERE, SEPARATE_RUNS):
        step = of(known(measured("a1", "unresolved", more_blocks=12, grade=grade)), "a1")
        assert step is not None and step.act == left.MEASURE and step.arguments == ("measure", "none", "a1")


def test_what_is_settled_waits_for_a_decision_which_the_command_names() -> None:
    step = of(known(measured("a1", "slower")), "a1")
    assert step is not None and step.act == left.DECIDE
    assert step.arguments == ("decide", "a1", "revert", "--because", "...")
    assert step.lacks == ("no decision was made",)


def test_a_decision_on_settled_evidence_leaves_nothing() -> None:
    assert of(known(decided(measured("a1", "faster"))), "a1") is None


def test_a_measurement_newer_than_the_decision_is_looked_at() -> None:
    row = measured("a1", "slower", number=9)
    row = replace(row, decided=Decided(decision_id=1, win="a1", decision="keep", because="so", measurement_id=3))
    step = of(known(row), "a1")
    assert step is not None and step.act == left.DECIDE and "newer than the decision" in step.lacks[0]


def test_where_caches_can_be_warm_a_decided_win_lacks_that_measurement() -> None:
    account = known(decided(measured("a1", "faster")))
    account.plan = replace(account.plan, cache_states=("cold", "warm"))
    step = of(account, "a1")
    assert step is not None and step.arguments == ("measure", "none", "a1", "--warm") and step.cache_state == "warm"


def test_wins_that_lack_the_same_are_one_step_and_the_rest_follows() -> None:
    account = known(measured("a1", "faster"), measured("b2", "faster"), measured("c3", "unresolved"))
    assert steps(account) == [(("a1", "b2"), left.DECIDE), (("c3",), left.MORE), ((), left.ATTRIBUTE)]


def test_attributing_is_not_asked_for_twice() -> None:
    assert steps(known(decided(measured("a1", "faster")))) == [(("b2", "c3"), left.ATTRIBUTE)]


def test_nothing_is_left_of_a_project_without_target_once_all_is_decided() -> None:
    rows = [decided(measured(win.name, "slower"), "revert") for win in WINS]
    assert not steps(known(*rows, attribution={"shapley": ()}))


def test_the_target_waits_for_a_run_from_there() -> None:
    account = known(attribution={"shapley": ()})
    account.plan = replace(account.plan, reference_machine="Kaggle", reference_pipeline="batch")
    *_, last = what_is_left(account)  # type: ignore[arg-type]
    assert last.act == left.IMPORT and last.arguments == ("import", "LOG", "--machine", "Kaggle", "--as", "final")
    assert "no clean run of batch on Kaggle" in last.lacks[0]


def test_wins_that_are_kept_are_measured_together() -> None:
    rows = [
        decided(measured("a1", "faster")),
        decided(measured("b2", "faster")),
        decided(measured("c3", "same"), "revert"),
    ]
    found = what_is_left(known(*rows, attribution={"shapley": ()}))  # type: ignore[arg-type]
    assert [(step.arguments, step.configs) for step in found] == [(("measure", "none", "kept"), ("none", "kept"))]


def test_more_blocks_are_asked_for_where_a_kept_win_is_unresolved_and_no_caches_can_be_warm() -> None:
    step = of(known(decided(measured("a1", "unresolved"))), "a1")
    assert step is not None and step.act == left.MORE and "--warm" not in step.arguments


def test_of_more_wins_than_can_be_told_apart_those_are_attributed_that_may_be_kept() -> None:
    names = [f"w{number}" for number in range(1, 14)]
    plan = replace(PLAN, wins=tuple(Win(name=name, number=at) for at, name in enumerate(names, 1)))
    account = known(decided(measured("w2", "slower"), "revert"), measured("w3", "wrong"), plan=plan)
    step = next(step for step in what_is_left(account) if step.act == left.ATTRIBUTE)  # type: ignore[arg-type]
    assert step.arguments == ("attribute", "--wins", ",".join(name for name in names if name not in ("w2", "w3")))
