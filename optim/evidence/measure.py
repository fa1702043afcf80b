"""The driver of a measurement: interleaved blocks until the verdict is clear or the budget is spent.

It knows neither the pipeline nor the database: ``run_one`` executes a run, a ``Ledger`` keeps what came of it, and the
caller sees each step as an event. A pair's block is A B B A or B A A B, by a fair coin for each block: a steady drift
and the place in the block cancel within it, and what does not cancel has either sign alike. An attribution's block is
all arms in a fresh random order. In a duet the first two runs of a pair's block are at work at the same time, and the
last two: the order, mirrored as it is, gives each config the first core once and the second once. A block counts only
as a whole: when one of its runs dies or is no evidence, it is repeated from its start.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from optim.evidence.judging import judge_measurement
from optim.evidence.outcomes import Outcome, unusable
from optim.evidence.reliability import Attempt, attempts_of_blocks, failure
from optim.evidence.spec import AFTER_ARMS, Arm, Spec, SpecError
from optim.evidence.verdicts import Verdict

#: A block is tried so often before it is lost.
ATTEMPTS = 2
#: So many blocks lost one after the other end the measurement.
LOST_IN_A_ROW = 3


class RunFailed(Exception):
    """A run died or could not be started; the message says why. It counts for its arm, and its block is repeated."""


class Stopped(Exception):
    """The measurement was asked to stop while a run was under way, and the run is gone."""


def died(problem: Exception) -> Outcome:
    """What a run came to that died, or could not be started."""
    return Outcome(wall_seconds=None, results_fingerprint=None, status="died", reason=str(problem))


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """A run that is to begin: its arm, its block, and its position there, from 1."""

    arm: Arm
    block: int
    position: int


RunOne = Callable[[Arm, int, int], Outcome]
RunBoth = Callable[[Planned, Planned], tuple[Outcome, Outcome]]
Judge = Callable[[Spec, Sequence[Mapping[str, Outcome]], Sequence[Attempt]], Verdict]


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A run in its place: the arm and the position within the block, from 1."""

    arm: str
    position: int
    outcome: Outcome


class Ledger(Protocol):
    """Where a measurement is kept."""

    def add_block(self, block: int, runs: Sequence[Placed], verdict: Verdict) -> None:
        """Keeps a finished block, numbered from 1, with the verdict that counts it: both or neither."""

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
    """A run ended, well or not (see its outcome's status); it is evidence if its block gets whole."""

    block: int
    position: int
    arm: Arm
    outcome: Outcome
    attempt: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class BlockRepeated:
    """A run was no evidence, so its block is repeated, or lost after ``ATTEMPTS``."""

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


def block_order(spec: Spec, block: int, attempt: int = 1) -> list[Arm]:
    """The arms in the order in which this try of the block (from 1) runs them, fixed by the spec's seed."""
    chance = random.Random(f"{spec.order_seed}:{block}:{attempt}")
    if spec.kind == "pair" and len(spec.arms) == 4:
        # Which of a config's two arms comes first is random too: else a drift would part them.
        one, other = chance.sample([spec.arms[0::2], spec.arms[1::2]], 2)
        outer, inner = chance.sample(one, 2), chance.sample(other, 2)
        return [outer[0], *inner, outer[1]]
    return chance.sample(spec.arms, len(spec.arms))


def measure(
    spec: Spec,
    run_one: RunOne,
    ledger: Ledger,
    *,
    done: Mapping[int, Mapping[str, Outcome]] | None = None,
    tried: Sequence[Attempt] = (),
    clock: Callable[[], float] = time.monotonic,
    stop: Callable[[], bool] = lambda: False,
    run_both: RunBoth | None = None,
) -> Iterator[Event]:
    """Measures, and yields every step; the last event is ``Ended``. The arguments are those of ``drive``."""
    return drive(
        spec, run_one, ledger, judge_measurement, done=done, tried=tried, clock=clock, stop=stop, run_both=run_both
    )


def drive(
    spec: Spec,
    run_one: RunOne,
    ledger: Ledger,
    judge: Judge,
    *,
    done: Mapping[int, Mapping[str, Outcome]] | None = None,
    tried: Sequence[Attempt] = (),
    clock: Callable[[], float] = time.monotonic,
    stop: Callable[[], bool] = lambda: False,
    run_both: RunBoth | None = None,
) -> Iterator[Event]:
    """Measures with a judge of one's own.

    Args:
        judge: what there is to be said of the blocks so far and of every run that was begun.
        run_one: executes one run (arm, block, position); raises ``RunFailed`` or ``Stopped``.
        done: whole blocks of earlier sittings by number.
        tried: every run that earlier sittings began.
        clock: seconds, for the budget.
        stop: whether to stop before the next run.
        run_both: executes the two runs of a duet at the same time, the first one on the first core; one that dies is an
            outcome. May raise ``Stopped``.

    Raises:
        SpecError: a duet is asked for, and nothing runs two at once here.
    """
    if spec.duet and run_both is None:
        raise SpecError("a duet runs two at once, which can not be done here: measure it without --duet")
    sitting = _Sitting(spec, _rounds(spec, run_one, run_both), judge, done or {}, tried, stop)
    start, lost = clock(), 0
    verdict = sitting.judge()
    ledger.update("running", verdict)
    while (why := _enough(spec, verdict, sitting.last, clock() - start)) is None:
        begun = clock()
        try:
            runs = yield from sitting.block()
        except Stopped:
            yield _end(ledger, "stopped", verdict, "asked to stop")
            return
        lost = 0 if runs else lost + 1
        verdict = sitting.judge()
        if runs:
            ledger.add_block(sitting.last, runs, verdict)
        else:
            ledger.update("running", verdict)
        if runs:
            yield BlockFinished(block=sitting.last, verdict=verdict, seconds=clock() - begun)
        elif lost == LOST_IN_A_ROW and not verdict.settled:
            why = f"{lost} blocks in a row were lost, the last because {sitting.problem}"
            yield _end(ledger, "failed", replace(verdict, reason=f"{verdict.reason} Given up: {why}."), why)
            return
    yield _end(ledger, "finished", verdict, why)


