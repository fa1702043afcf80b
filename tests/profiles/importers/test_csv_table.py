"""CSV tables in the ways in which people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.exports import to_csv
from profiles.importers import Source
from profiles.importers._csv_cells import find_columns, read_seconds
from profiles.importers._csv_run import complete
from profiles.importers.base import ImportProblem, Parsed
from profiles.importers.csv_table import IMPORTER
from profiles.records import PhaseTiming, RunRecord, TaskRecord
from tests.profiles.importers.files import read_text, rules_of

PLAIN = "task,phase,seconds\na1,score,1.5\na1,filter,0.5\nb2,score,2.25\n"


def parse(text: str) -> Parsed:
    return IMPORTER.parse(Source(name="times.csv", data=text.encode()))


def phases(parsed: Parsed) -> dict[str, float]:
    return {"/".join(one.path): one.total_seconds for one in parsed.runs[0].phases}


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t"),
        PLAIN.replace("\n", "\r\n"),
        "\ufeff" + PLAIN,
        "sep=;\r\n# of Monday\n\n" + PLAIN.replace(",", ";"),
        "Task ID;Stage;Time (ms)\na1;score;1500\na1;filter;500,0\nb2;score;2250\n",
        "puzzle;step;Dauer;duration_s\na1;score;x;1,5\na1;filter;x;0,5\nb2;score;x;2,25\n",
        "Task name\tSection\tDuration in [ms]\na1\tscore\t1500\na1\tfilter\t500\nb2\tscore\t2250\n",
        'phase,task,elapsed\n"score",a1,"1,5"\nfilter,a1,500 ms\nscore,b2,2.25s\n',
        "seconds,task,phase\n0.5,a1,score\n1e0,a1,score\n.5,a1,filter\n2.25,b2,score\n",
    ],
)
def test_the_same_table_in_many_forms_gives_the_same_run(text: str) -> None:
    source = Source(name="x", data=text.encode())
    assert IMPORTER.recognize(source) >= 0.6
    parsed = IMPORTER.parse(source)
    assert parsed.losses == ()
    assert phases(parsed) == {"score": 3.75, "filter": 0.5}
    assert [(task.task_id, task.seconds) for task in parsed.runs[0].tasks] == [("a1", 2.0), ("b2", 2.25)]
    assert parsed.runs[0].wall_seconds == 4.25


def test_inner_phases_are_part_of_their_outer_one() -> None:
    run = parse("task,phase,seconds\na,validate,2\na,validate/compile,0.5\na,save/disk,1\n").runs[0]
    own = {"/".join(one.path): one.self_seconds for one in run.phases}
    assert own == {"validate": 1.5, "validate/compile": 0.5, "save": 0.0, "save/disk": 1.0}
    assert run.wall_seconds == 3.0


def test_a_phase_shorter_than_its_parts_is_raised_and_said() -> None:
    run = parse("task,phase,seconds\na,validate,1\na,validate/compile,3\n").runs[0]
    assert run.wall_seconds == 3.0
    assert [one.rule for one in run.findings] == ["phase-below-its-parts"]


def test_totals_of_a_task_and_of_the_run_are_the_whole_not_a_phase() -> None:
    run = parse("task,phase,seconds\na,score,1\na,total,1.5\n,total,2\n").runs[0]
    assert run.wall_seconds == 2.0 and run.tasks[0].seconds == 1.5
    assert [one.path for one in run.phases] == [("score",)]


@pytest.mark.parametrize(
    ("seconds", "wall", "rules"),
    [("3.75", 4.25, []), ("9", 9.5, ["total-against-tasks"]), ("1", 4.25, ["total-against-tasks"])],
)
def test_a_row_of_sums_is_compared_and_not_added(seconds: str, wall: float, rules: list[str]) -> None:
    run = parse(PLAIN + f"total,score,{seconds}\n").runs[0]
    assert run.wall_seconds == wall
    assert [one.rule for one in run.findings] == rules


def test_what_is_no_wall_clock_is_never_added_to_it() -> None:
    run = parse("phase,seconds,basis\nscore,2,sum\nwork,9,workers\nlast,5,last_task\nerrors,7,count\n").runs[0]
    assert run.wall_seconds == 2.0
    assert {one.path[0]: one.basis for one in run.phases} == {
        "score": "sum",
        "work": "workers",
        "last": "last_task",
        "errors": "count",
    }


def test_an_exported_run_reads_back_with_the_same_phases_tasks_and_seconds() -> None:
    def phases(*names: str) -> tuple[PhaseTiming, ...]:
        return (
            PhaseTiming(path=names[:1], category="io", total_seconds=2.0, self_seconds=1.5, calls=3),
            PhaseTiming(path=names, category="dsl", total_seconds=0.5, self_seconds=0.5, calls=7),
        )

    load = PhaseTiming(path=("load",), category="io", total_seconds=0.25, self_seconds=0.25)
    record = RunRecord(
        key="k",
        label="l",
        wall_seconds=4.5,
        phases=(*phases("=score()", "dsl"), load),
        tasks=(
            TaskRecord(task_id="-1", index=0, seconds=2.25, phases=phases("=score()", "dsl")),
            TaskRecord(task_id="b, c", index=1, seconds=None),
        ),
    )
    parsed = parse(to_csv(record))
    run = parsed.runs[0]
    assert parsed.losses == () and run.findings == ()
    assert (run.wall_seconds, run.phases, run.tasks[0]) == (record.wall_seconds, record.phases, record.tasks[0])


def test_bad_rows_are_losses_with_their_lines() -> None:
    parsed = parse("task,phase,seconds\na,score,1\na,score,-1\na,score,nan\na,score\na,,3\na,score,1e999\n")
    assert [(loss.line, loss.reason) for loss in parsed.losses] == [
        (3, "the figure is no time that can be true"),
        (4, "the figure is no time that can be true"),
        (7, "the figure is no time that can be true"),
        (5, "the row has no cell for the time"),
        (6, "the row names no phase, or one below more than 20 others"),
    ]
    assert parsed.runs[0].wall_seconds == 1.0


def test_a_decimal_comma_that_makes_two_cells_is_never_half_a_figure() -> None:
    parsed = parse("task,phase,seconds\na,score,1,5\na,filter,2,\n")
    assert phases(parsed) == {"filter": 2.0}
    assert parsed.losses[0].line == 2 and "may need quotes" in parsed.losses[0].reason


def test_rows_that_come_twice_are_added_up_and_said_to_be() -> None:
    run = parse("task,phase,seconds\na,score,1\na,score,1\n").runs[0]
    assert run.wall_seconds == 2.0
    assert [one.rule for one in run.findings] == ["rows-added-up"]


def test_figures_without_a_unit_are_said_to_be() -> None:
    assert [one.rule for one in parse("task,phase,time\na,score,1\n").runs[0].findings] == ["no-unit"]
    assert parse("task,phase,time\na,score,1 s\n").runs[0].findings == ()


def test_two_decimal_marks_in_one_table_are_said() -> None:
    run = parse("task;phase;seconds\na;score;1,5\na;filter;1.234\n").runs[0]
    assert [one.rule for one in run.findings] == ["two-decimal-marks"]


@pytest.mark.parametrize(
    ("cell", "delimiter", "seconds"),
    [
        ("1.234,5", ";", 1234.5),
        ("1,234.5", ";", 1234.5),
        ("1,5", ",", 1.5),
        ("1,234", ",", None),
        ("1,2,3", ";", None),
        ("12", ";", 12.0),
        ("", ";", None),
        ("=1+1", ";", None),
        ("0x10", ";", None),
        ("1_000", ";", None),
        ("9" * 5000, ";", None),
    ],
)
def test_figures_are_read_as_they_are_written_or_not_at_all(cell: str, delimiter: str, seconds: float | None) -> None:
    columns = find_columns(delimiter.join(("task", "phase", "seconds")))
    assert columns is not None and read_seconds(cell, columns) == seconds


@pytest.mark.parametrize("header", ["", "a,b,c", "task,phase", "seconds", "{", "run_batt.py:1: -- time, phase"])
def test_other_text_is_not_taken_for_a_table(header: str) -> None:
    assert IMPORTER.recognize(Source(name="x", data=header.encode())) == 0.0


@pytest.mark.parametrize("text", ["", "task,phase,seconds\n", "task,phase,seconds\na,b,c\n", "x"])
def test_a_table_without_a_figure_is_refused(text: str) -> None:
    with pytest.raises(ImportProblem):
        parse(text)


@given(
    st.dictionaries(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple), st.floats(0, 1e6), max_size=12)
)
def test_completed_phases_hold_their_parts_and_nothing_is_shortened(totals: dict[tuple[str, ...], float]) -> None:
    done, _ = complete(totals)
    assert all(done[path] >= seconds for path, seconds in totals.items())
    for path, seconds in done.items():
        below = sum(other for inner, other in done.items() if inner[:-1] == path)
        assert seconds >= below - 1e-6 * max(below, 1)


@given(st.text(max_size=300))
def test_any_rows_are_read_or_refused(text: str) -> None:
    try:
        parsed = parse("task,phase,seconds\n" + text)
    except ImportProblem as problem:
        assert str(problem)
    else:
        assert (parsed.runs[0].wall_seconds or 0) >= 0


@pytest.mark.parametrize(
    ("header", "first", "second"),
    [
        ("Phase;Sekunden", "1,5", "7,25"),
        ("Étape;Durée (secondes)", "1,5", "7,25"),
        ("Etapa;Duración (segundos)", "1,5", "7,25"),
        ("Schritt;Zeit (Millisekunden)", "1500", "7.250,0"),
        ("Fase;Durata", "1,5 secondi", "7250 ms"),
    ],
)
def test_columns_may_be_named_in_other_languages(header, first, second):
    (run,) = parse(f"{header}\ninline;{first}\nscore;{second}\n").runs
    assert {phase.path[-1]: phase.total_seconds for phase in run.phases} == {"inline": 1.5, "score": 7.25}


def test_emphasis_in_markdown_is_no_part_of_a_name_nor_is_a_total_a_phase() -> None:
    (run,) = read_text("| Step | Time [ms] |\n|---|---:|\n| `load` | 1,250.0 |\n| **Total** | **6,250.0** |\n").records
    assert run.wall_seconds == 6.25
    assert [phase.path for phase in run.phases] == [("load",)]


@pytest.mark.parametrize(
    "header",
    [
        "phase,cumulative_s,self_s",
        "function,cumtime,tottime",
        "name,inclusive (s),exclusive (s)",
    ],
)
def test_of_seconds_with_and_without_what_is_called_those_without_add_up(header) -> None:
    preview = read_text(f"{header}\nmain,10.0,1.0\nload,4.0,4.0\nscore,5.0,5.0\n")
    (run,) = preview.records
    assert run.wall_seconds == 10.0
    (loss,) = preview.files[0].losses
    assert header.split(",")[1] in loss.reason


def test_own_seconds_of_nested_phases_add_up_to_those_with_what_lies_below() -> None:
    (run,) = read_text("task,phase,inclusive_s,self_s\nt,a,3.0,1.0\nt,a/b,2.0,2.0\nu,a,4.0,4.0\n").records
    assert run.wall_seconds == 7.0
    assert {phase.path: (phase.total_seconds, phase.self_seconds) for phase in run.phases} == {
        ("a",): (7.0, 5.0),
        ("a", "b"): (2.0, 2.0),
    }


def test_seconds_that_include_what_is_called_are_never_added_up() -> None:
    preview = read_text("function,cumtime\nmain,10.0\nload,4.0\n")
    assert preview.records == ()
    assert "no column holds the whole seconds, only 'cumtime'" in str(preview.files[0].sentence)


def test_a_sum_of_rows_some_of_which_were_lost_says_that_it_may_be_too_small() -> None:
    table = "config,phase,seconds\nnone,load,1.5\nnone,score,broken\nfast,load,1.0\n"
    slow, fast = read_text(table).records
    found = rules_of(slow)["rows-lost"]
    assert (found.claimed, found.severity) == ("1 row of the table could not be read", "warning")
    assert "rows-lost" not in rules_of(fast)
    (whole,) = read_text("phase,seconds\nload,1.5\nscore,broken\ntotal,4.0\n").records
    assert whole.wall_seconds == 4.0 and "rows-lost" not in rules_of(whole)


def test_figures_that_could_all_be_thousands_between_semicolons_are_marked() -> None:
    (run,) = read_text("phase;ms\na;1.234\nb;12.500\n").records
    assert "points-or-thousands" in rules_of(run)
    for settled in ("phase;ms\na;1.234\nb;0.500\n", "phase;ms\na;1.234\nb;12.5\n", "phase,ms\na,1.234\nb,12.500\n"):
        (run,) = read_text(settled).records
        assert "points-or-thousands" not in rules_of(run)


@pytest.mark.parametrize(
    "text",
    [
        " phase | seconds \n-------+---------\n load  |    1.50\n score |    2.25\n(2 rows)\n",
        "+-------+---------+\n| phase | seconds |\n+=======+=========+\n| load  | 1.50    |\n+-------+---------+\n"
        "| score | 2.25    |\n+-------+---------+\n",
    ],
)
def test_tables_that_a_database_or_a_text_draws_are_read(text) -> None:
    preview = read_text(text)
    (run,) = preview.records
    assert {phase.path: phase.total_seconds for phase in run.phases} == {("load",): 1.5, ("score",): 2.25}
    assert preview.files[0].losses == ()


def test_spans_in_two_units_are_durations() -> None:
    (run,) = read_text("phase,duration\na,1h 2m\nb,3m20s\nc,00:00:05.5\n").records
    assert [phase.total_seconds for phase in run.phases] == [3720.0, 200.0, 5.5]
    assert "no-unit" not in rules_of(run)
