"""``delete``: hide runs."""

from __future__ import annotations

import click

from cli._common import json_option, print_json
from services.finding import find_runs
from services.places import open_database


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@json_option
def COMMAND(runs: tuple[str, ...], as_json: bool) -> None:
    """Hide runs from every list; nothing is lost, and 'undo' brings them back. RUN is an id, a label, or a span.

    \b
    quickwin delete 12
    quickwin delete 3-7 nightly

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from services import editing

    engine = open_database()
    ids = find_runs(engine, runs)
    sentence = editing.delete(engine, ids)
    if as_json:
        print_json({"runs": ids, "sentence": sentence})
    else:
        click.echo(sentence)
