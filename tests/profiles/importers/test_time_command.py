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


FORMS = {
    "python etl.py 5  50.10s user 1.25s system 82% cpu 1:02.34 total": (62.34, 51.35),
    "0,50s user 0,25s system 99% cpu 2,004 total": (2.004, 0.75),
    "50.10user 1.25system 1:02.34elapsed 82%CPU (0avgtext+0avgdata 2048maxresident)k": (62.34, 51.35),
    "50.10user 1.25system 1:02:03elapsed ?%CPU": (3723.0, 51.35),
    "50.100u 1.250s 1:02.34 82.3%\t0+0k 0+8io 0pf+0w": (62.34, 51.35),
    "        2.50 real         1.25 user         0.50 sys": (2.5, 1.75),
    "Executed in    1.23 secs      fish           external\n   usr time  456.00 millis  321.00 micros  455.68 millis\n"
    "   sys time   78.00 millis    0.00 micros   78.00 millis": (1.23, 0.534),
    "CPU times: user 1min 2s, sys: 345 ms, total: 1min 3s\nWall time: 1min 5s": (65.0, 62.345),
    "CPU times: user 12 \u00b5s, sys: 3 \u00b5s, total: 15 \u00b5s\nWall time: 21 \u00b5s": (21e-6, 15e-6),
    "       1.250817 seconds time elapsed\n\n       1.100000 seconds user\n       0.130000 seconds sys": (
        1.250817,
        1.23,
    ),
}


@pytest.mark.parametrize("text", FORMS)
def test_other_shells_and_tools_say_the_same_in_their_own_way(text):
    assert form_of(f"output\n{text}\n".encode()) == "time"
    (run,) = read_text(f"output\n{text}\n").records
    assert (run.wall_seconds, run.cpu_seconds) == (pytest.approx(FORMS[text][0]), pytest.approx(FORMS[text][1]))
    assert [record.wall_seconds for record in read_text(f"{text}\n" * 3).records] == [run.wall_seconds] * 3


def test_what_they_say_besides_is_kept():
    gnu = "Command exited with non-zero status 3\n0.50user 0.25system 0:02.00elapsed 82%CPU "
    gnu += "(0avgtext+0avgdata 2048maxresident)k\n0inputs+8outputs (0major+1234minor)pagefaults 0swaps\n"
    (run,) = read_text(gnu).records
    assert (run.status, run.counts["peak_bytes"]) == ("failed", 2 << 20)
    (run,) = read_text("python etl.py  0.50s user 0.25s system 99% cpu 2.004 total\n").records
    assert run.label == "x.log: python etl.py"


@pytest.mark.parametrize(
    "text", ["Wall time: 3 parsecs\n", "Executed in 3 moons\n", "1.23 s ± 45.6 ms per loop (mean ± std. dev.)\n"]
)
def test_a_unit_that_nobody_knows_is_no_figure(text):
    assert read_text(text).records == ()
