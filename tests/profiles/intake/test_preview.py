"""The child process: whatever a file does, this process goes on and the other files are read."""

import dataclasses
import gc
import json
import signal
import subprocess
import sys
import zlib

import pytest

from profiles.exports import to_json
from profiles.intake import preview as module
from profiles.intake.limits import Limits
from profiles.intake.preview import preview
from profiles.intake.results import Preview
from profiles.records import PhaseTiming, RunRecord
from tests.profiles.importers.files import fixture, read

GOOD = ("good.log", fixture("run_batt_october.log"))
DEEP = ("deep.json", b'{"cells": ' + b"[" * 3_000_000)


def test_a_preview_from_the_child_is_the_one_made_here():
    files = [GOOD, ("stats", fixture("timing_stats.jsonl")), ("what", b"hello")]
    there, here = preview(files), read(*files)
    assert dataclasses.replace(there, peak_bytes=None) == here
    assert there.peak_bytes and there.peak_bytes < 100 << 20


def test_the_garbage_collector_is_at_work_again_after_a_preview():
    preview([GOOD, DEEP])
    assert gc.isenabled()


def test_a_preview_survives_its_way_through_json():
    here = read(GOOD, ("stats", fixture("timing_stats.jsonl")), ("x", b"?"))
    assert Preview.from_json(json.loads(json.dumps(here.to_json()))) == here
    assert Preview.unpacked(json.loads(json.dumps(here.packed()))) == here


def test_a_refusal_can_be_shown_without_the_errors_name():
    (unknown, empty) = read(("x", b"hello"), ("y", b"")).files
    assert unknown.refused == f"UnknownLogFormat: {unknown.sentence}"
    assert unknown.sentence.startswith("this is text in which no times could be told apart; it begins with 'hello'")
    assert empty.sentence == empty.refused and read(GOOD).files[0].sentence is None


def test_the_same_file_twice_is_one_run():
    there = read(GOOD, ("copy.log", GOOD[1]), GOOD)
    assert len(there.runs) == 1
    assert [file.name for file in there.files] == ["good.log", "copy.log", "good.log (2)"]


def export(**changes) -> bytes:
    phases = (PhaseTiming(path=("score",), total_seconds=1.0, self_seconds=1.0),)
    run = RunRecord(key="k" * 16, label="mine", wall_seconds=2.0, phases=phases)
    return to_json(run.replace(**changes)).encode()


@pytest.mark.parametrize("changes", [{}, {"label": "another name"}, {"phases": ()}])
def test_one_run_in_two_exports_is_one_run_without_a_word(changes):
    there = read(("a.json", export()), ("b.json", export(**changes)))
    assert [run.files for run in there.runs] == [("a.json", "b.json")]
    assert not there.findings and not any(file.losses for file in there.files)


@pytest.mark.parametrize("changes", [{"wall_seconds": 1.0}, {"results_fingerprint": "x"}])
def test_two_runs_of_one_key_are_never_merged_silently(changes):
    known = {"results_fingerprint": "y"}
    there = read(("a.json", export(**known)), ("b.json", export(**known | changes)))
    (run,) = there.runs
    assert run.record.wall_seconds == 2.0 and run.files == ("a.json",)
    assert [finding.rule for finding in run.record.findings] == ["one_key_two_runs"]
    assert "other figures, and was left out" in there.files[1].losses[0].reason


def test_logs_with_equal_figures_and_other_tasks_are_never_merged_silently():
    other = GOOD[1].replace(b"007bbfb7", b"ffffffff")
    there = read(GOOD, ("other.log", other))
    assert len(there.runs) == 1 and "other figures" in there.files[1].losses[0].reason


def test_progress_is_told_by_file():
    heard = []
    preview([("big.log", GOOD[1] * 2000)], progress=lambda name, done, size: heard.append((name, done / size)))
    assert {name for name, _ in heard} == {"big.log"}
    shares = [share for _, share in heard]
    assert len(shares) > 3 and shares == sorted(shares) and shares[-1] <= 1


def test_a_file_that_needs_too_much_memory_is_refused_and_the_others_are_read():
    bomb = ("bomb.json", b'{"nbformat": 4, "cells": [' + b"[]," * 6_000_000 + b"[]]}")
    there = preview([bomb, GOOD], Limits(memory_bytes=200 << 20))
    assert [bool(file.refused) for file in there.files] == [True, False]
    assert "more than 200 MB" in there.files[0].refused
    assert there.records[0].wall_seconds == 24.5


