"""Frames to draw: totals add up however much is pruned, deep stacks and hostile names are only data."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinstrument.session import Session

from profiles.flame import (
    MOST_FRAMES,
    Frame,
    FrameChange,
    difference,
    folded,
    function_seconds,
    is_library,
    left_heavy,
    session_frames,
    session_to_speedscope,
)
from profiles.importers.base import ImportProblem, Source
from profiles.importers.speedscope import IMPORTER
from profiles.sessions import profile
from tests.profiles.test_exports import VALIDATOR
from tests.profiles.test_sessions import session

NAMES = [f"{name}\x00{name}.py\x00{line}" for name in "abc" for line in (1, 2)]
RECORDS = st.lists(st.tuples(st.lists(st.sampled_from(NAMES), max_size=6), st.floats(0, 10)).map(list), max_size=40)


def speedscope_frames(data: bytes, most: int | None = MOST_FRAMES) -> list[Frame]:
    """The frames of a speedscope file, as its import gives them."""
    return session_frames(IMPORTER.parse(Source(name="profile", data=data)).profiles[0], most)


def whole(frames: list[Frame]) -> float:
    return math.fsum(frame.total_seconds for frame in frames if frame.parent is None)


def spent(records: list[Any]) -> float:
    return math.fsum(seconds for _, seconds in records)


def check_tree(frames: list[Frame] | list[FrameChange]) -> None:
    """Ids differ, parents come first and one level up."""
    depths: dict[int, int] = {}
    for frame in frames:
        assert frame.id not in depths
        assert frame.depth == (0 if frame.parent is None else depths[frame.parent] + 1)
        depths[frame.id] = frame.depth


@given(RECORDS, st.none() | st.integers(1, 12))
def test_a_frames_total_is_its_own_and_its_childrens_also_when_pruned(records: list[Any], most: int | None) -> None:
    frames = session_frames(session(records), most)
    assert most is None or len(frames) <= most
    check_tree(frames)
    assert whole(frames) == pytest.approx(spent(records), abs=1e-9)
    assert math.fsum(frame.self_seconds for frame in frames) == pytest.approx(spent(records), abs=1e-9)
    for frame in frames:
        below = math.fsum(one.total_seconds for one in frames if one.parent == frame.id)
        assert frame.total_seconds == pytest.approx(frame.self_seconds + below, abs=1e-9)


@given(RECORDS, st.integers(1, 12))
def test_frames_lie_within_their_parents_and_beside_their_siblings(records: list[Any], most: int) -> None:
    frames = session_frames(session(records), most)
    by_id = {frame.id: frame for frame in frames}
    ends: dict[int | None, float] = {}
    for frame in frames:
        assert frame.start_seconds >= ends.get(frame.parent, 0.0) - 1e-9
        ends[frame.parent] = frame.start_seconds + frame.total_seconds
        if frame.parent is not None:
            parent = by_id[frame.parent]
            assert frame.start_seconds >= parent.start_seconds
            assert ends[frame.parent] <= parent.start_seconds + parent.total_seconds + 1e-9


def test_pruning_keeps_the_heaviest_and_gathers_the_rest_as_other() -> None:
    records = [[["main\x00m.py\x001", f"f{number}\x00f.py\x00{number}"], float(number)] for number in range(100)]
    frames = session_frames(session(records), 5)
    assert [(frame.name, frame.total_seconds) for frame in frames] == [
        ("main", 4950.0),
        ("f97", 97.0),
        ("f98", 98.0),
        ("f99", 99.0),
        ("other", 4656.0),
    ]
    assert len(session_frames(session(records))) == 101


def test_names_files_lines_and_classes_are_read() -> None:
    infos = ["run\x00app.py\x0012\x01cWorker\x01l15", "<img src=x>\x00\x00x", "bare"]
    frames = session_frames(session([[infos, 1.0]]))
    assert [(frame.name, frame.file, frame.line, frame.place) for frame in frames] == [
        ("Worker.run", "app.py", 12, "app.py:12"),
        ("<img src=x>", "", 0, ""),
        ("bare", "", 0, ""),
    ]


def test_the_lines_running_in_a_function_are_one_frame() -> None:
    frames = session_frames(session([[["a\x00a.py\x001\x01l5"], 1.0], [["a\x00a.py\x001\x01l6"], 2.0]]))
    assert [frame.total_seconds for frame in frames] == [3.0]


def test_the_stem_that_called_the_profiler_is_left_out_as_pyinstrument_does() -> None:
    stem = ["<module>\x00m.py\x001", "main\x00m.py\x009", "inner\x00m.py\x0020"]
    records = [[[*stem[:2], "work\x00w.py\x001"], 1.0], [[*stem[:2], "save\x00w.py\x005"], 2.0]]
    frames = session_frames(session(records, start_call_stack=stem))
    assert [(frame.name, frame.depth) for frame in frames] == [("main", 0), ("work", 1), ("save", 1)]
    root = Session.from_json(session(records, start_call_stack=stem)).root_frame()
    assert root is not None and root.function == "main"
    untrimmed = session_frames(session(records, start_call_stack=["other\x00\x000"]))
    assert untrimmed[0].name == "<module>"


def test_a_stack_thousands_deep_needs_no_recursion() -> None:
    frames = session_frames(session([[[f"f\x00f.py\x00{line}" for line in range(5000)], 1.0]]), None)
    assert frames[-1].depth == 4999


def test_a_real_profile_gives_frames_that_add_up() -> None:
    def work() -> int:
        return sum(number * number for number in range(300_000))

    with profile() as profiler:
        work()
        work()
    assert profiler.text is not None
    frames = session_frames(profiler.text)
    assert whole(frames) == pytest.approx(spent(json.loads(profiler.text)["frame_records"]))
    assert any(frame.name == "work" for frame in frames)


@given(RECORDS)
def test_a_session_as_speedscope_has_the_same_frames(records: list[Any]) -> None:
    text = session_to_speedscope(session(records))
    VALIDATOR.validate(json.loads(text))
    again = speedscope_frames(text.encode(), None)
    frames = session_frames(session(records), None)

    def stacks(found: list[Frame]) -> set[tuple[str, str, int, int]]:
        return {(frame.name, frame.file, frame.line, frame.depth) for frame in found if frame.total_seconds}

    if sum(bool(stack) for stack, _ in records) == len(records):
        assert stacks(again) == stacks(frames)
    assert whole([frame for frame in again if frame.name != "(no stack)"]) == pytest.approx(
        whole([frame for frame in frames if frame.name != "(no stack)"]), abs=1e-9
    )


def test_evented_speedscope_files_are_frames_too() -> None:
    events = [("O", 0, 0), ("O", 1, 1), ("C", 3, 1), ("C", 4, 0)]
    plain = {
        "$schema": "https://www.speedscope.app/file-format-schema.json",
        "shared": {"frames": [{"name": "main", "file": "a.py", "line": 1}, {"name": "work"}]},
        "profiles": [
            {
                "type": "evented",
                "name": "one",
                "unit": "seconds",
                "startValue": 0,
                "endValue": 4,
                "events": [{"type": kind, "at": at, "frame": frame} for kind, at, frame in events],
            }
        ],
    }
    frames = speedscope_frames(json.dumps(plain).encode())
    assert [(frame.name, frame.self_seconds, frame.total_seconds) for frame in frames] == [
        ("main", 2, 4),
        ("work", 2, 2),
    ]


@pytest.mark.parametrize("data", [b"", b"{}", b'{"profiles": [], "shared": {"frames": []}}', b"\xff"])
def test_what_is_no_speedscope_file_is_refused(data: bytes) -> None:
    with pytest.raises(ImportProblem):
        speedscope_frames(data)


@given(RECORDS, RECORDS, st.none() | st.integers(1, 12))
def test_the_difference_of_two_profiles_has_the_seconds_of_both(
    one: list[Any], two: list[Any], most: int | None
) -> None:
    changes = difference(session_frames(session(one), None), session_frames(session(two), None), most)
    check_tree(changes)
    assert most is None or len(changes) <= most
    outermost = [change for change in changes if change.parent is None]
    assert math.fsum(change.before_seconds for change in outermost) == pytest.approx(spent(one), abs=1e-9)
    assert math.fsum(change.after_seconds for change in outermost) == pytest.approx(spent(two), abs=1e-9)


def test_frames_are_matched_by_name_and_file_though_lines_moved() -> None:
    before = session_frames(
        session([[["a\x00a.py\x001", "b\x00b.py\x005"], 1.0], [["a\x00a.py\x001", "c\x00c.py\x001"], 2.0]])
    )
    after = session_frames(session([[["a\x00a.py\x003", "b\x00b.py\x009"], 4.0]]))
    changes = difference(before, after)
    assert [(change.name, change.before_seconds, change.after_seconds) for change in changes] == [
        ("a", 3.0, 4.0),
        ("b", 1.0, 4.0),
        ("c", 2.0, 0.0),
    ]


@given(RECORDS)
def test_left_heavy_frames_are_the_same_frames_the_longest_of_siblings_first(records: list[Any]) -> None:
    frames = session_frames(session(records), None)
    heavy = left_heavy(frames)
    check_tree(heavy)
    assert {(one.id, one.total_seconds) for one in heavy} == {(one.id, one.total_seconds) for one in frames}
    last: dict[int | None, float] = {}
    for frame in sorted(heavy, key=lambda one: one.start_seconds):
        assert frame.total_seconds <= last.get(frame.parent, math.inf)
        last[frame.parent] = frame.total_seconds


@given(RECORDS)
def test_folding_libraries_keeps_every_second_and_no_library_frame_within_another(records: list[Any]) -> None:
    frames = session_frames(session(records), None)
    fewer = folded(frames, lambda file: file in ("a.py", "b.py"))
    check_tree(fewer)
    assert whole(fewer) == pytest.approx(whole(frames), abs=1e-9)
    assert math.fsum(one.self_seconds for one in fewer) == pytest.approx(spent(records), abs=1e-9)
    by_id = {one.id: one for one in fewer}
    for one in fewer:
        if one.parent is not None and one.file in ("a.py", "b.py"):
            assert by_id[one.parent].file not in ("a.py", "b.py")


def test_a_frame_of_one_s_own_below_a_library_stays() -> None:
    stack = ["run\x00run.py\x001", "map\x00/v/site-packages/x.py\x001", "go\x00/v/site-packages/x.py\x002"]
    fewer = folded(session_frames(session([[[*stack, "mine\x00run.py\x009"], 1.0]]), None))
    assert [(one.name, one.depth) for one in fewer] == [("run", 0), ("map", 1), ("mine", 2)]


@pytest.mark.parametrize(
    ("file", "library"),
    [
        ("/usr/lib/python3.11/json/decoder.py", True),
        ("/v/lib/python3.11/site-packages/numpy/core.py", True),
        ("C:\\v\\Lib\\site-packages\\numpy\\core.py", True),
        ("<frozen importlib._bootstrap>", True),
        ("<built-in>", True),
        ("/home/me/project/run.py", False),
        ("<solver 3>", False),
    ],
)
def test_a_library_is_told_by_its_path(file: str, library: bool) -> None:
    assert is_library(file) == library


def test_a_recursion_counts_once_in_a_function_s_total() -> None:
    stack = ["f\x00f.py\x001", "g\x00g.py\x001", "f\x00f.py\x001"]
    records = [[stack, 2.0], [stack[:2], 1.0], [stack[:1], 0.5]]
    totals = {one.name: (one.self_seconds, one.total_seconds, one.stacks) for one in function_seconds(
        session_frames(session(records), None)
    )}  # fmt: skip
    assert totals == {"f": (2.5, 3.5, 2), "g": (1.0, 3.0, 1)}
