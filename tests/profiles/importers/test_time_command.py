"""What time prints of a command."""

import subprocess

import pytest

from tests.profiles.importers.files import form_of, read_text

VERBOSE = """\
some output
	Command being timed: "python etl.py"
	User time (seconds): 1.25
	System time (seconds): 0.50
	Percent of CPU this job got: 99%
	Elapsed (wall clock) time (h:mm:ss or m:ss): {elapsed}
	Maximum resident set size (kbytes): 2048
	Exit status: {status}
"""


@pytest.mark.parametrize(("elapsed", "seconds"), [("0:02.50", 2.5), ("2:14.25", 134.25), ("1:02:03", 3723.0)])
def test_a_block_is_a_run(elapsed, seconds):
    text = VERBOSE.format(elapsed=elapsed, status=0)
    assert form_of(text.encode()) == "time"
    (run,) = read_text(text).records
    assert (run.wall_seconds, run.cpu_seconds, run.counts["peak_bytes"], run.status) == (
        seconds,
        1.75,
        2 << 20,
        "finished",
    )
    assert run.label == "x.log: python etl.py"


def test_several_blocks_are_several_runs_and_an_exit_status_a_failure():
    text = VERBOSE.format(elapsed="0:01.00", status=0) + VERBOSE.format(elapsed="0:02.00", status=137)
    assert [(run.wall_seconds, run.status) for run in read_text(text).records] == [(1.0, "finished"), (2.0, "failed")]


@pytest.mark.parametrize("command", ["time -p true", "time true"])
def test_the_shells_own_time_is_read(command):
    text = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stderr
    assert form_of(text.encode()) == "time"
    (run,) = read_text(text).records
    assert run.wall_seconds is not None and run.cpu_seconds is not None


def test_two_shell_blocks_are_two_runs():
    text = "\nreal\t1m2.500s\nuser\t0m0.1s\nsys\t0m0.2s\n\nreal\t0m3,25s\nuser\t0m0,1s\nsys\t0m0,2s\n"
    assert [run.wall_seconds for run in read_text(text).records] == [62.5, 3.25]
