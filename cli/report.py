"""``report``: the results, as Markdown and as one HTML file with charts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from cli._common import json_option, print_json
from cli._plan_option import plan_option
from services.account import REPORT, gather, load, newest_attribution
from services.files import write_file
from services.places import open_database


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
    python -m optim report
    python -m optim report --output RESULTS.md --html report.html
    python -m optim report --json

    The HTML file carries its charts and asks for nothing from outside. A file that is replaced is kept as FILE.bak.
    """
    from db.store import save_document
    from optim.plan.report import html_report, results_document
    from optim.plan.standing import standing
    from views.report import report_charts

    plan, engine = load(plan_file), open_database()
    output = output or Path(plan.results_file)
    evidence = gather(engine, plan).with_results(output.name)
    now = standing(plan, evidence)
    found, name = newest_attribution(engine) or (None, "")
    text = results_document(plan, evidence, now, attribution=found, attribution_name=name, written_at=datetime.now(UTC))
    said = [write_file(output, text)]
    save_document(engine, REPORT, output.name, text)
    if page is not None:
        said.append(write_file(page, html_report(text, f"{plan.phase} Results", report_charts(plan, evidence, found))))
    if as_json:
        files = [str(one) for one in (output, page) if one is not None]
        print_json(
            {
                "files": files,
                "odds": now.odds and now.odds.to_json(),
                "projection": now.projected and now.projected.to_json(),
            }
        )
        return
    for sentence in said:
        click.echo(sentence)
