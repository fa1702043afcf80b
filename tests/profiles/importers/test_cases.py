"""Inputs that were read wrongly once: each kind with a small file of its own, and the collected ones where they lie.

The kinds: text around lines, progress bars, other units, remarks, tables in notes, profilers, envelopes, damage.
"""

import json
import marshal

import pytest

from tests.profiles.importers.files import CASES, read, read_text
from tests.worked_example import THIRD

needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the collected cases are not here")
SUMMARY = "Timing summary (seconds):\n  main.run_batt               8.500\n  run_batt.check_batt         4.250\n"
PROGRESS = (
    "run_batt.py:9: -- aa11 - 0 start --\nrun_batt.py:9: -- aa11 - 0 done - 32 candidates scored\n"
    "run_batt.py:9: -- bb22 - 1 start --\nrun_batt.py:9: -- bb22 - 1 done - 32 candidates scored\n"
)
LOG = PROGRESS + "2 tasks - 0 timeouts\n\n" + SUMMARY
PSTATS = (
    "         635 function calls in 8.600 seconds\n\n   Ordered by: cumulative time\n\n"
    "   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n"
    "        1    0.100    0.100    8.600    8.600 run_batt.py:1(main)\n"
    "      634    8.500    0.013    8.500    0.013 run_batt.py:90(check_batt)\n\n"
)


def case(name):
    preview = read((name, (CASES / name).read_bytes()))
    return preview, preview.files[0]


def totals(run):
    return {"/".join(phase.path): phase.total_seconds for phase in run.phases}


def functions(preview):
    return {one["name"]: one for one in preview.runs[0].profiles[0]["functions"]}


@needs_cases
@pytest.mark.parametrize(
    "name",
    [
        *("prefix_python_logging.log", "prefix_docker_compose.log", "prefix_rich.log", "ansi_in_progress.log"),
        *("tqdm_cr_final_line.log", "log_under_cprofile.log", "notebook_log_then_pstats.ipynb"),
        *("kernel_log_sse.txt", "kernel_log_api_response.json"),
    ],
)
def test_a_whole_log_in_any_dress_is_its_run(name):
    preview, file = case(name)
    (run,) = preview.records
    assert (run.wall_seconds, run.status, file.losses) == (6.412, "finished", ())
    assert [task.task_id for task in run.tasks] == ["0a1b2c3d", "4e5f6a7b"]
    assert (run.counts["tasks.announced"], run.counts["timeouts.claimed"]) == (2, 0)
    assert totals(run) == {"check_batt": 4.105, "phase4_differs": 0.512}
    assert "tasks_announced_and_seen" not in {finding.rule for finding in run.findings}


@needs_cases
@pytest.mark.parametrize("name", ["log_under_cprofile.log", "notebook_log_then_pstats.ipynb"])
def test_a_log_under_a_profiler_is_marked_and_keeps_its_table(name):
    preview, _ = case(name)
    assert preview.records[0].profiled and len(preview.runs[0].profiles) == 1


@needs_cases
@pytest.mark.parametrize("name", ["kernel_log_sse.txt", "kernel_log_api_response.json"])
def test_a_kernel_log_in_an_envelope_has_its_moments(name):
    preview, file = case(name)
    assert file.form == "kaggle-log"
    assert [task.seconds for task in preview.records[0].tasks] == [4.5, 3.0]


@needs_cases
def test_pasted_pieces_with_remarks_and_units_are_read():
    preview, file = case("paste_remarks.txt")
    (run,) = preview.records
    assert (run.wall_seconds, file.losses) == (6.412, ())
    assert totals(run)["check_batt/demo.parallel"] == 1.207 and totals(run)["check_solver"] == 5.330
    (run,) = case("paste_unit_s.txt")[0].records
    assert (run.wall_seconds, totals(run)) == (6.412, {"check_batt": 4.105, "phase1_filter": 0.014})
    walls = {run.label.rpartition(": ")[2]: run.wall_seconds for run in case("paste_before_after_table.md")[0].records}
    assert walls == {"before": 10.0, "after": 9.0}
    assert case("wall_h_mm_ss.txt")[0].records[0].wall_seconds == 134.25


