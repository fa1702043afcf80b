"""The trend: one series a config, a step at each stretch between changes."""

from xml.etree import ElementTree

import pandas as pd
import pytest

from tests.worked_example import ALL, FOURTH
from views import palette
from views.charts import runs
from views.charts.plot import Dots, Line, plot_svg


def history(configs: list[str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "run_id": range(1, len(configs) + 1),
            "started_at": pd.date_range("2026-01-01", periods=len(configs), freq="h", tz="UTC"),
            "wall_seconds": [10.0 - number / 10 for number in range(len(configs))],
            "config": configs,
            "label": [f"<b>{number}</b>" for number in range(len(configs))],
        }
    )


def stretches(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["config", "start", "stop", "median_seconds", "runs"])


def test_each_config_is_one_series_in_its_own_colour() -> None:
    drawn = runs.trend(history(["none", "none", ALL, FOURTH]), stretches())
    colours = {trace.name: trace.marker.color for trace in drawn.data}
    assert set(colours) == {"none", "all", "DSL cache"}
    assert colours["DSL cache"] == palette.win(FOURTH).colour
    assert len(set(colours.values())) == 3


def test_every_config_has_a_line_and_the_legend_names_those_with_the_most_runs() -> None:
    drawn = runs.trend(history([f"config{number}" for number in range(20)] + ["config3"]), stretches())
    named, rest = drawn.data[:-1], drawn.data[-1]
    assert len(named) == runs.MOST_NAMED and named[0].name == "config3"
    assert sum(len(trace.x) for trace in named) + sum(one is not None for one in rest.y) == 21, "no run is lost"
    assert sum(one is None for one in rest.y) == 10, "a line each: a gap behind every config"
    colours = {f"config{number}": runs.config_mark(f"config{number}").colour for number in range(20)}
    shown = {text.partition(",")[0]: colour for text, colour in zip(rest.text, rest.marker.color, strict=True)}
    assert shown == {name: colours[name] for name in shown}


def test_a_config_keeps_its_colour_whatever_else_is_in_view() -> None:
    alone, among = (runs.trend(history(names), stretches()) for names in (["x1"], ["none", "y2", "z3", "x1"]))
    colours = [next(one.marker.color for one in drawn.data if one.name == "x1") for drawn in (alone, among)]
    assert colours[0] == colours[1]


@pytest.mark.parametrize(
    ("whose", "word"), [("code", "code −50%"), ("machine", "machine −50%"), ("unknown", "nobody knows −50%")]
)
def test_a_change_is_marked_as_the_codes_or_the_machines(whose: str, word: str) -> None:
    steps = stretches(("none", "2026-01-01", "2026-01-02", 8.0, 4), ("none", "2026-01-02", "2026-01-03", 4.0, 4))
    drawn = runs.trend(history(["none"] * 4), steps.assign(whose=["", whose]))
    (mark,) = [trace for trace in drawn.data if trace.mode == "markers+text"]
    assert mark.text == (word,) and mark.y == (4.0,)


def test_a_label_is_shown_and_not_interpreted() -> None:
    drawn = runs.trend(history(["none"]), stretches())
    assert drawn.data[0].text[0] == "&lt;b&gt;0&lt;/b&gt;"


def test_a_change_shows_as_two_steps_with_their_medians() -> None:
    steps = stretches(("none", "2026-01-01", "2026-01-02", 9.5, 4), ("none", "2026-01-02", "2026-01-03", 4.0, 4))
    drawn = runs.trend(history(["none"] * 4), steps)
    lines = [trace for trace in drawn.data if trace.mode == "lines+text"]
    assert [tuple(line.y) for line in lines] == [(9.5, 9.5), (4.0, 4.0)]
    assert [line.text[0] for line in lines] == ["9.50 s", "4.00 s"]


@pytest.mark.parametrize("count,kind", [(10, "scatter"), (runs.MANY + 1, "scattergl")])
def test_many_points_are_drawn_by_webgl(count: int, kind: str) -> None:
    assert runs.trend(history(["none"] * count), stretches()).data[0].type == kind


def test_no_runs_make_an_empty_chart() -> None:
    assert len(runs.trend(history([]), stretches()).data) == 0


def test_the_picture_has_every_run_and_the_chart_s_marks() -> None:
    frame = history(["none", "none", ALL, FOURTH])
    drawn = runs.picture(frame, stretches())
    dots = [layer for layer in drawn.layers if isinstance(layer, Dots)]
    assert sorted(y for layer in dots for y in layer.ys) == sorted(frame["wall_seconds"])
    assert {mark.label: mark.colour for mark in drawn.legend} == {
        trace.name: trace.marker.color for trace in runs.trend(frame, stretches()).data
    }
    assert "4 comparable runs from 2026-01-01" in drawn.words and "none 9.95 s (2 runs)" in drawn.words


def test_the_picture_s_legend_counts_the_configs_that_it_does_not_name() -> None:
    drawn = runs.picture(history([f"config{number}" for number in range(20)]), stretches())
    assert len(drawn.legend) == runs.MOST_NAMED + 1 and drawn.legend[-1].label == "10 other configs"
    assert sum(len(layer.xs) for layer in drawn.layers if isinstance(layer, Dots)) == 20


def test_the_picture_says_whose_a_change_was() -> None:
    days = [pd.Timestamp(f"2026-01-0{day}", tz="UTC") for day in (1, 2, 3)]
    steps = stretches(("none", days[0], days[1], 8.0, 4), ("none", days[1], days[2], 4.0, 4))
    drawn = runs.picture(history(["none"] * 4), steps.assign(whose=["", "code"]))
    assert [note.text for note in drawn.notes] == ["code −50%: 4.00 s"]
    assert [list(layer.ys) for layer in drawn.layers if isinstance(layer, Line) and layer.width == 2.5] == [
        [8.0, 8.0],
        [4.0, 4.0],
    ]


def test_words_of_changes_never_lie_over_each_other_and_the_newest_is_kept() -> None:
    days = [pd.Timestamp(f"2026-01-0{day}", tz="UTC") for day in (1, 2, 3, 4)]
    one = (("none", days[0], days[1], 8.0, 4), ("none", days[1], days[2], 4.0, 4))
    other = ((ALL, days[0], days[2], 8.0, 4), (ALL, days[2], days[3], 4.1, 4))
    drawn = runs.picture(history(["none", ALL] * 40), stretches(*one, *other).assign(whose=["", "code"] * 2))
    assert [note.text for note in drawn.notes] == ["code −49%: 4.10 s"]
    signs = [layer for layer in drawn.layers if isinstance(layer, Dots) and layer.mark.symbol.endswith("-open")]
    assert len(signs) == 2


def test_the_picture_shows_the_configs_that_it_does_not_name_in_grey_below_the_others() -> None:
    configs = [f"config{number}" for number in range(runs.MOST_NAMED)] * 2 + ["another", "one more"]
    drawn = runs.picture(history(configs), stretches())
    colours = [layer.mark.colour for layer in drawn.layers if isinstance(layer, Dots)]
    assert colours[:2] == [drawn.legend[-1].colour] * 2 and drawn.legend[-1].label == "2 other configs"
    assert drawn.legend[-1].colour not in colours[2:]


def test_one_run_alone_makes_a_picture() -> None:
    ElementTree.fromstring(plot_svg(runs.picture(history(["none"]), stretches())))
