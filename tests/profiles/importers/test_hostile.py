"""Hostile files: each importer reads them or refuses them in one sentence, in time that grows linearly."""

import json
import marshal
import re
import struct
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.exports import measurement_to_json
from profiles.importers import Importer, ImportProblem, Source, all_importers
from profiles.importers.base import Parsed
from profiles.importers.cprofile import IMPORTER as CPROFILE
from profiles.importers.csv_table import IMPORTER as CSV
from profiles.importers.pstats_table import IMPORTER as PSTATS
from profiles.importers.pyinstrument_session import IMPORTER as PYINSTRUMENT
from profiles.importers.quickwin_log import IMPORTER as LOG
from profiles.importers.run_export import IMPORTER as EXPORT
from profiles.importers.speedscope import IMPORTER as SPEEDSCOPE
from profiles.logs import write_log
from profiles.records import CacheStats, PhaseTiming, RunRecord, TaskRecord

RUN = RunRecord(
    key="k1",
    label="baseline",
    wall_seconds=9.25,
    phases=(PhaseTiming(path=("score",), total_seconds=6.5, self_seconds=6.5),),
    caches=(CacheStats(name="validation", hits=3, misses=1),),
    tasks=(TaskRecord(task_id="44f52bb0", index=0, seconds=0.1),),
)
HEADING = "   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n"
PIPELINE = """\
run_batt.py:1427: -- 44f52bb0 - 0 start --
run_batt.py:638: -- 44f52bb0 - demo[0] timed out
run_batt.py:1437: -- 44f52bb0 - 0 done - 96 candidates scored
run_batt.py:1493: -- Filtered to 32 unique candidates (from 96)
run_batt.py:1584: -- Phase 3a: Validated 32 solvers in 0.042s (parallelized)
1 tasks - 1 timeouts

=== Cache Statistics ===

Validation Cache:
  Hits: 3
  Misses: 1
  Total: 4
  Hit Rate: 75.0%
  Cache Size: 1

Timing summary (seconds):
  main.run_batt                               1.500
  run_batt.check_batt                         1.000
"""
CHUNKS = [
    {"stream_name": "stdout", "time": 0.5 * number, "data": line}
    for number, line in enumerate(PIPELINE.splitlines(True))
]
STREAM = {"output_type": "stream", "name": "stdout", "text": PIPELINE.splitlines(True)}
NOTEBOOK = {"cells": [{"cell_type": "code", "outputs": [STREAM]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
#: A small good file of each format, from which the hostile ones are made.
SEEDS: dict[str, bytes] = {
    "inlining-telemetry": b'{"total_attempts": 10, "success_count": 9, "timestamp": "2026-11-23T18:00:00"}\n',
    "kaggle-log": ("[" + "\n,".join(map(json.dumps, CHUNKS)) + "\n]").encode(),
    "kaggle-web": "".join(
        f"{number / 2}s\t{number}\t{line}" for number, line in enumerate(PIPELINE.splitlines(True), start=1)
    ).encode(),
    "notebook": json.dumps(NOTEBOOK).encode(),
    "run_batt": PIPELINE.encode(),
    "timing-stats": (
        b'{"timestamp": "2026-11-23T18:00:00", "task_id": "44f52bb0", "event": "task_start"}\n'
        b'{"timestamp": "2026-11-23T18:00:01", "task_id": "44f52bb0", "execution_time": 1.0, "success": true}\n'
    ),
    "cprofile": marshal.dumps({("a.py", 1, "f"): (1, 2, 0.5, 0.75, {("b.py", 2, "g"): (1, 2, 0.5, 0.75)})}),
    "csv": b"task,phase,seconds\na1,score,1.5\n",
    "pstats": (
        "   2 function calls in 0.500 seconds\n\n" + HEADING + "   2    0.500    0.250    0.750    0.375 a.py:1(f)\n"
    ).encode(),
    "pyinstrument": json.dumps(
        {
            "start_time": 1.0,
            "duration": 2.0,
            "sample_count": 2,
            "start_call_stack": [],
            "target_description": "x",
            "cpu_time": 1.0,
            "frame_records": [[["f\x00a.py\x001"], 1.5]],
        }
    ).encode(),
    "quickwin-journal": b'{"type": "header", "format": "quickwin-journal", "version": 1, "key": "k", "label": "x"}\n',
    "quickwin-log": write_log(RUN).encode(),
    "quickwin-measurement": measurement_to_json(
        {"arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "none"}]},
        [{"block": 1, "arm": "A", "position": 0, "key": RUN.key}],
        [RUN],
    ).encode(),
    "quickwin-run": json.dumps({"format": "quickwin-run", "version": 1, "run": RUN.to_json()}).encode(),
    "speedscope": json.dumps(
        {
            "$schema": "https://www.speedscope.app/file-format-schema.json",
            "shared": {"frames": [{"name": "f"}]},
            "profiles": [
                {
                    "type": "sampled",
                    "name": "x",
                    "unit": "seconds",
                    "startValue": 0,
                    "endValue": 2,
                    "samples": [[0]],
                    "weights": [2],
                }
            ],
        }
    ).encode(),
}
BENCHMARK = {"name": "t", "fullname": "a::t", "params": {"config": "a"}, "stats": {"data": [0.5], "mean": 0.5}}
BLOCKS = (
    {"type": "header", "format": "quickwin-blocks", "version": 1, "key": "m1", "spec": {
        "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "none"}], "order_seed": 7}},
    {"type": "run", "block": 1, "attempt": 1, "arm": "A", "position": 1, "ended": "finished",
     "record": {"key": "k1", "label": "x", "wall_seconds": 2.0}},
    {"type": "block", "block": 1, "attempt": 1},
)  # fmt: skip
SEEDS |= {
    "quickwin-blocks": "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in BLOCKS).encode(),
    "asv": json.dumps(
        {
            "commit_hash": "abc",
            "date": 1760702400000,
            "params": {"machine": "box", "num_cpu": "4"},
            "result_columns": ["result", "params", "samples"],
            "results": {"a.time_b": [[0.5, 1.5], [["1", "2"]], [[0.5], [1.5, 2.5]]]},
        }
    ).encode(),
    "chrome-trace": json.dumps(
        {
            "traceEvents": [
                {"ph": "X", "name": "f (a.py:3)", "ts": 1.5, "dur": 9.25, "pid": 1, "tid": 2, "args": {"calls": 1}},
                {"ph": "B", "name": "g", "ts": 20, "pid": 1, "tid": 3},
                {"ph": "E", "name": "g", "ts": 21, "pid": 1, "tid": 3},
            ]
        }
    ).encode(),
    "collapsed": b"P1;T2;a.py:main:3;a.py:f:9 1500\nP1;T2;a.py:main:3 700\n# duration: 2500\n",
    "hyperfine": json.dumps(
        {"results": [{"command": "none", "times": [1.5, 2.0], "exit_codes": [0, 1], "parameters": {"config": "a"}}]}
    ).encode(),
    "json-log": b"".join(json.dumps({"log": line}).encode() + b"\n" for line in PIPELINE.splitlines(True)),
    "line-profiler": (
        b"Timer unit: 1e-06 s\n\nTotal time: 1.5 s\nFile: a.py\nFunction: f at line 3\n\n"
        b"Line #      Hits         Time  Per Hit   % Time  Line Contents\n=====\n"
        b"     5       101        500.0      5.0      0.0      for task in tasks:\n"
    ),
    "pyinstrument-report": (
        b"  _   Recorded: 12:00:00  Samples:  73\n /_/   Duration: 2.500     CPU time: 1.061\n\n"
        b"2.500 <module>  a.py:1\n|- 1.500 solve  a.py:6\n|  `- 1.000 step  b.py:3\n"
    ),
    "printed-journal": (
        b'@quickwin a1 1 1/1 402bca13 {"type":"header","format":"quickwin-journal","version":1,"key":"k","label":"x"}\n'
    ),
    "pyperf": json.dumps(
        {
            "version": "1.0",
            "metadata": {"name": "t", "hostname": "box", "unit": "second"},
            "benchmarks": [{"runs": [{"metadata": {"date": "2026-10-21 03:14:19"}, "values": [0.5, 1.5]}]}],
        }
    ).encode(),
    "pytest-benchmark": json.dumps(
        {"datetime": "2026-10-21T03:14:19", "machine_info": {"node": "box"}, "benchmarks": [BENCHMARK]}
    ).encode(),
    "time": (
        b'\tCommand being timed: "x"\n\tUser time (seconds): 1.25\n\tSystem time (seconds): 0.50\n'
        b"\tElapsed (wall clock) time (h:mm:ss or m:ss): 0:02.50\n\tExit status: 0\n"
    ),
}
EVERY = pytest.mark.parametrize("importer", all_importers(), ids=lambda one: one.name)
LEVELS = 100_000
DEEP = b"[" * LEVELS + b"]" * LEVELS
DEEP_OBJECT = b'{"a":' * LEVELS + b"1" + b"}" * LEVELS
HUGE_NUMBERS = ["1e999", "-1e999", "NaN", "Infinity", "-Infinity", "9" * 10_000, "1" + "0" * 4_000, "-0", "1e-999"]


def outcome(importer: Importer, data: bytes, name: str = "x") -> Parsed | str:
    """What reading gives: a result, or the sentence. Anything else that is raised fails the test."""
    source = Source(name=name, data=data)
    assert 0.0 <= importer.recognize(source) <= 1.0
    try:
        return importer.parse(source)
    except ImportProblem as problem:
        sentence = str(problem)
        assert sentence and "\n" not in sentence and len(sentence) < 1_000
        return sentence


@EVERY
def test_a_good_file_is_recognized_by_its_own_importer_alone(importer: Importer) -> None:
    source = Source(name="x", data=SEEDS[importer.name])
    sureness = {one.name: one.recognize(source) for one in all_importers()}
    assert max(sureness, key=sureness.__getitem__) == importer.name
    assert isinstance(outcome(importer, source.data), Parsed)


@EVERY
def test_a_file_cut_at_every_byte_is_read_or_refused(importer: Importer) -> None:
    seed = SEEDS[importer.name]
    for end in range(len(seed)):
        outcome(importer, seed[:end])


@settings(max_examples=60)
@given(data=st.data())
@EVERY
def test_a_damaged_file_is_read_or_refused(importer: Importer, data: st.DataObject) -> None:
    seed = bytearray(SEEDS[importer.name])
    at = data.draw(st.integers(0, len(seed) - 1))
    length = data.draw(st.integers(0, 8))
    seed[at : at + length] = data.draw(st.binary(max_size=8))
    outcome(importer, bytes(seed))


VALUE = re.compile(rb'"(?:[^"\\]|\\.)*"(?P<key>\s*:)?|-?\d+\.?\d*|true|false|null|\[[^\[\]{}]*\]')
OTHERS = [b"null", b"true", b"-1", b"1e999", b'"x"', b"[]", b"[[1]]", b"{}", b'{"a": []}', b"9" * 40]


@EVERY
def test_a_value_of_another_type_anywhere_is_read_or_refused(importer: Importer) -> None:
    seed = SEEDS[importer.name]
    for match in [one for one in VALUE.finditer(seed) if not one["key"]][:100]:
        for other in OTHERS:
            outcome(importer, seed[: match.start()] + other + seed[match.end() :])


NO_FILES = (
    b"",
    b"\x00",
    b"\x00" * 100_000,
    b"\xff\xfe",
    b"\xff" * 100_000,
    b"{",
    b"[",
    b"{}",
    b"[]",
    b"null",
    b'"x"',
    b"{(",
    DEEP,
    DEEP_OBJECT,
    b"\n" * 200_000,
    b"x" * 3_000_000,
    b'{"a": "' + b"x" * 3_000_000 + b'"}',
    "\ud83d\ude00\u202e=cmd()".encode("utf-16", "surrogatepass"),
)


@EVERY
def test_what_is_no_file_of_any_format_is_read_or_refused(importer: Importer) -> None:
    for data in NO_FILES:
        outcome(importer, data)


@pytest.mark.parametrize("importer", [EXPORT, PYINSTRUMENT, SPEEDSCOPE], ids=lambda one: one.name)
@pytest.mark.parametrize("deep", [DEEP, DEEP_OBJECT], ids=["lists", "objects"])
def test_json_of_a_hundred_thousand_levels_is_refused_in_a_sentence(importer: Importer, deep: bytes) -> None:
    seed = SEEDS[importer.name]
    data = seed[:-1] + b', "deep": ' + deep + b"}"
    assert importer.recognize(Source(name="x", data=data)) > 0.9
    said = outcome(importer, data)
    assert isinstance(said, str) and "nested too deep" in said


@pytest.mark.parametrize("importer", [EXPORT, PYINSTRUMENT, SPEEDSCOPE], ids=lambda one: one.name)
@pytest.mark.parametrize("number", HUGE_NUMBERS, ids=lambda number: number[:10])
def test_numbers_without_end_never_become_seconds(importer: Importer, number: str) -> None:
    for old in (b"9.25", b"2.0", b"1.5", b'"endValue": 2', b"[2]", b'"version": 1', b'"line": 1'):
        new = (
            old.replace(b"9.25", b"#")
            .replace(b"2.0", b"#")
            .replace(b"1.5", b"#")
            .replace(b"2", b"#")
            .replace(b"1", b"#")
        )
        said = outcome(importer, SEEDS[importer.name].replace(old, new.replace(b"#", number.encode())))
        for run in () if isinstance(said, str) else said.runs:
            assert run.wall_seconds is None or 0 <= run.wall_seconds < 1e16


@pytest.mark.parametrize("number", ["1e999", "nan", "inf", "9" * 10_000, "-1", "1e308"])
def test_figures_without_end_in_text_never_become_seconds(number: str) -> None:
    for importer, old in ((CSV, b"1.5"), (LOG, b"6.5"), (LOG, b"9.25"), (PSTATS, b"0.500"), (PSTATS, b"2 ")):
        said = outcome(importer, SEEDS[importer.name].replace(old, number.encode()))
        for run in () if isinstance(said, str) else said.runs:
            assert run.wall_seconds is None or 0 <= run.wall_seconds <= 1e308


def test_seconds_that_add_up_to_more_than_any_run_are_refused() -> None:
    huge = {("a.py", number, "f"): (1, 1, 4e15, 4e15, {}) for number in range(3)}
    assert "more than any run can take" in str(outcome(CPROFILE, marshal.dumps(huge)))


NAMES = [
    "../../etc/passwd",
    "C:\\..\\x",
    "a\x1b[2Jb",
    "a\u202egpj.exe",
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\ud800",
    "x" * 100_000,
    "a\u2066b\u2069",
    "\u0000",
    "%s%n{0.__class__}",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name)[:16])
def test_hostile_names_are_one_short_line_of_text(name: str) -> None:
    stats = {
        (name.encode("utf-8", "replace").decode(), 1, name.encode("utf-8", "replace").decode()): (1, 1, 0.5, 0.5, {})
    }
    run = {**RUN.to_json(), "label": name, "counts": {name: 1}, "notes": [name]}
    cell = '"' + name.replace('"', '""') + '"'
    files: list[tuple[Importer, bytes]] = [
        (EXPORT, json.dumps({"format": "quickwin-run", "version": 1, "run": run}).encode()),
        (LOG, write_log(RUN.replace(label=name, notes=(name,), counts={name: 1})).encode()),
        (CPROFILE, marshal.dumps(stats)),
        (CSV, f"task,phase,seconds\n{cell},{cell},1\n".encode("utf-8", "replace")),
        (SPEEDSCOPE, SEEDS["speedscope"].replace(b'"name": "f"', b'"name": ' + json.dumps(name).encode())),
    ]
    for importer, data in files:
        said = outcome(importer, data, name=name)
        assert isinstance(said, Parsed)
        for text in texts_of(said):
            assert text.isprintable() and "\u202e" not in text and len(text) <= 4_000
            text.encode()


def texts_of(parsed: Parsed) -> list[str]:
    """All names of a result: labels, notes, counts, tasks, phases, and the frames of profiles without their marks."""
    texts = [loss.reason for loss in parsed.losses]
    for run in parsed.runs:
        texts += [run.label, run.source_name or "", *run.notes, *run.counts]
        texts += [task.task_id for task in run.tasks]
        texts += [name for phase in run.phases for name in phase.path]
    for profile in parsed.profiles:
        for stack, _ in profile["frame_records"]:
            texts += [part for info in stack for part in info.replace("\x01c", "\x00").split("\x00")]
        texts += [str(profile["target_description"])]
        texts += [one[key] for one in profile.get("functions", ()) for key in ("name", "file")]
    return texts


def test_a_profile_that_claims_two_billion_entries_costs_nothing() -> None:
    began = time.process_time()
    said = outcome(CPROFILE, b"\xfb\xa8" + struct.pack("<i", 2**31 - 1) + b"\x00" * 100)
    assert isinstance(said, str) and "claims 2,147,483,647" in said
    assert time.process_time() - began < 0.5


#: Lines that make a careless regular expression go back again and again; each is made to length.
WORST: dict[str, Callable[[int], str]] = {
    "blanks": lambda size: " " * size + "x",
    "digits": lambda size: "1" * size,
    "numbers": lambda size: "1.5 " * (size // 4),
    "open quotes": lambda size: '"' * (size | 1),
    "escaped quotes": lambda size: '"' + '\\"' * (size // 2),
    "places": lambda size: "1 0.1 0.1 0.1 0.1 " + ":1(" * (size // 3),
    "slashes": lambda size: "1/" * (size // 2),
    "commas": lambda size: "1," * (size // 2),
    "dashes": lambda size: "-- " * (size // 3),
    "file names": lambda size: "run_batt.py:1: " * (size // 15),
    "brackets": lambda size: "[" * size,
    "tabs": lambda size: "1.0s\t" * (size // 5),
    "words": lambda size: "timed out done start " * (size // 21),
    "many lines": lambda size: "  1 x\n" * (size // 6),
    "entries": lambda size: '{"stream_name":[' * (size // 16),
    "entry texts": lambda size: '{"stream_name":"' * (size // 16),
    "objects": lambda size: '{"task_id":"a"}' * (size // 15),
    "keys": lambda size: "  a.b.c" * (size // 7),
    "frames": lambda size: "a;" * (size // 2) + " 1",
    "clocks": lambda size: "0:02:14.250 " * (size // 12),
    "prefixes": lambda size: "12:00:00 x run_batt.py:1: a " * (size // 28),
    "marks": lambda size: "\u2502  " * (size // 3),
    "percent": lambda size: "Hit Rate: " + "9" * size + "%",
}
PREFIXES: dict[str, str] = {
    "csv": "task,phase,seconds\na,b,",
    "kaggle-log": '[{"stream_name":"stdout","time":1,"data":"x"},',
    "kaggle-web": "1.0s\t1\tx\n2.0s\t2\t",
    "pstats": HEADING,
    "run_batt": "run_batt.py:1427: -- 44f52bb0 - 0 start --\nTiming summary (seconds):\n  main.run_batt ",
    "quickwin-log": "quickwin log 1\n[run]\n  key k\n  label l\n[phases]\n  path total_seconds self_seconds\n",
}
SIZE = 40_000
TIMES_LONGER = 5
#: CPU seconds below which two readings are not compared: what the clock and a search for garbage may add.
LITTLE = 0.02


@EVERY
def test_time_grows_with_the_size_and_not_with_its_square(importer: Importer) -> None:
    def cpu_seconds(worst: str, size: int) -> float:
        data = (PREFIXES.get(importer.name, "") + WORST[worst](size) + "\n").encode()
        began = time.process_time()
        outcome(importer, data)
        return time.process_time() - began

    def is_linear(worst: str) -> bool:
        most = TIMES_LONGER * 2.4 * LITTLE
        if (large := cpu_seconds(worst, SIZE * TIMES_LONGER)) < most:
            return True
        # The lesser of two: a search for garbage among all that other tests left may fall into one.
        large = min(large, cpu_seconds(worst, SIZE * TIMES_LONGER))
        return large < max(most, TIMES_LONGER * 2.4 * min(cpu_seconds(worst, SIZE) for _ in range(2)))

    assert [worst for worst in WORST if not is_linear(worst)] == []


@pytest.mark.parametrize("importer", [CSV, LOG, PSTATS], ids=lambda one: one.name)
def test_a_line_of_three_megabytes_is_a_loss_and_the_rest_is_read(importer: Importer) -> None:
    long_line = b"x" * 3_000_000 + b"\n"
    lines = SEEDS[importer.name].splitlines(keepends=True)
    good = outcome(importer, SEEDS[importer.name])
    said = outcome(
        importer,
        b"".join([*lines[:-1], long_line, lines[-1]]) if importer is not PSTATS else b"".join([long_line, *lines]),
    )
    assert isinstance(said, Parsed) and isinstance(good, Parsed)
    assert [run.wall_seconds for run in said.runs] == [run.wall_seconds for run in good.runs] or importer is CSV
