"""Interruptions: which signals, for how long, and what is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
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
