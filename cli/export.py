"""``export``: a run in another program's format."""

from __future__ import annotations

from pathlib import Path

import click

from services.finding import find_run
from services.places import open_database

FORMATS = ("json", "csv", "speedscope", "chrome", "log", "profile", "profile-speedscope")


@click.command()
@click.argument("run", default="last")
@click.option("--format", "form", type=click.Choice(FORMATS), default="json", show_default=True)
@click.option("--measurement", type=int, help="Write this measurement with its blocks and runs instead of a run.")
@click.option("--output", type=click.Path(path_type=Path), help="The file to write; by default stdout.")
def COMMAND(run: str, form: str, measurement: int | None, output: Path | None) -> None:
    """Write a run as JSON, CSV, a speedscope or Chrome trace file, or a log. RUN is an id, a label, or 'last'.

    'profile' is the run's pyinstrument session as it is kept, 'profile-speedscope' the same for speedscope.app.

    \b
    quickwin export 12 --format speedscope --output run12.speedscope.json
    quickwin export baseline --format csv > baseline.csv
    quickwin export --measurement 7 --output measurement7.json     another Quickwin imports it
    quickwin export 12 --format profile --output run12.pyisession

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from services.exporting import export_measurement, export_run
    from services.files import write_new

    engine = open_database()
    if measurement is not None:
        text = export_measurement(engine, measurement)
    else:
        text = export_run(engine, find_run(engine, run), form)
    if output is None:
        click.echo(text, nl=False)
        return
    write_new(output, text)
    click.echo(f"{output}: {len(text):,} characters", err=True)
