"""Charts of a difference: the steps add up exactly, what is not resolved is grey."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from views.charts import compare

AMOUNTS = some.lists(some.tuples(some.floats(0, 100), some.floats(0, 100)), min_size=1, max_size=12)


def parts(amounts: list[tuple[float, float]]) -> pd.DataFrame:
    rows = [(f"phase {number}", *pair) for number, pair in enumerate(amounts)]
    return pd.DataFrame(rows, columns=["label", "before_seconds", "after_seconds"])


@settings(max_examples=40, deadline=None)
@given(AMOUNTS)
def test_the_waterfall_leads_from_one_whole_to_the_other(amounts: list[tuple[float, float]]) -> None:
    bars = compare.waterfall(parts(amounts), "run 1", "run 2").data[0]
    assert sum(bars.y[:-1]) == pytest.approx(bars.y[-1], abs=1e-9)
    assert bars.measure[0] == "absolute" and bars.measure[-1] == "total"
    assert len(bars.y) == len(amounts) + 2


@pytest.mark.parametrize("amount,text", [(1.2, "+1.20 s"), (-0.034, "−34 ms"), (0.0, "0 s")])
def test_a_step_has_its_sign(amount: float, text: str) -> None:
    assert compare.signed(amount) == text


def test_each_task_is_one_point_and_the_diagonal_spans_them() -> None:
    frame = pd.DataFrame({"task_id": ["a", "b"], "before_seconds": [2.0, 1.0], "after_seconds": [1.0, 4.0]})
    faster, slower, diagonal = compare.tasks(frame, "run 1", "run 2").data
    assert (list(faster.text), list(slower.text)) == (["a"], ["b"])
    assert list(diagonal.x) == list(diagonal.y) == [1.0, 4.0]


def test_tasks_without_any_seconds_make_a_chart_all_the_same() -> None:
    frame = pd.DataFrame({"task_id": ["a"], "before_seconds": [0.0], "after_seconds": [0.0]})
    assert len(compare.tasks(frame, "a", "b").data) == 3


def test_what_is_not_resolved_is_grey_and_says_so() -> None:
    nodes = pd.DataFrame(
        [
            ("run", "", "run", 10.0, 10.0, 6.0, True),
            ("run/a", "run", "a", 6.0, 6.0, 2.0, True),
            ("run/b", "run", "b", 4.0, 4.0, 4.1, False),
        ],
        columns=["id", "parent", "label", "total_seconds", "before_seconds", "after_seconds", "resolved"],
    )
    tree = compare.icicle(nodes).data[0]
    assert tree.marker.colors[2] == compare.UNRESOLVED
    assert tree.marker.colors[1] != compare.UNRESOLVED
    assert tree.customdata[2][3] == " (not resolved)"
