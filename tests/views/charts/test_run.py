"""One run's charts: what is drawn adds up, and names are shown as they are."""

import pandas as pd
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


def test_the_tree_holds_each_phase_once_with_its_categorys_colour() -> None:
    tree = run.tree(TREE)
    assert tree["name"] == ["run", "score", "dsl", "unaccounted"]
    assert tree["colour"][2:] == [palette.CATEGORIES[name].colour for name in ("dsl", "unaccounted")]
    assert tree["fact"][1] == "total 7.00 s, 70% of the run; self 2.00 s; 100 calls"


def test_a_phase_lies_within_its_parent_and_beside_its_siblings() -> None:
    tree = run.tree(TREE)
    assert tree["depth"] == [0, 1, 2, 1] and tree["parent"] == [-1, 0, 1, 0]
    assert list(zip(tree["start"], tree["seconds"], strict=True)) == [(0, 10), (0, 7), (0, 5), (7, 3)]
    assert tree["whole"] == 10.0


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
    assert len(run.tree(tree)["name"]) == run.MOST_NODES


def test_tasks_are_split_by_category_and_a_failed_one_says_so() -> None:
    rows = [("a", "dsl", 2.0, "failed"), ("b", "dsl", 1.0, "finished"), ("a", "io", 0.5, "failed")]
    first, second = run.slowest_tasks(pd.DataFrame(rows, columns=["task_id", "category", "seconds", "status"]))
    assert (first.label, first.value, second.label) == ("a ✖ failed", "2.50 s", "b")
    assert [(part.mark.label, part.start, part.end) for part in first.parts] == [
        ("DSL programs", 0.0, 2.0),
        ("files and database", 2.0, 2.5),
    ]
    assert "of it DSL programs 2.00 s and files and database 0.50 s" in first.words


def test_the_curve_of_tasks_ends_at_all_of_them() -> None:
    (curve,) = run.task_curve(pd.DataFrame({"seconds": [1.0, 3.0, None, 4.0]})).layers
    assert list(curve.ys) == [0.5, 0.875, 1.0]


def test_a_cache_without_lookups_is_no_problem() -> None:
    none, some_of = run.caches(pd.DataFrame({"name": ["validation", "dsl"], "hits": [0, 30], "misses": [0, 10]}))
    assert (none.parts, none.value) == ((), "0 of 0")
    assert [(part.start, part.end) for part in some_of.parts] == [(0.0, 0.75), (0.75, 1.0)]
    assert some_of.words == "dsl: 30 hits, 10 misses, 75.0% hits"
