"""The pipeline's own log, in the forms that people have it in."""

import pytest

from profiles.importers import Source
from profiles.importers.run_batt import IMPORTER
from tests.profiles.importers.files import fixture, form_of, read, read_text, run_of

OCTOBER = fixture("run_batt_october.log").decode()
SUMMARY = OCTOBER[OCTOBER.index("Timing summary") :]


def phases(run):
    return {phase.path: phase for phase in run.phases}


def test_a_whole_log_gives_its_run():
    run = run_of("run_batt_october.log")
    assert run.wall_seconds == 24.5
    assert [task.task_id for task in run.tasks] == ["007bbfb7", "00d62c1b", "017c7c7b"]
    assert {cache.name: (cache.hits, cache.misses, cache.entries) for cache in run.caches} == {
        "validation": (0, 96, 96),
        "inlining": (470, 10, 9),
    }
    assert run.counts["tasks.announced"] == run.counts["tasks.seen"] == 3
    assert run.counts["inline_errors"] == 2
    assert run.cache_state == "cold"
    assert run.status == "finished"
    assert run.notes[0].startswith("pipeline version: October 2025")


def test_keys_become_the_tree_that_they_form_with_their_basis():
    known = phases(run_of("run_batt_october.log"))
    assert known[("check_batt",)].basis == "sum"
    assert known[("check_batt", "demo.parallel")].basis == "last_task"
    assert known[("phase4_differs", "process")].basis == "last_task"
    assert known[("inline_variables", "visit")].basis == "workers"
    assert not any("main.run_batt" in path or "inline_errors" in path for path in known)


def test_only_sums_are_subtracted_from_sums():
    known = phases(run_of("run_batt_october.log"))
    assert known[("check_batt",)].self_seconds == pytest.approx(18.250 - 0.050)
    assert known[("phase4_differs",)].self_seconds == pytest.approx(0.010)


def test_the_later_version_is_read_without_names_of_tasks():
    run = run_of("run_batt_november.log")
    assert run.wall_seconds == 61.0
    assert run.tasks == ()
    assert run.workload.tasks == 3
    assert run.counts["validated"] == 64
    assert "November 2025" in run.notes[0]


def test_two_runs_in_a_file_are_two_runs():
    assert [run.wall_seconds for run in read(("x", fixture("run_batt_two_runs.log"))).records] == [24.5, 12.25]


def test_the_timing_block_printed_twice_is_one_run():
    run = run_of("run_batt_shell.log")
    assert run.key == run_of("run_batt_october.log").key
    assert run.started_at.isoformat() == "2026-11-23T15:26:25+00:00"
    assert any("printed again" in note for note in run.notes)


def test_lines_glued_by_parallel_writers_count_each():
    parsed = IMPORTER.parse(Source(name="x", data=OCTOBER.encode()))
    assert [task.scored_samples for task in parsed.logs[0].tasks.values()] == [3, 3, 3]


def test_the_last_part_alone_is_the_same_run():
    whole, tail = run_of("run_batt_october.log"), read_text(OCTOBER[OCTOBER.index("=== Cache") :]).records[0]
    assert tail.key == whole.key
    assert tail.tasks == ()


def test_a_log_without_an_end_is_interrupted():
    run = run_of("run_batt_interrupted.log")
    assert run.status == "interrupted"
    assert run.wall_seconds is None


def test_a_run_that_starts_again_without_an_end_is_a_run_of_its_own():
    progress = OCTOBER[: OCTOBER.index("3 tasks")]
    runs = read_text(progress.replace("in 0.022s", "in 0.055s") + OCTOBER).records
    assert [run.status for run in runs] == ["interrupted", "finished"]


def test_a_pasted_and_annotated_piece_keeps_what_it_says():
    run = run_of("run_batt_pasted.txt")
    assert run.wall_seconds == 24.5
    assert phases(run)[("check_batt",)].total_seconds == 5.25
    assert run.counts["solvers"] == 13_200
    assert run.workload.tasks == 100


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("Wall-clock: 24.813s (main.run_batt)\n", 24.813),
        ("- **Wall-clock**: 24.813s (100 tasks)\n", 24.813),
        ("it took 24.813s (main.run_batt)\nrun_batt.check_batt 4.491s\n", 24.813),
        ("main.run_batt                      25.248s  (phase 2a: unknown)\n", 25.248),
        ("  - main.run_batt: 24.813s (100% - framework)\n", 24.813),
    ],
)
def test_a_wall_clock_in_a_note_is_read(text, wall):
    assert read_text(text).records[0].wall_seconds == wall


