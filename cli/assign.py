"""``assign``: say of runs what their logs do not."""

from __future__ import annotations

from typing import Any

import click

from cli._common import json_option, print_json
from cli._facts_options import facts_options, texts_of
from services.finding import find_runs
from services.places import open_database


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--as", "role", metavar="ROLE", help="What it is in the plan: baseline, final, run, or win:NAME.")
@facts_options
@json_option
def COMMAND(runs: tuple[str, ...], role: str | None, as_json: bool, **options: Any) -> None:
    """Say of one run or many what their logs do not: config, machine, caches, date, workload, pipeline, role.

    RUN is an id, a label, 'last', or a span such as 3-7. What a log says itself stays; 'unknown' takes back what was
    said.

    \b
    quickwin assign 4 --as baseline --machine Kaggle --caches cold
    quickwin assign 5-9 --config NAME --machine Kaggle --caches cold
    quickwin assign last --date "2026-11-23 20:43"
    quickwin assign 7 --machine unknown

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from services import editing
    from services.facts import read_facts

    engine = open_database()
    ids = find_runs(engine, runs)
    sentence = editing.assign(engine, ids, read_facts(texts_of(options, role), engine))
    if as_json:
        print_json({"runs": ids, "sentence": sentence})
    else:
        click.echo(sentence)
