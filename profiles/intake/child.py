"""The process that reads foreign files: ``python -m profiles.intake.child``, started by ``profiles.intake.preview``.

Standard input: one line of JSON (limits, known runs, names and sizes of the files), then the files' bytes. Standard
output: JSON lines, ``{"file": 0}`` when a file is begun, ``{"progress": [0, bytes]}`` while it is read, and at the end
``{"preview": ...}``. The process can write no file and open none beyond those that it has.
"""

from __future__ import annotations

import gc
import json
import math
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, BinaryIO

from profiles.audit import KnownRun
from profiles.importers import all_importers
from profiles.intake.limits import Limits
from profiles.intake.reading import OutOfTime, Reading
from profiles.system import peak_bytes, resource

#: Between a file's limit of processor time, at which its reading is given up, and the kernel's kill.
GRACE_SECONDS = 2.0


def main() -> None:
    """Reads the request from standard input and answers on standard output."""
    # What an importer's libraries might print must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    order = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**order["limits"])
    all_importers()
    _restrain(limits, len(order["files"]))
    # Nothing that is read makes cycles, and the process ends soon; looking for them takes a third of the time.
    gc.disable()
    reading = Reading(limits=limits, known=[KnownRun(**run) for run in order["known"]])
    for number, (name, size) in enumerate(order["files"]):
        _say(answers, {"file": number})
        _allow_cpu(limits.cpu_seconds)
        reading.take(name, sys.stdin.buffer.read(size), _teller(answers, number))
    _allow_cpu(limits.cpu_seconds)
    peak = peak_bytes()
    _say(answers, {"preview": reading.finish(peak).packed()})


def _teller(answers: BinaryIO, number: int) -> Callable[[int], None]:
    return lambda done: _say(answers, {"progress": [number, done]})


def _say(answers: BinaryIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message, separators=(",", ":"), allow_nan=False).encode() + b"\n")
    answers.flush()


def _restrain(limits: Limits, files: int = 1) -> None:
    """For good: what is set here can only be lowered. Processor time is for so many files and the putting together.

    Where a system has no such limits, the wall-clock of whoever started this one is the only one.
    """
    if resource is None:
        return
    longest = math.ceil(_spent() + (files + 1) * (limits.cpu_seconds + 2 * GRACE_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    resource.setrlimit(resource.RLIMIT_CPU, (longest, longest))
    signal.signal(signal.SIGPROF, _out_of_time)


def _out_of_time(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTime


def _allow_cpu(seconds: float) -> None:
    """From now on so many seconds of processor time; then ``OutOfTime``, and a little later the kernel's kill.

    ``OutOfTime`` needs the interpreter, which one long call in C never lets go of; the kernel asks nobody.
    """
    if resource is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    killed = math.ceil(_spent() + seconds + GRACE_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (killed if hard == resource.RLIM_INFINITY else min(killed, hard), hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return float(usage.ru_utime + usage.ru_stime)


if __name__ == "__main__":
    main()
