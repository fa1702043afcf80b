"""``note``: a sentence that people keep on a run."""

from __future__ import annotations

import click

from cli._common import json_option, print_json
from services.finding import find_run
from services.places import open_database


@click.command()
@click.argument("run")
@click.argument("text")
@json_option
def COMMAND(run: str, text: str, as_json: bool) -> None:
    """Keep a note on a run, in place of the one before; an empty text takes it away. RUN is an id, a label, or 'last'.

    \b
    quickwin note 12 "the machine was busy"
    quickwin note 12 ""

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from services import editing

    engine = open_database()
    run_id = find_run(engine, run)
    sentence = editing.note(engine, run_id, text)
    if as_json:
        print_json({"runs": [run_id], "sentence": sentence})
    else:
        click.echo(sentence)
