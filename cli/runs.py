"""``runs``: the history."""

from __future__ import annotations

from typing import Any

import click

from cli._common import config_of, json_option, print_json
from profiles.configs import stored_text
from services.places import open_database
from services.project import current_project


@click.command()
@click.option("--limit", default=20, show_default=True, help="How many, newest first.")
@click.option("--text", help="Only runs with this text in their label, note, tags or file name.")
@click.option("--config", help="Only runs with exactly these wins on, for example all or all-NAME.")
@click.option("--status", type=click.Choice(["running", "finished", "interrupted", "failed"]), help="Only these.")
@click.option("--cache-state", type=click.Choice(["cold", "warm", "unknown"]), help="Only these.")
@click.option("--machine", help="Only runs from there.")
@click.option("--tag", help="Only runs with this tag.")
@click.option("--deleted", is_flag=True, default=None, help="Only runs that were deleted; undo brings them back.")
@click.option("--source", help="Only runs from there: measured, or imported:FORMAT.")
@json_option
def COMMAND(limit: int, as_json: bool, **filters: Any) -> None:
    """List the runs that were recorded or imported, newest first.

    \b
    quickwin runs
    quickwin runs --config all --cache-state warm --limit 5
    quickwin runs --text kaggle --json

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from db import queries

    engine = open_database()
    chosen: Any = {name: value for name, value in filters.items() if value is not None}
    if "config" in chosen:
        chosen["config"] = stored_text(config_of(chosen["config"], engine))
    rows = queries.run_rows(engine, limit=limit, **chosen)
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("No runs yet; quickwin run records one." if not chosen else "No run fits these filters.")
        return
    _table(rows, queries.run_count(engine, **chosen))


#: From this many columns of the terminal on, everything is shown; below, what a line can do without is left out.
_WIDE = 120
#: Beside label and wins: width of the other columns with the gaps between all of them.
_REST = {True: 76, False: 49}
_EXTRA = ("overhead", "tasks", "failed")


def _table(rows: list[dict[str, Any]], total: int) -> None:
    from rich.console import Console

    console = Console()
    wide = console.width >= _WIDE
    table = _empty_table(console.width - _REST[wide], wide)
    for row in rows:
        table.add_row(*_cells(row, wide))
    console.print(table)
    shown = {"started_at", "config", "cache_state"}
    if any(shown & set(str(row["stated"] or "").split(", ")) for row in rows):
        console.print("* as stated: no log says it")
    if total > len(rows):
        console.print(f"{len(rows)} of {total} runs; --limit shows more")


def _empty_table(room: int, wide: bool) -> Any:
    """``room`` is what label and wins share; what is longer is cut and ends in an ellipsis, a row stays one line."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    widths = {"label": max(room * 3 // 5, 12), "wins": max(room * 2 // 5, 8)}
    for name in ("id", "started", "label", "wins", "caches", "status"):
        table.add_column(name, no_wrap=True, overflow="ellipsis", max_width=widths.get(name))
    for name in ("seconds", *(_EXTRA if wide else ())):
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _cells(row: dict[str, Any], wide: bool) -> list[Any]:
    from cli._text import percent, seconds

    started = row["started_at"].strftime("%Y-%m-%d %H:%M" if wide else "%m-%d %H:%M") if row["started_at"] else ""
    config = current_project().label(row["config"]) if row["config"] else "unknown"
    mark = dict.fromkeys(str(row["stated"] or "").split(", "), "*")
    started, config, caches = (
        f"{text}{mark.get(name, '')}"
        for name, text in (("started_at", started), ("config", config), ("cache_state", row["cache_state"]))
    )
    cells = [row["id"], started, row["label"], config, caches, row["status"]]
    extra = [percent(row["overhead_share"]), row["tasks"], row["failed"]] if wide else []
    return [_plain(value) for value in (*cells, seconds(row["wall_seconds"]), *extra)]


def _plain(value: object) -> Any:
    from rich.text import Text

    return Text("" if value is None else str(value))
