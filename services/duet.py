"""Whether two arms can run at the same time here, and the two cores for it."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from optim.evidence.spec import Spec
from optim.pipelines.protocol import Lane, Target
from services.pipelines import current_pipeline

#: Parameters that say how many processes share a run's work, as commands name them.
_PROCESSES = ("workers", "processes", "jobs", "threads", "n_jobs", "num_workers")
#: So long one run waits for the other to be ready to begin.
_MEETING_SECONDS = 600.0
_TOPOLOGY = Path("/sys/devices/system/cpu")


def refusal(spec: Spec) -> str | None:
    """Why a duet can not be measured here, in a sentence; None where it can, and for what is no duet."""
    if not spec.duet:
        return None
    reason = _of_machine() or _of_processes(spec) or _of_pipeline(spec)
    return None if reason is None else f"no duet: {reason}; without --duet it is measured one run after the other"


def _of_machine() -> str | None:
    if not hasattr(os, "sched_setaffinity"):
        return "this system can not hold a process to a core"
    allowed = len(os.sched_getaffinity(0))
    if allowed < 2:
        return f"it needs two cores, and this process may use {allowed}"
    return None


def _of_processes(spec: Spec) -> str | None:
    for name in _PROCESSES:
        value = spec.parameters.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value not in (0, 1):
            return f"each run has one core, and {name} = {value} asks for several processes"
    return None


def _of_pipeline(spec: Spec) -> str | None:
    targets = list(dict.fromkeys(Target(config=arm.wins, ref=arm.ref) for arm in spec.arms))
    return current_pipeline().no_duet(targets, spec.parameters)


def cores() -> tuple[int, int]:
    """Two cores that this process may use; not two threads of one core where there are others."""
    first, *others = sorted(os.sched_getaffinity(0))
    siblings = _siblings(first)
    return first, next((core for core in others if core not in siblings), others[0])


def _siblings(core: int) -> set[int]:
    """The logical cores that share a physical one with this, itself among them."""
    siblings = {core}
    with contextlib.suppress(OSError, ValueError):
        for part in (_TOPOLOGY / f"cpu{core}/topology/thread_siblings_list").read_text().strip().split(","):
            start, _, stop = part.partition("-")
            siblings |= set(range(int(start), int(stop or start) + 1))
    return siblings


@contextlib.contextmanager
def lanes() -> Iterator[tuple[Lane, Lane]]:
    """Two lanes for one pair of runs."""
    meeting = threading.Barrier(2)
    (hear_one, tell_two), (hear_two, tell_one) = os.pipe(), os.pipe()
    core_one, core_two = cores()

    def meet() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait(_MEETING_SECONDS)

    one, two = _leaving(meeting, hear_one, tell_one), _leaving(meeting, hear_two, tell_two)
    try:
        yield (
            Lane(core=core_one, meet=meet, leave=one, hear=hear_one, tell=tell_one),
            Lane(core=core_two, meet=meet, leave=two, hear=hear_two, tell=tell_two),
        )
    finally:
        one()
        two()


def _leaving(meeting: threading.Barrier, *descriptors: int) -> Callable[[], None]:
    """What ends a lane: its partner waits for it no more, neither to begin nor within the run."""
    left = list(descriptors)

    def leave() -> None:
        meeting.abort()
        while left:
            os.close(left.pop())

    return leave
