"""Limits on single calls, in this process and seen from another."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from optim.arc.workers.guard import Guard, Heartbeat, TimeLimit, Watchdog

ROOT = Path(__file__).resolve().parents[4]
LIMIT = 0.1


def python(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def loop() -> None:
    while True:
        pass


def test_another_process_reads_what_runs_and_since_when(tmp_path: Path) -> None:
    file = tmp_path / "heartbeat"
    heartbeat = Heartbeat(file)
    guard = Guard(1.0, heartbeat, clock=lambda: 12.5)
    guard.task(3)
    guard.candidate(41)
    guard.phase(2)
    guard.begin()
    read = (
        "import sys, pathlib; from optim.arc.workers.guard import Heartbeat; "
        "print(Heartbeat(pathlib.Path(sys.argv[1])).read())"
    )
    assert python(read, str(file)) == "(12.5, 41, 3, 2)"
    guard.end()
    assert python(read, str(file)) == "(0.0, 41, 3, 2)"
    del guard
    heartbeat.close()


def test_the_tick_interrupts_a_loop_and_the_calls_after_it_run() -> None:
    guard = Guard(LIMIT, Heartbeat())
    with guard.ticking():
        guard.begin()
        with pytest.raises(TimeLimit):
            loop()
        assert guard.end() > LIMIT
        guard.begin()
        assert guard.end() < LIMIT


def test_a_program_can_not_swallow_the_limit_as_an_ordinary_exception() -> None:
    assert not issubclass(TimeLimit, Exception)


def test_between_calls_nothing_is_interrupted() -> None:
    now = [0.0]
    guard = Guard(LIMIT, Heartbeat(), clock=lambda: now[0])
    guard.begin()
    guard.end()
    now[0] = 100.0
    guard._interrupt(14, None)
    guard.begin()
    now[0] += LIMIT * 2
    with pytest.raises(TimeLimit):
        guard._interrupt(14, None)


def test_the_watchdog_interrupts_a_loop_and_leaves_no_thread() -> None:
    before, guard = threading.active_count(), Guard(LIMIT, Heartbeat())
    with guard.interruptible():
        watchdog = Watchdog(LIMIT)
        guard.begin()
        with pytest.raises(TimeLimit):
            loop()
        guard.end()
        watchdog.stop()
    assert threading.active_count() == before


def test_the_watchdog_of_a_call_that_is_done_is_gone_at_once() -> None:
    before = threading.active_count()
    watchdog = Watchdog(3600)
    watchdog.stop()
    assert threading.active_count() == before


def test_a_call_that_came_back_late_by_itself_was_over_its_limit() -> None:
    now = [5.0]
    guard = Guard(1.0, Heartbeat(), clock=lambda: now[0])
    guard.begin()
    now[0] = 6.5
    assert guard.end() == 1.5 > guard.limit


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the address space")
def test_a_process_with_a_memory_limit_gets_a_memory_error_and_lives_on() -> None:
    code = """
from optim.arc.workers.guard import limit_memory
limit_memory(512 * 1024 ** 2)
try:
    bytearray(10 ** 9)
except MemoryError:
    print("refused")
print(len(bytearray(10 ** 7)))
"""
    assert python(code).split() == ["refused", "10000000"]
