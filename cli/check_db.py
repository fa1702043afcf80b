"""``check-db``: is the database whole?"""

from __future__ import annotations

import dataclasses

import click

from cli._common import json_option, print_json
from services.places import open_database
from services.problems import NO


@click.command()
@json_option
def COMMAND(as_json: bool) -> None:
    """Read all of the database: its integrity, and each run against the checksum that it was stored with.

    \b
    quickwin check-db
    quickwin check-db --json

    Exit codes: 0 whole, 1 something is wrong (each thing is a line), 3 it can not be opened.
    """
    from cli._progress import counted
    from services.keeping import check, sqlite_sentence

    with counted("reading") as progress:
        health = check(open_database(), progress)
    if as_json:
        print_json({**dataclasses.asdict(health), "sqlite": sqlite_sentence()})
    else:
        for sentence in health.problems:
            click.echo(sentence)
        wrong = len(health.problems)
        click.echo(f"{health.runs:,} runs read; " + ("all of it is whole" if not wrong else f"{wrong} problems"))
        click.echo(sqlite_sentence(), err=True)
    raise SystemExit(NO if health.problems else 0)
