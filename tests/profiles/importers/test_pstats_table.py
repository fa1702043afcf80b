"""Tables as pstats prints them."""

import cProfile
import io
import pstats

import pytest

from profiles.importers import Source
from profiles.importers.base import ImportProblem
from profiles.importers.pstats_table import IMPORTER, read_row, split_where

TOTAL = "         85378 function calls (30324 primitive calls) in 2.500 seconds\n\n"
HEADING = "   ncalls  tottime  percall  cumtime  percall filename:lineno(function)\n"
ROWS = """\
        1    0.250    0.250    2.500    2.500 run_batt.py:1427(main)
85078/30024    1.000    0.000    1.200    0.000 utils.py:12(visit)
      299    0.500    0.002    0.500    0.002 {built-in method builtins.compile}
"""
REDUCED = "   Ordered by: cumulative time\n   List reduced from 39 to 3 due to restriction <3>\n\n"
CUMULATIVE = TOTAL + REDUCED + HEADING + ROWS + "\n\n"
TOTTIME = TOTAL + REDUCED + HEADING + "".join(reversed(ROWS.splitlines(keepends=True))) + "\n\n"


def source(text: str) -> Source:
    return Source(name="profile.txt", data=text.encode())


def test_a_table_that_pstats_prints_now_is_read() -> None:
    profiler, out = cProfile.Profile(), io.StringIO()
    profiler.runcall(sorted, range(1000), key=lambda one: -one)
    stats = pstats.Stats(profiler, stream=out)
    stats.print_stats()
    assert IMPORTER.recognize(source(out.getvalue())) > 0.5
    parsed = IMPORTER.parse(source(out.getvalue()))
    assert parsed.losses == ()
    assert parsed.runs[0].counts["calls"] == stats.total_calls  # type: ignore[attr-defined]


def test_calls_with_a_slash_are_all_calls_and_those_not_recursive() -> None:
    row = read_row("85078/30024    1.000    0.000    1.200    0.000 utils.py:12(visit)")
    assert row is not None and (row.calls, row.primitive_calls, row.self_seconds, row.total_seconds) == (
        85078,
        30024,
        1.0,
        1.2,
    )


def test_what_a_reduced_table_does_not_list_is_kept_as_not_listed() -> None:
    (run,), (profile,) = IMPORTER.parse(source(CUMULATIVE)).runs, IMPORTER.parse(source(CUMULATIVE)).profiles
    assert run.wall_seconds == 2.5 and run.profiled
    rest = next(one for one in profile["functions"] if one["name"] == "(not listed)")
    assert rest["self_seconds"] == pytest.approx(0.75)
    assert sum(seconds for _, seconds in profile["frame_records"]) == pytest.approx(2.5)


def test_two_orders_of_one_profile_are_one_run() -> None:
    text = "noise\n[cProfile cumulative top]\n" + CUMULATIVE + "[cProfile tottime top]\n" + TOTTIME + "more noise\n"
    parsed = IMPORTER.parse(source(text))
    assert len(parsed.runs) == 1 and parsed.losses == ()
    assert parsed.runs[0].counts["functions"] == 4


def test_two_profiles_are_two_runs() -> None:
    parsed = IMPORTER.parse(
        source(CUMULATIVE + CUMULATIVE.replace("2.500 seconds", "3.500 seconds").replace("85078/", "85079/"))
    )
    assert [run.wall_seconds for run in parsed.runs] == [2.5, 3.5]
    assert len({run.key for run in parsed.runs}) == 2


def test_a_bad_row_is_a_loss_with_its_line() -> None:
    text = (
        HEADING
        + ROWS
        + "   12    0.x    0.002    0.500    0.002 broken\n"
        + "        1    0.1    0.1    0.1    0.1 a.py:1(f)\n"
    )
    parsed = IMPORTER.parse(source(text))
    assert [loss.line for loss in parsed.losses] == [5, None]
    assert parsed.runs[0].counts["functions"] == 4


def test_a_table_without_its_total_says_that_the_rest_is_unknown() -> None:
    parsed = IMPORTER.parse(source(HEADING + ROWS))
    assert parsed.runs[0].wall_seconds is None and "1.750 s" in parsed.runs[0].notes[0]
    assert "unknown" in parsed.losses[0].reason


def test_rows_above_their_total_are_named() -> None:
    parsed = IMPORTER.parse(source(CUMULATIVE.replace("in 2.500", "in 1.500")))
    assert any("more than the 1.500 s" in loss.reason for loss in parsed.losses)


@pytest.mark.parametrize(
    ("where", "parts"),
    [
        ("/a (b)/c.py:7(f)", ("f", "/a (b)/c.py", 7)),
        ("<string>:1(<module>)", ("<module>", "<string>", 1)),
        ("C:\\x.py:3(g)", ("g", "C:\\x.py", 3)),
        ("{method 'get' of 'dict' objects}", ("{method 'get' of 'dict' objects}", "", 0)),
    ],
)
def test_where_a_function_stands_is_split(where: str, parts: tuple[str, str, int]) -> None:
    assert split_where(where) == parts


def test_a_heading_without_rows_is_refused() -> None:
    with pytest.raises(ImportProblem, match="no row of a pstats table"):
        IMPORTER.parse(source(TOTAL + HEADING))
