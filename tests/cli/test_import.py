"""The command ``import``: looks first, asks, stores, and says what was there already."""

import json
import sys

import pytest
from click.testing import CliRunner

from cli._main import main
from db import queries
from db.engine import open_engine
from profiles.recorder import Recorder
from services.facts import read_role
from services.problems import Problem
from tests.profiles.importers.files import fixture
from tests.worked_example import FOURTH, THIRD

LOG = fixture("run_batt_october.log")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'q.db'}")
    (tmp_path / "run.log").write_bytes(LOG)
    (tmp_path / "stats.jsonl").write_bytes(fixture("timing_stats.jsonl"))
    (tmp_path / "two.log").write_bytes(fixture("run_batt_two_runs.log"))
    (tmp_path / "letter.txt").write_text("dear all,\n")
    return tmp_path


def invoke(*arguments, **options):
    return CliRunner().invoke(main, ["import", *arguments], **options)


def stored(folder):
    engine = open_engine(f"sqlite:///{folder / 'q.db'}")
    ids = queries.runs(engine)["id"].tolist()
    return [queries.run(engine, one) for one in ids], queries.tags(engine)["tag"].tolist()


def test_files_of_one_run_are_stored_as_one_run(folder):
    said = invoke("run.log", "stats.jsonl", "--yes")
    assert said.exit_code == 0, said.output
    assert "run 1 stored: run.log" in said.output
    assert "Time Saved" in said.output and "line " in said.output
    (run,), _ = stored(folder)
    assert (run.wall_seconds, run.source, len(run.findings) > 3) == (24.5, "imported:run_batt", True)
    assert [task.seconds for task in run.tasks] == [8.0, 8.25, 8.24]


def test_the_same_file_again_adds_nothing_and_says_so(folder):
    invoke("run.log", "--yes")
    said = invoke("run.log", "--yes", "--label", "another name")
    assert "run 1 was there already, nothing added: run.log" in said.output
    assert len(stored(folder)[0]) == 1


def test_a_baseline_gets_its_tag_label_and_config(folder):
    assert invoke("run.log", "--yes", "--as", "baseline", "--label", "Kaggle").exit_code == 0
    (run,), tags = stored(folder)
    assert (run.label, run.config, tags) == ("Kaggle", frozenset(), ["baseline"])


def test_a_run_of_a_win_gets_its_config_as_stated_and_no_tag(folder):
    said = invoke("run.log", "--yes", "--as", f"win:{FOURTH}")
    (run,), tags = stored(folder)
    assert (run.config, tags) == (frozenset({FOURTH}), [])
    assert f"stated: config {FOURTH}" in said.output


def test_a_final_run_is_tagged_and_its_config_is_what_is_said_and_no_guess(folder):
    invoke("run.log", "--yes", "--as", "final")
    assert [(run.config, tags) for (run,), tags in [stored(folder)]] == [(None, ["final"])]
    invoke("run.log", "--yes", "--as", "final", "--config", f"{THIRD}+{FOURTH}")
    assert stored(folder)[0][0].config == frozenset({THIRD, FOURTH})


def test_what_is_added_to_a_run_that_was_there_is_said(folder):
    invoke("run.log", "--yes")
    said = invoke("run.log", "--yes", "--as", "baseline", "--machine", "Kaggle")
    assert "run 1 was there already: run.log" in said.output
    assert "stated: config none, machine Kaggle, role baseline" in said.output
    (run,), tags = stored(folder)
    assert (run.config, run.environment.machine, tags) == (frozenset(), "Kaggle", ["baseline"])
    assert "nothing added" in invoke("run.log", "--yes", "--as", "baseline").output


def test_what_the_log_says_itself_is_not_overruled(folder):
    said = invoke("run.log", "--yes", "--caches", "warm")
    assert "caches warm kept aside: the log itself says it" in said.output
    assert stored(folder)[0][0].cache_state == "cold"


@pytest.mark.parametrize("option", [("--config", "nothing"), ("--caches", "tepid"), ("--date", "yesterday")])
def test_a_fact_that_can_not_be_stores_nothing(folder, option):
    said = invoke("run.log", "--yes", *option)
    assert said.exit_code == 2 and option[1] in said.output
    assert stored(folder)[0] == []