@needs_cases
def test_profiles_with_unknown_calls_and_blank_columns_are_read():
    preview, _ = case("pyinstrument_pstats.prof")
    assert preview.records[0].wall_seconds == pytest.approx(0.7)
    assert {one["calls"] for one in functions(preview).values()} == {None} and len(functions(preview)) == 3
    preview, _ = case("pstats_negative_calls.txt")
    assert [(one["self_seconds"], one["calls"]) for one in functions(preview).values()] == [(0.3, None), (0.1, None)]
    preview, file = case("pstats_py312_blank_percall.txt")
    assert functions(preview)["{built-in method builtins.exec}"]["self_seconds"] == 2.0
    assert functions(preview)["work"]["self_seconds"] == 1.5 and file.losses == ()
    preview, _ = case("notebook_pstats.ipynb")
    assert preview.records[0].wall_seconds == 2.5 and len(functions(preview)) == 2


@needs_cases
def test_profiles_with_other_clocks_are_read_and_empty_ones_refused():
    preview, _ = case("speedscope_negative_time.json")
    spent = {stack[-1].split("\0")[0]: seconds for stack, seconds in preview.runs[0].profiles[0]["frame_records"]}
    assert (preview.records[0].wall_seconds, spent) == (3.0, {"f0": 2.0, "f1": 1.0})
    preview, file = case("speedscope_nothing_readable.json")
    assert preview.records == () and "nothing of the profile could be read" in file.refused


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("  run_batt.phase1_filter     1.500s", 1.5),
        ("  run_batt.phase1_filter     1.500 s", 1.5),
        ("  run_batt.phase1_filter     1500ms", 1.5),
        ("  run_batt.phase1_filter     1.500  <- slow!", 1.5),
        ("  run_batt.phase1_filter     1.500  (was 19.8s)", 1.5),
        ("  run_batt.phase1_filter     1.500  # why?", 1.5),
        ("  run_batt.phase1_filter     1.500, to do", 1.5),
        ("  run_batt.phase1_filter     ~1.5 s", 1.5),
        ("  run_batt.phase1_filter     1.5e+00 s", 1.5),
        ("  ├─ run_batt.phase1_filter     1.500", 1.5),
        ("  - run_batt.phase1_filter:     1.500s", 1.5),
        ("  run_batt.phase1_filter     0:00:01.500", 1.5),
        ("  run_batt.phase1_filter     1 day, 0:00:01.5", 86_401.5),
        ("  run_batt.phase1_filter     0:01.500", 1.5),
        ("  run_batt.phase1_filter     1.5", None),
        ("  run_batt.phase1_filter     1.500 -> 1.2", None),
        ("  run_batt.phase1_filter     12%", None),
        ("  run_batt.phase1_filter     3 calls", None),
        ("  run_batt.phase1_filter     1:30", None),
    ],
)
def test_a_line_of_the_summary_is_read_as_people_write_it_or_named(line, seconds):
    preview = read_text(SUMMARY + line + "\n  run_batt.phase2_inline_batch        0.250\n")
    (run,) = preview.records
    assert (run.wall_seconds, totals(run)["phase2_inline_batch"]) == (8.5, 0.25)
    assert totals(run).get("phase1_filter") == seconds
    assert [loss.line for loss in preview.files[0].losses] == ([] if seconds is not None else [4])


@pytest.mark.parametrize(
    ("figure", "seconds"),
    [
        ("0:02:14.250", 134.25),
        ("1:02:03", 3723.0),
        ("2 days, 1:00:00", 176_400.0),
        ("2:14.5", 134.5),
        ("1.2e+02 s", 120.0),
    ],
)
def test_durations_as_a_clock_shows_them_are_seconds(figure, seconds):
    assert read_text(f"100 tasks - 0 timeouts\nmain.run_batt: {figure}\n").records[0].wall_seconds == seconds
    assert read_text(f"100 tasks - 0 timeouts\nWall-clock: {figure}\n").records[0].wall_seconds == seconds