@pytest.mark.parametrize(
    ("figure", "seconds"),
    [
        ("2.5 min", 150.0),
        ("24813 ms", 24.813),
        ("0.5h", 1800.0),
        ("1,234.5s", 1234.5),
        ("~ 24.8 s !", 24.8),
        ("**18.25 s**", 18.25),
        ("18.25 seconds.", 18.25),
        ("250 milliseconds", 0.25),
        ("2m 14s", None),
        ("24,813 s", None),
        ("18,25 s", 18.25),
        ("1.018,25 s", 1018.25),
        ("1'018.25 s", 1018.25),
        ("1 018,25 s", None),
        ("1 018 s", None),
        ("250 ns", 2.5e-7),
        ("250 \u03bcs", 2.5e-4),
        ("1,5 Minuten", 90.0),
        ("73%", None),
        ("3 calls", None),
        ("42.5s -> 24.8s", None),
        ("17-19 s", None),
        ("24.8±0.3 s", None),
        ("4.0s + 2.0s", None),
        ("18.25s - 74%", 18.25),
    ],
)
def test_a_figure_is_read_in_its_unit_or_named_as_not_read(figure, seconds):
    preview = read_text(f"main.run_batt 9000.0 s\ncheck_batt: {figure}\nWall-clock: {figure}\nTime saved: {figure}\n")
    found = [phase.total_seconds for run in preview.records for phase in run.phases]
    walls = [run.wall_seconds for run in preview.records]
    assert found == ([] if seconds is None else [pytest.approx(seconds)])
    assert walls == [9000.0]
    assert [loss.line for loss in preview.files[0].losses] == ([2, 3, 4] if seconds is None else [])


COMMAS = """Timing summary (seconds):
  main.run_batt                       8,412
  run_batt.check_batt                 5,105
  run_batt.phase4_differs             0,512
"""


def test_a_summary_with_decimal_commas_is_read_where_one_figure_shows_that_they_are_some():
    preview = read_text(COMMAS)
    (run,) = preview.records
    assert run.wall_seconds == 8.412
    assert {path: phase.total_seconds for path, phase in phases(run).items()} == {
        ("check_batt",): 5.105,
        ("phase4_differs",): 0.512,
    }
    assert preview.files[0].losses == ()
    assert [run.wall_seconds for run in read_text(COMMAS + COMMAS.replace("8,412", "9,000")).records] == [8.412, 9.0]


def test_figures_that_could_be_thousands_are_lost_by_line_where_nothing_settles_them():
    mixed = COMMAS.replace("0,512", "0.512")
    preview = read_text(mixed + "check_batt: 5,105 s\n")
    (run,) = preview.records
    assert run.wall_seconds is None
    assert list(phases(run)) == [("phase4_differs",)]
    (loss,) = {loss.reason for loss in preview.files[0].losses}
    assert "thousands" in loss
    assert [loss.line for loss in preview.files[0].losses] == [2, 3, 5]


def test_figures_that_could_be_thousands_are_some_where_another_figure_has_commas_between_thousands():
    (run,) = read_text("main.run_batt: 1,234.5 s\ncheck_batt: 1,100 s\nphase4_differs: 90.5 s\n").records
    assert phases(run)[("check_batt",)].total_seconds == 1100.0


def test_shares_and_rates_have_decimal_commas_and_counts_have_no_decimals():
    cache = "Inlining Cache:\n  Hits: 1.499\n  Misses: 37\n  Hit Rate: 97,6%\n  Time Saved: ~9,60s\n"
    preview = read_text(cache)
    (run,) = preview.records
    assert run.caches == ()
    assert [loss.line for loss in preview.files[0].losses] == [2]
    (run,) = read_text(cache.replace("1.499", "1,499")).records
    (known,) = run.caches
    assert (known.hits, known.claimed_hit_rate, known.claimed_saved_seconds) == (1499, pytest.approx(0.976), 9.6)


def test_a_table_is_read_where_its_figures_have_units():
    preview = read_text(
        "| main.run_batt | 24.8s | 100% |\n| check_batt | 4.5s | 18% |\n| phase4_differs | 3 | 1.2s |\n"
    )
    (run,) = preview.records
    assert (run.wall_seconds, [phase.total_seconds for phase in run.phases]) == (24.8, [4.5])
    assert [loss.line for loss in preview.files[0].losses] == [3]


def test_a_second_wall_clock_or_final_line_begins_the_next_run():
    walls = read_text("Wall-clock: 24.8s\ncheck_batt: 18.0s\nWall-clock: 12.1s\ncheck_batt: 6.0s\n").records
    assert [(run.wall_seconds, run.phases[0].total_seconds) for run in walls] == [(24.8, 18.0), (12.1, 6.0)]
    finals = read_text("100 tasks - 100 timeouts\nlater: 50 tasks - 3 timeouts\n").records
    assert [run.counts["tasks.announced"] for run in finals] == [100, 50]


def test_of_two_values_in_one_cache_the_first_stays_and_it_is_said():
    (run,) = read_text("Inlining Cache:\n  Hits: 5\n  Misses: 1\n  Hits: 7\n").records
    assert run.caches[0].hits == 5
    assert [(one.line, one.claimed) for one in run.findings] == [(4, "inlining Hits 7")]


