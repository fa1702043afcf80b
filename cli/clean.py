"""``clean``: what takes room, and its removal."""

from __future__ import annotations

import dataclasses
import sys

import click

from cli._common import json_option, print_json
from services.places import open_database
from services.problems import NO, USAGE, fail


@click.command()
@click.option("--dry-run", is_flag=True, help="Only list it.")
@click.option("--yes", is_flag=True, help="Remove without asking.")
@json_option
def COMMAND(dry_run: bool, yes: bool, as_json: bool) -> None:
    """List what takes room, with sizes, and remove it after a question: what killed runs left, worktrees of refs,
    primed caches, outputs of runs, logs and backups.

    \b
    quickwin clean --dry-run
    quickwin clean
    quickwin clean --yes

    Runs, measurements and decisions are in the database and stay, as does what a living process uses, and a journal
    that tells more than the database. Without primed caches the next warm run primes them again.

    Exit codes: 0 done or nothing to do, 1 nothing was removed, 2 usage, 3 something could not be removed.
    """
    from services import cleaning

    if not (dry_run or yes or sys.stdin.isatty()):
        fail("nobody can be asked here whether to remove it: add --yes to remove or --dry-run to look only", USAGE)
    items = cleaning.items(open_database())
    chosen = [item for item in items if not item.used_by]
    size = sum(item.bytes for item in chosen) / 1e6
    if not as_json:
        for item in items:
            click.echo(item.sentence)
    gone: list[cleaning.Item] = []
    problems: list[str] = []
    if dry_run or not chosen:
        if not as_json:
            click.echo(f"{size:.1f} MB could be freed; quickwin clean does" if chosen else "there is nothing to remove")
    else:
        if not yes and not click.confirm(f"Remove all of it ({size:.1f} MB)?", err=True):
            fail("nothing was removed", NO)
        gone, problems = cleaning.remove(chosen)
        if not as_json:
            click.echo(f"{sum(item.bytes for item in gone) / 1e6:.1f} MB freed, {len(gone)} removed")
    if as_json:
        rows = [{**dataclasses.asdict(item), "removed": item in gone} for item in items]
        print_json({"items": rows, "bytes_freed": sum(item.bytes for item in gone)})
    if problems:
        fail("; ".join(problems))
