"""A log whose lines are JSON objects is the run of the plain log."""

import json

import pytest

from tests.profiles.importers.files import fixture, form_of, read, run_of

LINES = fixture("run_batt_october.log").decode().splitlines()
PLAIN = run_of("run_batt_october.log")
FORMS = {
    "docker": lambda line, at: {"log": line + "\n", "stream": "stdout", "time": f"2026-01-01T12:00:{at % 60:02d}.5Z"},
    "structlog": lambda line, at: {"event": line, "level": "info", "timestamp": f"2026-01-01T12:00:{at % 60:02d}Z"},
    "json logger": lambda line, at: {"asctime": f"12:00:{at % 60:02d},1", "levelname": "INFO", "message": line},
    "loguru": lambda line, at: {"text": line + "\n", "record": {"elapsed": {"seconds": at}, "message": line}},
    "journald": lambda line, at: {"__REALTIME_TIMESTAMP": str(at), "MESSAGE": line, "PRIORITY": "6"},
    "cloud": lambda line, at: {"insertId": str(at), "textPayload": line, "severity": "INFO"},
    "logging inside": lambda line, at: {
        "log": f"12:00:{at % 60:02d} - root - INFO - {line}\n",
        "stream": "stdout",
        "n": at,
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_lines_as_json_are_the_run_of_the_plain_log(form):
    data = "".join(json.dumps(FORMS[form](line, at)) + "\n" for at, line in enumerate(LINES)).encode()
    assert form_of(data) == "json-log"
    preview = read(("x", data))
    (run,) = preview.records
    assert (run.key, run.status, run.wall_seconds) == (PLAIN.key, "finished", PLAIN.wall_seconds)
    assert [task.task_id for task in run.tasks] == [task.task_id for task in PLAIN.tasks]


def test_a_torn_last_line_is_named():
    data = "".join(json.dumps({"message": line, "at": at}) + "\n" for at, line in enumerate(LINES))
    assert "torn" in read(("x", data[:-9].encode())).files[0].losses[-1].reason


@pytest.mark.parametrize("order", [1, -1])
def test_a_list_of_entries_is_the_run_of_the_plain_log_newest_first_too(order):
    entries = [
        {"textPayload": line, "timestamp": f"2026-01-01T12:{at // 60:02d}:{at % 60:02d}.5Z"}
        for at, line in enumerate(LINES)
    ]
    entries[3] = {"jsonPayload": {"message": entries[3]["textPayload"]}, "timestamp": entries[3]["timestamp"]}
    data = json.dumps(entries[::order], indent=2).encode()
    assert form_of(data) == "json-log"
    preview = read(("x", data))
    (run,) = preview.records
    assert (run.key, run.status, run.wall_seconds) == (PLAIN.key, "finished", PLAIN.wall_seconds)
    assert [task.task_id for task in run.tasks] == [task.task_id for task in PLAIN.tasks]
    assert [("newest first" in loss.reason) for loss in preview.files[0].losses] == [True] * (order < 0)


def test_entries_of_a_list_that_are_no_objects_are_counted():
    data = json.dumps([*({"message": line} for line in LINES), 7, "x"]).encode()
    preview = read(("x", data))
    assert [run.key for run in preview.records] == [PLAIN.key]
    assert preview.files[0].losses[0].reason == f"2 of {len(LINES) + 2} entries are no JSON objects"
