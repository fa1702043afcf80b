"""``move``: take runs to another database."""

from __future__ import annotations

import click

from cli._common import json_option, print_json
from services.finding import find_runs
from services.places import open_database


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
@click.option("--to", required=True, metavar="DATABASE", help="A SQLite file (made where needed) or an address.")
@json_option
def COMMAND(runs: tuple[str, ...], to: str, as_json: bool) -> None:
    """Take runs to another database of this project. RUN is an id, a label, or a span.

    \b
    quickwin move 1-24 --to archive.db
    quickwin move nightly --to postgresql://me@host/team

    Tags, notes, what was stated and profiles go along, and measurements all of whose runs do. Each copy is compared
    with what it is of; then the runs are hidden here, and 'undo' brings them back. Decisions and the tracker stay.
    Killed in between, nothing is lost, and the same command goes on.

    Exit codes: 0 moved, 2 usage, 3 could not.
    """
    from cli._progress import counted
    from services.moving import move

    engine = open_database()
    ids = find_runs(engine, runs)
    with counted("moving") as progress:
        sentences = move(engine, ids, to, progress)
    if as_json:
        print_json({"runs": ids, "sentences": sentences})
        return
    for sentence in sentences:
        click.echo(sentence)
