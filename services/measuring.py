"""One sitting of a measurement: fresh processes, database, live view. Shared by ``measure`` and ``attribute``."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from db import queries, store
from db.problems import DatabaseProblem, NotOwner
from optim.evidence.judging import judge_measurement
from optim.evidence.measure import (
    BlockFinished,
    BlockRepeated,
    Ended,
    Event,
    Placed,
    RunEnded,
    RunFailed,
    RunStarted,
    Stopped,
    measure,
)
from optim.evidence.outcomes import Outcome
from optim.evidence.reliability import attempt_row, attempts_from_rows
from optim.evidence.spec import Spec, budget_problem, budget_warning, minutes_warning
from optim.evidence.statistics import MIN_BLOCKS
from optim.evidence.verdicts import Verdict, blocks_from_rows
from optim.pipelines.protocol import Target
from profiles.owned import owned_folder
from services.duet import refusal
from services.forecast import noise_seen, prediction_for, prediction_from_history
from services.load import alone, watched, watched_both
from services.pipelines import current_pipeline
from services.places import home
from services.problems import USAGE, Problem, fail, sentence_of
from services.processes import Child, FreshRuns
from services.project import current_project
from services.scratch import scratch_folder
from services.sweeping import sweep

if TYPE_CHECKING:
    from sqlalchemy import Engine


class DatabaseLedger:
    """Keeps blocks and verdicts in the database, as long as this process owns the measurement."""

    def __init__(self, engine: Engine, measurement_id: int) -> None:
        self._engine, self._id = engine, measurement_id

    def add_block(self, block: int, runs: Sequence[Placed], verdict: Verdict) -> None:
        """Keeps a finished block and the verdict that counts it, in one transaction."""
        rows = [(block, run.arm, run.position, run.outcome.run_id) for run in runs if run.outcome.run_id is not None]
        assert len(rows) == len(runs)
        verdict_json = verdict.to_json()
        store.add_blocks(self._engine, self._id, rows, status="running", verdict=verdict_json, owned=True)

    def add_attempt(self, run: RunEnded) -> None:
        """Keeps a run that was begun, however it ended."""
        row = attempt_row(run.block, run.attempt, run.arm.name, run.position, run.outcome)
        store.add_attempt(self._engine, self._id, row, owned=True)

    def update(self, status: str, verdict: Verdict) -> None:
        """Keeps the verdict so far."""
        store.update_measurement(self._engine, self._id, status=status, verdict=verdict.to_json(), owned=True)


class Follower(Protocol):
    """Who watches a sitting: ``say`` what stays to be read, ``status`` what is at work now."""

    def say(self, text: str) -> None: ...

    def status(self, text: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Sat:
    """How a sitting ended: the measurement's id, its spec with what was predicted, and its end."""

    id: int
    spec: Spec
    ended: Ended


def sit(engine: Engine, spec: Spec, measurement_id: int | None, follower: Follower) -> Sat:
    """Measures in fresh processes until the verdict is clear, the budget is spent or a signal comes.

    Args:
        measurement_id: the measurement to go on with; None begins one.

    Raises:
        Problem: the budget can never resolve it (exit code 2), another process is at work on it or takes it over, or
            the database refuses.
    """
    if problem := budget_problem(spec):
        fail(f"{problem}: give --blocks {MIN_BLOCKS} or more", USAGE)
    if reason := refusal(spec) or _without_caches(spec):
        fail(reason, USAGE)
    spec = _with_code(spec, measurement_id)
    try:
        spec = spec.replace(prediction=spec.prediction or prediction_from_history(engine, spec))
        late = minutes_warning(spec) if measurement_id is None else None
        for warning in (budget_warning(spec, noise_seen(engine, spec)), late):
            if warning:
                follower.say(f"Note: {warning}.")
        number = _planned(engine, spec, measurement_id)
        child, name = Child(), f"measurement {number}"

        def waiting(text: str) -> None:
            follower.say(f"Measurement {number} is planned: {text}")
            follower.status(f"measurement {number} waits")

        with child.guarded(), alone(name, waiting, lambda: child.stopping) as is_alone:
            if not is_alone:
                store.update_measurement(engine, number, status="stopped", owned=True)
                fail(f"{name} was stopped while another was at work; --continue {number} measures it")
            return _Sitting(engine, spec, number, follower, child).sit()
    except NotOwner as problem:
        fail(str(problem))
    except (DatabaseProblem, OSError) as error:
        fail(sentence_of(error))


def _without_caches(spec: Spec) -> str | None:
    """Why no caches can be warm here; None where some can, and for cold ones."""
    if spec.cache_state in current_project().plan.cache_states:
        return None
    return (
        f"the project names no caches, so none can be {spec.cache_state}: name them in [pipeline] as "
        'caches = { paths = [".cache"] }, or measure --cold'
    )


def _with_code(spec: Spec, measurement_id: int | None) -> Spec:
    """The spec with the code as it is now.

    Raises:
        Problem: the measurement goes on, and the code is no more what it was when it began.
    """
    code = _code_of(spec)
    if measurement_id is None:
        return spec.replace(code=code)
    if spec.code is not None and code is not None and spec.code != code:
        fail(
            f"the code changed since measurement {measurement_id} began, so its blocks would be of two programs: "
            "begin a new one, or put the code back"
        )
    return spec


def _code_of(spec: Spec) -> str | None:
    return current_pipeline().code([Target(config=arm.wins, ref=arm.ref) for arm in spec.arms])


