"""The recorder's arithmetic, what it keeps per task and per run, and that nothing it is given makes it fall over."""

from __future__ import annotations

import ast
import io
import json
import math
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles import recorder as module
from profiles.journal import read_journal
from profiles.recorder import MAX_PHASES, NullRecorder, Recorder, merge, read_task
from profiles.records import RunRecord
from tests.profiles.fakes import FakeClock, git_asked_once, play, runs, steps, walk  # noqa: F401 - a fixture
from tests.worked_example import THIRD

pytestmark = pytest.mark.usefixtures("git_asked_once")

MICROSECOND = 1e-6


def own_seconds(part: dict[str, Any]) -> float:
    return math.fsum(phase["self_seconds"] for phase in part["phases"])


def by_path(part: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {"/".join(phase["path"]): phase for phase in part["phases"]}


def test_it_imports_nothing_beyond_the_standard_library() -> None:
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imports |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imports} <= set(sys.stdlib_module_names)


def test_total_seconds_include_the_children_and_self_seconds_do_not() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    walk(recorder, clock, ("a", [10**9, ("b", [2 * 10**9]), ("b", [3 * 10**9])]))
    phases = by_path(recorder.finish())
    assert (phases["a"]["total_seconds"], phases["a"]["self_seconds"], phases["a"]["calls"]) == (6, 1, 1)
    assert (phases["a/b"]["total_seconds"], phases["a/b"]["self_seconds"], phases["a/b"]["calls"]) == (5, 5, 2)
    assert phases["a"]["category"] == "dsl"


def test_the_same_name_below_another_parent_is_another_phase() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    walk(recorder, clock, ("a", [("a", [1])]))
    walk(recorder, clock, ("b", [("a", [1])]))
    assert list(by_path(recorder.finish())) == ["a", "a/a", "b", "b/a"]


@given(runs)
def test_self_seconds_and_the_uncovered_rest_are_the_wall_clock(run: Any) -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    play(recorder, clock, run)
    covered = sum(ticks(step) for _, inner in run for step in inner if not isinstance(step, int))
    result = recorder.finish()
    assert result["wall_seconds"] == pytest.approx((clock.ticks - 1_000 * 10**9) / 1e9, abs=MICROSECOND)
    assert own_seconds(result) == pytest.approx(covered / 1e9, abs=MICROSECOND)


@given(runs)
def test_a_tasks_phases_and_those_between_tasks_add_up_to_the_runs(run: Any) -> None:
    clock, lines = FakeClock(), io.StringIO()
    recorder = Recorder(clock, lines)
    play(recorder, clock, run)
    result = recorder.finish()
    for task, (_, inner) in zip(result["tasks"], [one for one in run if one[0]], strict=True):
        assert task["seconds"] == pytest.approx(sum(map(ticks, inner)) / 1e9, abs=MICROSECOND)
        covered = sum(ticks(step) for step in inner if not isinstance(step, int))
        assert own_seconds(task) == pytest.approx(covered / 1e9, abs=MICROSECOND)
    assert result["counts"].get("steps", 0) == sum(task["counts"]["steps"] for task in result["tasks"])
    assert read_journal(lines.getvalue().encode()) == RunRecord.from_json(result)


@given(st.lists(steps, max_size=3), st.lists(steps, max_size=3))
def test_a_phase_around_tasks_is_split_at_their_ends(before: Any, inside: Any) -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    with recorder.phase("all"):
        for _ in range(2):
            walk(recorder, clock, ("a", before))
            with recorder.task("one"):
                walk(recorder, clock, ("b", inside))
                clock.tick(7)
    result = recorder.finish()
    assert own_seconds(result) == pytest.approx(result["wall_seconds"], abs=MICROSECOND)
    assert by_path(result)["all"]["calls"] == 1
    for task in result["tasks"]:
        assert own_seconds(task) == pytest.approx(task["seconds"], abs=MICROSECOND)


def ticks(step: Any) -> int:
    return step if isinstance(step, int) else sum(map(ticks, step[1]))


def test_a_phase_taken_once_counts_where_it_is_entered_also_recursively() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    held = recorder.phase("held", category="dsl")
    with held, held:
        clock.tick(1)
    with recorder.phase("outer"), held:
        clock.tick(2)
        with recorder.phase("held"):
            clock.tick(3)
    with held:
        clock.tick(5)
    phases = by_path(recorder.finish())
    assert {path: round(phase["self_seconds"] * 1e9) for path, phase in phases.items()} == {
        "held": 5,
        "held/held": 1,
        "outer": 0,
        "outer/held": 2,
        "outer/held/held": 3,
    }
    assert [phase["calls"] for phase in phases.values()] == [2, 1, 1, 1, 1]
    assert phases["outer/held"]["category"] == "dsl"