def test_a_figure_of_a_cache_that_can_not_be_read_is_a_loss_and_no_other_cache_gets_its_savings():
    preview = read_text(OCTOBER.replace("Hits: 470", "Hits: " + "4" * 18))
    (run,) = preview.records
    assert [cache.name for cache in run.caches] == ["validation"] and run.caches[0].claimed_saved_seconds is None
    assert OCTOBER.splitlines()[preview.files[0].losses[0].line - 1].strip() == "Hits: 470"


def test_a_cut_line_of_the_summary_is_a_loss_and_never_a_figure():
    preview = read_text(
        "Timing summary (seconds):\n  main.run_batt                      24.500\n  run_batt.check_batt     18.2"
    )
    assert [(loss.line, "cut" in loss.reason) for loss in preview.files[0].losses] == [(3, True)]
    assert preview.records[0].phases == ()


def test_of_one_task_the_last_task_is_the_whole():
    run = read_text("1 tasks - 0 timeouts\n" + SUMMARY).records[0]
    assert phases(run)[("phase4_differs",)].basis == "sum"
    assert phases(run)[("check_solver",)].basis == "workers"


def test_a_key_that_nobody_knows_holds_the_last_task_only():
    run = read_text(SUMMARY + "  run_batt.phase9_magic                5.000\n  batt.                1.000\n").records[0]
    assert phases(run)[("phase9_magic",)].basis == "last_task"


def test_a_long_key_that_pushes_the_column_is_read():
    assert ("phase3b_file_ops", "generate_expanded", "expand") in phases(run_of("run_batt_october.log"))


def test_arabic_looking_tricks_in_task_names_are_no_tasks():
    assert read_text("run_batt.py:1: -- \u202e<b> - 0 start --\n" + OCTOBER).records[0].counts["tasks.seen"] == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_encoding_does_not_matter(encoding):
    data = OCTOBER.encode(encoding)
    assert form_of(data) == "run_batt"
    assert read(("x", data)).records[0].key == run_of("run_batt_october.log").key


def test_damage_is_named_by_line_and_costs_only_its_line():
    data = OCTOBER.encode().replace(b"run_batt.check_batt ", b"run_batt.check\xff\xfebatt ")
    preview = read(("x", data))
    lines = {loss.line for loss in preview.files[0].losses}
    assert lines == {OCTOBER[: OCTOBER.index("run_batt.check_batt ")].count("\n") + 1}
    assert ("check_batt",) not in phases(preview.records[0])
    assert preview.records[0].wall_seconds == 24.5


@pytest.mark.parametrize(
    "prefix", ["2025-11-01 10:00:00,123 INFO ", "2025-11-01T10:00:00.1234567Z ", "[2025-11-01 10:00:00] ", "\x1b[32m"]
)
def test_a_loggers_prefix_and_a_terminals_colours_do_not_matter(prefix):
    text = "".join(f"{prefix}{line}\n" for line in OCTOBER.splitlines())
    assert read_text(text).records[0].key == run_of("run_batt_october.log").key


def test_line_ends_do_not_matter():
    assert read_text(OCTOBER.replace("\n", "\r\n")).records[0].key == run_of("run_batt_october.log").key


@pytest.mark.parametrize(
    "report",
    [
        "\nreal\t0m6.600s\nuser\t0m6.100s\nsys\t0m0.300s\n",
        "\tUser time (seconds): 6.10\n\tSystem time (seconds): 0.30\n\tMaximum resident set size (kbytes): 250000\n",
    ],
)
def test_what_time_prints_behind_a_run_is_its_cpu_seconds_and_memory(report):
    (run,) = read_text(
        "100 tasks - 0 timeouts\nTiming summary (seconds):\n  main.run_batt     6.412\n" + report
    ).records
    assert (run.wall_seconds, run.cpu_seconds) == (6.412, pytest.approx(6.4))
    assert run.counts.get("peak_bytes") == (256_000_000 if "kbytes" in report else None)


def test_a_word_before_a_key_does_not_hide_it():
    runs = read_text("Before: main.run_batt: 10.0s\n\nAfter (2 fixes): main.run_batt: 9.0 s\n").records
    assert [run.wall_seconds for run in runs] == [10.0, 9.0]


def test_zero_bytes_of_a_file_that_was_made_longer_are_nothing():
    whole = run_of("run_batt_october.log")
    data = OCTOBER.rstrip("\n").replace("3 tasks", "\0\0\0003 tasks").encode() + b"\0" * 512
    preview = read(("x", data))
    assert [run.key for run in preview.records] == [whole.key]
    assert preview.files[0].losses == ()


def test_a_line_of_another_writer_in_the_summary_is_no_damage():
    text = OCTOBER.replace("  run_batt.check_batt ", "  warnings.warn(\n  run_batt.check_batt ", 1)
    preview = read_text(text)
    assert [run.key for run in preview.records] == [run_of("run_batt_october.log").key]
    assert preview.files[0].losses == ()


def test_a_text_of_which_nothing_can_be_read_is_refused_with_the_line_that_could_not():
    sentence = str(read_text("a word\nmain.run_batt: 24.8s -> 12.3s\n").files[0].sentence)
    assert "holds no run" in sentence
    assert "line 2: the line seems to give a figure" in sentence
