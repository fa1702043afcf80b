"""Quickwin's JSON export, and what a foreign one is checked for."""

import json
from typing import Any

import pytest

from profiles.exports import to_json
from profiles.importers import Source
from profiles.importers.base import ImportProblem, Parsed
from profiles.importers.run_export import IMPORTER
from profiles.records import PhaseTiming, RunRecord, TaskRecord

PHASE = PhaseTiming(path=("score",), total_seconds=2.0, self_seconds=1.5)
RUN = RunRecord(
    key="k1",
    label="baseline",
    wall_seconds=3.0,
    phases=(PHASE,),
    tasks=(TaskRecord(task_id="a", index=0, seconds=3.0, phases=(PHASE,)),),
    counts={"candidates": 132},
)


def parse(run: object, **changes: object) -> Parsed:
    plain = {"format": "quickwin-run", "version": 1, "run": run, **changes}
    source = Source(name="run.json", data=json.dumps(plain).encode())
    assert IMPORTER.recognize(source) > 0.9
    return IMPORTER.parse(source)


def changed(**changes: Any) -> dict[str, Any]:
    return {**RUN.to_json(), **changes}


def test_an_export_gives_an_equal_run_that_says_it_was_imported() -> None:
    parsed = parse(RUN.to_json())
    assert parsed.losses == ()
    assert parsed.runs == (RUN.replace(source="imported:quickwin-run"),)


def test_what_quickwin_exports_is_what_is_read() -> None:
    source = Source(name="run.json", data=to_json(RUN).encode())
    assert IMPORTER.recognize(source) > 0.9
    assert IMPORTER.parse(source).runs == (RUN.replace(source="imported:quickwin-run"),)


def test_where_an_imported_run_came_from_first_is_kept() -> None:
    assert parse(changed(source="imported:run-batt")).runs[0].source == "imported:run-batt"


def test_a_run_that_was_still_running_counts_as_interrupted_and_has_no_process() -> None:
    (run,) = parse(changed(status="running", pid=1)).runs
    assert (run.status, run.pid) == ("interrupted", None)


@pytest.mark.parametrize("version", [2, 99, 0, None, "1", 1.5])
def test_another_version_is_refused_in_a_sentence(version: object) -> None:
    with pytest.raises(ImportProblem, match="reads version 1"):
        parse(RUN.to_json(), version=version)


@pytest.mark.parametrize(
    "run", [None, [], "x", {}, {"label": "x"}, {"key": "", "label": "x"}, {"key": 5, "label": "x"}]
)
def test_what_is_no_run_is_refused(run: object) -> None:
    with pytest.raises(ImportProblem):
        parse(run)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"wall_seconds": "3"}, "wall_seconds was left out: a number"),
        ({"wall_seconds": True}, "wall_seconds was left out: a number"),
        ({"counts": {"a": 1.5}}, "counts was left out: a whole number"),
        ({"counts": [1]}, "counts was left out: an object"),
        ({"phases": {"a": 1}}, "phases was left out: a list"),
        (
            {"phases": [{"path": "abc", "total_seconds": 1, "self_seconds": 1}]},
            "number 1 of phases was left out: path: a list",
        ),
        ({"phases": [{"path": ["a"], "total_seconds": -1, "self_seconds": 1}]}, "total_seconds must be >= 0"),
        ({"phases": [{"path": ["a"]}]}, "total_seconds, self_seconds is missing"),
        ({"phases": [[1]]}, "an object is needed"),
        ({"tasks": [{"task_id": {}, "index": 0, "seconds": 1}]}, "task_id: a text is needed"),
        ({"started_at": "yesterday"}, "started_at was left out: a moment"),
        ({"started_at": "0001-01-01T00:00:00+23:00"}, "started_at was left out: a moment"),
        ({"pid": 10**30}, "pid was left out: a whole number"),
        ({"environment": {"machine": 5}}, "machine: a text is needed"),
        ({"notes": "abc"}, "notes was left out: a list"),
        ({"config": "none"}, "config was left out: a list"),
    ],
)
def test_a_field_that_does_not_fit_is_left_out_and_named(changes: dict[str, Any], says: str) -> None:
    parsed = parse(changed(**changes))
    assert any(says in loss.reason for loss in parsed.losses), parsed.losses
    assert parsed.runs[0].key == "k1"


@pytest.mark.parametrize(("second", "total", "says"), [(1, 1, "alike: one was left out"), (3, 4, "were added up")])
def test_phases_that_come_twice_are_said_to(second: int, total: int, says: str) -> None:
    phases = [{"path": ["a"], "total_seconds": seconds, "self_seconds": seconds} for seconds in (1, second)]
    parsed = parse(changed(phases=phases))
    assert [one.total_seconds for one in parsed.runs[0].phases] == [total]
    assert says in parsed.losses[0].reason


@pytest.mark.parametrize(("errors", "kept"), [(0, 1), (5, 2)])
def test_tasks_that_come_twice_are_said_to(errors: int, kept: int) -> None:
    tasks = [{"task_id": "a", "index": 0, "seconds": 1, "errors": number} for number in (0, errors)]
    parsed = parse(changed(tasks=tasks))
    assert len(parsed.runs[0].tasks) == kept
    assert "task '0' came twice" in parsed.losses[0].reason


def test_names_are_made_harmless() -> None:
    label = "a\x1b[31m\u202eb\ud800c\nd"
    (run,) = parse(changed(label=label)).runs
    assert run.label == "a\ufffd[31m\ufffdb\ufffdc d"