def test_calls_that_were_timed_elsewhere_are_part_of_the_phase_around_them() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    with recorder.phase("outer"):
        inner = recorder.phase("inner", category="dsl")
        clock.tick(10 * 10**9)
        inner.add(3.0, calls=5)
        inner.add(1.0)
        inner.add(-1.0, calls=0)
    phases = by_path(recorder.finish())
    assert (phases["outer"]["total_seconds"], phases["outer"]["self_seconds"]) == (10.0, 6.0)
    assert (phases["outer/inner"]["total_seconds"], phases["outer/inner"]["calls"]) == (4.0, 6)


def test_a_phase_left_by_an_exception_is_counted() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    with pytest.raises(KeyError), recorder.phase("a"), recorder.phase("b"):
        clock.tick(10**9)
        raise KeyError
    assert by_path(recorder.finish())["a/b"]["total_seconds"] == 1
    assert recorder.phase("c").path == ("c",)


def test_a_phase_left_open_by_a_generator_ends_with_its_task() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)

    def generator() -> Any:
        with recorder.phase("open"):
            yield

    suspended = generator()
    with recorder.task("one"):
        next(suspended)
        clock.tick(10**9)
    with recorder.phase("later"):
        clock.tick(10**9)
        suspended.close()
        clock.tick(10**9)
    result = recorder.finish()
    assert {path: phase["total_seconds"] for path, phase in by_path(result).items()} == {"open": 1, "later": 2}


def test_a_phase_left_before_the_one_within_it_ends_both() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    outer = recorder.phase("outer").__enter__()
    inner = recorder.phase("inner").__enter__()
    clock.tick(10**9)
    outer.__exit__(None, None, None)
    clock.tick(10**9)
    inner.__exit__(None, None, None)
    assert own_seconds(recorder.finish()) == 1


@pytest.mark.parametrize(("name", "category"), [("", "dsl"), (7, "dsl"), ("x", "other")])
def test_a_phase_without_a_name_or_of_an_unknown_category_is_refused(name: Any, category: str) -> None:
    with pytest.raises(ValueError, match="phase"):
        Recorder().phase(name, category)


def test_too_many_distinct_phases_are_gathered() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    for number in range(MAX_PHASES + 100):
        with recorder.phase(f"phase {number}", category="io"):
            clock.tick(10**9)
    phases = by_path(recorder.finish())
    assert len(phases) == MAX_PHASES + 1
    assert phases["(more io)"]["total_seconds"] == 100


def test_a_failing_task_is_recorded_with_its_reason_and_the_exception_goes_on() -> None:
    recorder = Recorder()
    with pytest.raises(ZeroDivisionError), recorder.task("one"):
        raise ZeroDivisionError("by nought")
    with pytest.raises(KeyboardInterrupt), recorder.task("two"):
        raise KeyboardInterrupt
    with recorder.task("three") as task:
        task.fail("its worker was killed")
    one, two, three = RunRecord.from_json(recorder.finish()).tasks
    assert (one.status, one.reason) == ("failed", "ZeroDivisionError: by nought")
    assert (two.status, two.reason) == ("interrupted", "KeyboardInterrupt")
    assert (three.status, three.reason) == ("failed", "its worker was killed")


def test_tasks_do_not_nest() -> None:
    recorder = Recorder()
    with recorder.task("outer"):
        with pytest.raises(RuntimeError, match="'inner' began within task 'outer'"), recorder.task("inner"):
            pass
        with pytest.raises(RuntimeError, match="do not nest"):
            recorder.add_task({"task_id": "added"})
    assert [task["task_id"] for task in recorder.finish()["tasks"]] == ["outer"]


def test_errors_and_timeouts_are_counted_apart_per_task_and_outside() -> None:
    recorder = Recorder()
    recorder.error("worker", "lost")
    with recorder.task("one"):
        for number in range(20):
            recorder.error("RecursionError", f"number {number}")
        recorder.error("timeout", "1 s")
        recorder.timeout()
    result = recorder.finish()
    task = result["tasks"][0]
    assert (task["errors"], task["timeouts"], task["counts"]) == (20, 2, {"errors.RecursionError": 20})
    assert task["problems"][0] == {"kind": "RecursionError", "detail": "number 0"}
    assert len(task["problems"]) == 5
    assert result["counts"] == {"run.errors": 1, "errors.worker": 1, "errors.RecursionError": 20}


