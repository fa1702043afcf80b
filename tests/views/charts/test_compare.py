"""Charts of a difference: the steps add up exactly, what is not resolved is grey."""

from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from views.charts import compare
from views.charts.plot import plot_svg

AMOUNTS = some.lists(some.tuples(some.floats(0, 100), some.floats(0, 100)), min_size=1, max_size=12)


def parts(amounts: list[tuple[float, float]]) -> pd.DataFrame:
    rows = [(f"phase {number}", *pair) for number, pair in enumerate(amounts)]
    return pd.DataFrame(rows, columns=["label", "before_seconds", "after_seconds"])


@settings(max_examples=40, deadline=None)
@given(AMOUNTS)
def test_the_waterfall_leads_from_one_whole_to_the_other(amounts: list[tuple[float, float]]) -> None:
    first, *steps, last = compare.waterfall(parts(amounts), "run 1", "run 2")
    changes = [part.end - part.start for row in steps for part in row.parts]
    assert first.parts[0].start == last.parts[0].start == 0.0
    assert first.parts[0].end + sum(changes) == pytest.approx(last.parts[0].end, abs=1e-9)
    assert (first.label, last.label, len(steps)) == ("run 1", "run 2", len(amounts))


def test_a_phase_that_got_slower_has_the_colour_of_slower() -> None:
    _, faster, slower, _ = compare.waterfall(parts([(3.0, 1.0), (1.0, 2.0)]), "run 1", "run 2")
    assert [row.parts[0].mark.label for row in (faster, slower)] == ["faster", "slower"]
    assert faster.words == "phase 0: −2.00 s, from 3.00 s to 1.00 s"


@pytest.mark.parametrize("amount,text", [(1.2, "+1.20 s"), (-0.034, "−34 ms"), (0.0, "0 s")])
def test_a_step_has_its_sign(amount: float, text: str) -> None:
    assert compare.signed(amount) == text


def test_each_task_is_one_point_and_the_diagonal_spans_them() -> None:
    frame = pd.DataFrame({"task_id": ["a", "b"], "before_seconds": [2.0, 1.0], "after_seconds": [1.0, 4.0]})
    faster, slower, diagonal = compare.tasks(frame, "run 1", "run 2").data
    assert (list(faster.text), list(slower.text)) == (["a"], ["b"])
    assert list(diagonal.x) == list(diagonal.y) == [1.0, 4.0]


def test_the_picture_of_tasks_has_the_points_of_the_chart() -> None:
    frame = pd.DataFrame({"task_id": ["a", "b"], "before_seconds": [2.0, 1.0], "after_seconds": [1.0, 4.0]})
    drawn = compare.tasks_picture(frame, "run 1", "run 2")
    _, faster, slower = drawn.layers
    assert (list(faster.xs), list(faster.ys)) == ([2.0], [1.0])
    assert (list(slower.xs), list(slower.ys)) == ([1.0], [4.0])
    assert [mark.label for mark in drawn.legend] == ["run 2 is faster (1)", "run 2 is not (1)"]
    assert drawn.x.low < 1.0 and drawn.x.high > 4.0 and "1.00 s" in drawn.words


def test_tasks_without_any_seconds_make_a_chart_all_the_same() -> None:
    frame = pd.DataFrame({"task_id": ["a"], "before_seconds": [0.0], "after_seconds": [0.0]})
    assert len(compare.tasks(frame, "a", "b").data) == 3
    assert ElementTree.fromstring(plot_svg(compare.tasks_picture(frame, "a", "b"))) is not None


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