def test_a_file_that_takes_too_long_is_refused_and_the_others_are_read():
    slow = ("slow.log", GOOD[1] * 5_000)
    there = preview([GOOD, slow], Limits(cpu_seconds=0.4))
    assert {file.name: bool(file.refused) for file in there.files} == {"good.log": False, "slow.log": True}
    assert "took more than 0.4 s" in there.refused[0].refused


def test_deep_json_is_refused_in_a_sentence():
    there = preview([DEEP, GOOD])
    assert there.files[0].refused and len(there.runs) == 1


def test_reading_ends_when_its_time_is_over():
    there = preview([GOOD], Limits(wall_seconds=0.001))
    assert there.files[0].refused == "reading took more than 0.001 s"


def test_an_answer_that_is_too_long_is_refused():
    there = preview([GOOD], Limits(output_bytes=1000))
    assert "more than 0 MB" in there.files[0].refused


def test_a_file_that_is_too_large_is_not_even_sent():
    there = preview([("big", b"x" * 2_000_000), GOOD], Limits(file_bytes=1_000_000))
    assert [file.name for file in there.files] == ["good.log", "big"]
    assert there.refused[0].refused == "it has 2 MB, and files up to 1 MB are read"


def test_a_child_that_dies_costs_only_the_file_that_it_was_reading(monkeypatch):
    monkeypatch.setattr(module._Child, "run", _dying(module._Child.run))
    there = preview([("killer.log", b"x"), GOOD])
    assert there.refused[0].name == "killer.log" and len(there.runs) == 1


def _dying(run):
    return lambda self: (0, "the process that read it ended") if self._files[0][0] == "killer.log" else run(self)


def test_the_child_can_write_no_file(tmp_path):
    code = (
        "from profiles.intake import child; from profiles.intake.limits import Limits; child._restrain(Limits())\n"
        "import os, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"os.write(os.open({str(tmp_path / 'x')!r}, os.O_WRONLY | os.O_CREAT), b'x')"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=module.ROOT, check=False)
    assert ended.returncode == 1 and b"File too large" in ended.stderr
    assert (tmp_path / "x").read_bytes() == b""


def test_a_call_in_c_that_never_comes_back_is_killed_by_the_kernel():
    code = (
        "import collections, itertools\n"
        "from profiles.intake import child; from profiles.intake.limits import Limits\n"
        "child.GRACE_SECONDS = 0.1; child._restrain(Limits(cpu_seconds=1)); child._allow_cpu(0.1)\n"
        "collections.deque(itertools.repeat(0), maxlen=0)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=module.ROOT, check=False)
    assert ended.returncode == -signal.SIGXCPU


def test_the_time_that_the_kernel_gives_can_not_be_raised():
    code = (
        "import resource\n"
        "from profiles.intake import child; from profiles.intake.limits import Limits\n"
        "child._restrain(Limits(cpu_seconds=1), files=2); child._allow_cpu(1000)\n"
        "print(*resource.getrlimit(resource.RLIMIT_CPU))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=module.ROOT, check=True)
    soft, hard = map(int, ended.stdout.split())
    assert soft == hard and 15 <= hard <= 20


def test_nothing_at_all_is_an_empty_preview():
    assert preview([]) == Preview()


@pytest.mark.parametrize("data", [b"", b"   \n", b"\0" * 1000, zlib.compress(b"x")])
def test_what_is_no_file_of_ours_is_refused(data):
    assert read(("x", data)).files[0].refused


def test_a_mistake_in_an_importer_is_shown_and_costs_only_its_file(monkeypatch):
    from profiles.intake import reading

    def broken(source):
        if source.name == "bad":
            raise ZeroDivisionError("oops")
        return real(source)

    real = reading.recognize
    monkeypatch.setattr(reading, "recognize", broken)
    there = read(("bad", b"x"), GOOD)
    assert there.files[0].refused == "reading it failed with ZeroDivisionError: oops"
    assert isinstance(there.records[0], RunRecord)


def test_a_run_is_known_again_by_its_file_s_content_not_by_its_name() -> None:
    content = fixture("run_batt_october.log")
    one, again = (preview([(name, content)]).runs[0].digest for name in ("one.log", "two.log"))
    other = preview([("one.log", content.replace(b"0.", b"1."))]).runs[0].digest
    assert one == again != other
