"""``backup``: a copy of the database while it is in use."""

from __future__ import annotations

from pathlib import Path

import click

from services.places import open_database


@click.command()
@click.argument("target", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def COMMAND(target: Path) -> None:
    """Copy the database to FILE while others may go on writing; the copy is checked before it gets its name.

    \b
    quickwin backup quickwin-2026-03-04.db

    Exit codes: 0 copied, 2 FILE is there already or this is no SQLite file, 3 could not.
    """
    from cli._progress import counted
    from services.keeping import backup

    with counted("copying") as progress:
        click.echo(backup(open_database(), target, progress))
