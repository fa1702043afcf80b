"""Interruptions: which signals, for how long, and what is left alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from profiles.interruption import SIGNALS, interruptible, on_interruption
from tests.cli.place import ROOT


@pytest.mark.parametrize("number", SIGNALS)
def test_each_of_them_interrupts_and_does_afterwards_what_it_did_before(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interruptible():
        os.kill(os.getpid(), number)
        signal.pause()
    assert signal.getsignal(number) == before


def test_a_hang_up_is_among_them() -> None:
    assert {signal.SIGINT, signal.SIGTERM, signal.SIGHUP} == set(SIGNALS)


def test_a_hang_up_that_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interruption_that_something_swallows_is_heard_by_the_next_who_listens(number: signal.Signals) -> None:
    heard: list[int] = []
    with interruptible():
        with contextlib.suppress(BaseException):  # as a bare except in a library would
            os.kill(os.getpid(), number)
            signal.pause()
        with on_interruption(lambda number, frame: heard.append(number)):
            assert heard == [number]
        with on_interruption(lambda number, frame: heard.append(number)):
            assert heard == [number]


def test_one_that_came_out_is_not_heard_again() -> None:
    heard: list[int] = []
    with pytest.raises(KeyboardInterrupt), interruptible():
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()
    with on_interruption(lambda number, frame: heard.append(number)):
        assert heard == []


def test_a_program_whose_import_swallows_an_interruption_does_not_begin(tmp_path: Path) -> None:
    (tmp_path / "greedy.py").write_text(
        "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGHUP)\n    signal.pause()\nexcept:\n    pass\n\n\n"
        "def main():\n    print('begun')\n"
    )
    code = (
        f"import sys; sys.path[:0] = [{str(ROOT)!r}, {str(tmp_path)!r}]; "
        "from profiles.interruption import run_program; run_program('greedy', 'main')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Error: interrupted; nothing was stored\n")


def test_an_interruption_of_what_a_text_executes_ends_with_the_programs_own_code(tmp_path: Path) -> None:
    text = "import os, signal; os.kill(os.getpid(), signal.SIGINT); signal.pause()"
    (tmp_path / "executing.py").write_text(f"exec({text!r})\n")
    begin = "from profiles.interruption import run_program\nrun_program('executing', 'main')\n"
    (tmp_path / "beginning.py").write_text(begin)
    command, env = [sys.executable, "-m", "beginning"], {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (130, "Error: interrupted; nothing was stored\n")


def test_in_another_thread_nothing_is_changed() -> None:
    seen: list[Any] = []

    def work() -> None:
        with on_interruption(lambda number, frame: None):
            seen.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGTERM)]


LOADS = """
import sys
sys.path.insert(0, sys.argv[1])
from profiles.interruption import run_program
run_program("slow_to_load", "main")
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_program_that_is_interrupted_while_it_loads_says_one_sentence(number: signal.Signals, tmp_path: Any) -> None:
    (tmp_path / "slow_to_load.py").write_text("import time\nprint('loading', flush=True)\ntime.sleep(60)\n")
    command = [sys.executable, "-c", LOADS, str(ROOT)]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    process = subprocess.Popen(command, stdout=-1, stderr=-1, text=True, env=env)
    try:
        assert process.stdout is not None and process.stdout.readline() == "loading\n"
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, said) == (130, "Error: interrupted; nothing was stored\n")


def test_an_interruption_that_python_drops_comes_again(tmp_path: Any) -> None:
    (tmp_path / "slow_to_load.py").write_text(
        "import time\n\n\nclass Thing:\n    def __del__(self):\n        print('deleting', flush=True)\n"
        "        time.sleep(60)\n\n\ndef main():\n    Thing()\n    time.sleep(60)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    process = subprocess.Popen([sys.executable, "-c", LOADS, str(ROOT)], stdout=-1, stderr=-1, text=True, env=env)
    try:
        assert process.stdout is not None and process.stdout.readline() == "deleting\n"
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == -signal.SIGINT
