"""``rename``: a run's label."""

from __future__ import annotations

import click

from cli._common import json_option, print_json
from services.finding import find_run
from services.places import open_database


@click.command()
@click.argument("run")
@click.argument("label")
@json_option
def COMMAND(run: str, label: str, as_json: bool) -> None:
    """Give a run another label. RUN is an id, a label, or 'last'.

    \b
    quickwin rename last "Kaggle, before the wins"
    quickwin rename 12 nightly

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from services import editing

    engine = open_database()
    run_id = find_run(engine, run)
    sentence = editing.rename(engine, run_id, label)
    if as_json:
        print_json({"runs": [run_id], "sentence": sentence})
    else:
        click.echo(sentence)
