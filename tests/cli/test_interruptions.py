"""Ctrl-C, a termination and a hang-up at any moment: 130 when nothing was stored yet, 3 after, and never 1."""

from __future__ import annotations

import math
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from db import queries
from db.engine import open_engine
from tests.at_work import PATIENCE_SECONDS, alive, end, sleeper, until, until_spent
from tests.cli.place import ROOT, one_sentence, own_data, quickwin, started, with_database

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
#: Each command is interrupted in each sixth of its start, by one of the signals, and once when it is at work.
MOMENTS = 6


def moments(number: signal.Signals, seconds: float) -> list[float]:
    """An early and a late one for each signal, in CPU seconds of a start that takes about so many; inf: after it."""
    chance = random.Random(int(number))
    sixths = range(SIGNALS.index(number), MOMENTS, len(SIGNALS))
    return [(one + chance.random()) * seconds / MOMENTS if one < MOMENTS - 1 else math.inf for one in sixths]


def stored(place: Path, table: str) -> bool:
    """Whether the command had stored something by now."""
    if not (place / "quickwin.db").exists():
        return False
    engine = open_engine()
    try:
        return bool(len(queries.measurements(engine)) if table == "measurements" else queries.run_count(engine))
    finally:
        engine.dispose()


def interrupted(process: subprocess.Popen[str], number: int, place: Path) -> str:
    """Signals a command; gives what it said on stderr. Everything of it ends."""
    try:
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)
        until(lambda: not alive(place), "all of it is gone")
    finally:
        end_quietly(process, place)
    return said


def end_quietly(process: subprocess.Popen[str], place: Path) -> None:
    for pid in alive(place):
        os.kill(pid, signal.SIGKILL)
    if process.poll() is None:
        process.kill()
        process.communicate()


def begun(said: str, code: int) -> bool:
    """Whether our first line had been reached: until then the interpreter itself, starting, says how it ends."""
    starting = "init_import_site" in said or "Fatal Python error" in said
    return not starting and not (code < 0 and "cli" not in said)


#: The words of each, what it stores, and the CPU seconds of its start.
COMMANDS: dict[str, tuple[tuple[str, ...], str, float]] = {
    "measure": (("measure", "none", "quick"), "measurements", 0.8),
    "attribute": (("attribute", "--wins", "quick"), "measurements", 0.8),
    "run": (("run", "--quiet"), "runs", 0.5),
}


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("command", COMMANDS)
def test_at_any_moment_the_code_says_whether_something_is_stored(
    place: Path, command: str, number: signal.Signals
) -> None:
    words, table, seconds = COMMANDS[command]
    sleeper(place, seconds=5)
    for moment in moments(number, seconds):
        for name in ("quickwin.db", "answer.txt"):
            (place / name).unlink(missing_ok=True)
        process = started(*words)
        until_spent(process, moment, place / "answer.txt")
        said = interrupted(process, number, place)
        if begun(said, process.returncode):
            assert process.returncode == (3 if stored(place, table) else 130), said
            assert "Traceback" not in said


@pytest.mark.parametrize("number", SIGNALS)
def test_a_run_that_is_interrupted_before_its_first_task_is_not_stored(place: Path, number: signal.Signals) -> None:
    slow_start = "\nimport time\ntime.sleep(30)\n"
    with_database()
    process = started("run", *own_data(place, 2, slow_start), "--quiet", "--cold")
    until(lambda: len(alive(place)) >= 2, "a worker loads the DSL")
    said = interrupted(process, number, place)
    assert process.returncode == 130 and "interrupted" in said and one_sentence(said)
    assert not stored(place, "runs")


@pytest.mark.parametrize("number", SIGNALS)
def test_an_import_that_waits_for_its_input_stores_nothing(place: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "optim", "import", "-", "--yes"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdin=-1, stdout=-1, stderr=-1, text=True, env=env, start_new_session=True)
    until(lambda: (place / "quickwin.db").exists(), "the database is open")
    time.sleep(0.5)
    said = interrupted(process, number, place)
    assert process.returncode == 130 and said.endswith("Error: interrupted; nothing was stored\n")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_bundle_is_written_as_a_whole_or_not_at_all(place: Path, number: signal.Signals) -> None:
    sleeper(place)
    file = place / "quickwin_bundle.py"
    for moment in moments(number, 0.6):
        process = started("bundle")
        until_spent(process, moment, file)
        said = interrupted(process, number, place)
        if begun(said, process.returncode):
            assert process.returncode == (0 if file.exists() and "interrupted" not in said else 130), said
        if file.exists():
            compile(file.read_text(), "bundle", "exec")
            file.unlink()
        assert not list(place.glob(".quickwin_bundle*"))


def test_what_is_stored_when_an_interruption_comes_late_is_said(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from services import editing

    quickwin("run", *own_data(place, 1), "--quiet", "--cold")
    note = editing.note

    def late(*arguments: Any) -> Any:
        note(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(editing, "note", late)
    result = quickwin("note", "1", "busy")
    assert result.exit_code == 3 and "what was stored by then stays" in result.stderr


def test_an_interrupted_question_is_130(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import click

    from cli import _main

    def interrupt(*ignored: object, **named: object) -> Any:
        raise click.Abort

    monkeypatch.setattr(_main.click.Group, "invoke", interrupt)
    result = quickwin("runs")
    assert result.exit_code == 130 and one_sentence(result.stderr)


def test_an_interruption_before_a_command_is_even_found_is_130(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cli import _main

    def interrupt(*ignored: object, **named: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(_main.Commands, "make_context", interrupt)
    result = quickwin("runs")
    assert result.exit_code == 130 and one_sentence(result.stderr)


def test_a_measurement_goes_on_after_a_hang_up_that_is_ignored(place: Path) -> None:
    sleeper(place, seconds=5)
    with_database()
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [sys.executable, "-m", "optim", "measure", "none", "quick"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", ignoring, *command], stdout=-1, stderr=-1, text=True, env=env, start_new_session=True
    )
    try:
        until(lambda: (place / "answer.txt").exists(), "it is at work")
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert process.poll() is None
    finally:
        end(process, place)
