import pandas as pd
import pytest

from tests.worked_example import FIFTH, FIRST, FOURTH, THIRD, WIN_NAMES
from views import palette
from views.charts import evidence as charts
from views.data import evidence as data


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
    row = charts.contributions(shapley)[0]
    assert row.parts[0].mark.colour not in {palette.win(win).colour for win in WIN_NAMES[1:]}
    assert (row.label, row.value) == (f"① {FIRST}", "1.00 s")
    assert (row.parts[0].start, row.parts[0].end, row.low, row.high) == (0.0, 1.0, 0.5, 2.0)
    assert row.words == f"{FIRST} saves 1.00 s, 95% interval 0.50 s to 2.00 s"


def test_what_a_win_saves_without_an_interval_has_none() -> None:
    shapley = pd.DataFrame({"win": [THIRD], "seconds": [-0.5], "low": [None], "high": [None]}).astype(
        {"low": "float64"}
    )
    (row,) = charts.contributions(shapley)
    assert (row.low, row.high, row.parts[0].end) == (None, None, -0.5) and "interval" not in row.words


def test_an_interaction_is_coloured_only_where_it_is_resolved() -> None:
    pairs = pd.DataFrame(
        [(THIRD, FOURTH, 0.7, 0.6, 0.8), (THIRD, FIFTH, 0.7, 0.4, 1.2), (FOURTH, FIFTH, 1.2, 1.1, 1.3)],
        columns=["one", "two", "factor", "low", "high"],
    )
    shown, fills = charts.interactions(pairs, [THIRD, FOURTH, FIFTH])
    assert shown.iloc[0].tolist() == ["③", "", "0.70x −", "0.70x ≈"]
    assert shown.iloc[1].tolist() == ["④", "0.70x −", "", "1.20x +"]
    assert fills.iloc[0].tolist()[0] == "" and fills.iloc[0].tolist()[2] == ""
    overlap, help_ = fills.iloc[0].tolist()[1], fills.iloc[1].tolist()[2]
    assert overlap.startswith("rgba(") and help_.startswith("rgba(") and overlap != help_


def test_configs_are_drawn_fastest_first() -> None:
    table = pd.DataFrame({"config": ["none", "all"], "seconds": [2.0, 1.0], "measured": [True, False]})
    bar = charts.configs(table).data[0]
    assert list(bar.y) == ["all", "none"]
