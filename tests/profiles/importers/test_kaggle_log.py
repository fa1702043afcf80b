"""Kaggle's kernel log: however it is laid out and cut, it is the same run."""

import json

import pytest

from tests.profiles.importers.files import fixture, read, run_of

KERNEL = fixture("kaggle_log.json")


@pytest.mark.parametrize(
    "name", ["kaggle_log.json", "kaggle_log_chunks_unclosed.json", "kaggle_log_one_line.json", "kaggle_web.txt"]
)
def test_every_form_is_the_run_of_the_plain_log(name):
    run = run_of(name)
    assert run.key == run_of("run_batt_october.log").key
    assert all(task.seconds and 4 < task.seconds < 9 for task in run.tasks)
    assert any("moments at which their lines arrived" in note for note in run.notes)


def test_an_indented_array_is_read_too():
    indented = json.dumps(json.loads(KERNEL), indent=2).encode()
    assert read(("x", indented)).records[0].key == run_of("run_batt_october.log").key


def test_an_array_that_is_not_closed_is_a_named_loss():
    (file,) = read(("x", fixture("kaggle_log_chunks_unclosed.json"))).files
    assert [loss.reason for loss in file.losses] == ["the kernel log is not closed by ]: it was cut"]


def test_a_damaged_entry_is_a_loss_with_its_line():
    lines = KERNEL.split(b"\n")
    lines[4] = lines[4][:30]
    (file,) = read(("x", b"\n".join(lines))).files
    assert [(loss.line, loss.reason) for loss in file.losses] == [(5, "the entry of the kernel log is cut or damaged")]


def test_a_damaged_entry_of_one_long_line_does_not_take_the_rest_with_it():
    broken = fixture("kaggle_log_one_line.json").replace(b'"data": "run_batt.py:1437', b'"data": x"run_batt.py:1437', 1)
    preview = read(("x", broken))
    assert preview.records[0].wall_seconds == 24.5
    assert any("cut or damaged" in loss.reason for loss in preview.files[0].losses)


def test_output_that_arrived_all_at_once_gives_tasks_no_seconds():
    entries = [{**entry, "time": 40.0} for entry in json.loads(KERNEL)]
    (run,) = read(("x", json.dumps(entries).encode())).records
    assert all(task.seconds is None for task in run.tasks)
    assert any("arrived together" in note for note in run.notes)


@pytest.mark.parametrize("time", ["null", '"soon"', "-1", "1e999", "NaN", "[]"])
def test_a_moment_that_is_none_is_left_out(time):
    damaged = KERNEL.replace(b'"time":13.0,', f'"time":{time},'.encode())
    (run,) = read(("x", damaged)).records
    assert run.wall_seconds == 24.5


def test_an_interrupted_run_has_the_time_that_its_lines_took():
    entries = [entry for entry in json.loads(KERNEL) if entry["data"].startswith("run_batt.py")]
    (run,) = read(("x", json.dumps(entries).encode())).records
    assert run.status == "interrupted"
    assert run.wall_seconds == pytest.approx(entries[-1]["time"] - entries[0]["time"])


def test_its_last_part_alone_is_read_wherever_it_begins():
    begin = KERNEL.index(b"3 tasks - 3 timeouts") - 20
    preview = read(("x", KERNEL[begin:]))
    assert preview.files[0].form == "kaggle-log"
    assert preview.records[0].key == run_of("run_batt_october.log").key
    assert preview.files[0].losses[0].line == 1


def test_moments_that_run_backwards_or_never_end_give_tasks_no_seconds():
    for moment in (lambda time: 100 - time, lambda time: time * 1e300):
        entries = [{**entry, "time": moment(entry["time"])} for entry in json.loads(KERNEL)]
        (run,) = read(("x", json.dumps(entries).encode())).records
        assert run.wall_seconds == 24.5 and all(task.seconds is None for task in run.tasks)
        assert not any("arrived together" in note for note in run.notes)