def test_several_runs_get_numbered_labels(folder):
    invoke("two.log", "--yes", "--label", "pair")
    assert {run.label for run in stored(folder)[0]} == {"pair (1)", "pair (2)"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run.log",), "nobody can be asked here"),
        (("run.log", "--yes", "--as", "win:nothing"), "'win:nothing' is none of these"),
        (("two.log", "--yes", "--as", "final"), "these files hold 2"),
        ((), "name the files to import"),
    ],
)
def test_what_is_asked_wrongly_is_a_usage_error_and_stores_nothing(folder, arguments, sentence):
    said = invoke(*arguments)
    assert said.exit_code == 2
    assert sentence in said.output
    assert not (folder / "q.db").exists() or stored(folder)[0] == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("letter.txt", "this is text in which no times could be told apart"),
        ("missing.log", "missing.log can not be read: No such file"),
    ],
)
def test_what_can_not_be_read_ends_with_three(folder, name, sentence):
    said = invoke(name, "--yes")
    assert said.exit_code == 3
    assert sentence in said.output


def test_a_file_that_is_refused_does_not_cost_the_others(folder):
    said = invoke("letter.txt", "run.log", "--yes")
    assert said.exit_code == 3
    assert "letter.txt: refused" in said.output and "run 1 stored" in said.output


def test_standard_input_is_read(folder):
    assert invoke("-", "--yes", input=LOG).exit_code == 0
    assert stored(folder)[0][0].label == "stdin"


def test_a_preview_stores_nothing(folder):
    said = invoke("run.log", "--preview", "--json")
    document = json.loads(said.stdout)
    assert document["files"][0]["form"] == "run_batt"
    assert document["runs"][0]["record"]["wall_seconds"] == 24.5
    assert document["stored"] == [] and stored(folder)[0] == []


def test_json_says_what_was_stored(folder):
    document = json.loads(invoke("run.log", "--yes", "--json").stdout)
    (run,) = document["stored"]
    assert (run["run_id"], run["label"], run["is_new"], run["outcome"]) == (1, "run.log", True, "new")


@pytest.mark.parametrize(("answer", "code", "count"), [("y\n", 0, 1), ("n\n", 1, 0)])
def test_it_asks_before_it_stores(folder, monkeypatch, answer, code, count):
    monkeypatch.setattr("cli.import_._can_ask", lambda _files: True)
    said = invoke("run.log", input=answer)
    assert said.exit_code == code
    assert "Store 1 run?" in said.output
    assert len(stored(folder)[0]) == count


def test_a_profile_is_stored_with_its_run(folder):
    (folder / "profile.csv").write_text("task,phase,seconds\na1,score,1.5\n")
    import cProfile

    profile = cProfile.Profile()
    profile.runcall(sum, range(10))
    profile.dump_stats(folder / "x.prof")
    assert invoke("x.prof", "profile.csv", "--yes").exit_code == 0
    engine = open_engine(f"sqlite:///{folder / 'q.db'}")
    frame = queries.runs(engine)
    assert sorted(frame["has_profile"].tolist()) == [False, True]


@pytest.mark.parametrize("text", ["Baseline", "win:", f"win:{THIRD},{FOURTH}"])
def test_a_role_that_is_none_is_refused_with_those_that_are(text):
    with pytest.raises(Problem, match=r"baseline, final, run or win:\w+") as refused:
        read_role(text)
    assert refused.value.exit_code == 2


def test_the_command_loads_without_what_is_slow_to_import():
    import subprocess

    code = "import sys, cli.import_; print([n for n in ('sqlalchemy', 'pandas', 'rich') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_baseline_whose_log_says_its_wins_keeps_them(folder):
    recorder = Recorder(journal=str(folder / "own.jsonl"), wins=[THIRD], workload="w", cache_state="cold")
    with recorder.phase("a"):
        pass
    recorder.finish()
    for _ in range(2):
        assert invoke("own.jsonl", "--yes", "--as", "baseline").exit_code == 0
        (run,), tags = stored(folder)
        assert (run.config, tags) == (frozenset({THIRD}), ["baseline"])


@pytest.mark.parametrize("bad", ["letter.txt", "missing.log"])
def test_one_bad_file_among_good_ones_is_said_and_the_good_ones_are_stored(folder, bad):
    result = invoke("run.log", bad, "--yes")
    assert result.exit_code == 3
    assert bad in result.stderr.splitlines()[-1]
    assert "stored" in result.stdout
    assert len(stored(folder)[0]) == 1
