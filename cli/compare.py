"""``compare``: two runs beside each other."""

from __future__ import annotations

from typing import Any

import click

from cli._common import json_option, print_json
from profiles.records import RunRecord
from services.finding import find_run
from services.places import open_database
from services.problems import NO, fail


@click.command()
@click.argument("before")
@click.argument("after")
@json_option
def COMMAND(before: str, after: str, as_json: bool) -> None:
    """Compare two runs: are they comparable, are the answers the same, and where does the difference come from?

    \b
    python -m optim compare 12 15
    python -m optim compare baseline last --json

    One pair of runs is no evidence that one is faster: python -m optim measure gives that. Exit code 1 when the runs
    are not comparable or their answers differ.
    """
    from db import queries

    engine = open_database()
    first, second = (queries.run(engine, find_run(engine, text)) for text in (before, after))
    reasons = incomparable(first, second)
    rows = phase_differences(first, second)
    if as_json:
        result = {"comparable": not reasons, "reasons": reasons, "same_answers": _same_answers(first, second)}
        result |= {"before_seconds": first.wall_seconds, "after_seconds": second.wall_seconds, "phases": rows}
        print_json(result)
    else:
        _print(first, second, reasons, rows)
    if reasons or not _same_answers(first, second):
        fail("; ".join(reasons) or "the answers differ: what is faster here is wrong", NO)


def incomparable(first: RunRecord, second: RunRecord) -> list[str]:
    """Why two runs can not be compared, one sentence each; empty when they can."""
    reasons = []
    pairs = {
        "workload": (first.workload and first.workload.fingerprint, second.workload and second.workload.fingerprint),
        "machine": (first.environment and first.environment.machine, second.environment and second.environment.machine),
        "cache state": (first.cache_state, second.cache_state),
    }
    for name, (one, two) in pairs.items():
        if one is None or two is None:
            reasons.append(f"the {name} of one of them is not known")
        elif one != two:
            reasons.append(f"the {name} differs ({one} and {two})")
    unfit = [one for one in (first, second) if one.status != "finished" or one.profiled]
    return reasons + [f"{one.label} is {'profiled' if one.profiled else one.status}" for one in unfit]


def _same_answers(first: RunRecord, second: RunRecord) -> bool:
    return first.results_fingerprint is not None and first.results_fingerprint == second.results_fingerprint


def phase_differences(first: RunRecord, second: RunRecord) -> list[dict[str, Any]]:
    """Self seconds by phase before and after, largest change first; the unaccounted rest is a row of its own."""
    from profiles.breakdown import unaccounted_seconds

    one, two = ({"/".join(phase.path): phase.self_seconds for phase in record.phases} for record in (first, second))
    rests = [unaccounted_seconds(record) for record in (first, second)]
    if None not in rests:
        one["unaccounted"], two["unaccounted"] = (float(rest or 0) for rest in rests)
    rows = [(path, one.get(path, 0.0), two.get(path, 0.0)) for path in {**one, **two}]
    rows.sort(key=lambda row: -abs(row[2] - row[1]))
    return [{"phase": path, "before": old, "after": new, "difference": new - old} for path, old, new in rows]


def _print(first: RunRecord, second: RunRecord, reasons: list[str], rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from cli._text import seconds

    console = Console()
    console.print(
        Text(f"{first.label}: {seconds(first.wall_seconds)}   {second.label}: {seconds(second.wall_seconds)}")
    )
    if first.wall_seconds and second.wall_seconds:
        ratio = first.wall_seconds / second.wall_seconds
        console.print(
            f"speedup {ratio:.3f}x, saving {(1 - 1 / ratio) * 100:.1f}% - of one pair of runs, which is no evidence"
        )
    for reason in reasons:
        console.print(Text(f"not comparable: {reason}"))
    table = Table("phase (self seconds)", box=None, pad_edge=False)
    for name in ("before", "after", "difference"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(Text(row["phase"]), seconds(row["before"]), seconds(row["after"]), f"{row['difference']:+.3f} s")
    console.print(table)
