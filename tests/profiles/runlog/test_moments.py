"""Moments that stand before lines: when a run began, and what its tasks took where the log says no more."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.runlog.moments import Moments
from tests.profiles.importers.files import read_text

LINES = (
    "run_batt.py:1427: -- 0a1b2c3d - 0 start --",
    "run_batt.py:1437: -- 0a1b2c3d - 0 done - 96 candidates scored",
    "run_batt.py:1427: -- 4e5f6a7b - 1 start --",
    "run_batt.py:1437: -- 4e5f6a7b - 1 done - 96 candidates scored",
)
NOON = datetime(2025, 10, 12, 12, 0, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "at"),
    [
        ("2025-10-12T12:00:00.250Z ", NOON),
        ("2025-10-12 12:00:00,250 - root - INFO - ", NOON),
        ("build\tRun\t2025-10-12T12:00:00.2500000Z ", NOON),
        ("2025-10-12T14:00:00.250+0200 host python[7]: ", NOON),
        ("2025-10-12T05:00:00.25-07:00 app[worker.1]: ", NOON),
        ("12.10.2025 12:00:00,250 INFO ", NOON),
        ("[2025/10/12 12:00:00.250] ", NOON),
        ("1760270400.250 ", NOON),
        ("10/12/2025 12:00:00.250 ", None),
        ("Oct 12 12:00:00.250 box run[7]: ", None),
    ],
)
def test_a_date_is_read_where_it_is_written_in_full(before: str, at: datetime | None) -> None:
    stamp = Moments().of(before.encode())
    assert stamp is not None and (stamp.at, stamp.is_whole) == (at, False)


@pytest.mark.parametrize(
    "before", ["INFO:root:", "solver-1  | ", "[pod/solver-7d9f8b-x2x/solver] ", "25:61:61 ", "0: "]
)
def test_where_no_moment_stands_none_is_made_up(before: str) -> None:
    assert Moments().of(before.encode()) is None


def test_a_time_of_day_goes_on_past_midnight() -> None:
    moments = Moments()
    last, first = moments.of(b"23:59:59.500 "), moments.of(b"00:00:01.000 ")
    assert last is not None and first is not None and first.seconds - last.seconds == 1.5
    afternoon, noon = Moments().of(b"01:00:00 PM "), Moments().of(b"12:00:00 PM ")
    assert afternoon is not None and noon is not None and afternoon.seconds - noon.seconds == 3600


@given(st.binary(max_size=60))
def test_anything_may_stand_before_a_line(before: bytes) -> None:
    Moments().of(before)


def test_a_run_without_timing_has_its_start_wall_clock_and_tasks_from_them() -> None:
    text = "".join(f"2025-10-12 12:00:0{at},250 - INFO - {line}\n" for at, line in enumerate(LINES))
    (run,) = read_text(text + "2025-10-12 12:00:07,250 - INFO - 2 tasks - 0 timeouts\n").records
    assert (run.started_at, run.wall_seconds, [task.seconds for task in run.tasks]) == (NOON, 7.0, [2.0, 5.0])
    assert any("they name no zone" in note for note in run.notes)


def test_moments_to_the_second_date_a_run_and_time_no_task() -> None:
    text = "".join(f"2025-10-12T12:00:0{at}Z {line}\n" for at, line in enumerate(LINES))
    (run,) = read_text(text).records
    assert run.started_at == NOON.replace(microsecond=0) and [task.seconds for task in run.tasks] == [None, None]
    assert any("too coarse" in note for note in run.notes)


def test_what_a_log_says_itself_goes_before_them() -> None:
    text = "".join(f"[12:00:0{at}.000] {line}\n" for at, line in enumerate(LINES))
    (run,) = read_text(text + "[12:00:09.000] 2 tasks - timeouts = 0 - tot_d_score = 1 in 8.500s\n").records
    assert (run.wall_seconds, run.started_at) == (8.5, None)


@pytest.mark.parametrize("field", ["time", "timestamp", "@timestamp", "ts"])
def test_the_moment_of_a_line_of_json_stands_beside_it(field: str) -> None:
    entries = [{"message": line, field: f"2025-10-12T12:00:0{at}.250Z"} for at, line in enumerate(LINES)]
    (run,) = read_text("\n".join(map(json.dumps, entries))).records
    assert (run.started_at, [task.seconds for task in run.tasks]) == (NOON, [2.0, None])
