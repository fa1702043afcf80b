"""The flame chart: one bar a frame, found frames stand out, hostile names are shown as they are."""

import pandas as pd

from views import palette
from views.charts import flame

COLUMNS = ["depth", "start", "seconds", "self_seconds", "name", "place", "category"]
FRAMES = pd.DataFrame(
    [
        (0, 0.0, 4.0, 0.5, "<module>", "run.py:1", "framework"),
        (1, 0.0, 2.5, 0.5, "score", "score.py:10", "framework"),
        (2, 0.0, 2.0, 2.0, "objects", "dsl.py:99", "dsl"),
        (1, 2.5, 1.0, 1.0, "save", "save.py:7", "io"),
    ],
    columns=COLUMNS,
)


def test_each_frame_is_a_bar_where_its_parent_is() -> None:
    bars = flame.flame(FRAMES).data[0]
    assert list(bars.base) == [0.0, 0.0, 0.0, 2.5]
    assert list(bars.x) == [4.0, 2.5, 2.0, 1.0]
    assert list(bars.marker.color)[2] == palette.CATEGORIES["dsl"].colour


def test_a_name_is_shown_and_not_interpreted() -> None:
    bars = flame.flame(FRAMES.assign(name="<img src=x onerror=alert(1)>")).data[0]
    assert all("<" not in text for text in bars.text)
    assert all("<" not in facts[0] for facts in bars.customdata)


def test_what_is_searched_stands_out_and_the_rest_steps_back() -> None:
    colours = list(flame.flame(FRAMES, find="OBJ").data[0].marker.color)
    assert [colour == flame.FOUND for colour in colours] == [False, False, True, False]
    assert all(colour.startswith("rgba") for colour in colours if colour != flame.FOUND)


def test_a_search_looks_at_the_file_too() -> None:
    assert flame.matches(FRAMES, "save.py") == [False, False, False, True]
    assert flame.matches(FRAMES, "  ") == [False] * 4


def test_a_large_profile_keeps_its_widest_frames_and_their_parents() -> None:
    rows = [(0, 0.0, 500.0, 0.0, "main", "", "framework")]
    rows += [(depth, float(place), 1.0, 0.0, "call", "", "dsl") for depth in range(1, 21) for place in range(500)]
    kept = flame.widest(pd.DataFrame(rows, columns=COLUMNS))
    assert len(kept) == flame.MOST_FRAMES
    assert kept.iloc[0]["name"] == "main"
    assert kept["depth"].max() < 6


def test_what_is_too_narrow_to_be_seen_is_not_drawn_but_counted() -> None:
    rows = [(0, 0.0, 1e4, 1e4, "main", "", "framework"), (1, 0.0, 1.0, 1.0, "leaf", "", "dsl")]
    frames = pd.DataFrame(rows, columns=COLUMNS)
    assert len(flame.flame(frames).data[0].x) == 1
    assert flame.hidden(frames) == 1


def test_a_difference_colours_what_grew_and_what_shrank_apart() -> None:
    frames = FRAMES.assign(before_share=[1.0, 0.2, 0.6, 0.2], after_share=[1.0, 0.6, 0.2, 0.2])
    same, grew, shrank, _ = flame.difference(frames).data[0].marker.color
    assert len({same, grew, shrank}) == 3


def test_an_empty_profile_is_an_empty_chart() -> None:
    assert len(flame.flame(FRAMES.iloc[:0]).data[0].x) == 0
