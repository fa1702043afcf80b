"""Where the plan stands, and what is not known."""

from dataclasses import replace

import pytest

from optim.evidence.records import Together, TrackerEvidence, WinEvidence
from optim.plan.standing import standing
from optim.plan.unknowns import missing, unknowns
from tests.optim.plans import decided, evidence, measured, reference_run, with_another_win
from tests.optim.plans import plan as worked_example_plan
from tests.worked_example import FOURTH, PLANNED, THIRD


def plan(**changes):
    """A plan that speaks of the pipeline that is measured."""
    return replace(worked_example_plan(), reference_pipeline=None, **changes)


def test_another_pipelines_speedup_is_an_analogy_and_no_stake():
    found = standing(worked_example_plan(), evidence())
    assert found.odds is None
    assert found.projected.sentence.startswith("Analogy, not a projection")


def test_after_a_final_run_there_are_no_odds():
    found = standing(plan(), evidence(reference=(reference_run(),)))
    assert found.reference is not None
    assert found.odds is None


def test_with_nothing_measured_the_odds_are_those_of_the_plan():
    found = standing(plan(), TrackerEvidence())
    assert (found.kept, found.now, found.projected, found.reference) == ((), None, None, None)
    assert found.odds.planned == PLANNED
    assert 0 < found.odds.probability < 1


def test_what_is_kept_is_projected():
    found = standing(plan(), evidence())
    assert found.kept == (THIRD,)
    assert found.projected is not None
    assert found.projected.seconds == pytest.approx(24.813 / 1.25)
    assert found.odds.measured == ("kept together",)
    assert THIRD not in found.odds.planned
    assert found.odds.calibrated_on == 1


def test_all_wins_together_speak_while_none_is_kept():
    joint = Together(wins=PLANNED, speedup=5.0, measured=True, source="measurement 8")
    found = standing(plan(), TrackerEvidence(together=(joint,)))
    assert found.now == joint
    assert not found.now_is_kept


def joint(wins, speedup, measured):
    return Together(wins=tuple(wins), speedup=speedup, measured=measured, source="measurement 9")


@pytest.mark.parametrize(
    ("every", "planned", "speedup"),
    [(True, True, 8.0), (True, None, 8.0), (None, True, 7.0), (False, True, 7.0), (False, None, 8.0)],
)
def test_all_wins_are_those_that_the_plan_does_not_speak_of_too(every, planned, speedup):
    """Measured (True), multiplied (False), unknown (None): what was measured comes first, then what holds more wins."""
    one = with_another_win(plan())
    wins = (([win.name for win in one.wins], 8.0, every), (PLANNED, 7.0, planned))
    found = standing(one, TrackerEvidence(together=tuple(joint(*row) for row in wins if row[2] is not None)))
    assert found.now.speedup == speedup


def test_a_reverted_win_is_no_part_of_the_odds():
    row = WinEvidence(win=FOURTH, measurements=(measured(FOURTH),), decided=decided(FOURTH, "revert"))
    odds = standing(plan(), evidence(row)).odds
    assert FOURTH not in (*odds.measured, *odds.planned)
    assert odds.calibrated_on == 1


def test_a_wrong_measurement_leaves_a_win_planned():
    row = WinEvidence(win=FOURTH, measurements=(measured(FOURTH, verdict="wrong"),))
    assert FOURTH in standing(plan(), evidence(row)).odds.planned


def test_the_newest_clean_reference_run_counts():
    runs = (reference_run(run_id=1), reference_run(run_id=3, timeouts=1), reference_run(run_id=2))
    reference = standing(plan(), evidence(reference=runs)).reference
    assert reference is not None
    assert reference.run_id == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (WinEvidence(win="x"), "it was not measured: run a measurement"),
        (
            WinEvidence(win="x", measurements=(measured("x", verdict="unresolved", more_blocks=7),)),
            "more blocks may settle it",
        ),
        (WinEvidence(win="x", measurements=(measured("x", verdict="unresolved"),)), "may not settle it"),
        (WinEvidence(win="x", measurements=(measured("x", verdict="wrong"),)), "gave wrong answers"),
        (WinEvidence(win="x", measurements=(measured("x", verdict="not comparable"),)), "not alike"),
        (WinEvidence(win="x", measurements=(measured("x"),)), "not measured with warm caches"),
        (WinEvidence(win="x", measurements=(measured("x"),)), "no decision was made"),
        (
            WinEvidence(win="x", measurements=(measured("x", measurement_id=9), measured("x")), decided=decided("x")),
            "measurement 9 is newer than the decision's measurement 3",
        ),
    ],
)
def test_what_a_decision_lacks_is_said(row, said):
    assert any(said in one for one in missing(row, ("cold", "warm")))


def test_nothing_is_missing_where_all_is_measured_and_decided():
    both = (measured("x", measurement_id=4, cache_state="warm"), measured("x"))
    row = WinEvidence(win="x", measurements=both, decided=decided("x", measurement_id=4))
    assert list(missing(row, ("cold", "warm"))) == []


@pytest.mark.parametrize(("own", "word"), [(True, "is a projection"), (False, "is an analogy")])
def test_a_projection_is_named_as_unknown_until_the_reference_machine_confirms(own, word):
    plan = replace(worked_example_plan(), reference_pipeline=None if own else "run_batt")
    assert any(word in one for one in unknowns(plan, evidence(), True))
    confirmed = evidence(reference=(reference_run(),))
    assert not any(word in one for one in unknowns(plan, confirmed, True))


def test_kept_wins_that_were_not_measured_together_are_unknown():
    assert not any("together" in one for one in unknowns(plan(), evidence(), True))
    alone = Together(wins=(THIRD,), speedup=1.2, measured=False, source="product of measurement 3")
    assert any("together" in one for one in unknowns(plan(), evidence(together=(alone,)), True))
