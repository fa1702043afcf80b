"""``tracker``: the progress tracker as Markdown, out and in."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli._common import json_option, print_json
from cli._plan_option import plan_option
from services.files import read_text, write_file
from services.places import open_database
from services.problems import USAGE, fail
from services.project import current_project

if TYPE_CHECKING:
    from optim.plan.tracker_document import TrackerDocument
    from services.documents import ReadTracker


@click.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, not to stdout.")
@click.option(
    "--import", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read a tracker in."
)
@click.option("--adopt", is_flag=True, help="With --import: titles, targets, estimates go into the project file.")
@click.option("--who", help="Who wrote what is read in; default: the user's name.")
@plan_option
@json_option
def COMMAND(
    output: Path | None, source: Path | None, adopt: bool, who: str | None, plan_file: str | None, as_json: bool
) -> None:
    """Print the progress tracker, filled from plan and evidence; or read one in.

    \b
    quickwin tracker
    quickwin tracker --output TRACKER.md
    quickwin tracker --import TRACKER.md
    quickwin tracker --import TRACKER.md --adopt
    quickwin tracker --plan my_plan.toml --json

    What people wrote into an imported tracker goes into the log of edits (track shows it): it fills what is pending,
    marked as imported, and stands beside what plan and evidence say. Text of one's own stays where it stood. What the
    plan says otherwise is named; --adopt puts it into the project file. A file that is replaced is kept as FILE.bak.

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    project, engine = current_project(plan_file), open_database()
    from optim.plan.tracker_document import write
    from services.documents import read_tracker, tracker_filled

    if adopt and source is None:
        fail("--adopt goes with --import: it takes what a tracker says into the project file", USAGE)
    if source is not None:
        _tell(source, read_tracker(engine, project, read_text(source), source.name, adopt=adopt, who=who), as_json)
        project = current_project(plan_file)
        if output is None:
            return
    filled = tracker_filled(engine, project)
    if output is not None:
        click.echo(write_file(output, write(filled)), err=True)
    elif as_json:
        print_json(dataclasses.asdict(filled))
    else:
        click.echo(write(filled), nl=False)


def _placed(tracker_document: TrackerDocument) -> dict[str, int]:
    return {
        "wins": len(tracker_document.wins),
        "entries": len(tracker_document.entries),
        "checks": len(tracker_document.checks),
    }


def _tell(source: Path, tracker: ReadTracker, as_json: bool) -> None:
    placed, leftovers = _placed(tracker.document), tracker.document.leftovers
    if as_json:
        kept = [dataclasses.asdict(leftover) for leftover in leftovers]
        known = {"file": source.name, "new": tracker.is_new, **placed, "leftovers": kept}
        changes = {"edits": list(tracker.edits), "adopted": list(tracker.adopted)}
        print_json({**known, "differences": list(tracker.differences), **changes})
        return
    what = ", ".join(f"{count} {name}" for name, count in placed.items())
    was_there = f"{source.name} was imported before; nothing changed"
    click.echo(f"imported {source.name}: {what}" if tracker.is_new else was_there)
    for sentence in tracker.adopted:
        click.echo(f"adopted  {sentence}")
    for sentence in tracker.edits:
        click.echo(f"edit     {sentence}")
    for sentence in tracker.differences:
        click.echo(f"differs  {sentence}")
    for leftover in leftovers:
        click.echo(
            f"kept     {leftover.heading or 'the beginning'}: {len(leftover.text.splitlines())} lines without a place"
        )
