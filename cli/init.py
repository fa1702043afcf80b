"""``init``: a project file for a command of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from services.problems import USAGE, fail


@click.command()
@click.option("--command", help='What is measured, such as "python etl.py --rows {rows}".')
@click.option("--name", help="The project's name; by default the folder's.")
@click.option(
    "--win", "wins", multiple=True, metavar="NAME=SWITCH", help="A win: fast=--fast, fast=FAST=1, or fast=ref:BRANCH."
)
@click.option("--set", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter, {NAME} in the command.")
@click.option("--input", "inputs", multiple=True, metavar="PATTERN", help="Files that it reads, such as data/*.csv.")
@click.option(
    "--answers", multiple=True, metavar="PATTERN", help="Where its answers are: files such as out/*.csv, or stdout."
)
@click.option("--digits", type=click.IntRange(1, 17), help="Numbers in the answers count to so many digits.")
@click.option("--cache", "caches", multiple=True, metavar="PATH", help="A folder or file that it keeps between runs.")
@click.option("--reset", multiple=True, metavar="COMMAND", help="Runs before each run, untimed, such as 'rm -rf out'.")
@click.option("--timeout", "timeout_seconds", default=600.0, show_default=True, help="Seconds a run may take.")
@click.option("--ask/--no-ask", default=None, help="Ask for what is not given; by default in a terminal.")
@click.option("--force", is_flag=True, help="Write another file; the one that is there is kept as quickwin.toml.old.")
def COMMAND(command: str | None, ask: bool | None, force: bool, **options: Any) -> None:
    """Write quickwin.toml for a command of your own: from these options, or asking in a terminal.

    \b
    quickwin init
    quickwin init --command "python etl.py --rows {rows}" --set rows=200000 \\
        --win vectorize=--vectorize --win fast_io=FAST_IO=1 --answers "out/*.csv" --cache .cache
    quickwin init --command "sort big.txt" --win parallel=--parallel=2 --answers stdout

    Next: quickwin check tries it out, quickwin measure none all measures it.

    Exit codes: 0 written, 2 usage, or a project file is there already, 3 could not.
    """
    from services.starting import Said, begin_project

    if command is None:
        if not (sys.stdin.isatty() if ask is None else ask):
            fail('a command is needed, such as --command "python etl.py"; in a terminal you are asked', USAGE)
        options = {**options, **_asked(options)}
        command = options.pop("command")
    path = begin_project(Said(command=command or "", **options), Path.cwd(), force)
    click.echo(f"Wrote {path}. Next: quickwin check")


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    """The answers of a few questions; an empty one leaves a thing out."""
    from optim.project.file import default_name
    from services.starting import unnamed

    name = options["name"] or click.prompt("The project's name", default=default_name(Path.cwd().resolve()))
    command = click.prompt("The command that is measured, such as python etl.py --rows {rows}")
    given = list(options["parameters"])
    given += [f"{slot}={click.prompt(f'The value of {{{slot}}}')}" for slot in unnamed(command, given)]
    wins = list(options["wins"]) or _several("A win and its switch: fast=--fast, fast=FAST=1, fast=ref:branch")
    answers = list(options["answers"]) or _several("Its answers: files such as out/*.csv, or stdout")
    caches = list(options["caches"]) or _several("A folder or file that it keeps between runs, such as .cache")
    return {"name": name, "command": command, "parameters": given, "wins": wins, "answers": answers, "caches": caches}


def _several(question: str) -> list[str]:
    """Answers until an empty one."""
    answers: list[str] = []
    while answer := click.prompt(f"{question} (empty: no more)", default="", show_default=False).strip():
        answers.append(answer)
    return answers