def test_each_column_of_seconds_in_a_table_of_notes_is_a_run():
    rows = "| Key | October | November | Change |\n|---|---:|---:|---|\n| main.run_batt | 10.0s | 9.0s | -1.0s |\n"
    preview = read_text("# Notes\n\n" + rows + "| check_batt | 5.0s | 4.0s | -1.0s |\n\nDone.\n")
    assert [(run.label, run.wall_seconds, totals(run)) for run in preview.records] == [
        ("x.log: October", 10.0, {"check_batt": 5.0}),
        ("x.log (2): November", 9.0, {"check_batt": 4.0}),
    ]


def test_several_timing_blocks_in_notes_are_several_runs():
    text = "Monday:\n" + SUMMARY + "\nTuesday, with the cache:\n" + SUMMARY.replace("8.500", "7.500")
    assert [run.wall_seconds for run in read_text(text).records] == [8.5, 7.5]


@pytest.mark.parametrize("ends", ["", "Done.\n", "uploading results ...\n"])
def test_a_run_is_interrupted_only_where_something_says_so(ends):
    stops = PROGRESS + "run_batt.py:9: -- cc33 - 2 start --\n"
    assert read_text(LOG + ends).records[0].status == "finished"
    assert read_text(stops + "Traceback (most recent call last):\n").records[0].status == "interrupted"
    assert read_text(stops + ends).records[0].status == "interrupted"
    assert read_text(PROGRESS + ends).records[0].status == ("finished" if ends else "interrupted")


@pytest.mark.parametrize(
    "around", ["{log}{pstats}", "{pstats}", "noise\n{log}\n[cProfile tottime top]\n{pstats}noise\n"]
)
@pytest.mark.parametrize("form", ["text", "notebook", "kernel log"])
def test_a_profilers_table_is_read_wherever_it_is_printed(around, form):
    text = around.format(log=LOG, pstats=PSTATS)
    data = text
    if form == "notebook":
        output = {"output_type": "stream", "name": "stdout", "text": text}
        data = json.dumps({"cells": [{"cell_type": "code", "outputs": [output]}], "metadata": {}, "nbformat": 4})
    elif form == "kernel log":
        entries = [{"stream_name": "stdout", "time": 1.0, "data": line} for line in text.splitlines(True)]
        data = json.dumps(entries)
    preview = read(("x", data.encode()))
    (run,) = preview.runs
    assert run.record.profiled and preview.files[0].losses == ()
    assert run.record.wall_seconds == (8.5 if "log" in around else 8.6)
    assert {one["name"] for one in run.profiles[0]["functions"]} == {"main", "check_batt"}


def test_a_report_of_another_profiler_in_a_log_is_named_and_marks_the_run():
    preview = read_text(LOG + "\n  _     ._   __/__   Recorded: 12:00:00  Samples:  613\n 8.6 main  run_batt.py:1\n")
    assert preview.records[0].profiled and "is printed here" in preview.files[0].losses[0].reason


@pytest.mark.parametrize("calls", [(-1, -1), (0, 5), (3, 5)])
def test_calls_that_a_profiler_did_not_count_are_unknown(calls):
    preview = read(("x.prof", marshal.dumps({("a.py", 1, "f"): (*calls, 0.5, 0.75, {})})))
    assert functions(preview)["f"]["calls"] == (None if calls[1] < 0 else 5)


