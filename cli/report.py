"""``report``: the results, as Markdown and as one HTML file with charts."""

from __future__ import annotations

from pathlib import Path

import click

from cli._common import json_option, print_json
from cli._plan_option import plan_option
from services.places import open_database
from services.project import current_project


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.  [default: PHASE_RESULTS.md]",
)
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write this HTML file too.")
@plan_option
@json_option
def COMMAND(output: Path | None, page: Path | None, plan_file: str | None, as_json: bool) -> None:
    """Write what came out: verdicts, decisions, attribution, projection and odds, and what is not known.

    \b
    quickwin report
    quickwin report --output RESULTS.md --html report.html
    quickwin report --json

    The HTML file carries its charts and asks for nothing from outside. A file that is replaced is kept as FILE.bak.

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from services.documents import write_results

    written = write_results(open_database(), current_project(plan_file), output, page)
    now = written.account.standing
    if as_json:
        print_json(
            {
                "files": [str(file) for file in written.files],
                "odds": now.odds and now.odds.to_json(),
                "projection": now.projected and now.projected.to_json(),
            }
        )
        return
    for sentence in written.sentences:
        click.echo(sentence)
