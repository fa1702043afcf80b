"""``track``: keep the tracker by hand: status, notes, checkpoint, ticks, dated lines, and the plan itself."""

from __future__ import annotations

from typing import Any

import click

from cli._common import json_option, print_json
from services.places import open_database
from services.problems import USAGE, fail
from services.project import current_project


@click.command()
@click.argument("win", required=False)
@click.option("--status", help="The win's status, as long as it is neither measured nor decided.")
@click.option("--notes", help="Notes about the win.")
@click.option("--checkpoint", "checkpoints", multiple=True, metavar="NAME=VALUE", help="A field of its checkpoint.")
@click.option("--line", "text", help="A dated line of the timeline about the win.")
@click.option("--at", "moment", metavar="'YYYY-MM-DD HH:MM'", help="When, for --line; default: now (UTC).")
@click.option("--title", help="The win's title, in the project file.")
@click.option("--planned", metavar="LOW-HIGH", help="The win's planned saving in percent, in the project file.")
@click.option("--hours", metavar="LOW-HIGH", help="How long the win may take to build, in the project file.")
@click.option("--hypothesis", help="Why it should help, in the project file.")
@click.option("--implementation", help="What it does, in the project file.")
@click.option("--tick", "ticked", multiple=True, metavar="LINE", help="A line of the checklist, or a part of it.")
@click.option("--untick", "unticked", multiple=True, metavar="LINE", help="Takes a tick of your own back.")
@click.option("--target", metavar="LOW-HIGH", help="The seconds to reach, in the project file.")
@click.option("--who", help="Who writes it; default: the user's name.")
@json_option
def COMMAND(who: str | None, as_json: bool, **given: Any) -> None:
    """Keep the tracker by hand, or see who wrote what and when. WIN is its name or its number in the tracker.

    \b
    quickwin track                                   the log: what was written, when and by whom
    quickwin track 2 --status "in progress" --notes "the key is too narrow"
    quickwin track 2 --checkpoint "Unit tests=4/4 passed" --line "tried it on ten tasks"
    quickwin track --tick "Local single-task test"
    quickwin track 2 --planned 4-8 --hypothesis "most validations miss"
    quickwin track --target 10-12

    An empty text takes back what was there. Nothing is overwritten: every change stays in the log. The plan (title,
    planned, hours, hypothesis, implementation, target) is written into the project file, comments and order kept; the
    worked example's is copied into the current folder first. A tick by hand is shown as one, beside the evidence's.

    Exit codes: 0 done, 2 usage, 3 could not.
    """
    from services.tracking import track

    project, engine = current_project(), open_database()
    changes = _changes(project, given)
    if not changes:
        _show(engine, project, given["win"], as_json)
        return
    clauses = track(engine, project, changes, who)
    if as_json:
        print_json({"changes": list(clauses)})
        return
    for clause in clauses or ("all of it was written already, nothing changed",):
        click.echo(clause)


def _changes(project: Any, given: dict[str, Any]) -> list[Any]:
    from services.deciding import find_win
    from services.tracking import Change

    win = find_win(project, given["win"]).name if given["win"] else None
    of_win: dict[str, Any] = {name: given[name] for name in ("status", "notes", "title", "hours", "hypothesis")}
    of_win |= {"implementation": given["implementation"], "target_percent": given["planned"]}
    of_win |= {f"checkpoint {name.strip()}": value for name, value in map(_pair, given["checkpoints"])}
    of_win[f"line {given['moment']}" if given["moment"] else "line"] = given["text"]
    changes = [Change(win=win, field=name, value=value) for name, value in of_win.items() if value is not None]
    if changes and win is None:
        fail(f"--{changes[0].field.split(' ')[0]} is of a win: name one, such as track 2 --status TEXT", USAGE)
    changes += [Change(field=f"tick {text}", value="x") for text in given["ticked"]]
    changes += [Change(field=f"tick {text}", value="") for text in given["unticked"]]
    return changes + ([Change(field="target.seconds", value=given["target"])] if given["target"] is not None else [])


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        fail(f"--checkpoint needs NAME=VALUE, such as 'Unit tests=4/4 passed', got {text!r}", USAGE)
    return name, value


def _show(engine: Any, project: Any, win: str | None, as_json: bool) -> None:
    from services.deciding import find_win
    from services.tracking import history

    entries = history(engine, project, find_win(project, win).name if win else None)
    if as_json:
        print_json([{name: getattr(entry, name) for name in entry.__slots__} for entry in entries])
        return
    for entry in entries:
        click.echo(entry.sentence)
    if not entries:
        click.echo("nothing was written into the tracker by hand yet", err=True)
