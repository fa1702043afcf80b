"""``run``: the pipeline once, recorded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli._common import config_of, json_option, print_json
from cli._parameters import given_parameters, parameter_options
from cli._progress import progress_bar
from services.crew import early_crew
from services.places import open_database
from services.problems import COULD_NOT, Problem, fail

if TYPE_CHECKING:
    from profiles.records import RunRecord
    from services.running import Executed

_PATH = click.Path(path_type=Path)


@click.command()
@click.option(
    "--wins", default="none", show_default=True, help="Which wins are on: all, none, kept, NAME,NAME, all-NAME."
)
@parameter_options
@click.option("--ref", help="The git branch or commit that is run, in a worktree; . is the folder as it is.")
@click.option("--cold", "state", flag_value="cold", help="Begin with empty caches; your own are set aside.")
@click.option("--warm", "state", flag_value="warm", help="Begin with primed caches; primes them first if need be.")
@click.option("--label", help="The run's name in the history; by default its wins and its cache state.")
@click.option("--profile", is_flag=True, help="Keep a pyinstrument session with the run; it is then no evidence.")
@click.option("--caches-dir", type=_PATH, help="Where persistent caches are; by default below QUICKWIN_HOME.")
@click.option("--output", type=_PATH, help="Where accepted solvers are saved; by default below QUICKWIN_HOME.")
@click.option(
    "--log", type=_PATH, metavar="FILE", help="Also write a log that a person can read and that imports back."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
@json_option
def COMMAND(**options: Any) -> None:
    """Run the project's pipeline once and record where the time went.

    \b
    quickwin run --wins none --cold --label baseline
    quickwin run --wins all --set rows=1000        a project's own command, with a parameter
    quickwin run --ref topic                       a branch of it, in a worktree
    quickwin run --wins NAME,NAME --tasks 10 --json
    quickwin run --tasks-dir arc/data/training --dsl arc-dsl/dsl.py --solvers arc-dsl/solvers.py

    Every finished task is stored at once: what was recorded survives whatever happens next. Options about tasks,
    candidates, DSL and solvers, --profile, --caches-dir and --output are the built-in pipeline's.

    Exit codes: 0 finished, 2 usage, 3 it could not be made, failed, or was interrupted (what was done is kept).
    """
    executed = _execute(options, given_parameters(options))
    for sentence in executed.notes:
        click.echo(f"Warning: {sentence}", err=True)
    _write_log(executed.record, options["log"])
    _print(executed, options["as_json"])
    if executed.record.status != "finished":
        clause, _, output = executed.record.notes[0].partition("; its last output:\n")
        if output:
            click.echo(output, err=True)
        above = "; its last output stands above" if output else ""
        fail(f"run {executed.run_id} {clause.splitlines()[0]}{above}", COULD_NOT)


def _execute(options: Mapping[str, Any], given: Mapping[str, Any]) -> Executed:
    with early_crew(given) as crew:
        from services.pipelines import parameters
        from services.running import Request, run_once

        engine = open_database()
        names = {"cache_state": "state", "label": "label", "profile": "profile", "ref": "ref"}
        request = Request(
            config=config_of(options["wins"], engine),
            parameters=parameters(given),
            caches_dir=options["caches_dir"],
            output=options["output"],
            **{field: options[name] for field, name in names.items()},
        )
        return run_once(engine, request, partial(progress_bar, quiet=options["quiet"]), crew)


def _write_log(record: RunRecord, path: Path | None) -> None:
    if path is None:
        return
    from profiles.logs import write_log
    from services.files import write_new

    try:
        write_new(path, write_log(record))
    except Problem as problem:
        fail(f"the run is stored, but its log is not: {problem}")


def _print(executed: Executed, as_json: bool) -> None:
    from profiles.configs import config_text

    record = executed.record
    if as_json:
        names = ("key", "label", "pipeline", "status", "wall_seconds", "cpu_seconds", "results_fingerprint")
        more = ("errors", "timeouts", "cache_state")
        failed = sum(task.status == "failed" for task in record.tasks)
        print_json(
            {"id": executed.run_id, **{name: getattr(record, name) for name in (*names, *more)}, "failed": failed}
            | {"config": config_text(record.config), "counts": dict(record.counts), "notes": list(record.notes)}
            | {"workload": record.workload and record.workload.fingerprint}
            | {"machine": record.environment and record.environment.machine}
        )
        return
    from cli._text import run_summary

    click.echo(run_summary(executed.run_id, record))
    if executed.output:
        click.echo(f"solvers   {executed.output}")
