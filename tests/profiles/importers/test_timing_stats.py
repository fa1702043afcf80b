"""JSON lines with a start and a completion per task."""

from tests.profiles.importers.files import fixture, read, run_of

STATS = fixture("timing_stats.jsonl")


def test_completions_give_the_tasks_their_seconds():
    run = run_of("timing_stats.jsonl")
    assert [task.seconds for task in run.tasks] == [8.0, 8.25, 8.24]
    assert run.wall_seconds == 24.49
    assert run.status == "finished"


def test_torn_doubled_and_repeated_lines_are_losses_with_their_line():
    preview = read(("x", fixture("timing_stats_torn.jsonl")))
    assert {(loss.line, loss.reason) for loss in preview.files[0].losses} == {
        (4, "the line repeats the one before"),
        (5, "the task was started again before it was completed"),
        (8, "the last line is torn"),
    }
    (run,) = preview.records
    assert run.status == "interrupted"
    assert [task.status for task in run.tasks] == ["finished", "finished", "interrupted"]


def test_a_file_that_was_appended_to_holds_two_runs():
    later = STATS.replace(b"T10:00", b"T11:00").replace(b"8.25", b"4.25")
    assert [run.tasks[1].seconds for run in read(("x", STATS + later)).records] == [8.25, 4.25]


def test_a_task_without_success_failed_with_its_reason():
    failed = STATS.replace(
        b'8.25, "success": true, "error_type": null', b'8.25, "success": false, "error_type": "Timeout"'
    )
    (run,) = read(("x", failed)).records
    assert (run.tasks[1].status, run.tasks[1].reason) == ("failed", "Timeout")


def test_it_becomes_one_run_with_the_log_that_it_belongs_to():
    log = ("run.log", fixture("run_batt_october.log"))
    preview = read(log, ("stats", STATS), ("kernel", fixture("kaggle_log.json")))
    (run,) = preview.runs
    assert run.record.key == run_of("run_batt_october.log").key
    assert [task.seconds for task in run.record.tasks] == [8.0, 8.25, 8.24]
    assert set(run.files) == {"run.log", "stats", "kernel"}
    assert set(preview.files[1].together_with) == {"run.log", "kernel"}


def test_it_stays_alone_when_its_seconds_are_another_runs():
    other = STATS.replace(b"8.25", b"3.25")
    assert len(read(("run.log", fixture("run_batt_october.log")), ("stats", other)).runs) == 2


def test_tasks_that_succeeded_without_a_validated_solver_are_found():
    log = fixture("run_batt_november.log").replace(b"61.000", b"24.500").replace(b"61.002", b"24.502")
    log = log.replace(b"55.500", b"20.500")
    (run,) = read(("run.log", log), ("stats", STATS)).records
    finding = next(one for one in run.findings if one.rule == "success_without_result")
    assert "00d62c1b" in finding.claimed and "success" in finding.claimed
    assert finding.line == 2


def test_the_same_run_twice_in_one_file_is_taken_once_and_said():
    preview = read(("x", STATS + STATS))
    assert len(preview.runs) == 1
    assert [loss.reason for loss in preview.files[0].losses] == [
        "the same run stands in it more than once and was taken once"
    ]