Round = Callable[[Sequence[Planned]], Sequence[Outcome]]


def _rounds(spec: Spec, run_one: RunOne, run_both: RunBoth | None) -> Round:
    """Executes the runs that are at work at the same time: one, or two in a duet."""

    def one(planned: Sequence[Planned]) -> list[Outcome]:
        (run,) = planned
        try:
            return [run_one(run.arm, run.block, run.position)]
        except RunFailed as problem:
            return [died(problem)]

    def both(planned: Sequence[Planned]) -> Sequence[Outcome]:
        assert run_both is not None
        first, second = planned
        return run_both(first, second)

    return both if spec.duet else one


def _enough(spec: Spec, verdict: Verdict, blocks: int, seconds: float) -> str | None:
    """Why no further block is needed or allowed, or None."""
    refused = verdict.verdict in ("wrong", "not comparable")
    if blocks and verdict.settled and (refused or (spec.kind == "pair" and verdict.blocks >= spec.min_blocks)):
        return "settled"
    if blocks >= spec.max_blocks:
        return f"the budget of {spec.max_blocks} block{'' if spec.max_blocks == 1 else 's'} is spent"
    if seconds >= 60 * spec.max_minutes:
        return f"the budget of {spec.max_minutes:g} minutes is spent"
    return None


def _end(ledger: Ledger, status: str, verdict: Verdict, why: str) -> Ended:
    ledger.update(status, verdict)
    return Ended(status=status, verdict=verdict, why=why)


class _Sitting:
    """The blocks and attempts of a measurement while it goes on. ``last`` is the number of the last block tried."""

    def __init__(
        self,
        spec: Spec,
        execute: Round,
        judge: Judge,
        done: Mapping[int, Mapping[str, Outcome]],
        tried: Sequence[Attempt],
        stop: Callable[[], bool],
    ) -> None:
        self._spec, self._execute, self._judge, self._stop = spec, execute, judge, stop
        self._blocks, self._tried = dict(done), list(tried) or attempts_of_blocks(done.items())
        self.last = max([0, *self._blocks, *(attempt.block for attempt in self._tried)])
        self.problem = ""

    def judge(self) -> Verdict:
        """The verdict on what there is."""
        return self._judge(self._spec, list(self._blocks.values()), self._tried)

    def block(self) -> Generator[Event, None, list[Placed]]:
        """Runs the next block until all of its runs are evidence; gives no runs when it is lost.

        Raises:
            Stopped: it was asked to stop; what the block had counts for nothing but its failures.
        """
        self.last += 1
        for attempt in range(1, ATTEMPTS + 1):
            runs = yield from self._attempt(attempt)
            arm, problem = self._problem(runs)
            if problem is None:
                self._blocks[self.last] = {run.arm: run.outcome for run in runs}
                return runs
            self.problem = problem
            yield BlockRepeated(block=self.last, arm=arm, reason=problem, attempt=attempt)
        return []

    def _attempt(self, attempt: int) -> Generator[Event, None, list[Placed]]:
        """Every arm of the block once, also after one has failed: so each side is tried as often as the other."""
        runs = []
        order = [
            Planned(arm=arm, block=self.last, position=position)
            for position, arm in enumerate(block_order(self._spec, self.last, attempt), 1)
        ]
        at_once = 2 if self._spec.duet else 1
        for start in range(0, len(order), at_once):
            if self._stop():
                raise Stopped
            planned = order[start : start + at_once]
            for place in planned:
                yield RunStarted(block=self.last, position=place.position, arm=place.arm, attempt=attempt)
            for place, outcome in zip(planned, self._execute(planned), strict=True):
                run = Placed(arm=place.arm.name, position=place.position, outcome=outcome)
                runs.append(run)
                self._tried.append(_attempt_of(run, self.last, attempt))
                yield RunEnded(
                    block=self.last, position=place.position, arm=place.arm, outcome=outcome, attempt=attempt
                )
        return runs

    def _problem(self, runs: Sequence[Placed]) -> tuple[Arm, str | None]:
        """The first arm whose run is no evidence, and why."""
        arms = {arm.name: arm for arm in self._spec.arms}
        for run in runs:
            reason = self._failure(run, runs) or unusable(run.outcome, self._spec.cache_state)
            if reason:
                return arms[run.arm], reason
        return self._spec.arms[0], None

    def _failure(self, run: Placed, runs: Sequence[Placed]) -> str | None:
        if run.outcome.quiet:
            return None
        side = self._side(run.arm)
        here = [
            placed.outcome for placed in runs if self._side(placed.arm) != side and placed.outcome.status == "finished"
        ]
        kept = [placed for block in self._blocks.values() for arm, placed in block.items() if self._side(arm) != side]
        return failure(run.outcome, [*here, *kept])

    def _side(self, arm: str) -> str:
        """Which runs are of the same config."""
        if self._spec.kind != "pair":
            return arm
        return "after" if arm in AFTER_ARMS else "before"


def _attempt_of(run: Placed, block: int, attempt: int) -> Attempt:
    return Attempt(block=block, attempt=attempt, arm=run.arm, position=run.position, outcome=run.outcome)
