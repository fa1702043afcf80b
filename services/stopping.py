"""Stopping a measurement that is at work: its own process is asked to, and no other one ever."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import queries, store
from db.problems import DatabaseProblem
from profiles.processes import host_of, is_gone
from services.continuing import command_of
from services.problems import NO, USAGE, fail
from services.wording import count

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from db.queries import Owned

_LOOK_SECONDS = 0.1
#: A run gets ten seconds to keep what it has, then it is killed; what comes after is putting folders back.
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Stopped:
    """A measurement that is no longer at work. ``blocks`` are the whole ones that it has."""

    id: int
    status: str
    blocks: int
    go_on: str

    @property
    def sentence(self) -> str:
        """What became of it, for both faces."""
        how = {"finished": "had finished by then", "failed": "had failed by then"}.get(self.status, "is stopped")
        more = "" if self.status == "finished" else f"; {self.go_on} goes on"
        return f"measurement {self.id} {how}, with {count(self.blocks, 'block')}{more}"


def ask(engine: Engine, measurement_id: int | None = None) -> int:
    """Asks a measurement to stop, or the one at work where none is named; gives its number.

    It finishes what it must, keeps what it has, and can be continued. Only a process that is this measurement's gets
    the signal: its number alone may be another process's by now.

    Raises:
        Problem: none is at work, or not this one (exit code 1); there is no such measurement, or several are at work
            (2); its process is on another machine or another user's (3).
    """
    owned = _at_work(engine) if measurement_id is None else _named(engine, measurement_id)
    _interrupt(owned)
    with contextlib.suppress(DatabaseProblem):  # it stops all the same
        store.mark_stopping(engine, owned.id, owned.pid, owned.owner)
    return owned.id


def wait(
    engine: Engine,
    measurement_id: int,
    tell: Callable[[str], None] = lambda text: None,
    clock: Callable[[], float] = time.monotonic,
) -> Stopped:
    """Waits until a measurement that was asked to stop has, and its process is gone.

    Args:
        tell: hears what is waited for, many times.

    Raises:
        Problem: it did not within ``PATIENCE_SECONDS``.
    """
    begun = clock()
    owned = _named(engine, measurement_id, also_over=True)
    while is_gone(owned.pid, owned.owner) is False:
        seconds = clock() - begun
        if seconds > PATIENCE_SECONDS:
            fail(
                f"measurement {owned.id} was asked to stop {seconds:.0f} s ago and has not: kill -9 {owned.pid} ends it"
            )
        tell(f"measurement {owned.id} keeps what it has and ends its run ({seconds:.0f} s)")
        time.sleep(_LOOK_SECONDS)
    with contextlib.suppress(DatabaseProblem):
        store.mark_interrupted(engine)  # where it was killed meanwhile, nothing else says that it is over
    return stopped(engine, measurement_id)


def stopped(engine: Engine, measurement_id: int) -> Stopped:
    """What a measurement has come to."""
    measurement = queries.measurement(engine, measurement_id)
    blocks = queries.whole_blocks(engine, measurement_id)
    go_on = f"quickwin {command_of(measurement.kind)} --continue {measurement_id}"
    return Stopped(id=measurement_id, status=measurement.status, blocks=blocks, go_on=go_on)


def _at_work(engine: Engine) -> Owned:
    """The one measurement that is at work: before those that wait for it."""
    under_way = [
        measurement
        for measurement in queries.owned_measurements(engine)
        if is_gone(measurement.pid, measurement.owner) is not True
    ]
    if not under_way:
        fail("no measurement is at work", NO)
    here = [measurement for measurement in under_way if is_gone(measurement.pid, measurement.owner) is False]
    at_work = [measurement for measurement in here if measurement.status != "planned"] or here or under_way
    if len(at_work) > 1:
        fail(f"several measurements are at work: name one of {_numbers(at_work)}", USAGE)
    return at_work[0]


def _numbers(measurements: Sequence[Owned]) -> str:
    return ", ".join(str(measurement.id) for measurement in measurements)


def _named(engine: Engine, measurement_id: int, also_over: bool = False) -> Owned:
    owned = next(iter(queries.owned_measurements(engine, measurement_id)), None)
    if owned is None:
        fail(f"there is no measurement {measurement_id}", USAGE)
    if not also_over and (owned.status not in store.UNDER_WAY or is_gone(owned.pid, owned.owner) is True):
        status = "interrupted" if owned.status in store.UNDER_WAY else owned.status
        fail(f"measurement {measurement_id} is not at work: it is {status}", NO)
    return owned


def _interrupt(owned: Owned) -> None:
    """Sends SIGINT, as Ctrl-C would, to the process that owns the measurement.

    Raises:
        Problem: the process can not be looked at from here, is gone, or is another user's.
    """
    pid = owned.pid
    with _held(pid) as send:
        gone = is_gone(pid, owned.owner)
        if gone is None or pid is None:
            where = f"process {pid} on {host_of(owned.owner)}, which can not be looked at from here"
            fail(f"measurement {owned.id} is at work in {where}: stop it there")
        if gone or send is None:
            fail(f"measurement {owned.id} is not at work: its process is gone", NO)
        try:
            send(signal.SIGINT)
        except PermissionError:
            fail(f"measurement {owned.id} is at work in process {pid} of another user, who can stop it")
        except ProcessLookupError:
            fail(f"measurement {owned.id} is not at work: its process is gone", NO)


@contextlib.contextmanager
def _held(pid: int | None) -> Iterator[Callable[[int], None] | None]:
    """How to signal the process that has this number now, and no later one of the same number; None where none has."""
    if pid is None or pid <= 0:
        yield None
        return
    if not hasattr(os, "pidfd_open"):
        yield lambda number: os.kill(pid, number)
        return
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        yield None
        return
    try:
        yield lambda number: signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)
