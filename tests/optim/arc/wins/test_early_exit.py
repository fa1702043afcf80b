"""Scoring that stops when a candidate can no longer be kept."""

from __future__ import annotations

from pathlib import Path

from optim.arc.settings import Settings
from optim.arc.tasks import Task
from optim.arc.wins.early_exit import Bounds
from tests.optim.bench import answers, small

SAMPLES = ((((1, 2), (3, 4)), ((1,),)), (((1,),), ((1,),)))
TASK = Task("t", SAMPLES, 1)


def calls(settings: Settings) -> int:
    phases = [phase for record in answers(settings)[1] for phase in record["phases"]]
    return sum(phase["calls"] for phase in phases if phase["path"] == ["score", "dsl"])


def test_fewer_programs_are_run(tmp_path: Path) -> None:
    before, after = calls(small(tmp_path / "a")), calls(small(tmp_path / "b", wins=frozenset({"early_exit"})))
    assert after < 0.8 * before


def test_the_smallest_sample_comes_first() -> None:
    assert list(Bounds(Settings()).begin(TASK)) == [1, 0]


def test_a_candidate_is_given_up_exactly_when_full_marks_on_the_rest_would_not_do() -> None:
    bounds = Bounds(Settings(min_score=80))
    bounds.begin(TASK)
    assert not bounds.hopeless("body", 400)
    assert bounds.hopeless("body", 401)


def test_a_candidate_that_can_only_equal_the_worst_of_those_kept_is_given_up() -> None:
    bounds = Bounds(Settings(keep=2))
    bounds.begin(TASK)
    bounds.finished("one", 100)
    assert not bounds.hopeless("late", 300)
    bounds.finished("two", 300)
    assert bounds.hopeless("late", 300)
    assert not bounds.hopeless("late", 299)


def test_a_body_that_was_scored_is_not_scored_again() -> None:
    bounds = Bounds(Settings())
    bounds.begin(TASK)
    bounds.finished("body", 0)
    assert bounds.hopeless("body", 0)
