"""A journal gives back what was written, whatever happened to the process and to the last line."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.journal import JournalError, read_journal, read_journals, task_from_json
from profiles.recorder import Recorder
from profiles.records import RecordError, RunRecord
from tests.profiles.fakes import FakeClock, git_asked_once, play, runs  # noqa: F401 - a fixture
from tests.worked_example import THIRD

pytestmark = pytest.mark.usefixtures("git_asked_once")

WRITER = """
import sys
from profiles.recorder import Recorder
recorder = Recorder(journal=sys.argv[1], on_task=lambda task: print(task["task_id"], flush=True))
number = 0
while True:
    with recorder.task(f"task {number}"), recorder.phase("work"):
        recorder.count("turns")
    number += 1
"""


def journal_of(run: Any, finish: bool = True) -> tuple[bytes, RunRecord]:
    clock, lines = FakeClock(), io.StringIO()
    recorder = Recorder(clock, lines, metadata={"config": [THIRD], "cache_state": "cold"})
    play(recorder, clock, run)
    written = lines.getvalue()
    result = RunRecord.from_json(recorder.finish())
    return (lines.getvalue() if finish else written).encode(), result


@given(runs, st.floats(0, 1))
def test_a_journal_cut_at_any_byte_restores_to_a_prefix(run: Any, share: float) -> None:
    whole, result = journal_of(run)
    cut = whole[: round(len(whole) * share)]
    restored = read_journals(cut)
    if not restored:
        assert b"\n" not in cut
        return
    (record,) = restored
    written = [line for line in whole.splitlines() if line.startswith(b'{"type":"task"') and line in cut.splitlines()]
    assert record.tasks == result.tasks[: len(written)]
    assert record.status in ("finished", "interrupted")
    assert (record.status == "finished") == (record == result) == (cut.rstrip() == whole.rstrip())


@given(runs)
def test_a_run_without_its_final_line_is_interrupted_with_the_phases_until_its_last_task(run: Any) -> None:
    until = max((place for place, (task, _) in enumerate(run) if task), default=-1) + 1
    whole, result = journal_of(run[:until], finish=False)
    record = read_journal(whole)
    assert record.status == "interrupted"
    assert f"after {len(result.tasks)} finished tasks" in record.notes[0]
    assert (record.phases, record.counts, record.caches) == (result.phases, result.counts, result.caches)
    assert record.wall_seconds == pytest.approx(result.wall_seconds, abs=1e-6)
    assert (record.config, record.cache_state) == ({THIRD}, "cold")


@given(st.binary(max_size=200))
def test_any_bytes_after_the_header_cost_only_their_lines(noise: bytes) -> None:
    whole, result = journal_of([("one", [5])])
    header, rest = whole.split(b"\n", 1)
    record = read_journal(header + b"\n" + noise + b"\n" + rest)
    assert record.tasks == result.tasks


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)))
def test_a_damaged_field_of_a_task_costs_only_that_task(value: Any) -> None:
    whole, result = journal_of([("one", [5]), ("two", [5])])
    lines = whole.split(b"\n")
    for name in ("seconds", "start_seconds", "phases", "counts", "status"):
        lines[1] = json.dumps({**json.loads(whole.split(b"\n")[1]), name: value}).encode()
        assert read_journal(b"\n".join(lines)).tasks[-1] == result.tasks[1]


def test_a_torn_line_is_named_by_its_number() -> None:
    whole, _ = journal_of([("one", [5]), ("two", [5])])
    record = read_journal(b"\n".join(whole.split(b"\n")[:3])[:-20])
    assert "line 3 of the journal is cut or damaged and was left out" in record.notes
    assert [task.task_id for task in record.tasks] == ["one"]


def test_two_runs_in_one_file_are_kept_apart_also_after_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first, _ = journal_of([("one", [5])])
    path.write_bytes(first[:-30])
    with Recorder(journal=path, name="second") as recorder, recorder.task("two"):
        pass
    one, two = read_journals(path)
    assert (one.status, two.status, two.label) == ("interrupted", "finished", "second")
    assert [task.task_id for task in one.tasks + two.tasks] == ["one", "two"]
    assert read_journal(str(path)) == two


def test_a_status_and_late_fields_of_the_final_line_are_read() -> None:
    lines = io.StringIO()
    Recorder(journal=lines).finish("failed", results_fingerprint="abc", notes=["no room"])
    record = read_journal(lines.getvalue().encode())
    assert (record.status, record.results_fingerprint, record.notes) == ("failed", "abc", ("no room",))


@pytest.mark.parametrize("data", [b"", b"\n", b"hello\n", b"[1]", b'{"type": "header"}', b"[" * 100_000])
def test_what_is_no_journal_is_refused(data: bytes) -> None:
    assert read_journals(data) == []
    with pytest.raises(JournalError, match="header"):
        read_journal(data)


@pytest.mark.parametrize(
    ("field", "value"), [("version", 99), ("version", "x"), ("started_at", "then"), ("notes", 5), ("workers", 0)]
)
def test_a_header_that_can_not_be_true_is_refused_in_one_sentence(field: str, value: Any) -> None:
    header = {**json.loads(journal_of([])[0].split(b"\n")[0]), field: value}
    with pytest.raises(JournalError, match="journal"):
        read_journal(json.dumps(header).encode())


def test_a_tasks_dict_gives_its_record() -> None:
    recorder = Recorder()
    with recorder.task("one"), recorder.phase("a"):
        pass
    result = recorder.finish()
    assert task_from_json(result["tasks"][0]) == RunRecord.from_json(result).tasks[0]
    with pytest.raises(RecordError):
        task_from_json({"task_id": "one"})


def test_kill_9_loses_no_task_that_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for wanted in (1, 50, 400):
        path.unlink(missing_ok=True)
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        told = [writer.stdout.readline().strip() for _ in range(wanted)]
        writer.send_signal(signal.SIGKILL)
        told += [line.strip() for line in writer.stdout.read().splitlines()]
        writer.stdout.close()
        assert writer.wait() == -signal.SIGKILL
        record = read_journal(path)
        assert record.status == "interrupted"
        assert [task.task_id for task in record.tasks][: len(told)] == told
        assert record.counts["turns"] == len(record.tasks) >= wanted
