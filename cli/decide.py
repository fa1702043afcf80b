"""``decide``: keep a win, revert it, or leave it undecided, on evidence."""

from __future__ import annotations

import dataclasses
import shlex
import sys
from typing import TYPE_CHECKING, Any

import click

from cli._common import json_option, print_json
from cli._plan_option import plan_option
from services.account import account, gather
from services.deciding import decide, find_win
from services.places import open_database
from services.problems import USAGE, fail
from services.project import current_project

if TYPE_CHECKING:
    from optim.evidence.records import Measured, TrackerEvidence, WinEvidence
    from optim.project.records import Plan
    from optim.project.wins import Win
    from services.account import Account


@click.command()
@click.argument("win", required=False)
@click.argument("decision", required=False, type=click.Choice(["keep", "revert", "undecided"]))
@click.option("--because", help="Why, in a sentence. Needed for a decision.")
@click.option(
    "--evidence", "measurement_id", type=int, help="The measurement it rests on; default: the one that is shown for it."
)
@click.option("--force", metavar="WHY", help="Decide against the evidence, and say why; the log says that it was.")
@click.option("--seen", type=int, help="The decision that you saw as the win's newest (0: none); default: what it is.")
@click.option("--who", help="Who decides; default: the user's name.")
@plan_option
@json_option
def COMMAND(
    win: str | None,
    decision: str | None,
    because: str | None,
    measurement_id: int | None,
    force: str | None,
    seen: int | None,
    who: str | None,
    plan_file: str | None,
    as_json: bool,
) -> None:
    """Decide about a quick win, or see what its decision lacks. WIN is its name or its number in the tracker.

    \b
    quickwin decide                                   each win's evidence, and what is missing
    quickwin decide NAME                              the same for one win
    quickwin decide NAME keep --because "2.1x, same answers"
    quickwin decide 1 revert --because "nothing left once #4 is on" --evidence 7
    quickwin decide 2 keep --because "needed by #5" --force "costs 0.3%, saves memory"

    Decisions are appended, never edited; `--wins kept` runs what is kept. A decision against the evidence (to keep what
    was not measured, is slower, the same or wrong; to revert what is faster) needs --force. When
    somebody else decided since --seen, theirs stands and yours is logged.

    Exit codes: 0 done, 1 the evidence does not allow it, 2 usage, 3 could not (somebody else decided first).
    """
    project, engine = current_project(plan_file), open_database()
    chosen = find_win(project, win) if win else None
    known = account(engine, project) if chosen is None and not as_json else None
    plan, evidence = project.plan, gather(engine, project) if known is None else known.evidence
    if chosen is None or decision is None:
        if because or force or measurement_id is not None:
            fail("a decision needs all of it: decide WIN keep|revert|undecided --because WHY", USAGE)
        _show(plan, evidence, [chosen] if chosen else list(plan.wins), as_json)
        if known is not None:
            _next(known)
        return
    made = decide(
        engine,
        evidence.win(chosen.name),
        decision,
        because or "",
        measurement_id=measurement_id,
        against=force,
        who=who,
        **({} if seen is None else {"seen": seen or None}),
    )
    if as_json:
        print_json(dataclasses.asdict(made.decision))
        return
    click.echo(made.sentence)
    if made.note:
        click.echo(f"note: {made.note}", err=True)


def _show(plan: Plan, evidence: TrackerEvidence, wins: list[Win], as_json: bool) -> None:
    from optim.plan.checklist import win_ticks
    from optim.plan.unknowns import DUE, missing

    rows = [evidence.win(win.name) for win in wins]
    if as_json:
        print_json(
            [
                {
                    **dataclasses.asdict(row),
                    "number": plan.win(row.win).number,
                    "decision": row.decision,
                    "missing": list(missing(row, plan.cache_states)),
                    "due": evidence.is_due(row.win),
                    "checklist": [dataclasses.asdict(win_tick) for win_tick in win_ticks(plan, row)],
                }
                for row in rows
            ]
        )
        return
    _print_table(plan, rows)
    for row in rows:
        for what in missing(row, plan.cache_states):
            click.echo(f"{row.win}: {what}")
        if evidence.is_due(row.win):
            click.echo(f"{row.win}: {DUE}.")


def _next(known: Account) -> None:
    """What to do next, for the wins and for the plan as a whole."""
    from services.left import what_is_left

    for step in what_is_left(known):
        whose = ", ".join(step.wins) or "; ".join(step.lacks)
        click.echo(f"next: quickwin {shlex.join(step.arguments)}  ({whose})")


def _print_table(plan: Plan, rows: list[WinEvidence]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("#", "win", "verdict", "speedup (95%)", "saving", "noise floor", "evidence", "decision")
    for row in rows:
        cells: list[Any] = [str(plan.win(row.win).number), row.win, *_cells(row.measured), _decision(row)]
        table.add_row(*(Text(cell) for cell in cells))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _cells(measured: Measured | None) -> tuple[str, ...]:
    if measured is None:
        return ("not measured", "", "", "", "")
    known = measured.speedup is not None and measured.verdict not in ("wrong", "not comparable")
    span = (
        f" ({measured.low:.3f}-{measured.high:.3f})" if measured.low is not None and measured.high is not None else ""
    )
    noise = (
        f"{measured.noise_low:.3f}-{measured.noise_high:.3f}x"
        if measured.noise_low and measured.noise_high
        else "unknown"
    )
    return (
        measured.verdict,
        f"{measured.speedup:.3f}x{span}" if known else "",
        f"{100 * (measured.saving or 0):.1f}%" if known else "",
        noise,
        f"{measured.basis}, {measured.cache_state}"
        + (f", {measured.measured_at:%Y-%m-%d}" if measured.measured_at else ""),
    )


def _decision(row: WinEvidence) -> str:
    made = row.decided
    return "none" if made is None else f"{made.decision} ({made.decision_id})"
