"""Chrome traces: tracers' events nest by time; Quickwin's own export is its run again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.exports import to_chrome_trace
from profiles.importers import ImportProblem, Source
from profiles.importers.chrome_trace import IMPORTER
from profiles.records import PhaseTiming, RunRecord, TaskRecord
from tests.profiles.importers.files import form_of, read


def event(name, ts, dur, tid=1, **more):
    return {"name": name, "ph": "X", "ts": ts, "dur": dur, "pid": 1, "tid": tid, **more}


VIZ = [
    {"ph": "M", "pid": 1, "tid": 1, "name": "thread_name", "args": {"name": "MainThread"}},
    event("main (/a/b.py:3)", 1000.0, 3_000_000),
    event("step (/a/b.py:9)", 500_000.0, 1_000_000, cat="FEE"),
    event("len", 600_000.0, 250_000),
]


def spent(preview):
    (run,) = preview.runs
    return {stack[-1].split("\0")[0]: round(seconds, 6) for stack, seconds in run.profiles[0]["frame_records"]}


@pytest.mark.parametrize("shape", [lambda events: {"traceEvents": events, "displayTimeUnit": "ms"}, list])
def test_complete_events_nest_by_time(shape):
    data = json.dumps(shape(VIZ)).encode()
    assert form_of(data) == "chrome-trace"
    preview = read(("x.json", data))
    (run,) = preview.records
    assert run.profiled and run.wall_seconds == 3.0 and preview.files[0].losses == ()
    assert spent(preview) == {"main": 2.0, "step": 0.75, "len": 0.25}


def test_pairs_of_begin_and_end_are_the_same():
    pairs = [("main", "B", 0), ("step", "B", 1e6), ("step", "E", 2e6), ("main", "E", 3e6)]
    events = [{"name": name, "ph": kind, "ts": at, "pid": 1, "tid": 1} for name, kind, at in pairs]
    assert spent(read(("x", json.dumps(events).encode()))) == {"main": 2.0, "step": 1.0}


def test_threads_stand_side_by_side_and_the_wall_clock_is_from_first_to_last():
    events = [event("aten::mm", 0, 2e6, cat="cpu_op"), event("sgemm", 1e6, 3e6, tid=7, cat="kernel")]
    preview = read(("x", json.dumps({"schemaVersion": 1, "traceEvents": events}).encode()))
    assert preview.records[0].wall_seconds == 4.0 and preview.records[0].counts["threads"] == 2
    assert spent(preview) == {"aten::mm": 2.0, "sgemm": 3.0}


def test_what_holds_no_time_of_a_function_is_counted_as_lost():
    events = [*VIZ, {"ph": "C", "ts": 1}, {"ph": "i", "ts": 1}, event("x", 1, -5), {"ph": "E", "ts": 1, "tid": 5}, 3]
    preview = read(("x", json.dumps({"traceEvents": events}).encode()))
    assert sorted(loss.reason.rpartition(" (")[2] for loss in preview.files[0].losses) == [
        *["1 time)"] * 3,
        "2 times)",
    ]
    assert spent(preview)["main"] == 2.0


def test_a_cut_trace_has_no_wall_clock_and_an_unclosed_array_has():
    text = json.dumps(VIZ)
    preview = read(("x", text[:-1].encode()))
    assert preview.records[0].wall_seconds == 3.0
    preview = read(("x", text[:-20].encode()))
    assert preview.records[0].wall_seconds is None and "is cut" in preview.files[0].losses[0].reason


def test_a_trace_without_times_is_refused():
    with pytest.raises(ImportProblem, match="nothing of the trace"):
        IMPORTER.parse(Source(name="x", data=b'{"traceEvents": [{"ph": "C", "ts": 1}]}'))


def test_what_quickwin_exported_is_its_run_again():
    def phases(*spent: float) -> tuple[PhaseTiming, ...]:
        load, score, dsl = spent
        return (
            PhaseTiming(path=("load",), category="io", total_seconds=load, self_seconds=load, calls=2),
            PhaseTiming(path=("score",), total_seconds=score, self_seconds=score - dsl),
            PhaseTiming(path=("score", "dsl"), category="dsl", total_seconds=dsl, self_seconds=dsl, calls=9),
        )

    tasks = tuple(
        TaskRecord(task_id=f"t{index}", index=index, seconds=1.0, solved=bool(index), phases=phases(0.1, 0.7, 0.3))
        for index in range(3)
    )
    record = RunRecord(key="k1", label="baseline", wall_seconds=4.0, phases=phases(0.3, 2.1, 0.9), tasks=tasks)
    (run,) = IMPORTER.parse(Source(name="x", data=to_chrome_trace(record).encode())).runs
    assert (run.key, run.label, run.wall_seconds, run.profiled) == ("k1", "baseline", 4.0, False)
    for back, there in ((run.phases, record.phases), (run.tasks[1].phases, tasks[1].phases)):
        by_path = {phase.path: phase for phase in back}
        assert set(by_path) == {phase.path for phase in there}
        for phase in there:
            assert by_path[phase.path].total_seconds == pytest.approx(phase.total_seconds)
            assert by_path[phase.path].self_seconds == pytest.approx(phase.self_seconds)
            assert (by_path[phase.path].calls, by_path[phase.path].category) == (phase.calls, phase.category)
    assert [(task.task_id, task.solved) for task in run.tasks] == [("t0", False), ("t1", True), ("t2", True)]
    assert [task.seconds for task in run.tasks] == pytest.approx([1.0] * 3)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30))
def test_any_events_of_a_thread_hold_no_more_than_the_wall_clock(stretches):
    events = [event("f", begin, length) for begin, length in stretches]
    try:
        parsed = IMPORTER.parse(Source(name="x", data=json.dumps(events).encode()))
    except ImportProblem:
        return
    records = parsed.profiles[0]["frame_records"]
    assert all(seconds >= -1e-12 for _, seconds in records)
    assert sum(seconds for _, seconds in records) <= parsed.runs[0].wall_seconds + 1e-12
