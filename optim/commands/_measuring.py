"""One sitting of a measurement: fresh processes, database, live view. Shared by ``measure`` and ``attribute``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optim.commands._common import COULD_NOT, USAGE, Problem, fail, home, print_json, sentence_of
from optim.commands._forecast import noise_seen, prediction_for, prediction_from_history
from optim.commands._processes import Child, FreshRuns
from optim.judging import judge_measurement
from optim.measure import BlockFinished, BlockRepeated, Ended, Event, Placed, RunFailed, RunStarted, Stopped, measure
from optim.outcomes import Outcome
from optim.scratch import scratch_folder
from optim.spec import Spec, budget_problem, budget_warning, minutes_warning
from optim.verdicts import Verdict, blocks_from_rows

if TYPE_CHECKING:
    from rich.console import Console
    from sqlalchemy import Engine


class DatabaseLedger:
    """Keeps blocks and verdicts in the database."""

    def __init__(self, engine: Engine, measurement_id: int) -> None:
        self._engine, self._id = engine, measurement_id

    def add_block(self, block: int, runs: Sequence[Placed]) -> None:
        """Keeps a finished block."""
        from db.store import add_block_run

        for run in runs:
            assert run.outcome.run_id is not None
            add_block_run(self._engine, self._id, block, run.arm, run.position, run.outcome.run_id)

    def update(self, status: str, verdict: Verdict) -> None:
        """Keeps the verdict so far."""
        from db.store import update_measurement

        update_measurement(self._engine, self._id, status=status, verdict=verdict.to_json(), pid=os.getpid())


def execute(engine: Engine, spec: Spec, measurement_id: int | None, as_json: bool) -> int:
    """Measures, shows each block, prints the verdict, and gives the exit code.

    0: a clear yes (faster, or attributed). 1: the answer is no, or unresolved. 3: stopped or given up.

    Raises:
        Problem: the budget can never resolve it (exit code 2), or the database refuses.
    """
    from rich.console import Console

    from db.problems import DatabaseProblem

    if problem := budget_problem(spec):
        fail(f"{problem}: give --blocks {3 if spec.max_blocks < 3 else spec.max_blocks}", USAGE)
    console = Console(stderr=True)
    try:
        spec = spec.replace(prediction=spec.prediction or prediction_from_history(engine, spec))
        late = minutes_warning(spec) if measurement_id is None else None
        for warning in (budget_warning(spec, noise_seen(engine, spec)), late):
            if warning:
                console.print(f"Note: {warning}.", highlight=False, soft_wrap=True, markup=False)
        child = Child()
        with child.guarded():
            return _Sitting(engine, spec, measurement_id, console, child).sit(as_json)
    except (DatabaseProblem, OSError) as error:
        fail(sentence_of(error))


class _Sitting:
    """One sitting of a measurement: from its begin, or where it was left, to its end or the next stop."""

    def __init__(self, engine: Engine, spec: Spec, measurement_id: int | None, console: Console, child: Child) -> None:
        from db import store

        self._engine, self._spec, self._console, self._child = engine, spec, console, child
        self._done = _done_blocks(engine, spec, measurement_id)
        self.id = measurement_id or store.begin_measurement(engine, spec.to_json())
        if measurement_id is not None:
            store.update_measurement(engine, self.id, status="running", pid=os.getpid(), spec=spec.to_json())

    def sit(self, as_json: bool) -> int:
        self._say(f"Measurement {self.id}: {_arms(self._spec)}, {self._spec.cache_state} caches")
        ledger, label = DatabaseLedger(self._engine, self.id), self._spec.label or f"measurement {self.id}"
        home().mkdir(parents=True, exist_ok=True)
        caches = tempfile.TemporaryDirectory(prefix="measure-", dir=home().resolve())
        with caches as folder, scratch_folder() as solvers:
            runs = FreshRuns(self._engine, self._spec, self._child, Path(folder), solvers, label)
            ended = self._follow(runs, ledger)
        self._print(ended, as_json)
        return _exit_code(ended, self._spec)

    def _say(self, text: str) -> None:
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)

    def _follow(self, runs: FreshRuns, ledger: DatabaseLedger) -> Ended:
        with self._console.status("starting") as status:
            try:
                self._prime(runs, lambda text: status.update(text))
            except (Stopped, RunFailed) as problem:
                return self._not_primed(problem, ledger)
            for event in measure(self._spec, runs, ledger, done=self._done, stop=lambda: self._child.stopping):
                if isinstance(event, RunStarted):
                    status.update(
                        f"block {event.block}: run {event.position} of {len(self._spec.arms)}, {event.arm.config}"
                    )
                if isinstance(event, BlockFinished):
                    self._predict_late(event.block)
                if isinstance(event, Ended):
                    return event
                self._tell(event)
        raise Problem("the measurement ended without saying how")

    def _prime(self, runs: FreshRuns, tell: Callable[[str], None]) -> None:
        for config in self._spec.configs if self._spec.cache_state == "warm" else ():
            tell(f"priming the caches of {config}")
            runs.prime(config)

    def _not_primed(self, problem: Exception, ledger: DatabaseLedger) -> Ended:
        stopped = isinstance(problem, Stopped)
        verdict = judge_measurement(self._spec, list(self._done.values()))
        status = "stopped" if stopped else "failed"
        ledger.update(status, verdict)
        return Ended(status=status, verdict=verdict, why="asked to stop" if stopped else f"priming failed: {problem}")

    def _tell(self, event: Event) -> None:
        if isinstance(event, BlockRepeated):
            self._say(f"block {event.block}: {event.arm.config}: {event.reason} (attempt {event.attempt})")
        if isinstance(event, BlockFinished):
            self._say(f"block {event.block:2d}  {event.seconds:6.1f} s  {event.verdict.reason}")

    def _predict_late(self, block: int) -> None:
        """Without a baseline in the history the prediction comes from the first one measured."""
        if self._spec.prediction is not None:
            return
        from db import queries, store

        rows = queries.blocks(self._engine, self.id)
        first = rows[(rows["block"] == block) & (rows["arm"] == self._spec.arms[0].name)]
        record = queries.run(self._engine, int(first["run_id"].iloc[0]))
        self._spec = self._spec.replace(prediction=prediction_for(self._spec, record))
        store.update_measurement(self._engine, self.id, spec=self._spec.to_json())

    def _print(self, ended: Ended, as_json: bool) -> None:
        if as_json:
            print_json(
                {
                    "id": self.id,
                    "status": ended.status,
                    "why": ended.why,
                    **ended.verdict.to_json(),
                    "spec": self._spec.to_json(),
                }
            )
            return
        click.echo(ended.verdict.reason)
        if floor := ended.verdict.noise:
            noise = "unknown" if floor.run_noise is None else f"{100 * floor.run_noise:.1f}% a run"
            click.echo(f"Noise floor: the same config against itself came out {floor.interval.speedup:.3f}x; {noise}.")
        if self._spec.prediction and self._spec.prediction.get("sentence"):
            click.echo(f"Predicted: {self._spec.prediction['sentence']}")
        again = "attribute" if self._spec.kind == "attribution" else "measure"
        how_on = _how_on(ended, self._spec, f"python -m optim {again} --continue {self.id}")
        click.echo(f"Measurement {self.id} {ended.status}: {ended.why}.{how_on}")


def _how_on(ended: Ended, spec: Spec, command: str) -> str:
    """What to type to go on; with more blocks where the budget of them is spent."""
    if ended.status == "finished" and ended.verdict.settled:
        return ""
    blocks = ended.verdict.blocks
    more = f" --blocks {blocks + (ended.verdict.more_blocks or blocks)}" if blocks >= spec.max_blocks else ""
    return f" Go on with: {command}{more}"


def _arms(spec: Spec) -> str:
    if spec.kind == "pair":
        return f"{spec.arms[0].config} against {spec.arms[1].config}"
    return f"{len(spec.arms)} configs of {', '.join(spec.wins)}"


def _exit_code(ended: Ended, spec: Spec) -> int:
    if ended.status != "finished":
        return COULD_NOT
    if spec.kind == "attribution":
        return int(ended.verdict.attribution is None)
    return int(ended.verdict.verdict != "faster")


def stored_rows(engine: Engine, measurement_id: int) -> list[dict[str, Any]]:
    """The rows of ``db.queries.blocks`` as dicts."""
    from db import queries

    rows = queries.blocks(engine, measurement_id).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _done_blocks(engine: Engine, spec: Spec, measurement_id: int | None) -> dict[int, dict[str, Outcome]]:
    """The whole blocks that there are already, by number."""
    if measurement_id is None:
        return {}
    rows = stored_rows(engine, measurement_id)
    numbers = sorted({int(row["block"]) for row in rows})
    blocks = zip(numbers, blocks_from_rows(rows), strict=True)
    return {number: block for number, block in blocks if {arm.name for arm in spec.arms} <= set(block)}
