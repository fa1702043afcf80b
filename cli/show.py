"""``show``: one run."""

from __future__ import annotations

from typing import Any

import click

from cli._common import json_option, print_json
from services.finding import find_run
from services.places import open_database


@click.command()
@click.argument("run", default="last")
@json_option
def COMMAND(run: str, as_json: bool) -> None:
    """Show one run: where its time went, what its caches did, its slowest tasks. RUN is an id, a label, or 'last'.

    \b
    quickwin show
    quickwin show 12
    quickwin show baseline --json

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from db import queries
    from services.facts import stated_words

    engine = open_database()
    run_id = find_run(engine, run)
    record = queries.run(engine, run_id)
    stated = stated_words(engine, run_id)
    if as_json:
        print_json({"id": run_id, **record.to_json(), "stated": stated})
        return
    from cli._text import run_summary

    click.echo(run_summary(run_id, record))
    for clause in stated:
        click.echo(f"stated    {clause}")
    _tables(record)


def _tables(record: Any) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from cli._text import phase_lines, seconds

    phases = Table("phase", "category", box=None, pad_edge=False)
    for name in ("total", "self", "calls"):
        phases.add_column(name, justify="right")
    for *texts, calls in phase_lines(record):
        phases.add_row(*(Text(text) for text in texts), str(calls or ""))
    slowest = Table("slowest tasks", "seconds", box=None, pad_edge=False)
    for task in sorted(record.tasks, key=lambda task: -(task.seconds or 0))[:5]:
        slowest.add_row(Text(task.task_id), seconds(task.seconds))
    console = Console()
    for table in (phases, slowest):
        if table.row_count:
            console.print()
            console.print(table)
    for finding in record.findings:
        console.print(Text(f"{finding.severity}: {finding.claimed} - {finding.follows}"))
    for note in record.notes:
        console.print(Text(f"note: {note}"))
