"""The checklist is ticked by evidence, and each tick says by which."""

import pytest

from optim.evidence.records import TrackerEvidence, WinEvidence
from optim.plan.checklist import ticks, win_ticks
from tests.optim.plans import decided, evidence, measured, plan, reference_run
from tests.worked_example import PLANNED, THIRD


def ticked(found: TrackerEvidence) -> dict[str, str]:
    return {one.text: one.evidence for one in ticks(plan(), found) if one.ticked}


def everything() -> list[WinEvidence]:
    return [WinEvidence(win=win, measurements=(measured(win),), decided=decided(win)) for win in PLANNED]


def test_nothing_is_ticked_without_evidence():
    assert ticked(TrackerEvidence()) == {}


def test_every_line_is_ticked_by_its_evidence():
    found = evidence(*everything(), reference=(reference_run(),), results_file="PHASE4_RESULTS.md")
    done = ticked(found)
    assert len(done) == len(ticks(plan(), found)) == 12
    assert done["Run 100-task test on Kaggle"] == "run 12 (100 tasks)"
    assert done["Calculate overall Phase 4 speedup"] == "run 12 (1.84x)"
    assert done["Document in PHASE4_RESULTS.md"] == "PHASE4_RESULTS.md"
    assert "#3: decision 5 on measurement 3" in done["Update progress tracker"]


def test_answers_that_came_out_wrong_since_are_no_longer_ticked_as_correct():
    newer = measured(measurement_id=9, verdict="wrong")
    row = WinEvidence(win=THIRD, measurements=(newer, measured()))
    lines = {one.text: one.ticked for one in win_ticks(plan(), row)}
    assert not lines["Local single-task test (correctness)"]


def test_a_line_that_some_wins_meet_says_how_many():
    found = ticks(plan(), evidence(*everything()[:2]))
    first = found[0]
    assert not first.ticked
    assert first.evidence == "2 of 5: #1: measurement 3; #2: measurement 3"


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({"verdict": "wrong"}, {"Local single-task test (correctness)", "Calculate speedup percentage"}),
        ({"tasks": 5}, {"Local 10-task test (performance)"}),
        ({"committed": None}, {"Commit with measured results"}),
        ({"committed": False}, {"Commit with measured results"}),
        ({"before_seconds": None}, {"Record baseline time before implementation"}),
        ({"after_seconds": None}, {"Record optimized time after implementation"}),
    ],
)
def test_lesser_evidence_ticks_less(change, lost):
    full = WinEvidence(win=THIRD, measurements=(measured(),), decided=decided())
    less = WinEvidence(win=THIRD, measurements=(measured(**change),), decided=decided())
    before = {one.text for one in win_ticks(plan(), full) if one.ticked}
    after = {one.text for one in win_ticks(plan(), less) if one.ticked}
    assert len(before) == 7
    assert lost <= before - after


def test_a_decision_without_a_measurement_ticks_nothing():
    row = WinEvidence(win=THIRD, decided=decided(measurement_id=None))
    assert not any(one.ticked for one in win_ticks(plan(), row))


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"timeouts": 100}, 2),
        ({"errors": 1}, 2),
        ({"tasks": 10}, 0),
        ({"solvers": None}, 3),
        ({"wall_seconds": None}, 2),
        ({"status": "interrupted"}, 0),
    ],
)
def test_a_reference_run_ticks_only_what_it_shows(change, left):
    assert len(ticked(evidence(reference=(reference_run(**change),)))) == left


def test_what_only_a_person_knows_is_never_ticked():
    by_person = plan(('needs = "correct"', 'needs = "person"'))
    found = evidence(*everything())
    assert not ticks(by_person, found)[0].ticked
