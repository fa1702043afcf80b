"""Exports are what the other programs read, and bring nothing with them that one of those would run."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.exports import (
    CSV_COLUMNS,
    SPEEDSCOPE_SCHEMA,
    escape_cell,
    to_chrome_trace,
    to_csv,
    to_json,
    to_speedscope,
)
from profiles.importers.base import Source
from profiles.importers.run_export import IMPORTER as RUN_EXPORT
from profiles.importers.speedscope import IMPORTER as SPEEDSCOPE
from profiles.recorder import Recorder
from profiles.records import PhaseTiming, RunRecord, TaskRecord
from tests.profiles.fakes import FakeClock, git_asked_once, play, runs  # noqa: F401 - a fixture
from tests.worked_example import THIRD

pytestmark = pytest.mark.usefixtures("git_asked_once")

#: What speedscope's file format asks of a sampled profile.
NUMBER, TEXT = {"type": "number"}, {"type": "string"}
SCHEMA = {
    "type": "object",
    "required": ["$schema", "shared", "profiles"],
    "properties": {
        "$schema": {"const": SPEEDSCOPE_SCHEMA},
        "name": TEXT,
        "exporter": TEXT,
        "activeProfileIndex": NUMBER,
        "shared": {
            "type": "object",
            "required": ["frames"],
            "properties": {
                "frames": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["name"],
                        "properties": {"name": TEXT, "file": TEXT, "line": NUMBER, "col": NUMBER},
                        "additionalProperties": False,
                    },
                }
            },
        },
        "profiles": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["type", "name", "unit", "startValue", "endValue", "samples", "weights"],
                "properties": {
                    "type": {"const": "sampled"},
                    "name": TEXT,
                    "unit": {"enum": ["none", "nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"]},
                    "startValue": NUMBER,
                    "endValue": NUMBER,
                    "samples": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
                    "weights": {"type": "array", "items": NUMBER},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
# Made once: it takes longer to check the schema than what it is for.
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA)
VALIDATOR.check_schema(SCHEMA)


def recorded(steps: Any) -> RunRecord:
    clock = FakeClock()
    recorder = Recorder(clock, name="run", metadata={"config": [THIRD]})
    play(recorder, clock, steps)
    return RunRecord.from_json(recorder.finish())


@given(runs)
def test_json_gives_the_run_back(steps: Any) -> None:
    record = recorded(steps)
    text = to_json(record)
    assert RunRecord.from_json(json.loads(text)["run"]) == record
    assert json.loads(text)["format"] == "quickwin-run"


def test_json_is_recognized_by_the_importer() -> None:
    source = Source(name="x", data=to_json(recorded([("one", [("a", [5])])])).encode())
    assert RUN_EXPORT.recognize(source) > 0.9
    assert len(RUN_EXPORT.parse(source).runs[0].tasks) == 1


@given(runs)
def test_speedscope_files_are_valid_and_as_long_as_the_run(steps: Any) -> None:
    record = recorded(steps)
    plain = json.loads(to_speedscope(record))
    VALIDATOR.validate(plain)
    (profile,) = plain["profiles"]
    assert len(profile["samples"]) == len(profile["weights"])
    assert all(0 <= index < len(plain["shared"]["frames"]) for sample in profile["samples"] for index in sample)
    if record.phases:
        assert profile["endValue"] == pytest.approx(record.wall_seconds, abs=1e-6)


def test_speedscope_files_are_read_by_the_importer() -> None:
    source = Source(name="x", data=to_speedscope(recorded([("one", [("a", [10**9, ("b", [10**9])]), 10**9])])).encode())
    assert SPEEDSCOPE.recognize(source) > 0.9
    parsed = SPEEDSCOPE.parse(source)
    assert (parsed.runs[0].wall_seconds, parsed.losses) == (3.0, ())


@given(runs)
def test_events_of_a_chrome_trace_lie_within_their_task(steps: Any) -> None:
    record = recorded(steps)
    events = [event for event in json.loads(to_chrome_trace(record))["traceEvents"] if event["ph"] == "X"]
    end = sum(task.seconds or 0.0 for task in record.tasks) * 1e6
    assert all(event["ts"] >= 0 and event["dur"] >= 0 for event in events)
    assert all(event["ts"] + event["dur"] <= end + 1 for event in events if event["tid"] == 2)
    assert len(events) == 1 + len(record.phases) + sum(1 + len(task.phases) for task in record.tasks)


def test_a_chrome_trace_is_in_microseconds_with_children_where_their_parent_is() -> None:
    record = recorded([("one", [10**9, ("a", [("b", [10**9]), ("c", [2 * 10**9])])])])
    events = json.loads(to_chrome_trace(record))["traceEvents"]
    placed = {
        event["name"]: (event["ts"], event["dur"]) for event in events if event["ph"] == "X" and event["tid"] == 2
    }
    assert placed == {"one": (0, 4e6), "a": (0, 3e6), "c": (0, 2e6), "b": (2e6, 1e6)}


def test_csv_has_a_row_for_each_phase_of_the_run_and_of_each_task() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(recorded([("one", [("a", [10**9, ("b", [10**9])])])])))))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [(row["task"], row["phase"], row["seconds"]) for row in rows] == [
        ("", "total", "2.0"),
        ("", "a", "2.0"),
        ("", "a/b", "1.0"),
        ("one", "total", "2.0"),
        ("one", "a", "2.0"),
        ("one", "a/b", "1.0"),
    ]


@given(st.text(), st.text(min_size=1))
def test_no_cell_of_a_csv_is_a_formula(task_id: str, name: str) -> None:
    phases = (PhaseTiming(path=(name,), total_seconds=1.0, self_seconds=1e-7),)
    tasks = (TaskRecord(task_id=task_id, index=0, seconds=1e-7, phases=phases),)
    text = to_csv(RunRecord(key="k", label="r", phases=phases, tasks=tasks))
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_gets_an_apostrophe_and_numbers_stay(start: str) -> None:
    assert escape_cell(f"{start}cmd()") == f"'{start}cmd()"
    assert escape_cell(-1.5) == -1.5
    assert escape_cell("score") == "score"


def test_a_carriage_return_in_a_name_begins_no_row() -> None:
    run = RunRecord(key="k", label="r", phases=(PhaseTiming(path=("\r@cmd",), total_seconds=1.0, self_seconds=1.0),))
    rows = list(csv.reader(io.StringIO(to_csv(run), newline="")))
    assert [row[1] for row in rows] == ["phase", "total", "'\r@cmd"]
