"""JSON lines of inlining counters."""

from tests.profiles.importers.files import fixture, read, run_of

TELEMETRY = fixture("inlining_telemetry.jsonl")


def test_the_last_snapshot_is_the_runs():
    assert run_of("inlining_telemetry.jsonl").counts["inlining.attempts"] == 480


def test_counters_that_fall_begin_the_next_run():
    runs = read(("x", TELEMETRY + TELEMETRY.replace(b"T10:", b"T11:"))).records
    assert [run.counts["inlining.attempts"] for run in runs] == [480, 480]


def test_it_becomes_one_run_with_the_log_that_shows_as_many_lookups():
    (run,) = read(("run.log", fixture("run_batt_october.log")), ("telemetry", TELEMETRY)).records
    assert run.wall_seconds == 24.5
    assert run.counts["inlining.attempts"] == 480


def test_a_count_that_is_none_is_a_loss():
    preview = read(("x", TELEMETRY + b'{"total_attempts": 1e999}\n{"total_attempts": -1}\n'))
    assert [loss.line for loss in preview.files[0].losses] == [4, 5]
