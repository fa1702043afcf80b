import pandas as pd
import pytest

from tests.worked_example import FIFTH, FIRST, FOURTH, THIRD, WIN_NAMES
from views import palette
from views.charts import evidence as charts
from views.data import evidence as data

PATH = pd.DataFrame(
    {
        "block": [1.0, 2, 3, 4],
        "speedup": [1.3, 1.25, 1.2, 1.2],
        "low": [None, None, 0.5, 1.1],
        "high": [None, None, 3.0, 1.3],
    }
).astype("float64")


def test_the_interval_is_a_band_around_the_speedup() -> None:
    band, line = charts.closing_in(PATH, 0.01).data
    assert list(band.x) == [3, 4, 4, 3]
    assert list(band.y) == [3.0, 1.3, 1.1, 0.5]
    assert list(line.y) == PATH["speedup"].tolist()


def test_the_axis_shows_the_newest_interval_and_one() -> None:
    low, high = charts.closing_in(PATH, 0.01).layout.yaxis.range
    assert 0.9 < low < 1 and 1.3 < high < 1.5


def test_the_noise_floor_stands_beside_the_interval() -> None:
    drawn = charts.closing_in(PATH, 0.01, (0.9, 1.1))
    assert "noise floor" in [note.text for note in drawn.layout.annotations]
    assert (0.9, 1.1) in [(shape.y0, shape.y1) for shape in drawn.layout.shapes]


def test_the_interval_closes_in_block_by_block() -> None:
    rows = [
        {"block": block, "arm": arm, "wall_seconds": seconds + 0.01 * (block % 3), "status": "finished"}
        for block in range(1, 9)
        for arm, seconds in (("A", 2.0), ("B", 1.0))
    ]
    path = data.closing(pd.DataFrame(rows))
    assert path["block"].tolist() == list(range(1, 9))
    assert path["low"].isna().tolist() == [True] * 5 + [False] * 3
    widths = (path["high"] - path["low"]).dropna()
    assert widths.iloc[-1] < widths.iloc[0]
    assert path["speedup"].iloc[-1] == pytest.approx(1.98, abs=0.02)


def test_a_block_that_lacks_an_arm_does_not_count() -> None:
    rows = [{"block": 1, "arm": "A", "wall_seconds": 1.0, "status": "finished"}]
    assert data.closing(pd.DataFrame(rows)).empty


def test_every_arm_has_its_line_and_its_symbol() -> None:
    blocks = pd.DataFrame(
        {
            "block": [1, 1, 1],
            "arm": ["A", "B", "A2"],
            "config": ["none", "all", "none"],
            "wall_seconds": [2.0, 1.0, 2.1],
        }
    )
    traces = charts.arms(blocks).data
    assert [trace.name for trace in traces] == ["A: none", "A2: none (again, for the noise floor)", "B: all"]
    assert len({trace.marker.symbol for trace in traces}) == 3


def test_a_win_is_its_number_in_a_circle_and_no_colour() -> None:
    shapley = pd.DataFrame({"win": WIN_NAMES, "seconds": 1.0, "low": 0.5, "high": 2.0})
    bar = charts.contributions(shapley).data[0]
    assert bar.marker.color not in {palette.win(win).colour for win in WIN_NAMES[1:]}
    assert bar.error_x.array[0] == 1.0 and bar.error_x.arrayminus[0] == 0.5
    assert bar.y[0] == f"① {FIRST}: 1.00 s"


def test_an_interaction_is_coloured_only_where_it_is_resolved() -> None:
    pairs = pd.DataFrame(
        [(THIRD, FOURTH, 0.7, 0.6, 0.8), (THIRD, FIFTH, 0.7, 0.4, 1.2)],
        columns=["one", "two", "factor", "low", "high"],
    )
    map_ = charts.interactions(pairs, [THIRD, FOURTH, FIFTH]).data[0]
    assert list(map_.z[0]) == [None, 0.7, 1.0]
    assert list(map_.text[0]) == ["", "− 0.70x", "≈ 0.70x"]
    assert map_.text[1][0] == "− 0.70x"


def test_of_many_wins_a_pair_is_its_sign_alone() -> None:
    wins = [f"w{number}" for number in range(9)]
    pairs = pd.DataFrame([("w0", "w1", 0.7, 0.6, 0.8)], columns=["one", "two", "factor", "low", "high"])
    map_ = charts.interactions(pairs, wins).data[0]
    assert map_.text[0][1] == "−" and tuple(map_.customdata[0][1]) == ("w0", "w1", "− 0.70x")


def test_configs_are_drawn_fastest_first() -> None:
    table = pd.DataFrame({"config": ["none", "all"], "seconds": [2.0, 1.0], "measured": [True, False]})
    bar = charts.configs(table).data[0]
    assert list(bar.y) == ["all", "none"]
