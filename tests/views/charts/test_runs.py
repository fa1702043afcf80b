"""The trend: one series a config, a step at each stretch between changes."""

import pandas as pd
import pytest

from tests.worked_example import ALL
from views import palette
from views.charts import runs


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


def stretches(*rows: tuple[str, str, str, float, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["config", "start", "stop", "median_seconds", "runs"])


def test_each_config_is_one_series_in_its_own_colour() -> None:
    drawn = runs.trend(history(["none", "none", ALL, "dsl_cache"]), stretches())
    colours = {trace.name: trace.marker.color for trace in drawn.data}
    assert set(colours) == {"none", "all", "DSL cache"}
    assert colours["DSL cache"] == palette.win("dsl_cache").colour
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
