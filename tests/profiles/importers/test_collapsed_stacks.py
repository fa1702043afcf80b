"""Collapsed stacks: microseconds of austin, samples of everybody else."""

import pytest

from tests.profiles.importers.files import form_of, read

SPY = "<module> (a.py:9);main (a.py:5);step (b.py:7) 30\n<module> (a.py:9);main (a.py:5) 20\n"
PERF = "python;_start;main;PyEval_EvalFrameDefault 300\npython;_start;main 100\n[unknown];x y;z 7\n"
AUSTIN = "P42;T43;/a/b.py:main:3;/a/b.py:step:9 1500000\nP42;T43;/a/b.py:main:3 500000\n"
HEADED = "# austin: 3.6.0\n# interval: 100\n# mode: wall\n\n" + AUSTIN + "\n# duration: 2500000\n"


def spent(preview):
    (run,) = preview.runs
    return {stack[-1].split("\0")[0]: round(seconds, 6) for stack, seconds in run.profiles[0]["frame_records"]}


@pytest.mark.parametrize("text", [SPY, PERF, AUSTIN, HEADED, SPY * 40])
def test_every_writer_is_recognized(text):
    assert form_of(text.encode()) == "collapsed"


def test_samples_are_no_seconds_and_their_run_has_no_wall_clock():
    preview = read(("x.txt", SPY.encode()))
    (run,) = preview.records
    assert run.wall_seconds is None and run.profiled
    assert "count samples" in preview.files[0].losses[0].reason
    assert spent(preview) == {"step": 0.3, "main": 0.2}


def test_austins_microseconds_are_seconds_and_its_duration_the_wall_clock():
    assert spent(read(("x", AUSTIN.encode()))) == {"step": 1.5, "main": 0.5}
    preview = read(("x", HEADED.encode()))
    assert preview.records[0].wall_seconds == 2.5 and preview.files[0].losses == ()


def test_a_line_without_a_number_is_a_loss():
    preview = read(("x", (SPY * 5 + "main;cut").encode()))
    assert [loss.line for loss in preview.files[0].losses] == [11, None]
