"""``runs``: the history."""

from __future__ import annotations

from typing import Any

import click

from optim.commands._common import json_option, open_database


@click.command()
@click.option("--limit", default=20, show_default=True, help="How many, newest first.")
@click.option("--text", help="Only runs with this text in their label, note, tags or file name.")
@click.option("--config", help="Only runs with exactly these wins on, for example all or early_exit.")
@click.option("--status", type=click.Choice(["running", "finished", "interrupted", "failed"]), help="Only these.")
@click.option("--cache-state", type=click.Choice(["cold", "warm", "unknown"]), help="Only these.")
@click.option("--source", help="Only runs from there: measured, or imported:FORMAT.")
@json_option
def COMMAND(limit: int, as_json: bool, **filters: Any) -> None:
    """List the runs that were recorded or imported, newest first.

    \b
    python -m optim runs
    python -m optim runs --config all --cache-state warm --limit 5
    python -m optim runs --text kaggle --json
    """
    from db import queries, store

    engine = open_database()
    store.mark_interrupted(engine)
    chosen: Any = {name: value for name, value in filters.items() if value is not None}
    found = queries.runs(engine, limit=limit, **chosen)
    if as_json:
        click.echo(found.to_json(orient="records", date_format="iso"))
        return
    if found.empty:
        click.echo("No runs yet; python -m optim run records one." if not chosen else "No run fits these filters.")
        return
    _table(found, queries.run_count(engine, **chosen))


def _table(found: Any, total: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from optim.commands._text import percent, seconds

    table = Table("id", "started", "label", "wins", "caches", "status", box=None, pad_edge=False)
    for name in ("seconds", "overhead", "tasks", "failed"):
        table.add_column(name, justify="right")
    for row in found.astype(object).where(found.notna(), None).to_dict("records"):
        started = row["started_at"].strftime("%Y-%m-%d %H:%M") if row["started_at"] else ""
        words = [row["id"], started, row["label"], row["config"] or "unknown", row["cache_state"], row["status"]]
        figures = [seconds(row["wall_seconds"]), percent(row["overhead_share"]), row["tasks"], row["failed"]]
        table.add_row(*(_plain(value) for value in (*words, *figures)))
    console = Console()
    console.print(table)
    if total > len(found):
        console.print(f"{len(found)} of {total} runs; --limit shows more")


def _plain(value: object) -> Any:
    from rich.text import Text

    return Text("" if value is None else str(value))
