"""One run's charts: what is drawn adds up, and names are shown as they are."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from views import palette
from views.charts import run

COLUMNS = ["id", "parent", "label", "category", "total_seconds", "self_seconds", "calls"]


def nodes(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


TREE = nodes(
    ("run", "", "run", "", 10.0, 0.0, 1),
    ("run/score", "run", "score", "framework", 7.0, 2.0, 100),
    ("run/score/dsl", "run/score", "dsl", "dsl", 5.0, 5.0, 13_200),
    ("run/unaccounted", "run", "unaccounted", "unaccounted", 3.0, 3.0, 1),
)


def test_the_share_bar_adds_up_to_the_run() -> None:
    drawn = run.shares(pd.DataFrame({"category": ["dsl", "framework", "unaccounted"], "seconds": [2.5, 6.5, 1.0]}))
    assert sum(trace.x[0] for trace in drawn.data) == pytest.approx(10.0)
    assert [trace.name for trace in drawn.data] == ["DSL programs 25%", "framework 65%", "unaccounted 10%"]


def test_a_run_without_any_seconds_still_has_a_bar() -> None:
    assert len(run.shares(pd.DataFrame({"category": ["dsl"], "seconds": [0.0]})).data) == 1


def test_the_icicle_holds_each_phase_once_with_its_categorys_colour() -> None:
    tree = run.icicle(TREE).data[0]
    assert list(tree.ids) == list(TREE["id"])
    assert tree.marker.colors[2] == palette.CATEGORIES["dsl"].colour
    assert tree.marker.colors[3] == palette.CATEGORIES["unaccounted"].colour
    assert tree.customdata[1][:2] == ("7.00 s", "70%") or list(tree.customdata[1][:2]) == ["7.00 s", "70%"]


def test_the_name_of_a_phase_is_shown_and_not_interpreted() -> None:
    hostile = TREE.assign(label="<a href='javascript:alert(1)'>x</a>")
    assert all("<" not in label for label in run.icicle(hostile).data[0].labels)


@settings(max_examples=30, deadline=None)
@given(some.integers(1, 60), some.lists(some.floats(0.001, 10), min_size=1, max_size=40))
def test_pruning_keeps_every_parent_of_what_it_keeps(most: int, seconds: list[float]) -> None:
    tree = [("run", "", "run", "", sum(seconds) * 2, 0.0, 1)]
    for number, amount in enumerate(seconds):
        tree.append((f"run/p{number}", "run", "p", "framework", amount * 2, amount, 1))
        tree.append((f"run/p{number}/c", f"run/p{number}", "c", "dsl", amount, amount, 1))
    kept = run.pruned(nodes(*tree), most)
    assert set(kept["parent"]) - {""} <= set(kept["id"])
    assert len(kept) == min(most, len(tree))


def test_a_tree_of_ten_thousand_phases_is_cut_to_what_a_page_can_hold() -> None:
    tree = nodes(
        ("run", "", "run", "", 1e6, 0.0, 1), *((f"run/{n}", "run", "x", "io", 1.0, 1.0, 1) for n in range(10_000))
    )
    assert len(run.icicle(tree).data[0].ids) == run.MOST_NODES


def test_tasks_are_split_by_category_and_a_failed_one_says_so() -> None:
    rows = [("a", "dsl", 2.0, "failed"), ("b", "dsl", 1.0, "finished"), ("a", "io", 0.5, "failed")]
    drawn = run.slowest_tasks(pd.DataFrame(rows, columns=["task_id", "category", "seconds", "status"]))
    assert {trace.name: sum(trace.x) for trace in drawn.data} == {"DSL programs": 3.0, "files and database": 0.5}
    assert list(drawn.layout.yaxis.categoryarray) == ["b", "a ✖ failed"]


def test_the_curve_of_tasks_ends_at_all_of_them() -> None:
    curve = run.task_curve(pd.DataFrame({"seconds": [1.0, 3.0, None, 4.0]})).data[0]
    assert list(curve.y) == [0.5, 0.875, 1.0]


def test_a_cache_without_lookups_is_no_problem() -> None:
    drawn = run.caches(pd.DataFrame({"name": ["validation", "dsl"], "hits": [0, 30], "misses": [0, 10]}))
    assert list(drawn.data[0].x) == [0.0, 0.75]
    assert list(drawn.data[1].text) == ["0", "10"]
