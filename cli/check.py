"""``check``: is the project fit to be measured?"""

from __future__ import annotations

from typing import Any

import click

from cli._common import json_option, print_json
from cli._parameters import set_option
from services.problems import NO, fail

_MARKS = {"ok": "ok    ", "note": "note  ", "fail": "FAIL  "}


@click.command()
@set_option
@json_option
def COMMAND(assignments: tuple[str, ...], as_json: bool) -> None:
    """Try the project's command out before it is measured: the baseline twice, each win once.

    \b
    quickwin check
    quickwin check --set rows=1000        on a smaller workload
    quickwin check --json

    It says in plain words whether the command runs, where its time is found, whether its answers are the same twice,
    what it keeps for the next run, what each switch changes, how noisy it is, and how long a measurement takes. Nothing
    is stored.

    Exit codes: 0 fit to be measured, 1 something would make measurements worthless, 2 usage, 3 could not.
    """
    from rich.console import Console

    from cli._parameters import given_parameters
    from services.checking import check, is_worthless

    console, findings = Console(stderr=True), []
    with console.status("starting") as line:
        for finding in check(given_parameters({"assignments": assignments}), line.update):
            findings.append(finding)
            if not as_json:
                click.echo(_MARKS[finding.kind] + finding.sentence)
    worthless = is_worthless(findings)
    if as_json:
        plain: list[dict[str, Any]] = [{"kind": remark.kind, "sentence": remark.sentence} for remark in findings]
        print_json({"fit": not worthless, "findings": plain})
    if worthless:
        fail("measurements would be worthless until what is marked FAIL is mended", NO)
    if not as_json:
        click.echo("Next: quickwin measure none all")