def test_what_is_left_of_a_cut_profile_is_no_wall_clock():
    stats = marshal.dumps({("a.py", line, "f"): (1, 1, 0.5, 0.75, {}) for line in range(9)})
    (run,) = read(("x.prof", stats[: len(stats) // 2])).records
    assert run.wall_seconds is None and run.profiled


def read_table(header, *rows):
    return read(("x.csv", "\n".join((header, *rows, "")).encode()))


@needs_cases
def test_collected_tables_are_read_rightly_or_refused():
    for name, sentence in (
        ("csv_describe.csv", "statistics over repeated calls"),
        ("csv_pytest_benchmark.csv", "statistics over repeated calls"),
        ("csv_two_seconds.csv", "2 columns could hold the seconds"),
    ):
        assert sentence in case(name)[1].refused
    assert totals(case("csv_hits_misses.csv")[0].records[0]) == {"validation": 1.5, "inlining": 0.7}
    for name in ("csv_percent_first.csv", "csv_timestamp_first.csv"):
        (run,) = case(name)[0].records
        assert (run.wall_seconds, totals(run)) == (10.0, {"inline": 6.0, "score": 4.0})
    assert [run.wall_seconds for run in case("csv_run_id.csv")[0].records] == [1.0, 7.0]
    runs = case("csv_runs_list.csv")[0].records
    assert [(run.wall_seconds, run.status) for run in runs] == [
        (12.4, "finished"),
        (90.0, "finished"),
        (7200.0, "failed"),
    ]
    (run,) = case("csv_pipeline_keys.csv")[0].records
    assert {phase.path[-1]: phase.basis for phase in run.phases} == {"check_batt": "sum", "demo.parallel": "last_task"}
    assert (run.wall_seconds, totals(run)["check_batt"]) == (12.5, 9.0)
    (run,) = case("csv_pipeline_keys_task.csv")[0].records
    assert (run.wall_seconds, totals(run)["check_batt"]) == (12.5, 9.0)


@pytest.mark.parametrize(
    ("header", "row", "seconds"),
    [
        ("phase,seconds", "a,2", 2.0),
        (
            "phase,Time (%),Total Time (ns),Instances,Avg (ns),Med (ns),Min (ns),Max (ns),StdDev (ns)",
            "a,60,2e9,4,1,1,1,1,1",
            2.0,
        ),
        ("phase,h,m,seconds", "a,480,2720,2", 2.0),
        ("phase,min,max,total_s", "a,1,3,2", 2.0),
        ("phase,start time,end time,duration", "a,12:00:00,12:00:02,2 s", 2.0),
        ("phase,timestamp,elapsed_ms", "a,1760702400,2000", 2.0),
        ("phase,cpu_seconds,wall_seconds", "a,9,2", 2.0),
        ("phase,self seconds,seconds", "a,1,2", 2.0),
        ("phase,ncalls,tottime,percall,cumtime", "a,3,1,0.3,2", 1.0),
        ("phase,cost,count,duration", "a,$9.99,7,2", 2.0),
        ("phase,price (usd),duration (min)", "a,9.99,0.5", 30.0),
        ("phase,share,runtime [h]", "a,0.7,0.5", 1800.0),
        ("phase,duration", "a,0:00:02", 2.0),
        ("phase,pct,time", "a,60,2", 2.0),
        ("phase,duration_s,note", "a,~2,x", 2.0),
        ("phase,mean,count", "a,2,100", None),
        ("phase,min", "a,2", None),
        ("phase,m", "a,2", None),
        ("phase,h", "a,2", None),
        ("phase,%", "a,2", None),
        ("phase,time (%)", "a,2", None),
        ("phase,cost", "a,2", None),
        ("phase,count", "a,2", None),
        ("phase,timestamp", "a,2", None),
        ("phase,start_time,end_time", "a,2,4", None),
        ("phase,time_min,time_max", "a,2,4", None),
        ("phase,avg_ms,p95_ms", "a,2,4", None),
        ("phase,before (s),after (s)", "a,2,4", None),
        ("phase,wall_s,duration_s", "a,2,4", None),
        ("phase,time,total", "a,2,4", None),
        ("phase,cpu_time", "a,2", None),
        ("phase,date", "a,2026-01-01", None),
        ("phase,time", "a,12:00:00", None),
        ("phase,time", "a,2026-01-01T12:00:00", None),
    ],
)
def test_only_a_column_that_can_be_nothing_else_is_seconds(header, row, seconds):
    for delimiter in (",", ";", "\t", "|"):
        text = [cells.replace(",", delimiter) for cells in (header, row, row.replace("a", "b", 1))]
        if delimiter == "|":
            rule = "|".join("---" for _ in header.split(","))
            text = ["# Notes", "", *(f"| {line.replace('|', ' | ')} |" for line in (text[0], rule, *text[1:]))]
        preview = read_table(*text)
        if seconds is None:
            assert preview.records == () and preview.files[0].refused
        else:
            assert totals(preview.records[0]) == {"a": seconds, "b": seconds}
            assert "columns taken: seconds from " in preview.records[0].notes[0]


@pytest.mark.parametrize("column", ["run", "run_id", "Run ID", "trial", "experiment", "config", "variant"])
def test_rows_of_several_runs_are_several_runs(column):
    preview = read_table(f"{column},phase,seconds", "r1,inline,1", "r1,score,2", "r2,inline,4")
    assert [(run.wall_seconds, totals(run)) for run in preview.records] == [
        (3.0, {"inline": 1.0, "score": 2.0}),
        (4.0, {"inline": 4.0}),
    ]
    assert [run.label for run in preview.records] == ["x.csv: r1", "x.csv: r2"]


@pytest.mark.parametrize(
    ("header", "rows"),
    [
        ("Name,State,Created,Runtime", ["a,finished,2026-03-29T01:30:00Z,12", "b,crashed,2026-03-29T02:30:00Z,7"]),
        ("Run ID,Status,Duration", ["a,FINISHED,12s", "b,FAILED,7.0s"]),
        ("run,seconds", ["a,12", "b,7"]),
        ("trial_id,status,start_time,duration_ms", ["a,TERMINATED,2026-03-29,12000", "b,ERROR,2026-03-29,7000"]),
    ],
)
def test_each_row_of_a_list_of_runs_is_a_run(header, rows):
    preview = read_table(header, *rows)
    assert [run.wall_seconds for run in preview.records] == [12.0, 7.0]
    assert all(run.phases == () and run.tasks == () for run in preview.records)
    if "tat" in header:
        assert [run.status for run in preview.records] == ["finished", "failed"]


def test_keys_of_the_pipeline_in_a_table_mean_what_they_mean_in_a_log():
    rows = ["main.run_batt,12.5", "run_batt.check_batt,9", "batt.demo.parallel,3.25", "run_batt.inline_errors,3"]
    (run,) = read_table("key,seconds", *rows).records
    assert run.wall_seconds == 12.5 and ("main.run_batt",) not in {phase.path for phase in run.phases}
    assert {phase.path[-1]: phase.basis for phase in run.phases} == {
        "check_batt": "sum",
        "demo.parallel": "last_task",
        "inline_errors": "count",
    }


def test_a_column_that_could_have_been_meant_is_named():
    preview = read_table("time,phase,seconds", "0.5,inline,6", "6.5,score,4")
    assert "'time'" in preview.files[0].losses[0].reason and preview.records[0].wall_seconds == 10.0


def journal(**header):
    lines = [
        {"type": "header", "format": "quickwin-journal", "version": 1, "key": "k", "label": "l", **header},
        {"type": "end", "status": "finished", "wall_seconds": 10.0, "task_count": 0},
    ]
    return "\n".join(json.dumps(line) for line in lines) + "\n"


@pytest.mark.parametrize(
    ("config", "names"),
    [("fast_path", {"fast_path"}), ("none", set()), (["a", "b"], {"a", "b"}), ([], set()), (None, None)],
)
def test_a_config_given_as_a_text_is_one_name_and_never_its_letters(config, names):
    (run,) = read(("x", journal(config=config).encode())).records
    assert run.config == names


@pytest.mark.parametrize("header", [{"config": 5}, {"config": {"a": 1}}, {"config": [1]}, {"notes": "abc"}])
def test_anything_else_that_is_no_list_is_refused(header):
    preview = read(("x", journal(**header).encode()))
    assert preview.records == () and "must be a list" in preview.files[0].refused


@needs_cases
def test_the_collected_journals_are_read_rightly():
    assert case("journal_config_text.jsonl")[0].records[0].config == {THIRD}
    assert case("journal_base.jsonl")[0].records[0].wall_seconds == 10.0
    (run,) = case("journal_phase_unaccounted.jsonl")[0].records
    assert run.wall_seconds == 14.0 and totals(run)["unaccounted"] == 3.0
