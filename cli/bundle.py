"""``bundle``: one file that measures the project on a machine elsewhere."""

from __future__ import annotations

from pathlib import Path

import click

from cli._common import json_option, print_json


@click.command()
@click.option(
    "--output", type=click.Path(path_type=Path), default=Path("quickwin_bundle.py"), show_default=True,
    help="The file to write.",
)  # fmt: skip
@json_option
def COMMAND(output: Path, as_json: bool) -> None:
    """Write one file that measures this project elsewhere: in a notebook, on Kaggle, on a server without internet.

    It needs Python 3.9 or later and nothing else. Lay it beside what the project's command runs; there:

    \b
    quickwin bundle --output kaggle/quickwin_bundle.py
    python quickwin_bundle.py measure none all --blocks 8 --minutes 60
    from quickwin_bundle import measure; measure("none", "all", blocks=8, minutes=60)     in a notebook's cell

    It runs interleaved blocks of fresh processes, shows the ratios as they come, and goes on where it was killed. The
    journal that it writes, or any log or notebook that shows its lines, comes home by 'import' and is judged here.

    Exit codes: 0 written, 2 usage, or a project without a command of its own, 3 could not.
    """
    from services.bundling import write_bundle

    bundled = write_bundle(output)
    if as_json:
        print_json({"path": str(bundled.path), "bytes": bundled.size, "takes": bundled.takes, "notes": bundled.notes})
        return
    click.echo(f"{bundled.path}: {bundled.size:,} bytes")
    click.echo(f"Beside it there: {', '.join(bundled.takes)}.")
    for note in bundled.notes:
        click.echo(f"Note: {note}")
