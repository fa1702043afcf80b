"""How ``measure`` and ``attribute`` show a sitting, its end, and their exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli._common import print_json
from optim.evidence.measure import Ended
from optim.evidence.spec import Spec
from services.continuing import arguments_to_go_on, words_to_go_on
from services.measuring import Sat, sit
from services.problems import COULD_NOT

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status
    from sqlalchemy import Engine


class _Screen:
    """Shows a sitting on stderr: lines that stay, and below them what is at work."""

    def __init__(self, console: Console, line: Status) -> None:
        self._console, self._line = console, line

    def say(self, text: str) -> None:
        """A line that stays."""
        self._console.print(text, highlight=False, soft_wrap=True, markup=False)

    def status(self, text: str) -> None:
        """What is at work now."""
        self._line.update(text)


def execute(engine: Engine, spec: Spec, measurement_id: int | None, as_json: bool) -> int:
    """Measures, shows each block, prints the verdict, and gives the exit code.

    0: a clear yes (faster, or attributed). 1: the answer is no, or unresolved. 3: stopped or given up.
    """
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as line:
        sat = sit(engine, spec, measurement_id, _Screen(console, line))
    _print(sat, as_json)
    return _exit_code(sat.ended, sat.spec)


def _print(sat: Sat, as_json: bool) -> None:
    ended = sat.ended
    if as_json:
        print_json(
            {
                "id": sat.id,
                "status": ended.status,
                "why": ended.why,
                **ended.verdict.to_json(),
                "spec": sat.spec.to_json(),
            }
        )
        return
    click.echo(ended.verdict.reason)
    for note in ended.verdict.notes:
        click.echo(note)
    if floor := ended.verdict.noise:
        noise = "unknown" if floor.run_noise is None else f"{100 * floor.run_noise:.1f}% a run"
        click.echo(f"Noise floor: the same config against itself came out {floor.interval.speedup:.3f}x; {noise}.")
    if sat.spec.prediction and sat.spec.prediction.get("sentence"):
        click.echo(f"Predicted: {sat.spec.prediction['sentence']}")
    click.echo(f"Measurement {sat.id} {ended.status}: {ended.why}.{_how_on(sat)}")


def _how_on(sat: Sat) -> str:
    """What to type to go on; with more blocks where the budget of them is spent, nothing where none could begin."""
    verdict, forecast = sat.ended.verdict, sat.ended.verdict.forecast
    if sat.ended.status == "failed" and not verdict.blocks:
        return ""
    if sat.ended.status == "finished" and verdict.settled:
        return ""
    if forecast is not None and forecast.fewest is None:
        return " A quieter machine, --metric cpu or a longer workload may tell; more blocks like these would not."
    arguments = arguments_to_go_on(
        sat.spec.kind,
        sat.id,
        blocks=verdict.blocks,
        wanted=verdict.more_blocks,
        fewest=None if forecast is None else forecast.fewest,
        budget=sat.spec.max_blocks,
    )
    return f" Go on with: {words_to_go_on(arguments, verdict.blocks)}"


def _exit_code(ended: Ended, spec: Spec) -> int:
    if ended.status != "finished":
        return COULD_NOT
    if spec.kind == "attribution":
        return int(ended.verdict.attribution is None)
    return int(ended.verdict.verdict != "faster")