def _planned(engine: Engine, spec: Spec, measurement_id: int | None) -> int:
    """The number of the measurement, which has one before it starts: it may have to wait for another."""
    if measurement_id is None:
        return store.begin_measurement(engine, spec.to_json(), status="planned")
    store.take_measurement(engine, measurement_id, spec.to_json())
    return measurement_id


class _Sitting:
    """One sitting of a measurement: from its begin, or where it was left, to its end or the next stop."""

    def __init__(self, engine: Engine, spec: Spec, number: int, follower: Follower, child: Child) -> None:
        self._engine, self._spec, self._follower, self._child = engine, spec, follower, child
        self._done = _done_blocks(engine, spec, number)
        self._tried = attempts_from_rows(queries.attempts(engine, number))
        self.id = number
        store.update_measurement(engine, number, status="running", owned=True)

    def sit(self) -> Sat:
        duet = ", both at once (duet)" if self._spec.duet else ""
        self._follower.say(f"Measurement {self.id}: {_arms(self._spec)}, {self._spec.cache_state} caches{duet}")
        ledger, label = DatabaseLedger(self._engine, self.id), self._spec.label or f"measurement {self.id}"
        sweep(self._engine, self._follower.say)
        with owned_folder("measure-", home()) as folder, scratch_folder() as solvers:
            runs = FreshRuns(self._engine, self._spec, self._child, folder, solvers, label)
            with contextlib.closing(runs):
                ended = self._follow(runs, ledger)
        self._look_at_code()
        return Sat(self.id, self._spec, ended)

    def _look_at_code(self) -> None:
        """Blocks of code that was changed meanwhile are of no one program: they are pooled with no others."""
        if self._spec.code is None or self._spec.code == _code_of(self._spec):
            return
        self._spec = self._spec.replace(code=None)
        store.update_measurement(self._engine, self.id, spec=self._spec.to_json(), owned=True)
        self._follower.say("Note: the code changed while it was measured, so the blocks may be of two programs.")

    def _follow(self, runs: FreshRuns, ledger: DatabaseLedger) -> Ended:
        self._follower.status("starting")
        try:
            runs.open()
        except (Stopped, RunFailed) as problem:
            return self._not_begun(str(problem), problem, ledger)
        try:
            self._prime(runs)
        except (Stopped, RunFailed) as problem:
            return self._not_begun(f"priming failed: {problem}", problem, ledger)
        stop, tried = (lambda: self._child.stopping), self._tried
        both = watched_both(runs.both) if self._spec.duet else None
        for event in measure(self._spec, watched(runs), ledger, done=self._done, tried=tried, stop=stop, run_both=both):
            if isinstance(event, RunEnded):
                ledger.add_attempt(event)
            if isinstance(event, RunStarted):
                self._follower.status(
                    f"block {event.block}: run {event.position} of {len(self._spec.arms)}, {_label(event.arm.config)}"
                )
            if isinstance(event, BlockFinished):
                self._predict_late(event.block)
            if isinstance(event, Ended):
                return event
            self._tell(event)
        raise Problem("the measurement ended without saying how")

    def _prime(self, runs: FreshRuns) -> None:
        for config in self._spec.configs if self._spec.cache_state == "warm" else ():
            self._follower.status(f"priming the caches of {_label(config)}")
            runs.prime(config)

    def _not_begun(self, why: str, problem: Exception, ledger: DatabaseLedger) -> Ended:
        stopped = isinstance(problem, Stopped)
        verdict = judge_measurement(self._spec, list(self._done.values()))
        status = "stopped" if stopped else "failed"
        ledger.update(status, verdict)
        return Ended(status=status, verdict=verdict, why="asked to stop" if stopped else why)

    def _tell(self, event: Event) -> None:
        if isinstance(event, BlockRepeated):
            config = _label(event.arm.config)
            self._follower.say(f"block {event.block}: {config}: {event.reason} (attempt {event.attempt})")
        if isinstance(event, BlockFinished):
            self._follower.say(f"block {event.block:2d}  {event.seconds:6.1f} s  {event.verdict.reason}")

    def _predict_late(self, block: int) -> None:
        """Without a baseline in the history the prediction comes from the first one measured."""
        if self._spec.prediction is not None:
            return
        rows = queries.blocks(self._engine, self.id)
        first = rows[(rows["block"] == block) & (rows["arm"] == self._spec.arms[0].name)]
        record = queries.run(self._engine, int(first["run_id"].iloc[0]))
        self._spec = self._spec.replace(prediction=prediction_for(self._spec, record))
        store.update_measurement(self._engine, self.id, spec=self._spec.to_json(), owned=True)


def _arms(spec: Spec) -> str:
    if spec.kind == "pair":
        return f"{_label(spec.arms[0].config)} against {_label(spec.arms[1].config)}"
    return f"{len(spec.arms)} configs of {', '.join(spec.wins)}"


def _label(config: str) -> str:
    return current_project().label(config)


def stored_rows(engine: Engine, measurement_id: int) -> list[dict[str, Any]]:
    """The rows of ``db.queries.blocks`` as dicts."""
    rows = queries.blocks(engine, measurement_id).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _done_blocks(engine: Engine, spec: Spec, measurement_id: int) -> dict[int, dict[str, Outcome]]:
    """The whole blocks that there are already, by number."""
    rows = stored_rows(engine, measurement_id)
    numbers = sorted({int(row["block"]) for row in rows})
    blocks = zip(numbers, blocks_from_rows(rows), strict=True)
    return {number: block for number, block in blocks if {arm.name for arm in spec.arms} <= set(block)}
