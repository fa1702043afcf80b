"""The driver of a measurement: interleaved blocks until the verdict is clear or the budget is spent.

It knows neither the pipeline nor the database: ``run_one`` executes a run, a ``Ledger`` keeps what came of it, and the
caller sees each step as an event. A pair's block is A B B A or B A A B, by a fair coin for each block: a steady drift
and the place in the block cancel within it, and what does not cancel has either sign alike. An attribution's block is
all arms in a fresh random order. A block counts only as a whole: when one of its runs dies or is no evidence, it is
repeated from its start.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from optim.evidence.judging import judge_measurement
from optim.evidence.outcomes import Outcome, unusable
from optim.evidence.spec import Arm, Spec
from optim.evidence.verdicts import Verdict

#: A block is tried so often before the measurement is given up.
ATTEMPTS = 3


class RunFailed(Exception):
    """A run died or could not be started; the message says why. Its block is repeated."""


class Stopped(Exception):
    """The measurement was asked to stop while a run was under way, and the run is gone."""


RunOne = Callable[[Arm, int, int], Outcome]


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A run in its place: the arm and the position within the block, from 1."""

    arm: str
    position: int
    outcome: Outcome


class Ledger(Protocol):
    """Where a measurement is kept."""

    def add_block(self, block: int, runs: Sequence[Placed]) -> None:
        """Keeps a finished block, numbered from 1."""

    def update(self, status: str, verdict: Verdict) -> None:
        """Keeps where the measurement stands: ``running``, ``finished``, ``stopped`` or ``failed``."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RunStarted:
    """A run begins."""

    block: int
    position: int
    arm: Arm
    attempt: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RunEnded:
    """A run ended and is evidence if its block gets whole."""

    block: int
    position: int
    arm: Arm
    outcome: Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockRepeated:
    """A run was no evidence, so its block is repeated, or given up after ``ATTEMPTS``."""

    block: int
    arm: Arm
    reason: str
    attempt: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockFinished:
    """A block is whole; the verdict so far."""

    block: int
    verdict: Verdict
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """The measurement is over: ``finished`` (settled, or the budget is spent), ``stopped`` or ``failed``."""

    status: str
    verdict: Verdict
    why: str


Event = RunStarted | RunEnded | BlockRepeated | BlockFinished | Ended


def block_order(spec: Spec, block: int) -> list[Arm]:
    """The arms in the order in which this block (from 1) runs them: the seed of the spec fixes it, block by block."""
    chance = random.Random(f"{spec.order_seed}:{block}")
    if spec.kind == "pair" and len(spec.arms) == 4:
        first, second, first_again, second_again = spec.arms
        if chance.random() < 0.5:
            return [first, second, second_again, first_again]
        return [second, first, first_again, second_again]
    order = list(spec.arms)
    chance.shuffle(order)
    return order


def measure(
    spec: Spec,
    run_one: RunOne,
    ledger: Ledger,
    *,
    done: Mapping[int, Mapping[str, Outcome]] | None = None,
    clock: Callable[[], float] = time.monotonic,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Measures, and yields every step; the last event is ``Ended``.

    Args:
        run_one: executes one run (arm, block, position); raises ``RunFailed`` or ``Stopped``.
        done: whole blocks of earlier sittings by number.
        clock: seconds, for the budget.
        stop: whether to stop before the next run.
    """
    blocks = dict(done or {})
    start, verdict = clock(), judge_measurement(spec, list(blocks.values()))
    ledger.update("running", verdict)
    while (why := _enough(spec, verdict, len(blocks), clock() - start)) is None:
        number, begun = max(blocks, default=0) + 1, clock()
        try:
            runs = yield from _whole_block(spec, number, run_one, stop)
        except Stopped:
            yield _end(ledger, "stopped", verdict, "asked to stop")
            return
        except RunFailed as problem:
            failed = replace(verdict, reason=f"{verdict.reason} Given up: {problem}.")
            yield _end(ledger, "failed", failed, str(problem))
            return
        blocks[number] = {run.arm: run.outcome for run in runs}
        ledger.add_block(number, runs)
        verdict = judge_measurement(spec, list(blocks.values()))
        ledger.update("running", verdict)
        yield BlockFinished(block=number, verdict=verdict, seconds=clock() - begun)
    yield _end(ledger, "finished", verdict, why)


def _enough(spec: Spec, verdict: Verdict, blocks: int, seconds: float) -> str | None:
    """Why no further block is needed or allowed, or None."""
    refused = verdict.verdict in ("wrong", "not comparable")
    if blocks and verdict.settled and (refused or (spec.kind == "pair" and blocks >= spec.min_blocks)):
        return "settled"
    if blocks >= spec.max_blocks:
        return f"the budget of {spec.max_blocks} blocks is spent"
    if seconds >= 60 * spec.max_minutes:
        return f"the budget of {spec.max_minutes:g} minutes is spent"
    return None


def _end(ledger: Ledger, status: str, verdict: Verdict, why: str) -> Ended:
    ledger.update(status, verdict)
    return Ended(status=status, verdict=verdict, why=why)


def _whole_block(
    spec: Spec, number: int, run_one: RunOne, stop: Callable[[], bool]
) -> Generator[Event, None, list[Placed]]:
    """Runs a block until all of its runs are evidence; raises RunFailed after ``ATTEMPTS``."""
    for attempt in range(1, ATTEMPTS + 1):
        runs, problem = [], None
        for position, arm in enumerate(block_order(spec, number), 1):
            if stop():
                raise Stopped
            yield RunStarted(block=number, position=position, arm=arm, attempt=attempt)
            outcome, problem = _attempt(run_one, arm, number, position, spec.cache_state)
            if outcome is None or problem:
                break
            runs.append(Placed(arm=arm.name, position=position, outcome=outcome))
            yield RunEnded(block=number, position=position, arm=arm, outcome=outcome)
        if problem is None:
            return runs
        yield BlockRepeated(block=number, arm=arm, reason=problem, attempt=attempt)
    raise RunFailed(f"block {number} was tried {ATTEMPTS} times, the last time arm {arm.name} failed: {problem}")


def _attempt(
    run_one: RunOne, arm: Arm, block: int, position: int, cache_state: str
) -> tuple[Outcome | None, str | None]:
    try:
        outcome = run_one(arm, block, position)
    except RunFailed as problem:
        return None, str(problem)
    return outcome, unusable(outcome, cache_state)
