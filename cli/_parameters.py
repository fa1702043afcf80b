"""The options that say what a run works on: the built-in pipeline's own, and ``--set`` for every project's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from services.problems import USAGE, fail

_PATH = click.Path(path_type=Path)
#: Options that are parameters of the built-in pipeline, by parameter.
BUILT_IN = (
    *("tasks", "task_ids", "seed", "candidates", "min_score", "limit", "memory", "cache_memory"),
    *("workers", "scheduler"),
)
BUILT_IN_PATHS = ("tasks_dir", "dsl", "solvers")

set_option = click.option(
    "--set", "assignments", multiple=True, metavar="NAME=VALUE", help="A parameter of the project; may be repeated."
)
_OPTIONS = (
    set_option,
    click.option("--tasks", type=int, help="How many of the smallest training tasks.  [default: 100]"),
    click.option("--task", "task_ids", multiple=True, metavar="ID", help="One task by its id; may be repeated."),
    click.option("--seed", type=int, help="Seed of the candidates.  [default: 0]"),
    click.option("--candidates", type=int, help="Candidate programs for each task.  [default: 132]"),
    click.option("--min-score", type=int, help="Percent of the full score that makes one eligible.  [default: 80]"),
    click.option("--limit", type=float, help="CPU seconds that one call of a program may take.  [default: 10.0]"),
    click.option("--memory", type=int, help="MiB that a worker may take, half of it for a call.  [default: 512]"),
    click.option("--cache-memory", type=int, help="MiB, about, of values that wins hold in it.  [default: 128]"),
    click.option("--workers", type=int, help="Processes that share the tasks.  [default: 1]"),
    click.option(
        "--scheduler", metavar="ADDRESS", help="Spread tasks over the Dask cluster there, such as tcp://host:8786."
    ),
    click.option("--tasks-dir", type=_PATH, help="A folder of ARC's JSON files instead of the default tasks."),
    click.option("--dsl", type=_PATH, help="A DSL module in the arc-dsl form; goes with --solvers."),
    click.option("--solvers", type=_PATH, help="A file of solve_ID or verify_ID programs over that DSL."),
)


def parameter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """All options that are parameters."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def given_parameters(options: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, by parameter; options that were not are left out.

    Raises:
        Problem: ``--set`` without a name and a value, or a parameter twice; exit code 2.
    """
    given = {name: options[name] for name in (*BUILT_IN, *BUILT_IN_PATHS) if options.get(name) not in (None, ())}
    for text in options.get("assignments", ()):
        name, equals, value = text.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name:
            fail(f"--set takes NAME=VALUE, such as --set rows=1000, got {text!r}", USAGE)
        if name in given:
            fail(f"the parameter {name} was given twice", USAGE)
        given[name] = value
    return given