def test_caches_keep_hits_misses_entries_and_the_mean_cost_of_a_miss() -> None:
    recorder = Recorder()
    cache = recorder.cache("validation")
    with recorder.task("one"):
        cache.hit()
        cache.hit(4)
        cache.miss(seconds=0.5)
        cache.entries = 1
    with recorder.task("two"):
        recorder.cache("validation").miss(1.5)
        cache.miss()
        cache.hit(2, seconds=0.25)
    with recorder.task("three"):
        pass
    result = recorder.finish()
    assert [len(task["caches"]) for task in result["tasks"]] == [1, 1, 0]
    (stats,) = RunRecord.from_json(result).caches
    assert (stats.hits, stats.misses, stats.entries, stats.miss_seconds, stats.hit_seconds) == (7, 3, 1, 1.0, 0.25)


def test_on_task_is_called_with_each_finished_task_outside_of_it() -> None:
    seen: list[dict[str, Any]] = []
    recorder = Recorder(on_task=lambda task: seen.append(task) or recorder.count("seen"))
    with recorder.task("one", index=7):
        assert seen == []
    assert [(task["task_id"], task["index"]) for task in seen] == [("one", 7)]
    result = recorder.finish()
    assert (result["tasks"], result["counts"]) == (seen, {"seen": 1})


def test_a_task_of_another_worker_is_added_with_its_phases_counts_and_caches() -> None:
    clock = FakeClock()
    worker, recorder = Recorder(clock), Recorder(clock, workers=2)
    with worker.task("one", index=1):
        walk(worker, clock, ("a", [10**9]))
        worker.count("candidates", 132)
        worker.cache("dsl").hit(3)
    recorder.add_task(worker.finish()["tasks"][0])
    recorder.add_task({"task_id": "two", "index": 0, "status": "failed", "reason": "killed after 2 s", "seconds": 2.0})
    record = RunRecord.from_json(recorder.finish())
    assert [(task.task_id, task.index, task.status) for task in record.tasks] == [
        ("one", 1, "finished"),
        ("two", 0, "failed"),
    ]
    assert [(phase.path, phase.total_seconds, phase.basis) for phase in record.phases] == [(("a",), 1.0, "workers")]
    assert (record.counts, record.caches[0].hits, record.workers) == ({"candidates": 132}, 3, 2)


def test_merged_workers_add_up_by_phase_path() -> None:
    clock = FakeClock()
    first, second = Recorder(clock, name="run"), Recorder(clock)
    for worker in (first, second):
        with worker.task("one"):
            walk(worker, clock, ("a", [10**9, ("b", [10**9])]))
            worker.cache("dsl").miss(2.0)
            worker.cache("dsl").entries = 5
    merged = RunRecord.from_json(merge([first.finish(), second.finish("failed")], key="together"))
    assert (merged.key, merged.label, merged.workers, merged.status) == ("together", "run", 2, "failed")
    assert [(phase.path, phase.total_seconds, phase.calls) for phase in merged.phases] == [
        (("a",), 4.0, 2),
        (("a", "b"), 2.0, 2),
    ]
    assert {phase.basis for phase in merged.phases} == {"workers"}
    assert (merged.caches[0].misses, merged.caches[0].miss_seconds, merged.caches[0].entries) == (2, 2.0, 5)
    assert [task.index for task in merged.tasks] == [0, 1]


def test_one_result_merged_is_itself() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    play(recorder, clock, [("one", [("a", [5])])])
    result = recorder.finish()
    assert RunRecord.from_json(merge([result])) == RunRecord.from_json(result)
    with pytest.raises(ValueError, match="at least one"):
        merge([])


def test_the_result_is_plain_json_with_the_metadata_as_fields_of_the_run() -> None:
    recorder = Recorder(name="mine", key="k", metadata={"config": {THIRD}, "cache_state": "cold", "odd": Path("x")})
    recorder.count("candidates", True)
    result = recorder.finish(results_fingerprint="abc", notes=["fine"])
    assert json.loads(json.dumps(result)) == result == recorder.finish("failed")
    record = RunRecord.from_json(result)
    assert (record.key, record.label, record.config, record.cache_state) == ("k", "mine", {THIRD}, "cold")
    assert (record.results_fingerprint, record.notes, record.status) == ("abc", ("fine",), "finished")
    assert record.started_at is not None
    assert record.cpu_seconds is not None


def test_a_run_that_ends_by_an_exception_is_finished_as_failed() -> None:
    with pytest.raises(ValueError, match="broken"), Recorder() as recorder:
        raise ValueError("broken")
    assert recorder.finish()["status"] == "failed"
    assert recorder.finish()["notes"] == ["the run ended by ValueError: broken"]


