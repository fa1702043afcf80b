"""Which logs are one run."""

import json

from tests.profiles.importers.files import fixture, read, read_text

OCTOBER = fixture("run_batt_october.log").decode()
STATS = fixture("timing_stats.jsonl")


def test_every_form_of_a_run_given_at_once_is_one_run():
    names = (
        "run_batt_october.log",
        "run_batt_shell.log",
        "kaggle_log.json",
        "kaggle_web.txt",
        "notebook_one_piece.ipynb",
    )
    (run,) = read(*((name, fixture(name)) for name in names), ("stats", STATS)).runs
    assert set(run.files) == {*names, "stats"}


def test_the_order_of_files_does_not_matter():
    files = [("run.log", OCTOBER.encode()), ("stats", STATS), ("telemetry", fixture("inlining_telemetry.jsonl"))]
    forth, back = read(*files).runs[0], read(*files[::-1]).runs[0]
    assert forth.record.tasks == back.record.tasks
    assert (forth.record.key, dict(forth.record.counts)) == (back.record.key, dict(back.record.counts))


def test_json_lines_go_to_the_run_whose_seconds_they_have():
    other = OCTOBER.replace("24.500", "31.000").replace("18.250", "20.000")
    runs = read(("other.log", other.encode()), ("run.log", OCTOBER.encode()), ("stats", STATS)).runs
    assert [run.files for run in runs] == [("other.log",), ("run.log", "stats")]


def test_json_lines_of_other_tasks_stay_alone():
    others = STATS.replace(b"007bbfb7", b"ffffffff")
    assert len(read(("run.log", OCTOBER.encode()), ("stats", others)).runs) == 2


def test_two_files_of_json_lines_do_not_go_to_the_same_run():
    again = STATS.replace(b"8.25", b"8.26")
    assert len(read(("run.log", OCTOBER.encode()), ("a", STATS), ("b", again)).runs) == 2


def test_equal_figures_are_one_run_whatever_the_tasks_are_called():
    other = OCTOBER.replace("007bbfb7", "ffffffff")
    assert len(read_text(OCTOBER + other).runs) == 1


def test_a_run_with_json_lines_alone_keeps_its_key_however_the_lines_are_written():
    spaced = "".join(
        json.dumps(json.loads(line), indent=None, separators=(" , ", " : ")) + "\n" for line in STATS.splitlines()
    )
    assert read(("a", STATS)).records[0].key == read(("b", spaced.encode())).records[0].key
