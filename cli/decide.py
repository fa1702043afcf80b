"""``decide``: keep a win, revert it, or leave it undecided, on evidence."""

from __future__ import annotations

import dataclasses
import getpass
import sys
from typing import TYPE_CHECKING, Any

import click

from cli._common import json_option, print_json
from cli._plan_option import plan_option
from services.account import gather, load
from services.places import open_database
from services.problems import NO, USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from optim.evidence.records import Measured, TrackerEvidence, WinEvidence
    from optim.project.records import Plan
    from optim.project.wins import Win

NEWEST = -1


@click.command()
@click.argument("win", required=False)
@click.argument("decision", required=False, type=click.Choice(["keep", "revert", "undecided"]))
@click.option("--because", help="Why, in a sentence. Needed for a decision.")
@click.option(
    "--evidence", "measurement_id", type=int, help="The measurement it rests on; default: the newest cold one, if any."
)
@click.option("--force", metavar="WHY", help="Decide although the evidence speaks against it, and say why.")
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
    python -m optim decide                                   each win's evidence, and what is missing
    python -m optim decide NAME                              the same for one win
    python -m optim decide NAME keep --because "2.1x, same answers"
    python -m optim decide 1 revert --because "nothing left once #4 is on" --evidence 7
    python -m optim decide 2 keep --because "needed by #5" --force "costs 0.3%, saves memory"

    Decisions are appended, never edited; `--wins kept` runs what is kept. To keep a win without evidence, or one whose
    answers were wrong, needs --force. When somebody else decided since --seen, theirs stands and yours is logged.

    Exit codes: 0 done, 1 the evidence does not allow it, 2 usage, 3 could not (somebody else decided first).
    """
    plan, engine = load(plan_file), open_database()
    evidence = gather(engine, plan)
    chosen = _win(plan, win) if win else None
    if chosen is None or decision is None:
        if because or force or measurement_id is not None:
            fail("a decision needs all of it: decide WIN keep|revert|undecided --because WHY", USAGE)
        _show(plan, evidence, [chosen] if chosen else list(plan.wins), as_json)
        return
    if not (because or "").strip():
        fail(f"a decision about {chosen.name} needs a reason: --because WHY", USAGE)
    row = evidence.win(chosen.name)
    basis = _basis(engine, row, measurement_id)
    _allow(row, decision, basis, force)
    reason = f"{because} (forced: {force})" if force else str(because)
    _decide(engine, row, decision, reason, basis, bool(force), seen, who, as_json)


def _win(plan: Plan, text: str) -> Win:
    number = text.removeprefix("#")
    found = next((win for win in plan.wins if text == win.name or number == str(win.number)), None)
    if found is None:
        known = ", ".join(f"{win.name} (#{win.number})" for win in plan.wins)
        fail(f"no win is called {text}; known: {known}", USAGE)
    return found


def _basis(engine: Engine, row: WinEvidence, measurement_id: int | None) -> Measured | None:
    if measurement_id is None:
        return row.measured
    found = row.measurement(measurement_id)
    if found is None:
        known = ", ".join(str(one.measurement_id) for one in row.measurements) or "none yet"
        fail(
            f"measurement {measurement_id} is no evidence on {row.win}: a finished one whose arms differ by exactly "
            f"that win is; there is {known}",
            USAGE,
        )
    return found


def _allow(row: WinEvidence, decision: str, basis: Measured | None, force: str | None) -> None:
    """Refuses to keep what was not measured, or measured as wrong, unless a reason to force it is given."""
    if decision != "keep" or (force or "").strip():
        return
    if basis is None:
        measure = f"python -m optim measure none {row.win}"
        fail(f"{row.win} was not measured, so nothing speaks for keeping it: {measure}, or --force WHY", NO)
    if basis.verdict in ("wrong", "not comparable"):
        fail(
            f"{basis.name} says {basis.verdict} about {row.win} ({basis.reason or 'no reason was kept'}), which is no "
            "reason to keep it: measure it again once that is put right, or --force WHY",
            NO,
        )


def _decide(
    engine: Engine,
    row: WinEvidence,
    decision: str,
    because: str,
    basis: Measured | None,
    forced: bool,
    seen: int | None,
    who: str | None,
    as_json: bool,
) -> None:
    from db.store import DecisionConflict, decide

    newest = row.decided.decision_id if row.decided else None
    measurement_id = basis.measurement_id if basis else None
    try:
        made = decide(
            engine,
            row.win,
            decision,
            because,
            measurement_id,
            newest if seen is None else seen or None,
            forced,
            who or _user(),
        )
    except DecisionConflict as conflict:
        fail(str(conflict))
    if as_json:
        print_json(dataclasses.asdict(made))
        return
    rests = f"{basis.name} ({basis.verdict})" if basis else "no measurement"
    click.echo(f"decision {made.id}: {decision} {row.win}, on {rests}: {because}")
    if decision == "keep" and basis is not None and basis.verdict in ("slower", "same", "unresolved"):
        click.echo(f"note: {basis.name} does not say that it is faster: {basis.verdict}", err=True)


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return None


def _show(plan: Plan, evidence: TrackerEvidence, wins: list[Win], as_json: bool) -> None:
    from optim.plan.checklist import win_ticks
    from optim.plan.unknowns import missing

    rows = [evidence.win(win.name) for win in wins]
    if as_json:
        print_json(
            [
                {
                    **dataclasses.asdict(row),
                    "number": plan.win(row.win).number,
                    "decision": row.decision,
                    "missing": list(missing(row)),
                    "checklist": [dataclasses.asdict(one) for one in win_ticks(plan, row)],
                }
                for row in rows
            ]
        )
        return
    _print_table(plan, rows)
    for row in rows:
        for what in missing(row):
            click.echo(f"{row.win}: {what}")


def _print_table(plan: Plan, rows: list[WinEvidence]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("#", "win", "verdict", "speedup (95%)", "saving", "noise floor", "evidence", "decision")
    for row in rows:
        cells: list[Any] = [str(plan.win(row.win).number), row.win, *_cells(row.measured), _decision(row)]
        table.add_row(*(Text(cell) for cell in cells))
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _cells(one: Measured | None) -> tuple[str, ...]:
    if one is None:
        return ("not measured", "", "", "", "")
    known = one.speedup is not None and one.verdict not in ("wrong", "not comparable")
    span = f" ({one.low:.3f}-{one.high:.3f})" if one.low is not None and one.high is not None else ""
    noise = f"{one.noise_low:.3f}-{one.noise_high:.3f}x" if one.noise_low and one.noise_high else "unknown"
    return (
        one.verdict,
        f"{one.speedup:.3f}x{span}" if known else "",
        f"{100 * (one.saving or 0):.1f}%" if known else "",
        noise,
        f"{one.name}, {one.cache_state}",
    )


def _decision(row: WinEvidence) -> str:
    made = row.decided
    return "none" if made is None else f"{made.decision} ({made.decision_id})"
