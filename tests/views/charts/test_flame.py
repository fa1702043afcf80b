"""The flame chart's data: one entry a frame, found frames stand out, names are passed on as they are."""

import json

import pandas as pd

from views import palette
from views.charts import flame

COLUMNS = ["depth", "start", "seconds", "self_seconds", "name", "place", "category", "id", "parent"]
FRAMES = pd.DataFrame(
    [
        (0, 0.0, 4.0, 0.5, "<module>", "run.py:1", "framework", 7, -1),
        (1, 0.0, 2.5, 0.5, "score", "score.py:10", "framework", 9, 7),
        (2, 0.0, 2.0, 2.0, "objects", "dsl.py:99", "dsl", 12, 9),
        (1, 2.5, 1.0, 1.0, "save", "save.py:7", "io", 13, 7),
    ],
    columns=COLUMNS,
)


def test_each_frame_is_where_its_parent_is() -> None:
    data = flame.drawing(FRAMES)
    assert json.loads(json.dumps(data)) == data
    assert data["start"] == [0.0, 0.0, 0.0, 2.5]
    assert data["seconds"] == [4.0, 2.5, 2.0, 1.0]
    assert data["parent"] == [-1, 0, 1, 0]
    assert data["whole"] == 4.0
    assert data["fact"][1] == "total 2.50 s, 62.5%; self 0.50 s"
    assert {len(data[name]) for name in ("depth", "name", "place", "colour", "pattern", "faded", "hit")} == {4}


def test_a_category_has_its_colour_and_its_pattern() -> None:
    data = flame.drawing(FRAMES)
    marks = [palette.category(name) for name in FRAMES["category"]]
    assert data["colour"] == [mark.colour for mark in marks]
    assert data["pattern"] == [mark.pattern for mark in marks]


def test_a_name_is_one_line_and_passed_on_as_it_is() -> None:
    data = flame.drawing(FRAMES.assign(name="<img src=x\nonerror=alert(1)>"))
    assert set(data["name"]) == {"<img src=x onerror=alert(1)>"}


def test_what_is_searched_stands_out_and_the_rest_steps_back() -> None:
    data = flame.drawing(FRAMES, find="OBJ")
    assert data["hit"] == [False, False, True, False]
    assert [colour == flame.FOUND for colour in data["colour"]] == data["hit"]
    assert data["faded"] == [True, True, False, True]


def test_a_search_looks_at_the_file_too() -> None:
    assert flame.matches(FRAMES, "save.py") == [False, False, False, True]
    assert flame.matches(FRAMES, "  ") == [False] * 4


def test_a_difference_tells_what_grew_from_what_shrank_by_colour_and_pattern() -> None:
    frames = FRAMES.assign(before_share=[1.0, 0.2, 0.6, 0.2], after_share=[1.0, 0.6, 0.2, 0.2])
    data = flame.difference(frames)
    same, grew, shrank, _ = zip(data["colour"], data["pattern"], strict=True)
    assert len({same[0], grew[0], shrank[0]}) == 3
    assert grew[1] != shrank[1]
    assert data["fact"][1] == "20.0% of its profile before, 60.0% now"
    assert json.loads(json.dumps(data)) == data


def test_frames_that_are_gone_have_no_place_in_the_second_profile() -> None:
    frames = FRAMES.assign(before_share=0.1, after_share=[1.0, 0.5, 0.0, 0.2])
    frames.loc[2, "seconds"] = 0.0
    assert flame.difference(frames)["name"] == ["<module>", "score", "save"]


def test_an_empty_profile_is_an_empty_chart() -> None:
    assert flame.drawing(FRAMES.iloc[:0])["name"] == []
