"""The examples, as a reader would try them: from check (or init) to a verdict, in a folder of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from optim.__main__ import main
from optim.project.file import load_project

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
VERDICTS = ("faster", "slower", "same", "unresolved", "faster, by less than the margin")


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A copy of the example in a folder with a space and an umlaut, which is the current one."""
    folder = tmp_path / "ein Übungsordner" / request.param
    shutil.copytree(EXAMPLES / request.param, folder, ignore=shutil.ignore_patterns(".quickwin", "quickwin.db*", "out"))
    monkeypatch.chdir(folder)
    for name in ("DATABASE_URL", "QUICKWIN_HOME", "QUICKWIN_PROJECT", "QUICKWIN_PLAN"):
        monkeypatch.delenv(name, raising=False)
    # The commands say python, which is whatever PATH has first: here the one that has pandas.
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    return folder


def quickwin(*words: str) -> Result:
    result = CliRunner().invoke(main, list(words), prog_name="quickwin")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def measured(*words: str) -> dict:
    result = quickwin("measure", *words, "--json")
    assert result.exit_code in (0, 1), result.stderr
    return json.loads(result.stdout)


@pytest.mark.slow
@pytest.mark.parametrize("example", ["etl"], indirect=True)
def test_the_pandas_script_from_check_to_a_verdict(example: Path) -> None:
    checked = quickwin("check", "--set", "rows=90000", "--json")
    assert checked.exit_code == 0, checked.output
    sentences = [finding["sentence"] for finding in json.loads(checked.stdout)["findings"]]
    assert any("The answers are the same twice" in sentence for sentence in sentences)
    assert any(sentence.startswith("vectorize: changes") for sentence in sentences)
    # Its time is up after one block: six, which may settle something, are the other example's, whose runs are short.
    found = measured("none", "vectorize", "--set", "rows=90000", "--minutes", "0.01")
    assert found["verdict"] in VERDICTS
    assert found["speedup"] > 1.05
    assert found["spec"]["parameters"] == {"rows": 90000}
    assert found["spec"]["pipeline"] == "etl"
    assert (example / "quickwin.db").exists()


@pytest.mark.slow
@pytest.mark.parametrize("example", ["sorting"], indirect=True)
def test_a_program_that_is_not_python_from_init_to_a_verdict(example: Path) -> None:
    subprocess.run([sys.executable, "make_words.py", "60000"], check=True)
    (example / "quickwin.toml").unlink()
    begun = quickwin(
        "init", "--command", "sort -k2 words.txt", "--input", "words.txt", "--answers", "stdout",
        "--win", "plain_order=LC_ALL=C", "--win", "small_memory=--buffer-size=1M",
    )  # fmt: skip
    assert begun.exit_code == 0, begun.stderr
    assert quickwin("check").exit_code == 0
    found = measured("none", "all", "--blocks", "6")
    assert found["verdict"] in VERDICTS


@pytest.mark.parametrize("example", ["sorting"], indirect=True)
def test_the_example_s_own_file_is_fit_to_be_measured(example: Path) -> None:
    subprocess.run([sys.executable, "make_words.py", "20000"], check=True)
    result = quickwin("check")
    assert result.exit_code == 0, result.output
    assert "its program is /" in result.stdout


@pytest.mark.parametrize("example", ["etl"], indirect=True)
def test_a_run_is_stored_with_its_parameters_and_its_end(example: Path) -> None:
    result = quickwin("run", "--wins", "vectorize", "--set", "rows=500", "--cold", "--json", "--quiet")
    assert result.exit_code == 0, result.stderr
    plain = json.loads(result.stdout)
    assert (plain["pipeline"], plain["config"], plain["status"]) == ("etl", "vectorize", "finished")
    assert plain["results_fingerprint"]
    refused = quickwin("run", "--set", "columns=5")
    assert refused.exit_code == 2
    assert "no parameter is called columns; known: rows" in refused.stderr
    died = quickwin("run", "--set", "rows=-1", "--quiet")
    assert died.exit_code == 3
    assert "ended with exit code 1" in died.stderr


def test_every_example_has_a_project_file_that_can_be_read() -> None:

    files = sorted(EXAMPLES.glob("*/quickwin.toml"))
    assert {file.parent.name for file in files} == {"etl", "sorting", "run_batt"}
    for file in files:
        found = load_project(file, {})
        assert found.command is not None
        assert len(found.plan.wins) >= 2
