"""line_profiler's report."""

from tests.profiles.importers.files import form_of, read

REPORT = """\
Timer unit: 1e-06 s

Total time: 1.5 s
File: /a/solve.py
Function: solve at line 3

Line #      Hits         Time  Per Hit   % Time  Line Contents
==============================================================
     3                                           @profile
     4                                           def solve(tasks):
     5       101        500.0      5.0      0.0      for task in tasks:
     6       100    1499500.0  14995.0    100.0          step(task)

Total time: 0.25 s
File: /a/step.py
Function: Solver.step at line 9

Line #      Hits         Time  Per Hit   % Time  Line Contents
==============================================================
     9       100     250000.0   2500.0    100.0      return 1
"""


def test_lines_have_their_seconds_below_their_function_and_the_run_has_no_wall_clock():
    assert form_of(REPORT.encode()) == "line-profiler"
    preview = read(("x.txt", REPORT.encode()))
    (run,) = preview.runs
    assert run.record.profiled and run.record.wall_seconds is None and preview.files[0].losses == ()
    records = [
        ([frame.split("\0")[0] for frame in stack], seconds) for stack, seconds in run.profiles[0]["frame_records"]
    ]
    assert [stack for stack, _ in records] == [
        ["solve", "line 5: for task in tasks:"],
        ["solve", "line 6: step(task)"],
        ["Solver.step", "line 9: return 1"],
    ]
    assert [round(seconds, 6) for _, seconds in records] == [0.0005, 1.4995, 0.25]


def test_the_unit_of_the_timer_counts():
    preview = read(("x.txt", REPORT.replace("1e-06 s", "1e-09 s").encode()))
    assert round(sum(seconds for _, seconds in preview.runs[0].profiles[0]["frame_records"]), 9) == 0.00175


def test_a_row_that_can_not_be_read_is_a_loss():
    preview = read(("x.txt", REPORT.replace("250000.0   2500.0 ", "25x000.0   2500.0 ").encode()))
    assert [loss.line for loss in preview.files[0].losses] == [20]