def test_a_journal_that_can_not_be_written_does_not_end_the_run() -> None:
    class FullDisk(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    recorder = Recorder(journal=FullDisk())
    with recorder.task("one"):
        pass
    result = recorder.finish()
    assert len(result["tasks"]) == 1
    assert "No space left" in result["notes"][0]


def test_a_line_that_a_disk_takes_in_pieces_is_whole_in_the_journal(tmp_path: Path) -> None:
    recorder = Recorder(journal=tmp_path / "run.jsonl")
    file = recorder._journal._file

    class Piecewise(io.RawIOBase):
        def write(self, data: Any) -> int:
            written: int = file.write(data[:7])
            return written

        def close(self) -> None:
            file.close()

    recorder._journal._file = Piecewise()
    for number in range(3):
        with recorder.task(f"t{number}"):
            pass
    recorder.finish()
    record = read_journal(tmp_path / "run.jsonl")
    assert (record.status, [task.task_id for task in record.tasks]) == ("finished", ["t0", "t1", "t2"])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.frozensets(st.integers(), max_size=2),
)


@given(_JSON)
def test_a_line_is_the_json_that_the_standard_library_makes(value: Any) -> None:
    assert module.to_json(value) == module._ENCODER.encode(value)


def test_where_the_encoder_is_made_in_another_way_lines_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("json.encoder.c_make_encoder", None)
    assert module._make_encoder()({"a": {1}}) == '{"a":[1]}'


@pytest.mark.parametrize("keep_tasks", [True, False])
def test_the_runs_totals_are_the_same_whether_its_tasks_are_kept_or_let_go(keep_tasks: bool) -> None:
    clock = FakeClock()
    recorder = Recorder(clock, keep_tasks=keep_tasks)
    for seconds in (1, 2):
        with recorder.phase("between"):
            clock.tick(500_000_000)
        with recorder.task("t"), recorder.phase("score"):
            clock.tick(seconds * 10**9)
    totals = {tuple(one["path"]): (one["total_seconds"], one["calls"]) for one in recorder.finish()["phases"]}
    assert totals == {("between",): (1.0, 2), ("score",): (3.0, 2)}


def test_the_null_recorder_takes_every_call_and_keeps_nothing() -> None:
    seen: list[object] = []
    recorder = NullRecorder(FakeClock(), name="null", on_task=seen.append)
    with recorder.task("one") as task, recorder.phase("a"), recorder.phase("b", category="dsl"):
        task.solved = True
        recorder.cache("x").hit(3)
        recorder.cache("x").miss(0.1)
        recorder.cache("x").entries = 3
        recorder.count("n", 2)
        recorder.error("timeout", "x")
        recorder.timeout()
        recorder.add_task({"task_id": "two"})
    assert recorder.finish()["label"] == "null"
    assert "tasks" not in recorder.finish()
    assert seen == []
    assert (recorder.cache("x").hits, recorder.cache("x").misses) == (0, 0)


def test_the_null_recorder_has_every_public_method() -> None:
    public = {name for name, value in vars(Recorder).items() if callable(value) and not name.startswith("_")}
    assert public - set(vars(NullRecorder)) == {"timeout"}  # which goes by error


def test_the_cost_of_several_misses_or_hits_at_once_is_counted_for_each() -> None:
    recorder = Recorder()
    recorder.cache("scores").miss(0.5, n=3)
    recorder.cache("scores").miss(0.1)
    recorder.cache("scores").hit(2, seconds=0.01)
    (cache,) = recorder.finish()["caches"]
    assert (cache["misses"], cache["hits"]) == (4, 2)
    assert cache["miss_seconds"] == pytest.approx((3 * 0.5 + 0.1) / 4)
    assert cache["hit_seconds"] == pytest.approx(0.01)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_added_with_its_line_is_in_the_journal_as_if_it_were_encoded_anew(tmp_path: Path, workers: int) -> None:
    clock, lines = FakeClock(), io.StringIO()
    worker = Recorder(clock, journal=lines)
    with worker.task('of ,"start_seconds":7 words', index=1) as task:
        walk(worker, clock, ("a", [10**9, ("b", [10**9])]))
        worker.error("bad", "é\n")
        task.solved = True
    line = lines.getvalue().splitlines()[-1]
    written, records = [], []
    for known in (line, None):
        path, begun = tmp_path / f"{known is None}.jsonl", FakeClock()
        recorder = Recorder(begun, journal=path, workers=workers, key="k")
        begun.tick(5 * 10**9)
        recorder.add_task(read_task(line), known)
        result = recorder.finish()
        written.append(json.loads(path.read_text().splitlines()[1]))
        records.append((read_journal(path).tasks, read_journal(path).phases, result["tasks"]))
    assert written[0] == written[1]
    assert written[0]["start_seconds"] == 3.0
    assert records[0] == records[1]


@pytest.mark.parametrize("line", ["", "{", "[1]", "null", '{"type":"end"}', '{"type":"task","phases":[1]}', b"\xff"])
def test_what_is_no_line_of_a_task_is_refused(line: Any) -> None:
    with pytest.raises(ValueError, match=r"no line of a task|decode|Expecting"):
        read_task(line)
