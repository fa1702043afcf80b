"""``measure --from-runs``: runs that are there, as evidence."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from cli._common import print_json
from services.finding import find_runs
from services.problems import NO, USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine


def from_runs(engine: Engine, before: Sequence[str], after: Sequence[str], as_json: bool) -> int:
    """Judges runs against runs, and prints what they say; gives the exit code. In a terminal it asks for what is not
    known of them."""
    from services.from_runs import MissingFacts, measure_from_runs

    if not before or not after:
        fail("two sides are needed: measure --from-runs 3-7 --against 8-12", USAGE)
    sides = [find_runs(engine, [word for text in texts for word in _split(text)]) for texts in (before, after)]
    try:
        result = measure_from_runs(engine, *sides)
    except MissingFacts as problem:
        if as_json or not sys.stdin.isatty():
            raise
        _ask(engine, problem.missing)
        result = measure_from_runs(engine, *sides)
    if as_json:
        print_json(asdict(result))
    else:
        again = "" if result.is_new else " (these runs were asked before)"
        click.echo(f"{result.before} against {result.after}{again}")
        click.echo(result.sentence)
    return 0 if result.verdict["verdict"] == "faster" else NO


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _ask(engine: Engine, missing: dict[int, tuple[str, ...]]) -> None:
    """A form in the terminal: each fact once, for all runs that lack it."""
    from db.queries import last_answers
    from services import editing
    from services.facts import QUESTIONS, read_facts

    last = last_answers(engine)
    for name in dict.fromkeys(name for names in missing.values() for name in names):
        runs = [run_id for run_id, names in missing.items() if name in names]
        asked = f"{QUESTIONS[name]} (run {', '.join(map(str, runs))})"
        text = click.prompt(asked, default=last.get(name) if name != "config" else None, err=True)
        click.echo(editing.assign(engine, runs, read_facts({name: text}, engine)), err=True)
