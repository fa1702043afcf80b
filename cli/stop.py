"""``stop``: end a measurement that is at work."""

from __future__ import annotations

import dataclasses

import click

from cli._common import json_option, print_json
from services.places import open_database


@click.command()
@click.argument("measurement", required=False, type=click.IntRange(min=1))
@json_option
def COMMAND(measurement: int | None, as_json: bool) -> None:
    """Stop a measurement that is at work, or the one at work where none is named, and wait until it has stopped.

    \b
    quickwin stop
    quickwin stop 7

    It keeps what it has, and goes on with 'measure --continue' (or 'attribute --continue'). Only a process that is this
    measurement's is asked to stop, never another one that has its number.

    Exit codes: 0 stopped, 1 none is at work, 2 usage, 3 could not (another machine, another user), or no
    longer waited for.
    """
    from rich.console import Console

    from services import stopping

    engine, console = open_database(), Console(stderr=True)
    number = stopping.ask(engine, measurement)
    with console.status(f"measurement {number} is stopping") as line:
        stopped = stopping.wait(engine, number, line.update)
    if as_json:
        print_json({**dataclasses.asdict(stopped), "sentence": stopped.sentence})
    else:
        click.echo(stopped.sentence)
