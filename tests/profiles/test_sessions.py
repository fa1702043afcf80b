"""pyinstrument sessions: taken, read back, pruned and merged without losing a second; nothing in them is run."""

from __future__ import annotations

import json
import math
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyinstrument.session import Session

from profiles.sessions import SessionError, merge_sessions, profile, prune, read_session, write_session

FRAMES = st.sampled_from(["a\x00a.py\x001", "a\x00a.py\x001\x01l7", "b\x00b.py\x002\x01cOwner\x01l9", "c\x00\x000"])
RECORDS = st.lists(st.tuples(st.lists(FRAMES, max_size=15), st.floats(0, 10)).map(list), max_size=30)


def session(records: list[Any], **fields: Any) -> dict[str, Any]:
    plain = {
        "frame_records": records,
        "start_time": 1.0,
        "duration": 2.0,
        "sample_count": len(records),
        "cpu_time": 1.0,
        "start_call_stack": [""],
        "target_description": "test",
        "sys_path": ["/home/somebody"],
        "sys_prefixes": [],
    }
    return {**plain, **fields}


def seconds(records: list[Any]) -> float:
    return math.fsum(one for _, one in records)


def busy(until: float) -> None:
    while time.perf_counter() < until:
        sum(range(100))


def test_a_profile_is_kept_as_a_session_that_pyinstrument_reads() -> None:
    with profile() as profiler:
        assert profiler.text is None
        busy(time.perf_counter() + 0.05)
    assert profiler.text is not None
    read = read_session(profiler.text)
    assert any("busy" in frame for stack, _ in read["frame_records"] for frame in stack)
    assert 0.03 < seconds(read["frame_records"]) <= read["duration"] + 0.01
    root = Session.from_json(read).root_frame()
    assert root is not None and root.time > 0.03


def test_a_profile_of_what_fails_is_kept_too() -> None:
    profiler = profile()
    with pytest.raises(KeyError), profiler:
        raise KeyError
    assert profiler.text is not None


@given(RECORDS, st.integers(1, 5))
def test_pruning_keeps_the_seconds_and_leaves_lines_and_paths_out(records: list[Any], most: int) -> None:
    pruned = prune(session(records), most)
    assert seconds(pruned["frame_records"]) == pytest.approx(seconds(records), abs=1e-9)
    stacks = [tuple(stack) for stack, _ in pruned["frame_records"]]
    assert len(stacks) == len(set(stacks))
    assert len([stack for stack in stacks if len(stack) > 10]) <= most
    assert not [frame for stack in stacks for frame in stack if "\x01l" in frame]
    assert (pruned["sys_path"], pruned["duration"]) == ([], 2.0)


def test_the_class_of_a_method_survives_pruning() -> None:
    (record,) = prune(session([[["b\x00b.py\x002\x01cOwner\x01l9"], 1.0]]))["frame_records"]
    assert record == [["b\x00b.py\x002\x01cOwner"], 1.0]


@given(RECORDS, RECORDS)
def test_merged_sessions_add_up(one: list[Any], two: list[Any]) -> None:
    merged = read_session(merge_sessions([write_session(session(one)), write_session(session(two, start_time=0.5))]))
    assert seconds(merged["frame_records"]) == pytest.approx(seconds(one) + seconds(two), abs=1e-9)
    assert (merged["duration"], merged["sample_count"], merged["start_time"]) == (4.0, len(one) + len(two), 0.5)


def test_merging_nothing_is_refused() -> None:
    with pytest.raises(SessionError, match="at least one"):
        merge_sessions([])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "{}",
        "[" * 100_000,
        '{"frame_records": 5}',
        '{"frame_records": [[["a"], -1]]}',
        '{"frame_records": [[["a"], NaN]]}',
        '{"frame_records": [[["a"], true]]}',
        '{"frame_records": [[["a"], 1e999]]}',
        '{"frame_records": [[[1], 1]]}',
        '{"frame_records": [["a", 1]]}',
        '{"frame_records": [7]}',
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_session_is_refused_in_a_sentence(text: Any) -> None:
    with pytest.raises(SessionError, match=r"must be|must have"):
        read_session(text)


@given(
    st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
def test_any_json_is_read_or_refused(plain: Any) -> None:
    for text in (json.dumps(plain), json.dumps({"frame_records": plain})):
        try:
            assert isinstance(read_session(text)["frame_records"], list)
        except SessionError as error:
            assert str(error)
