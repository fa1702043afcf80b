"""``run``: the pipeline once, recorded."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli._common import config_of, json_option, print_json
from cli._progress import progress_bar
from optim.arc.settings import Settings
from profiles.configs import Config
from services.places import open_database
from services.problems import USAGE, fail
from services.project import current_project

if TYPE_CHECKING:
    from optim.arc.runner import Finished

_PATH = click.Path(path_type=Path)


@click.command()
@click.option(
    "--wins", default="none", show_default=True, help="Which wins are on: all, none, kept, NAME,NAME, all-NAME."
)
@click.option("--tasks", default=100, show_default=True, help="How many of the smallest training tasks.")
@click.option("--task", "task_ids", multiple=True, metavar="ID", help="One task by its id; may be repeated.")
@click.option("--seed", default=0, show_default=True, help="Seed of the candidates.")
@click.option("--candidates", default=132, show_default=True, help="Candidate programs for each task.")
@click.option("--min-score", default=80, show_default=True, help="Percent of the full score that makes one eligible.")
@click.option("--limit", default=1.0, show_default=True, help="Seconds that one call of a program may take.")
@click.option("--memory", default=2048, show_default=True, help="MiB of memory that a worker may take.")
@click.option("--cold", "state", flag_value="cold", help="Begin with empty caches, in a folder of their own.")
@click.option("--warm", "state", flag_value="warm", help="Begin with primed caches; primes them first if need be.")
@click.option("--label", help="The run's name in the history; by default its wins and its cache state.")
@click.option("--workers", default=1, show_default=True, help="Processes that share the tasks.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="Spread tasks over the Dask cluster there, for example tcp://host:8786."
)
@click.option("--profile", is_flag=True, help="Keep a pyinstrument session with the run; it is then no evidence.")
@click.option("--tasks-dir", type=_PATH, help="A folder of ARC's JSON files instead of the default tasks.")
@click.option("--dsl", type=_PATH, help="A DSL module in the arc-dsl form; goes with --solvers.")
@click.option("--solvers", type=_PATH, help="A file of solve_ID or verify_ID programs over that DSL.")
@click.option("--caches-dir", type=_PATH, help="Where persistent caches are; by default below QUICKWIN_HOME.")
@click.option("--output", type=_PATH, help="Where accepted solvers are saved; by default below QUICKWIN_HOME.")
@click.option(
    "--log", type=_PATH, metavar="FILE", help="Also write a log that a person can read and that imports back."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
@json_option
def COMMAND(**options: Any) -> None:
    """Run the pipeline once over ARC tasks and record where the time went.

    \b
    python -m optim run --wins none --cold --label baseline
    python -m optim run --wins all --warm
    python -m optim run --wins NAME,NAME --tasks 10 --json
    python -m optim run --wins all-NAME --workers 2
    python -m optim run --tasks-dir arc/data/training --dsl arc-dsl/dsl.py --solvers arc-dsl/solvers.py

    Every finished task is stored at once: what was recorded survives whatever happens next.
    """
    from services.running import placed, prepared, run_and_store

    engine = open_database()
    settings = _settings(options, config_of(options["wins"], engine))
    work = prepared(settings)
    for sentence in work.skipped:
        click.echo(f"Warning: {sentence}", err=True)
    state = options["state"]
    label = options["label"] or f"{current_project().label(settings.wins)} {state or ''}".strip()
    with placed(settings, state if options["caches_dir"] is None else None, label) as found:
        settings = _own_folders(found, options)
        _prime(settings, work, state, engine, options)
        run_id, finished = run_and_store(settings, work, label, engine, partial(progress_bar, quiet=options["quiet"]))
    _write_log(finished, options["log"])
    _print(run_id, finished, settings, options["as_json"])


def _settings(options: dict[str, Any], config: Config) -> Settings:
    text: dict[str, Any] = {
        name: str(options[name].resolve()) if options[name] else None for name in ("tasks_dir", "dsl", "solvers")
    }
    names = ("tasks", "task_ids", "seed", "candidates", "min_score", "workers", "profile", "scheduler")
    same = {name: options[name] for name in names}
    try:
        return Settings(
            wins=config, limit_seconds=options["limit"], memory_bytes=options["memory"] * 1024**2, **same, **text
        )
    except ValueError as problem:
        fail(str(problem), USAGE)


def _own_folders(settings: Settings, options: dict[str, Any]) -> Settings:
    """The folders that the user named. Without --output, solvers go beside caches that the user named."""
    caches, output = options["caches_dir"], options["output"]
    if caches is not None:
        output = output or caches / "solvers"
        settings = replace(settings, caches_dir=str(caches.resolve()))
    return settings if output is None else replace(settings, output_dir=str(output.resolve()))


def _prime(settings: Settings, work: Any, state: str | None, engine: Any, options: dict[str, Any]) -> None:
    """Before a warm run: a run that does not count, unless the caches are primed for this workload already."""
    from optim.arc.runner import found_state
    from services.running import run_and_store

    if state == "warm" and found_state(settings, work) != "warm":
        run_and_store(
            replace(settings, profile=False), work, "priming", engine, partial(progress_bar, quiet=options["quiet"])
        )


def _write_log(finished: Finished, path: Path | None) -> None:
    if path is None:
        return
    from profiles.logs import write_log

    try:
        path.write_text(write_log(finished.record))
    except OSError as error:
        fail(f"the run is stored, but its log can not be written to {path}: {error.strerror}")


def _print(run_id: int, finished: Finished, settings: Settings, as_json: bool) -> None:
    record = finished.record
    failed = sum(task.status == "failed" for task in record.tasks)
    if as_json:
        names = (
            "key",
            "label",
            "wall_seconds",
            "cpu_seconds",
            "results_fingerprint",
            "errors",
            "timeouts",
            "cache_state",
        )
        print_json(
            {
                "id": run_id,
                **{name: getattr(record, name) for name in names},
                "failed": failed,
                "config": settings.config,
            }
            | {"workload": record.workload and record.workload.fingerprint, "status": record.status}
            | {"machine": record.environment and record.environment.machine, "counts": dict(record.counts)}
        )
        return
    from cli._text import run_summary

    click.echo(run_summary(run_id, record))
    click.echo(f"solvers   {settings.output_dir}")
