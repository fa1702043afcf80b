"""``undo``: bring deleted runs back."""

from __future__ import annotations

import click

from cli._common import json_option, print_json
from services.finding import find_runs
from services.places import open_database


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN...]")
@json_option
def COMMAND(runs: tuple[str, ...], as_json: bool) -> None:
    """Bring deleted runs back: those that were deleted last, or those that are named. RUN is an id or a span.

    \b
    quickwin undo
    quickwin undo 12 15-17

    Exit codes: 0 done, 1 nothing is deleted, 2 usage, 3 could not.
    """
    from services import editing

    engine = open_database()
    ids = find_runs(engine, runs) if runs else editing.last_deleted(engine)
    sentence = editing.undo(engine, ids)
    if as_json:
        print_json({"runs": ids, "sentence": sentence})
    else:
        click.echo(sentence)
