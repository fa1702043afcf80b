"""``tracker``: the progress tracker as Markdown, out and in."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli._common import json_option, print_json
from cli._plan_option import plan_option
from services.account import MOST, TRACKER, gather, imported_trackers, load
from services.files import read_text, write_file
from services.places import open_database
from services.problems import fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from optim.plan.tracker_document import TrackerDocument
    from optim.project.records import Plan


@click.command()
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, not to stdout.")
@click.option(
    "--import", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read a tracker in."
)
@plan_option
@json_option
def COMMAND(output: Path | None, source: Path | None, plan_file: str | None, as_json: bool) -> None:
    """Print the progress tracker, filled from plan and evidence; or read one in.

    \b
    python -m optim tracker
    python -m optim tracker --output TRACKER.md
    python -m optim tracker --import TRACKER.md
    python -m optim tracker --plan my_plan.toml --json

    What an imported tracker holds beyond plan and evidence is kept: it fills what is pending, marked as imported; what
    has no place in a tracker stands under "Notes (imported)". A file that is replaced is kept as FILE.bak.
    """
    plan, engine = load(plan_file), open_database()
    if source is not None:
        _import(engine, plan, source, as_json)
        if output is None:
            return
    from optim.plan.tracker import document
    from optim.plan.tracker_document import write
    from optim.plan.tracker_merge import merge

    filled = merge(plan, document(plan, gather(engine, plan)), imported_trackers(engine))
    if output is not None:
        click.echo(write_file(output, write(filled)), err=True)
    elif as_json:
        print_json(dataclasses.asdict(filled))
    else:
        click.echo(write(filled), nl=False)


def _import(engine: Engine, plan: Plan, source: Path, as_json: bool) -> None:
    from db import queries
    from db.store import save_document
    from optim.evidence.records import TrackerEvidence
    from optim.plan.tracker import NotATracker, document, parse
    from optim.plan.tracker_merge import differences

    text = read_text(source)
    try:
        found = parse(text)
    except NotATracker as problem:
        fail(f"{source}: {problem}")
    digest = hashlib.sha256(text.encode()).hexdigest()
    known = digest in set(queries.documents(engine, TRACKER, limit=MOST)["digest"])
    if not known:
        save_document(engine, TRACKER, source.name, text, digest)
    differs = list(differences(document(plan, TrackerEvidence()), found))
    if as_json:
        placed = {**_placed(found), "leftovers": [dataclasses.asdict(one) for one in found.leftovers]}
        print_json({"file": source.name, "new": not known, **placed, "differences": differs})
        return
    _tell(source, found, differs, known)


def _placed(found: TrackerDocument) -> dict[str, int]:
    return {"wins": len(found.wins), "entries": len(found.entries), "checks": len(found.checks)}


def _tell(source: Path, found: TrackerDocument, differs: list[str], known: bool) -> None:
    what = ", ".join(f"{count} {name}" for name, count in _placed(found).items())
    click.echo(f"{source.name} was imported before; nothing changed" if known else f"imported {source.name}: {what}")
    for sentence in differs:
        click.echo(f"differs  {sentence}")
    for one in found.leftovers:
        click.echo(f"kept     {one.heading or 'the beginning'}: {len(one.text.splitlines())} lines without a place")
