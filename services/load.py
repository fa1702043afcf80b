"""What else the machine does while a run is at work, and that only one measurement is at work on it."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from optim.evidence.measure import Planned, RunBoth, RunOne
from optim.evidence.outcomes import Outcome
from optim.evidence.spec import Arm
from profiles.system import lock, resource, user_mark

_WAIT_SECONDS = 0.5


def busy_seconds() -> float | None:
    """CPU seconds that all programs of this machine have used since it started; None where it does not say."""
    try:
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, interrupts, soft, *_ = (int(word) for word in file.readline().split()[1:])
    except (OSError, ValueError):
        return None
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """CPU seconds of this process and of all children that it has waited for."""
    if resource is None:
        return time.process_time()
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return float(sum(usage.ru_utime + usage.ru_stime for usage in usages))


def watched(
    run_one: RunOne,
    busy: Callable[[], float | None] = busy_seconds,
    own: Callable[[], float] = own_seconds,
    clock: Callable[[], float] = time.monotonic,
) -> RunOne:
    """The same runs, each with what other programs took of the machine from its start to its end, in cores."""

    def run(arm: Arm, block: int, position: int) -> Outcome:
        others = _others(busy, own, clock)
        outcome = run_one(arm, block, position)
        return replace(outcome, busy_cores=others())

    return run


def watched_both(
    run_both: RunBoth,
    busy: Callable[[], float | None] = busy_seconds,
    own: Callable[[], float] = own_seconds,
    clock: Callable[[], float] = time.monotonic,
) -> RunBoth:
    """The same pairs of runs at once, both with what others took meanwhile. A partner is no other work: what both used
    is this process's own by the time that both are over."""

    def run(first: Planned, second: Planned) -> tuple[Outcome, Outcome]:
        others = _others(busy, own, clock)
        outcomes = run_both(first, second)
        cores = others()
        one, two = (replace(outcome, busy_cores=cores) for outcome in outcomes)
        return one, two

    return run


def _others(
    busy: Callable[[], float | None], own: Callable[[], float], clock: Callable[[], float]
) -> Callable[[], float | None]:
    """Called later, it gives what other programs took of the machine from now on, in cores; None where unknown."""
    before, mine, start = busy(), own(), clock()

    def cores() -> float | None:
        after, seconds = busy(), clock() - start
        if before is None or after is None or seconds <= 0:
            return None
        return max((after - before) - (own() - mine), 0.0) / seconds

    return cores


def lock_file() -> Path:
    """The file that whoever measures on this machine holds; ``QUICKWIN_LOCKS`` names another folder for it."""
    folder = Path(os.environ.get("QUICKWIN_LOCKS") or tempfile.gettempdir())
    return folder / f"quickwin-measuring-{user_mark()}.lock"


@contextlib.contextmanager
def alone(name: str, waiting: Callable[[str], None], stop: Callable[[], bool]) -> Iterator[bool]:
    """While this lasts, no other measurement of this user is at work on this machine; waits for one that is.

    Two at once would spoil each other. Gives whether it is alone; False when it was asked to stop while it waited.

    Args:
        name: what others are told is at work.
        waiting: told once who is waited for.
        stop: whether to give up waiting.
    """
    with open(lock_file(), "a+", encoding="utf-8") as file:
        told = False
        while not lock(file.fileno()):
            if stop():
                yield False
                return
            if not told:
                waiting(f"{_owner(file)} is at work on this machine: wait or stop it; this one waits")
                told = True
            time.sleep(_WAIT_SECONDS)
        file.truncate(0)
        file.write(f"{name} (process {os.getpid()})")
        file.flush()
        try:
            yield True
        finally:
            file.truncate(0)


def _owner(file: IO[str]) -> str:
    file.seek(0)
    return file.read().strip() or "another measurement"
