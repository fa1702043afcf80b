"""``init`` and ``check``: from a folder with a script to a project file that is fit to be measured."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli._main import main
from db import queries
from db.engine import open_engine
from tests.at_work import PATIENCE_SECONDS, alive, until
from tests.cli.place import one_sentence, quickwin, started, with_database
from tests.optim.pipelines.external.projects import git


@contextlib.contextmanager
def closing_engine() -> Iterator:
    engine = open_engine()
    try:
        yield engine
    finally:
        engine.dispose()


def refused(*words: str) -> str:
    """The sentence of a usage error."""
    result = quickwin(*words)
    assert result.exit_code == 2
    assert one_sentence(result.stderr)
    return result.stderr


def asked(*answers: str) -> Result:
    """``init`` as in a terminal, with these answers."""
    runner = CliRunner()
    return runner.invoke(main, ["init", "--ask"], input="\n".join(answers) + "\n")


def test_init_writes_what_the_options_say(place: Path) -> None:
    result = quickwin(
        "init", "--command", "python etl.py --rows {rows}", "--set", "rows=200000", "--win", "fast=--fast",
        "--win", "io=FAST_IO=1", "--win", "topic=ref:topic", "--answers", "out/*.csv", "--digits", "6",
        "--cache", ".cache", "--reset", "rm -rf out", "--input", "data/*.csv",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "Next: quickwin check" in result.stdout
    plain = tomllib.loads((place / "quickwin.toml").read_text())
    assert plain["pipeline"]["command"] == "python etl.py --rows {rows}"
    assert plain["pipeline"]["answers"] == {"files": ["out/*.csv"], "digits": 6}
    assert [win["name"] for win in plain["win"]] == ["fast", "io", "topic"]


def test_init_asks_in_a_terminal(place: Path) -> None:
    result = asked("my job", "python etl.py {rows}", "1000", "fast=--fast", "", "stdout", "", "")
    assert result.exit_code == 0, result.output
    plain = tomllib.loads((place / "quickwin.toml").read_text())
    assert plain["project"]["name"] == "my job"
    assert plain["pipeline"]["parameters"] == {"rows": 1000}
    assert plain["win"] == [{"name": "fast", "on": {"args": ["--fast"]}}]


def test_init_without_a_command_or_a_terminal_says_what_is_needed(place: Path) -> None:
    assert "a command is needed, such as --command" in refused("init")


def test_init_never_loses_a_file_that_is_there(place: Path) -> None:
    (place / "quickwin.toml").write_text("mine")
    assert "is there already" in refused("init", "--command", "true")
    assert (place / "quickwin.toml").read_text() == "mine"
    assert quickwin("init", "--command", "true", "--force").exit_code == 0
    assert (place / "quickwin.toml.old").read_text() == "mine"


def test_what_can_not_be_is_one_sentence_and_nothing_is_written(place: Path) -> None:
    assert "must be arguments" in refused("init", "--command", "true", "--win", "fast=now")
    assert "named twice" in refused("init", "--command", "true", "--win", "a=--b", "--win", "a=--c")
    assert "{{rows}} is plain text" in refused("init", "--command", "sort {rows}")
    assert not (place / "quickwin.toml").exists()


def test_check_of_the_built_in_pipeline_says_what_it_is_for(place: Path) -> None:
    assert "quickwin init" in refused("check")


def test_check_of_a_project_says_what_makes_measurements_worthless(place: Path) -> None:
    (place / "job.py").write_text(
        "import os, random, sys\n"
        "if '--broken' in sys.argv: sys.exit('no such luck')\n"
        "print(5, random.random() if os.environ.get('VARY') else '', 'other' if '--other' in sys.argv else '')\n"
    )
    wins = ["--win", "broken=--broken", "--win", "other=--other", "--win", "idle=--idle"]
    assert quickwin("init", "--command", "{python} job.py", "--answers", "stdout", *wins).exit_code == 0
    result = quickwin("check")
    assert result.exit_code == 1
    assert "FAIL  It does not run: with broken on, it ended with exit code 1" in result.stdout
    assert "FAIL  other: gives other answers than the baseline" in result.stdout
    # A run of milliseconds beside other work may seem to differ: three looks, of which one has to see that it does not.
    assert _seen("note  idle: nothing that it changes shows", result.stdout)
    assert "ok    The answers are the same twice" in result.stdout
    assert "measurements would be worthless" in result.stderr


def test_check_fails_where_the_baseline_s_answers_differ(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "job.py").write_text("import random; print(random.random())")
    quickwin("init", "--command", "{python} job.py", "--answers", "stdout", "--win", "idle=--idle")
    result = quickwin("check", "--json")
    assert result.exit_code == 1
    plain = json.loads(result.stdout)
    assert plain["fit"] is False
    assert any("give different answers" in finding["sentence"] for finding in plain["findings"])


def test_check_names_what_a_run_leaves_behind(place: Path) -> None:
    (place / "job.py").write_text("open('left.txt', 'w').write('1')")
    quickwin("init", "--command", "{python} job.py", "--win", "idle=--idle")
    result = quickwin("check")
    assert result.exit_code == 0
    assert "note  A run also writes left.txt" in result.stdout
    assert "note  Answers are not checked" in result.stdout


def test_check_fails_where_a_worktree_runs_the_folder_s_own_code(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "helper.py").write_text("VALUE = 1\n")
    (place / "job.py").write_text("import helper; print(helper.VALUE)")
    git(place, "init", "-qb", "main")
    git(place, "add", "-A")
    git(place, "commit", "-qm", "begin")
    git(place, "checkout", "-qb", "topic")
    (place / "helper.py").write_text("VALUE = 1  # faster\n")
    git(place, "commit", "-qam", "topic")
    git(place, "checkout", "-q", "main")
    quickwin("init", "--command", "python job.py", "--answers", "stdout", "--win", "topic=ref:topic")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    assert quickwin("check").exit_code == 0
    (place / "job.py").write_text(f"import sys; sys.path.insert(0, {str(place)!r}); import helper; print(helper.VALUE)")
    git(place, "commit", "-qam", "as an editable install does")
    result = quickwin("check")
    assert result.exit_code == 1
    assert "loads " in result.stdout and "from the project's own folder" in result.stdout


def test_a_command_that_dies_is_stored_with_its_last_words(place: Path) -> None:
    (place / "job.py").write_text("import sys; sys.exit('no such luck')")
    quickwin("init", "--command", "{python} job.py", "--win", "idle=--idle")
    result = quickwin("run", "--quiet")
    assert result.exit_code == 3
    assert "ended with exit code 1" in result.stderr
    assert "no such luck\n" in result.stderr and "answers not checked" not in result.stderr
    with closing_engine() as engine:
        record = queries.run(engine, 1)
    assert (record.status, record.notes[0].splitlines()[-1]) == ("failed", "no such luck")


#: Fails or answers by how often it ran, so that every measurement sees the same.
COUNTING = """
import pathlib, sys
file = pathlib.Path(__file__).with_name("count.txt")
count = int(file.read_text()) + 1 if file.exists() else 1
file.write_text(str(count))
"""


def counting(place: Path, then: str) -> None:
    """A project that runs this after it has counted."""
    (place / "job.py").write_text(COUNTING + then)
    (place / "quickwin.toml").write_text(
        f"[pipeline]\ncommand = '{sys.executable} -S job.py'\nanswers = {{ stdout = true }}\n"
        '[[win]]\nname = "fast"\non = { args = ["--fast"] }\n'
    )


def test_answers_that_differ_from_run_to_run_are_not_checked_and_nobody_is_wrong(place: Path) -> None:
    counting(place, "print(count)")
    assert quickwin("check").exit_code == 1
    result = quickwin("measure", "none", "fast", "--blocks", "6")
    assert "Answers not checked: the first config's own differ from run to run" in result.stdout
    assert "rong" not in result.stdout and "not comparable" not in result.stdout
    assert "wrong" not in quickwin("compare", "1", "2").stdout
    assert "wrong" not in quickwin("decide").stdout


def test_a_command_that_fails_one_time_in_five_is_unreliable_and_no_config_is_blamed(place: Path) -> None:
    counting(place, "sys.exit(3) if count % 5 == 0 else print(42)")
    result = quickwin("measure", "none", "fast", "--blocks", "6")
    assert "of the first config failed" in result.stdout and "so the pipeline is unreliable" in result.stdout
    failed = json.loads(quickwin("runs", "--status", "failed", "--json").stdout)
    assert failed and "rong" not in result.stdout


def test_measure_and_attribute_take_the_project_s_parameters(place: Path) -> None:
    (place / "job.py").write_text("import sys; print(sys.argv[1])")
    quickwin(
        "init", "--command", "{python} job.py {rows}", "--set", "rows=5", "--answers", "stdout", "--win", "a=--a",
        "--win", "b=--b",
    )  # fmt: skip
    measured = quickwin("measure", "none", "all", "--set", "rows=7", "--blocks", "6", "--json")
    assert measured.exit_code in (0, 1), measured.stderr
    plain = json.loads(measured.stdout)
    assert (plain["spec"]["parameters"], plain["spec"]["pipeline"]) == ({"rows": 7}, plain["spec"]["pipeline"])
    assert plain["blocks"] == 6
    attributed = quickwin("attribute", "--blocks", "1", "--json")
    assert len(json.loads(attributed.stdout)["spec"]["arms"]) == 4
    refused = quickwin("measure", "none", "all", "--tasks", "5")
    assert refused.exit_code == 2 and "no parameter is called tasks; known: rows" in refused.stderr


def test_caches_that_a_killed_measurement_set_aside_come_back_with_the_next_command(place: Path) -> None:
    (place / "job.py").write_text("import time; time.sleep(60)")
    (place / ".cache").mkdir()
    (place / ".cache/kept").write_text("mine")
    quickwin("init", "--command", "{python} job.py", "--cache", ".cache", "--win", "idle=--idle")
    with_database()
    with started("measure", "none", "idle") as process:
        until(lambda: not (place / ".cache").exists(), "the caches are set aside")
        os.kill(process.pid, signal.SIGKILL)
    assert not (place / ".cache").exists()
    assert quickwin("runs").exit_code == 0
    assert (place / ".cache/kept").read_text() == "mine"


def test_an_interrupted_run_ends_its_whole_family_and_keeps_what_it_had(place: Path) -> None:
    (place / "job.py").write_text(
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(99)'])\n"
        "open('pid', 'w').write(str(child.pid))\n"
        "print('so far', flush=True)\n"
        "child.wait()\n"
    )
    quickwin("init", "--command", "{python} job.py", "--win", "idle=--idle")
    with_database()
    with started("run", "--quiet") as process:
        until(lambda: (place / "pid").exists() and (place / "pid").read_text(), "the command is at work")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 3
    assert "interrupted; what was recorded is kept in run 1" in errors
    assert "Traceback" not in errors
    until(lambda: not alive(place), "what the command had started is gone")
    with closing_engine() as engine:
        record = queries.run(engine, 1)
    assert record.status == "interrupted"
    assert "so far" in record.notes[0]


def test_two_branches_are_measured_against_each_other(place: Path) -> None:
    (place / "job.py").write_text("print('the same')")
    git(place, "init", "-qb", "main")
    git(place, "add", "-A")
    git(place, "commit", "-qm", "begin")
    git(place, "checkout", "-qb", "topic")
    (place / "job.py").write_text("print('the same')  # but faster")
    git(place, "commit", "-qam", "topic")
    git(place, "checkout", "-q", "main")
    quickwin("init", "--command", "{python} job.py", "--answers", "stdout", "--win", "idle=--idle")
    result = quickwin("measure", "--ref", "main", "--ref", "topic", "--blocks", "6", "--json")
    assert result.exit_code in (0, 1), result.stderr
    spec = json.loads(result.stdout)["spec"]
    assert [arm["ref"] for arm in spec["arms"]][:2] == [git(place, "rev-parse", name) for name in ("main", "topic")]
    assert spec["label"] == "main against topic"
    with closing_engine() as engine:
        commits = {queries.run(engine, number).environment.git_commit for number in (1, 2, 3, 4)}
    assert commits == {arm["ref"] for arm in spec["arms"]}
    assert git(place, "worktree", "list").count("\n") == 0
    assert "--ref is given twice" in refused("measure", "--ref", "main")
    assert "no branch, tag or commit called 'nowhere'" in refused("measure", "--ref", "main", "--ref", "nowhere")


def _seen(what: str, output: str) -> bool:
    """Whether a check says so, the one that printed this or one of two more."""
    return what in output or any(what in quickwin("check").output for _ in range(2))


def _checked(place: Path, program: str, *options: str) -> list[str]:
    (place / "job.py").write_text(program)
    assert quickwin("init", "--command", f"{sys.executable} job.py", "--win", "w=--w", *options).exit_code == 0
    return quickwin("check").output.splitlines()


def test_check_says_that_a_command_fails_now_and_then(place: Path) -> None:
    program = "import pathlib, sys\nseen = pathlib.Path('seen')\nif seen.exists(): sys.exit('gone')\nseen.touch()\n"
    lines = _checked(place, program)
    assert any(line.startswith("FAIL  It does not run each time: the baseline, run a second time,") for line in lines)


def test_check_says_that_answers_name_a_folder(place: Path) -> None:
    program = "import pathlib\nout = pathlib.Path('out')\nout.mkdir(exist_ok=True)\n(out / 'a.csv').write_text('1')\n"
    lines = _checked(place, program, "--answers", "out")
    assert any("no file matches out: out is a folder, out/**/* would be its files" in line for line in lines)


def test_check_says_that_no_shell_is_involved(place: Path) -> None:
    (place / "job.py").write_text("")
    quickwin("init", "--command", f"{sys.executable} job.py | tee log", "--win", "w=--w")
    assert "note  No shell is involved, so | is handed to" in quickwin("check").output
    quickwin("init", "--force", "--command", f"sh -c '{sys.executable} job.py | tee log'", "--win", "w=W=1")
    assert "No shell" not in quickwin("check").output


def test_check_says_that_a_win_changes_the_seconds_where_they_are_far_apart(place: Path) -> None:
    program = "import sys, time\ntime.sleep(0.0 if '--w' in sys.argv else 1.0)\n"
    # The same three looks: where the baseline's own two runs lie far apart, no difference is clear.
    assert _seen("ok    w: changes the seconds (", "\n".join(_checked(place, program)))


def test_check_says_that_branches_can_not_be_measured_together(place: Path) -> None:
    def commit(number: int) -> None:
        (place / "job.py").write_text(f"print({number} * 0)\n")
        git(place, "add", "job.py")
        git(place, "commit", "-qm", str(number))

    git(place, "init", "-q", "-b", "main")
    commit(1)
    for number, branch in ((2, "fast"), (3, "clash")):
        git(place, "checkout", "-qb", branch, "main")
        commit(number)
    git(place, "checkout", "-q", "main")
    wins = ("--win", "fast=ref:fast", "--win", "clash=ref:clash")
    quickwin("init", "--command", f"{sys.executable} job.py", *wins, "--answers", "stdout")
    result = quickwin("check")
    assert result.exit_code == 0, result.output
    sentence = "note  All wins together can not be measured, nor attributed: clash and fast conflict in job.py"
    assert sentence in result.output
    result = quickwin("measure", "none", "all")
    assert result.exit_code == 3
    assert "Measurement 1 failed: clash and fast conflict in job.py" in result.output
    assert "priming" not in result.output and "--continue" not in result.output


def test_warm_caches_of_a_project_without_any_are_a_usage_error_and_no_measurement(place: Path) -> None:
    _checked(place, "")
    assert "the project names no caches, so none can be warm" in refused("measure", "none", "w", "--warm")
    assert "no measurement" in refused("measure", "--continue", "1")
