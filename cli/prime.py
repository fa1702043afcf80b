"""``prime``: the caches filled, so that the next run is warm."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from cli._common import config_of, json_option, print_json
from cli._parameters import given_parameters, parameter_options
from cli._progress import progress_bar
from services.places import open_database


@click.command()
@click.option("--wins", default="all", show_default=True, help="Whose caches: all, none, kept, NAME,NAME, all-NAME.")
@parameter_options
@click.option(
    "--caches-dir", type=click.Path(path_type=Path), help="Where the caches are; by default below QUICKWIN_HOME."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
@json_option
def COMMAND(**options: Any) -> None:
    """Fill the built-in pipeline's caches by a run that does not count, so that the next run is warm.

    \b
    quickwin prime
    quickwin prime --wins NAME,NAME --tasks 10

    The run is kept in the history as "priming" and is evidence for nothing. Caches that are warm already stay as they
    are. A project's own command needs no priming: each of its warm runs primes a copy first.

    Exit codes: 0 the caches are warm; 2 usage, or a project with its own command; 3 the run could not be made.
    """
    from services.pipelines import parameters
    from services.running import Request, prime

    engine = open_database()
    config = config_of(options["wins"], engine)
    request = Request(config=config, parameters=parameters(given_parameters(options)), caches_dir=options["caches_dir"])
    run_id = prime(engine, request, partial(progress_bar, quiet=options["quiet"]))
    if options["as_json"]:
        print_json({"primed_by": run_id})
    else:
        click.echo(
            "The caches are warm already." if run_id is None else f"The caches are warm: primed by run {run_id}."
        )
