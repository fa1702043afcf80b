"""A run in other programs' formats, as text. Pure: nothing is written here."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from profiles.breakdown import PhaseNode, breakdown, phase_tree
from profiles.records import PhaseTiming, RunRecord

RUN_FORMAT = "quickwin-run"
RUN_VERSION = 1
MEASUREMENT_FORMAT = "quickwin-measurement"
MEASUREMENT_VERSION = 1
SPEEDSCOPE_SCHEMA = "https://www.speedscope.app/file-format-schema.json"
CSV_COLUMNS = ("task", "phase", "category", "seconds", "self_seconds", "calls", "basis")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MICROSECONDS = 1e6

Json = dict[str, Any]


def to_json(record: RunRecord) -> str:
    """The whole run: ``{"format": "quickwin-run", "version": 1, "run": ...}``, which imports back as it was."""
    return json.dumps({"format": RUN_FORMAT, "version": RUN_VERSION, "run": record.to_json()}, indent=1)


def measurement_to_json(
    spec: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]], runs: Sequence[RunRecord], verdict: Any = None
) -> str:
    """A measurement with its blocks and runs, which another Quickwin imports and judges itself.

    Args:
        blocks: rows with block, arm, position and key, that of one of ``runs``.
        verdict: what was said here, for readers; it is not imported.
    """
    head = {"format": MEASUREMENT_FORMAT, "version": MEASUREMENT_VERSION, "spec": dict(spec), "verdict": verdict}
    return json.dumps(
        {**head, "blocks": [dict(row) for row in blocks], "runs": [run.to_json() for run in runs]}, indent=1
    )


def escape_cell(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: text that could be one gets an apostrophe in front."""
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def to_csv(record: RunRecord) -> str:
    """A row per phase of the run (no task) and of each task; the phase ``total`` is the whole.

    Columns: task, phase (``score/dsl``), category, seconds (with the phases below), self_seconds, calls, basis.
    """
    rows: list[Iterable[object]] = [CSV_COLUMNS, ("", "total", "", record.wall_seconds, "", "", "")]
    rows += _csv_rows("", record.phases)
    for task in record.tasks:
        rows.append((escape_cell(task.task_id), "total", "", task.seconds, "", "", ""))
        rows += _csv_rows(task.task_id, task.phases)
    return "".join(map(_csv_line, rows))


def _csv_line(cells: Iterable[object]) -> str:
    """A row with its end. A cell with a carriage return is quoted too: else what follows it would begin a row."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()[:-2] + "\n"


def _csv_rows(task: str, phases: Iterable[PhaseTiming]) -> Iterator[list[object]]:
    for phase in phases:
        path = "/".join(phase.path)
        cells = (task, path, phase.category, phase.total_seconds, phase.self_seconds, phase.calls, phase.basis)
        yield [escape_cell(cell) for cell in cells]


def to_speedscope(record: RunRecord) -> str:
    """The run's phases for speedscope.app: one sampled profile, a sample per phase with its self seconds as weight.

    Idle time and what no phase covers are the frames "idle" and "unaccounted", so that the profile is as long as the
    run's wall-clock x workers.
    Format: https://github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources
    """
    stacks = breakdown(record).by_path().items()
    return speedscope(record.label, [([{"name": name} for name in path], own) for path, own in stacks])


def speedscope(name: str, stacks: Sequence[tuple[Sequence[Json], float]]) -> str:
    """A speedscope file of one sampled profile, in seconds.

    Args:
        name: the profile's name.
        stacks: frames (dicts with ``name`` and, where known, ``file`` and ``line``), outermost first, and seconds.
    """
    indices: dict[tuple[tuple[str, Any], ...], int] = {}
    samples = [[indices.setdefault(tuple(frame.items()), len(indices)) for frame in frames] for frames, _ in stacks]
    weights = [seconds for _, seconds in stacks]
    profile = {
        "type": "sampled",
        "name": name,
        "unit": "seconds",
        "startValue": 0,
        "endValue": sum(weights),
        "samples": samples,
        "weights": weights,
    }
    return json.dumps(
        {
            "$schema": SPEEDSCOPE_SCHEMA,
            "exporter": "quickwin",
            "name": name,
            "activeProfileIndex": 0,
            "shared": {"frames": [dict(frame) for frame in indices]},
            "profiles": [profile],
        }
    )


def to_chrome_trace(record: RunRecord) -> str:
    """Complete events in microseconds for chrome://tracing and Perfetto: one row of the run's phases, one of its tasks.

    A record keeps how long, not when: tasks lie one after the other, and so do the phases within one. Written down in
    ``otherData``. Format: "Trace Event Format", Chromium project.
    """
    whole = _event(record.label, 0.0, record.wall_seconds or 0.0, 1, {"status": record.status})
    events = [_named("phases of the run", 1), _named("tasks, one after the other", 2), whole]
    events += _phase_events(phase_tree(record), 0.0, 1)
    start = 0.0
    for task in record.tasks:
        tree = phase_tree(task.phases)
        seconds = task.seconds if task.seconds is not None else sum(node.timing.total_seconds for node in tree)
        facts = {"status": task.status, "solved": task.solved, "errors": task.errors, "timeouts": task.timeouts}
        events.append(_event(task.task_id, start, seconds, 2, facts))
        events += _phase_events(tree, start, 2)
        start += seconds
    note = "durations are measured; the order within a task, and gaps between tasks, are not recorded"
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms", "otherData": {"run": record.key, "note": note}})


def _named(name: str, row: int) -> Json:
    return {"name": "thread_name", "ph": "M", "pid": 1, "tid": row, "args": {"name": name}}


def _event(
    name: str, start: float, seconds: float, row: int, facts: Mapping[str, object], category: str = "run"
) -> Json:
    times = {"ts": start * _MICROSECONDS, "dur": seconds * _MICROSECONDS}
    return {"name": name, "cat": category, "ph": "X", **times, "pid": 1, "tid": row, "args": dict(facts)}


def _phase_events(roots: Sequence[PhaseNode], start: float, row: int) -> list[Json]:
    """A tree of phases laid out from ``start`` on, each where its parent begins and after its sibling before it."""
    events, waiting = [], [(roots, start)]
    while waiting:
        siblings, at = waiting.pop()
        for node in siblings:
            timing = node.timing
            facts = {"calls": timing.calls, "self_seconds": timing.self_seconds}
            events.append(_event(timing.name, at, timing.total_seconds, row, facts, timing.category))
            waiting.append((node.children, at))
            at += timing.total_seconds
    return events
