"""The recorder without configuration, and in threads, asyncio tasks and code without blocks."""

from __future__ import annotations

import asyncio
import io
import json
import math
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from profiles.journal import echoed, read_journal
from profiles.recorder import Recorder
from tests.profiles.fakes import FakeClock

ROOT = Path(__file__).resolve().parents[2]
SECOND = 10**9


def phases(result: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {("/".join(phase["path"]), phase["basis"]): phase for phase in result["phases"]}


def test_a_bare_recorder_takes_journal_config_and_key_from_its_run(tmp_path: Path) -> None:
    journal = tmp_path / "run.jsonl"
    code = "from recorder import Recorder\nwith Recorder() as recorder, recorder.phase('load'):\n    pass"
    given = {"QUICKWIN_JOURNAL": str(journal), "QUICKWIN_CONFIG": "fast,lazy", "QUICKWIN_RUN": "abc"}
    environment = {**os.environ, **given, "PYTHONPATH": str(ROOT / "profiles")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, cwd=tmp_path)
    record = read_journal(journal)
    assert (record.key, record.config, record.status) == ("abc", frozenset({"fast", "lazy"}), "finished")
    assert record.environment is not None and record.environment.machine and record.environment.python


def test_a_recorder_by_itself_knows_machine_source_and_what_is_loaded() -> None:
    lines = io.StringIO()
    with Recorder(journal=lines, wins="fast", cache_state="cold", workload="200,000 rows", pipeline="etl") as recorder:
        recorder.answers({"rows": 3})
    record = read_journal(lines.getvalue().encode())
    assert record.config == {"fast"} and record.cache_state == "cold" and record.results_fingerprint
    assert record.workload is not None and record.workload.description == "200,000 rows"
    assert record.workload.tasks is None
    place = record.environment
    assert place is not None and place.machine and place.cpu_count and place.git_commit
    assert place.packages["pytest"] == pytest.__version__


def test_text_where_a_list_is_needed_is_one_name_never_its_letters() -> None:
    assert Recorder(wins="early", metadata={}).finish()["config"] == ["early"]
    assert Recorder(metadata={"config": "early"}).finish()["config"] == ["early"]
    assert Recorder(wins="none").finish()["config"] == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"wins": 3}, "wins must be a list of names of wins"),
        ({"wins": ["a", 3]}, "wins must be a list of names of wins"),
        ({"metadata": {"config": 7}}, "config must be a list of names of wins"),
        ({"workload": 200}, "workload must be a few words, got 200"),
        ({"clock": "run.jsonl"}, "the journal is journal="),
        ({"cache_state": "hot"}, "cache_state must be cold, warm or unknown, got 'hot'"),
    ],
)
def test_a_wrong_type_is_refused_in_one_sentence(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        Recorder(**arguments)


def answers(*values: object) -> str:
    recorder = Recorder()
    for value in values:
        recorder.answers(value)
    return str(recorder.finish()["results_fingerprint"])


def test_equal_answers_have_one_fingerprint_and_others_another(tmp_path: Path) -> None:
    assert answers({"a": {1, 2}, "b": 3}) == answers({"b": 3, "a": {2, 1}})
    assert answers("ab") != answers("a", "b") != answers(b"ab")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "x.csv").write_text("1")
    first = answers(folder)
    (folder / "x.csv").write_text("2")
    assert answers(folder) != first
    assert answers(folder / "x.csv") == answers(folder / "x.csv")


def test_concurrent_coroutines_stand_beside_each_other_as_worker_seconds() -> None:
    async def work(recorder: Recorder) -> None:
        with recorder.phase("fetch"):
            await asyncio.sleep(0.02)

    async def together(recorder: Recorder) -> None:
        with recorder.phase("gather"):
            await asyncio.gather(*(work(recorder) for _ in range(5)))

    recorder = Recorder()
    asyncio.run(together(recorder))
    found = phases(recorder.finish())
    assert set(found) == {("gather", "sum"), ("gather/fetch", "workers")}
    assert found["gather/fetch", "workers"]["calls"] == 5
    assert found["gather/fetch", "workers"]["total_seconds"] >= 5 * 0.015
    assert found["gather", "sum"]["self_seconds"] == found["gather", "sum"]["total_seconds"]


def test_the_coroutine_at_home_counts_as_wall_clock_before_and_after_the_loop() -> None:
    async def main(recorder: Recorder) -> None:
        with recorder.phase("one"), recorder.phase("two"):
            await asyncio.sleep(0)

    recorder = Recorder()
    with recorder.phase("around"):
        asyncio.run(main(recorder))
    asyncio.run(main(recorder))
    bases = {basis for _, basis in phases(recorder.finish())}
    assert bases == {"sum"}


def test_phases_of_threads_stand_below_the_phase_in_which_they_began() -> None:
    recorder, ready = Recorder(), threading.Barrier(3)

    def work() -> None:
        with recorder.phase("task"):
            ready.wait(10)
            with recorder.phase("inner", category="io"):
                pass

    with recorder.phase("pool"):
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = phases(recorder.finish())
    assert set(found) == {("pool", "sum"), ("pool/task", "workers"), ("pool/task/inner", "workers")}
    assert found["pool/task", "workers"]["calls"] == 3
    assert found["pool/task/inner", "workers"]["category"] == "io"


def test_a_phase_taken_once_is_told_apart_where_threads_enter_it() -> None:
    recorder = Recorder()
    score = recorder.phase("score")

    def work() -> None:
        for _ in range(200):
            with score:
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    with score:
        for thread in threads:
            thread.join()
    found = phases(recorder.finish())
    aside = sum(phase["calls"] for (_, basis), phase in found.items() if basis == "workers")
    assert aside == 800 and found["score", "sum"]["calls"] == 1


