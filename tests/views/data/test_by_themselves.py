"""Runs that fill caches for another, or that had a partner, are in no trend and are not suggested for a comparison."""

from __future__ import annotations

from db import store
from services.run_marks import DUET, PRIMING
from tests.views.conftest import Open, words
from tests.views.seed import PLANNED, Seeder
from views.data import compare, runs
from views.data.connection import forget

NONE, ALL = frozenset[str](), frozenset(PLANNED)


def filled(url: str) -> tuple[int, int, int, int]:
    """Ids of a baseline, a run of all wins, a priming run of them, and one in a duet."""
    seeder = Seeder(url)
    ids = seeder.run(NONE), seeder.run(ALL), seeder.run(ALL, label=PRIMING), seeder.run(ALL)
    store.tag_run(seeder.engine, ids[3], DUET)
    forget()
    return ids


def test_the_trend_and_the_suggested_pair_leave_them_out(empty: str) -> None:
    baseline, all_wins, *_ = filled(empty)
    assert runs.timed({})["run_id"].tolist() == [baseline, all_wins]
    assert compare.suggested() == (baseline, all_wins)


def test_without_a_baseline_they_are_not_suggested_either(empty: str) -> None:
    seeder, win = Seeder(empty), frozenset(PLANNED[:1])
    first, second = seeder.run(win), seeder.run(frozenset(PLANNED[:2]))
    seeder.run(frozenset(PLANNED[:2]), label=PRIMING)
    forget()
    assert compare.suggested() == (first, second)


def test_compare_begins_with_the_baseline_and_now_of_the_account(empty: str, open_page: Open) -> None:
    baseline, all_wins, *_ = filled(empty)
    page = open_page("compare")
    assert [field.value for field in page.number_input] == [baseline, all_wins]
    assert f"Run {baseline} (" in words(page) and f"run {all_wins} (" in words(page)
