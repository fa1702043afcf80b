"""Limits on single calls, in this process and seen from another."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim.arc.workers.guard import BACKSTOP, Guard, Heartbeat, TimeLimit, Watchdog

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
    guard = Guard(LIMIT, Heartbeat(), clock=lambda: now[0], cpu_clock=lambda: now[0])
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
    guard = Guard(1.0, Heartbeat(), clock=lambda: now[0], cpu_clock=lambda: now[0])
    guard.begin()
    now[0] = 6.5
    assert guard.end() == 1.5 > guard.limit
    assert guard.over == "limit"


def test_time_that_others_took_does_not_count_until_the_backstop() -> None:
    now, cpu = [5.0], [1.0]
    guard = Guard(1.0, Heartbeat(), clock=lambda: now[0], cpu_clock=lambda: cpu[0])
    guard.begin()
    now[0], cpu[0] = 5.0 + BACKSTOP, 1.2
    guard._interrupt(14, None)
    assert guard.end() == pytest.approx(0.2) and guard.over is None
    guard.look()
    guard.begin()
    now[0] += BACKSTOP + 0.1
    with pytest.raises(TimeLimit):
        guard._interrupt(14, None)
    guard.end()
    assert guard.over == "backstop"


@given(
    st.lists(st.tuples(st.floats(0.001, 0.5), st.floats(0, 1), st.sampled_from(["call", "tick", "pause"])), max_size=60)
)
def test_no_call_is_ever_charged_for_more_cpu_seconds_than_it_used(steps: list[tuple[float, float, str]]) -> None:
    now, cpu = [5.0], [1.0]
    guard = Guard(0.2, Heartbeat(), clock=lambda: now[0], cpu_clock=lambda: cpu[0])
    for seconds, share, what in steps:
        begun = cpu[0]
        if what == "call":
            guard.begin()
        now[0] += seconds
        cpu[0] += seconds * share
        if what == "tick":
            guard._interrupt(14, None)
        elif what == "call":
            charged = guard.end()
            assert charged <= max(cpu[0] - begun, 0.1) + 1e-9
            assert guard.over != "limit" or cpu[0] - begun > 0.2 - 1e-9


def test_a_call_that_came_near_its_limit_is_named() -> None:
    now = [5.0]
    guard = Guard(1.0, Heartbeat(), clock=lambda: now[0], cpu_clock=lambda: now[0])
    guard.task(3)
    guard.candidate(17)
    guard.begin()
    now[0] += 0.75
    guard.end()
    assert guard.close_calls == [(3, 17, 0.75)] and guard.over is None
