"""One file measures a project elsewhere, and what it leaves is a measurement here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from db import queries
from db.engine import open_engine
from optim.evidence.records import ELSEWHERE
from tests.bundles import bundled, lines_of, there
from tests.cli.place import one_sentence, quickwin

VERSIONS = Path.home() / ".pyenv" / "versions"
OTHER_PYTHONS = [str(path) for name in ("3.9", "3.13") for path in VERSIONS.glob(f"{name}.*/bin/python")]


@pytest.mark.parametrize("program", OTHER_PYTHONS)
def test_each_python_of_the_last_years_measures_without_packages(place: Path, program: str) -> None:
    bundled(place, program)
    done = there("measure", "none", "quick", "--blocks", "1", folder=place, program=program)
    assert done.returncode == 0, done.stderr
    (place / "kernel.log").write_text(done.stdout)
    assert f"({ELSEWHERE}): Unresolved" in quickwin("import", "kernel.log", "--yes").output


def test_a_python_without_packages_measures_and_the_blocks_are_judged_here(place: Path) -> None:
    bundled(place)
    done = there("measure", "none", "quick", "--blocks", "9", "--machine", "Kaggle", folder=place)
    assert done.returncode == 0, done.stderr
    assert "over 9 blocks" in done.stdout and "all 9 blocks are there" in done.stdout
    (place / "kernel.log").write_text(done.stdout)
    told = quickwin("import", "kernel.log", "--yes")
    assert told.exit_code == 0 and f"({ELSEWHERE}): Faster" in told.output, told.output
    again = quickwin("import", "quickwin-none-against-quick-cold.jsonl", "--yes")
    assert "36 there already" in again.output
    engine = open_engine()
    assert len(queries.measurements(engine)) == 1 and queries.run_count(engine) == 36
    run = queries.run(engine, 1)
    assert run.environment is not None and run.environment.machine == "Kaggle"
    assert run.results_fingerprint and run.pipeline == "sums" and run.cache_state == "cold"
    engine.dispose()


def test_killed_at_any_moment_it_loses_nothing_finished_and_goes_on(place: Path) -> None:
    bundled(place)
    (place / ".cache").mkdir()
    (place / ".cache" / "mine").write_text("kept")
    journal, keys = place / "j.jsonl", set[str]()
    words = [sys.executable, "quickwin_bundle.py", "measure", "none", "quick", "--blocks", "9", "--journal", "j.jsonl"]
    for wanted in (2, 7):
        process = subprocess.Popen(words, cwd=place, stdout=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 60
        while len(lines_of(journal) if journal.exists() else []) < wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with journal.open("a") as file:
            file.write('{"type":"run","blo')  # as a kill in the middle of a write leaves it
        keys |= {line["record"]["key"] for line in lines_of(journal) if line["type"] == "run"}
    done = there(*words[2:], folder=place)
    assert (done.returncode == 0 and "going on" in done.stdout) or keys, done.stderr
    lines = lines_of(journal)
    assert keys <= {line["record"]["key"] for line in lines if line["type"] == "run"}
    assert len([line for line in lines if line["type"] == "block"]) == 9
    assert len({line["key"] for line in lines if line["type"] == "header"}) == 1
    assert (place / ".cache" / "mine").read_text() == "kept"
    (place / "second.log").write_text(done.stdout)
    assert f"({ELSEWHERE}): Faster" in quickwin("import", "second.log", "--yes").output


def test_a_copy_with_more_blocks_completes_the_measurement(place: Path) -> None:
    bundled(place)
    there("measure", "none", "quick", "--blocks", "1", "--journal", "j.jsonl", folder=place)
    assert "Unresolved: " in quickwin("import", "j.jsonl", "--yes").output
    there("measure", "none", "quick", "--blocks", "9", "--journal", "j.jsonl", folder=place)
    assert "Faster: " in quickwin("import", "j.jsonl", "--yes").output
    engine = open_engine()
    assert len(queries.measurements(engine)) == 1 and len(queries.blocks(engine, 1)) == 36
    engine.dispose()


def test_other_answers_are_wrong_however_fast(place: Path) -> None:
    bundled(place)
    done = there("measure", "none", "sloppy,quick", "--blocks", "1", folder=place)
    assert "The answers differ!" in done.stdout
    (place / "log.txt").write_text(done.stdout)
    assert "wrong" in quickwin("import", "log.txt", "--yes").output


def test_a_config_that_dies_is_told_there_and_its_runs_are_no_evidence(place: Path) -> None:
    bundled(place)
    done = there("measure", "none", "fragile", "--blocks", "3", "--journal", "j.jsonl", folder=place)
    assert done.returncode == 3 and "exit code 3" in done.stdout
    told = quickwin("import", "j.jsonl", "--yes")
    assert f"({ELSEWHERE}): Not a faster" in told.output
    engine = open_engine()
    assert len(queries.attempts(engine, 1)) == len([one for one in lines_of(place / "j.jsonl") if one["type"] == "run"])
    engine.dispose()


def test_warm_runs_begin_with_primed_caches(place: Path) -> None:
    bundled(place)
    there("measure", "none", "quick", "--blocks", "1", "--warm", "--journal", "j.jsonl", folder=place)
    states = {line["record"]["cache_state"] for line in lines_of(place / "j.jsonl") if line["type"] == "run"}
    assert states == {"warm"}


def test_an_unknown_win_and_a_parameter_that_is_none_are_one_sentence(place: Path) -> None:
    bundled(place)
    for words in (["none", "nothing"], ["none", "quick", "--set", "rounds"], ["none", "quick", "--set", "rows=1"]):
        done = there("measure", *words, folder=place)
        assert (done.returncode, one_sentence(done.stderr)) == (2, True), done.stderr


def test_the_built_in_pipeline_has_no_bundle(place: Path) -> None:
    result = quickwin("bundle")
    assert result.exit_code == 2 and one_sentence(result.stderr)
    assert "command of its own" in result.stderr and not (place / "quickwin_bundle.py").exists()


def test_what_a_bundle_can_not_do_is_said_when_it_is_made(place: Path) -> None:
    (place / "quickwin.toml").write_text(
        '[pipeline]\ncommand = "python a.py"\ntime = "log"\ninputs = ["data/*.csv"]\n'
        '[[win]]\nname = "other"\non = { ref = "topic" }\n'
    )
    output = quickwin("bundle", "--output", "b.py").output
    assert "data/*.csv" in output and "wall-clock" in output and "repository" in output


def test_interrupted_it_keeps_what_was_finished_and_says_how_to_go_on(place: Path) -> None:
    bundled(place)
    journal = place / "j.jsonl"
    words = ["measure", "none", "quick", "--blocks", "9", "--journal", "j.jsonl", "--no-echo"]
    command = [sys.executable, "-u", "quickwin_bundle.py", *words]
    for wanted, code in ((1, (130, 3)), (3, (3,))):
        process = subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, text=True, start_new_session=True)
        deadline = time.monotonic() + 60
        while len(lines_of(journal) if journal.exists() else []) < wanted and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
        assert process.returncode in code and "Interrupted" in said and "go on" in said
    assert [line["type"] for line in lines_of(journal)].count("header") == 1


def test_a_duet_is_for_the_machine_at_home(place: Path) -> None:
    bundled(place)
    done = there("measure", "none", "quick", "--duet", folder=place)
    assert done.returncode == 2 and one_sentence(done.stderr) and "one after the other" in done.stderr