def test_what_ran_aside_is_in_the_journal_with_its_basis() -> None:
    lines = io.StringIO()
    with Recorder(journal=lines) as recorder, recorder.task("t"), recorder.phase("pool"):
        thread = threading.Thread(target=lambda: recorder.phase("aside").__enter__().__exit__(None, None, None))
        thread.start()
        thread.join()
    record = read_journal(lines.getvalue().encode())
    assert {(phase.path, phase.basis) for phase in record.phases} == {
        (("pool",), "sum"), (("pool", "aside"), "workers")
    }  # fmt: skip
    assert {phase.basis for phase in record.tasks[0].phases} == {"sum", "workers"}


def test_laps_are_phases_for_code_that_has_no_block() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    recorder.lap("load")
    clock.tick(1 * SECOND)
    with recorder.phase("parse"):
        clock.tick(2 * SECOND)
    recorder.lap("save")
    clock.tick(3 * SECOND)
    recorder.lap()
    clock.tick(4 * SECOND)
    found = {path: (phase["total_seconds"], phase["calls"]) for (path, _), phase in phases(recorder.finish()).items()}
    assert found == {"load": (3, 1), "load/parse": (2, 1), "save": (3, 1)}


def test_a_lap_ends_with_the_phase_or_task_around_it() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    with recorder.phase("outer"):
        recorder.lap("inner")
        clock.tick(1 * SECOND)
    with recorder.task("t"):
        recorder.lap("inner")
        clock.tick(1 * SECOND)
    with recorder.phase("inner"):
        recorder.lap()
        clock.tick(1 * SECOND)
    found = {path: (phase["total_seconds"], phase["calls"]) for (path, _), phase in phases(recorder.finish()).items()}
    assert found == {"outer": (1, 1), "outer/inner": (1, 1), "inner": (2, 2)}


def test_a_clock_that_goes_back_costs_its_own_phase_only() -> None:
    clock = FakeClock()
    recorder = Recorder(clock)
    with recorder.phase("before"):
        clock.tick(5 * SECOND)
    with recorder.phase("back"):
        clock.tick(-100 * SECOND)
    with recorder.phase("after"):
        clock.tick(7 * SECOND)
    result = recorder.finish()
    found = {path: phase["total_seconds"] for (path, _), phase in phases(result).items()}
    assert found == {"before": 5, "back": 0, "after": 7}
    assert result["wall_seconds"] == 0 and all(math.isfinite(seconds) for seconds in found.values())


def test_a_second_category_is_noted_in_the_journal_and_the_first_stands() -> None:
    lines = io.StringIO()
    with Recorder(journal=lines) as recorder:
        for category in ("io", "dsl", "dsl", None):
            with recorder.phase("save", category):
                pass
    record = read_journal(lines.getvalue().encode())
    assert [phase.category for phase in record.phases] == ["io"]
    assert record.notes == ("phase 'save' was given a second category, dsl: the first, io, stands",)


def test_finished_tasks_are_let_go_when_asked_to() -> None:
    lines = io.StringIO()
    recorder = Recorder(journal=lines, keep_tasks=False)
    for number in range(3):
        with recorder.task(f"t{number}"), recorder.phase("work"):
            pass
    result = recorder.finish()
    assert result["tasks"] == [] and phases(result)["work", "sum"]["calls"] == 3
    assert [task.index for task in read_journal(lines.getvalue().encode()).tasks] == [0, 1, 2]
    assert json.loads(lines.getvalue().splitlines()[-1])["task_count"] == 3


def echo_run(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """What a run printed with its journal echoed, and the journal."""
    lines = io.StringIO()
    with Recorder(journal=lines, key="abc", echo=True) as recorder:
        for number in range(3):
            with recorder.task(f"t{number}", None), recorder.phase("x" * 3000), recorder.phase("y" * 2500):
                print("the pipeline speaks", end="")
    return capsys.readouterr().out, lines.getvalue()


def test_a_journal_comes_home_in_any_log(capsys: pytest.CaptureFixture[str]) -> None:
    printed, journal = echo_run(capsys)
    assert echoed(printed) == {"abc": journal}
    assert max(len(line.encode()) for line in printed.split("\n")) <= 4_000
    stamped = "\r\n".join(f"12.3s\t45\t[INFO] {line}" for line in printed.splitlines())
    assert echoed(stamped + printed) == {"abc": journal}


def test_a_cut_or_changed_line_of_an_echoed_journal_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    printed, journal = echo_run(capsys)
    lines = [line for line in printed.splitlines() if "abc 2 1/" not in line]
    assert echoed("\n".join(lines)) == {
        "abc": "".join(journal.splitlines(keepends=True)[:1] + journal.splitlines(True)[2:])
    }
    assert echoed(printed.replace('"t0"', '"t9"')) != {"abc": printed}
    assert echoed("@quickwin abc 1 1/1 00000000 {}") == {}


def test_a_phase_without_a_category_is_of_unknown_kind_unless_the_recorder_knows_better() -> None:
    for given, found in (({}, "unknown"), ({"category": "framework"}, "framework")):
        recorder = Recorder(**given)  # type: ignore[arg-type]
        with recorder.phase("plain"), recorder.phase("compute", "work"):
            pass
        categories = {phase["path"][-1]: phase["category"] for phase in recorder.finish()["phases"]}
        assert categories == {"plain": found, "compute": "work"}
    with pytest.raises(ValueError, match="category must be one of"):
        Recorder(category="other")
