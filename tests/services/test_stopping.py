"""Only a measurement's own process is asked to stop; what can not be stopped is one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from db import queries, store
from db.engine import open_engine, writing
from profiles.processes import owner_of
from services import stopping
from services.problems import Problem
from tests.cli.place import ROOT, one_sentence, quickwin

SPEC = {"kind": "pair", "arms": [{"name": "A", "config": "none"}, {"name": "B", "config": "all"}]}
#: Says when it is up, and ends with 7 when it is interrupted.
WAITS = """
import signal, sys
signal.signal(signal.SIGINT, lambda *_: sys.exit(7))
print("up", flush=True)
signal.pause()
"""


@pytest.fixture
def engine(place: Path) -> Iterator[Engine]:
    engine = open_engine()
    yield engine
    engine.dispose()


@contextmanager
def waiting() -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with 7 when it is interrupted."""
    process = subprocess.Popen([sys.executable, "-c", WAITS], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None and process.stdout.readline() == b"up\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def owned(engine: Engine, pid: int, owner: str, status: str = "running") -> int:
    number = store.begin_measurement(engine, SPEC, status=status)
    with writing(engine) as connection:
        values = {"pid": pid, "owner": owner, "number": number}
        connection.execute(text("UPDATE measurements SET pid = :pid, owner = :owner WHERE id = :number"), values)
    return number


def test_its_own_process_is_asked_as_ctrl_c_would(engine: Engine) -> None:
    with waiting() as process:
        number = store.begin_measurement(engine, SPEC, pid=process.pid)
        assert stopping.ask(engine) == number
        assert queries.measurement(engine, number).status == "stopping"
        assert process.wait(20) == 7
        told: list[str] = []
        stopped = stopping.wait(engine, number, told.append)
    assert (stopped.status, stopped.blocks) == ("interrupted", 0)
    assert (
        stopped.sentence
        == f"measurement {number} is stopped, with 0 blocks; quickwin measure --continue {number} goes on"
    )


@pytest.mark.parametrize("face", ["ask", "stop"])
@pytest.mark.parametrize(
    ("place_in_owner", "value", "code", "sentence"),
    [
        (3, "1", 1, "is not at work: it is interrupted"),  # the number was given to another process since
        (1, "boot", 1, "is not at work: it is interrupted"),  # ... since a restart
        (0, "kaggle", 3, r"is at work in process \d+ on kaggle, which can not be looked at from here: stop it there"),
        (2, "pid:[1]", 3, "can not be looked at from here: stop it there"),
    ],
)
def test_a_foreign_process_under_the_stored_number_is_never_signalled(
    engine: Engine, face: str, place_in_owner: int, value: str, code: int, sentence: str
) -> None:
    with waiting() as process:
        parts = owner_of(process.pid).split("|")
        parts[place_in_owner] = value
        number = owned(engine, process.pid, "|".join(parts))
        if face == "ask":
            with pytest.raises(Problem, match=sentence) as caught:
                stopping.ask(engine, number)
            assert caught.value.exit_code == code
        else:
            result = quickwin("stop", str(number))
            assert result.exit_code == code and one_sentence(result.stderr)
        time.sleep(0.2)  # a signal that was sent would have arrived
        assert process.poll() is None


def test_a_process_of_another_user_is_one_sentence(engine: Engine) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user here")
    with waiting() as process:
        code = f"""
import os, sys
from db.queries import Owned
from services import stopping
from services.problems import Problem
os.setuid(65534)
try:
    stopping._interrupt(Owned(id=1, status="running", pid={process.pid}, owner={owner_of(process.pid)!r}))
except Problem as problem:
    print(problem.exit_code, problem)
"""
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
        assert done.stdout == f"3 measurement 1 is at work in process {process.pid} of another user, who can stop it\n"
        assert process.poll() is None


def test_the_one_that_runs_is_stopped_before_those_that_wait_for_it(engine: Engine) -> None:
    with waiting() as one, waiting() as other:
        store.begin_measurement(engine, SPEC, pid=one.pid, status="planned")
        number = store.begin_measurement(engine, SPEC, pid=other.pid)
        assert stopping.ask(engine) == number
        assert other.wait(20) == 7 and one.poll() is None


def test_of_several_that_run_one_has_to_be_named(engine: Engine) -> None:
    with waiting() as one, waiting() as other:
        numbers = [store.begin_measurement(engine, SPEC, pid=process.pid) for process in (one, other)]
        with pytest.raises(Problem, match=f"several measurements are at work: name one of {numbers[0]}, {numbers[1]}"):
            stopping.ask(engine)
        assert one.poll() is None and other.poll() is None


def test_one_that_does_not_stop_is_said_with_what_ends_it(engine: Engine) -> None:
    moments = iter([0.0, 1.0, 200.0])
    with waiting() as process:
        number = store.begin_measurement(engine, SPEC, pid=process.pid)
        told: list[str] = []
        with pytest.raises(Problem, match=f"asked to stop 200 s ago and has not: kill -9 {process.pid} ends it"):
            stopping.wait(engine, number, told.append, lambda: next(moments))
    assert told == [f"measurement {number} keeps what it has and ends its run (1 s)"]
