"""``tag``: words on runs."""

from __future__ import annotations

import click

from cli._common import json_option, print_json
from services.finding import find_runs
from services.places import open_database


@click.command()
@click.argument("name")
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--off", is_flag=True, help="Take the tag off instead.")
@json_option
def COMMAND(name: str, runs: tuple[str, ...], off: bool, as_json: bool) -> None:
    """Put a tag on runs, or take it off. RUN is an id, a label, 'last', or a span such as 3-7.

    The tags baseline and final say what a run is in the plan.

    \b
    quickwin tag nightly 3-7
    quickwin tag baseline 4
    quickwin tag nightly last --off

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from services import editing

    engine = open_database()
    ids = find_runs(engine, runs)
    sentence = (editing.untag if off else editing.tag)(engine, ids, name)
    if as_json:
        print_json({"runs": ids, "sentence": sentence})
    else:
        click.echo(sentence)
