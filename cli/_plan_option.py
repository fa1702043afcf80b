"""The option that names another plan."""

from __future__ import annotations

import click

plan_option = click.option(
    "--plan",
    "plan_file",
    type=click.Path(dir_okay=False),
    help="A plan other than QUICKWIN_PLAN or the one that comes with it.",
)
