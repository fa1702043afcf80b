import pandas as pd
import pytest

from optim.project.plan import load_plan
from views.charts import overhead as charts
from views.data import overhead as data

PARTS = pd.DataFrame(
    [("score/dsl", "dsl", 3.0), ("inline", "framework", 4.0), ("save", "io", 1.0), ("unaccounted", "unaccounted", 2.0)],
    columns=["phase", "category", "seconds"],
)
SHARES = data.shares("Baseline", PARTS)


def test_the_tracker_s_share_is_unaccounted_and_nothing_else() -> None:
    parts = data.claimed("The tracker's", load_plan())
    assert parts["share"].tolist() == pytest.approx([0.26, 0.74])
    assert parts["category"].tolist() == ["timed", "unaccounted"]
    assert parts["seconds"].sum() == pytest.approx(24.813)


def test_overhead_is_all_that_is_not_dsl() -> None:
    assert data.overhead(SHARES) == pytest.approx(0.7)
    assert data.listing(SHARES).startswith("inline 4.00 s (40%)")


def test_what_overhead_is_made_of_names_every_part_and_counts_the_small_ones() -> None:
    rows = [("work", "work", 40.0), ("load", "io", 30.0), ("parse", "framework", 29.0)]
    rows += [(f"tiny_{one}", "framework", 0.5) for one in range(2)]
    told = data.listing(data.shares("x", pd.DataFrame(rows, columns=["phase", "category", "seconds"])))
    assert told == "load 30.0 s (30%), parse 29.0 s (29%) and 2 smaller parts 1.00 s"
    assert data.listing(data.shares("x", pd.DataFrame(rows[:1], columns=["phase", "category", "seconds"]))) == "nothing"


def test_what_a_pipeline_calls_work_is_no_overhead_either() -> None:
    parts = data.shares("x", PARTS.replace({"dsl": "work"}))
    assert data.overhead(parts) == pytest.approx(0.7)
    assert data.by_size(parts)[0] == "inline" and data.by_size(parts)[-1] == "score/dsl"


def test_a_phase_with_children_keeps_its_own_seconds_under_its_name() -> None:
    rows = pd.DataFrame(
        {
            "run_id": [1, 1, 2],
            "path": ["score", "score/dsl", "other"],
            "category": ["framework", "dsl", "io"],
            "self_seconds": [1.0, 2.0, 9.0],
        }
    )
    assert data.named(rows, 1)["phase"].tolist() == ["score (itself)", "score/dsl"]


def test_the_slowest_task_comes_first() -> None:
    tasks = pd.DataFrame({"bar": "Now", "task": ["a", "b", "c"], "seconds": [1.0, 3.0, 2.0]})
    assert list(charts.task_spread(tasks).data[0].y) == [3.0, 2.0, 1.0]
    line, dots = charts.spread_picture(tasks).layers
    assert list(line.ys) == list(dots.ys) == [3.0, 2.0, 1.0]


def test_of_very_many_tasks_the_picture_has_a_line_and_no_points() -> None:
    tasks = pd.DataFrame({"bar": "Now", "task": range(1000), "seconds": 1.0})
    (line,) = charts.spread_picture(tasks).layers
    assert len(line.xs) == 1000


def test_the_spread_says_how_uneven_the_tasks_are() -> None:
    said = data.spread(pd.DataFrame({"seconds": [9.0] + [1.0] * 9}))
    assert said == "50% of the time goes to the slowest 1 of 10 tasks; the median task takes 1.00 s."
    assert data.spread(pd.DataFrame({"seconds": [None]})) == "No task's time is known."
