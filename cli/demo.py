"""``demo``: the main job, that is the baseline and all wins on the default workload."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from cli._common import json_option, print_json
from cli._progress import progress_bar
from profiles.records import RunRecord
from services.places import open_database
from services.problems import NO, USAGE, fail
from services.project import current_project

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from services.running import Executed


@click.command()
@click.option("--tasks", default=100, show_default=True, help="How many of the smallest training tasks.")
@click.option("--candidates", default=132, show_default=True, help="Candidate programs for each task.")
@json_option
def COMMAND(tasks: int, candidates: int, as_json: bool) -> None:
    """Run the main job: the baseline with cold caches, then all wins, cold and warm; say what came out.

    \b
    quickwin demo
    quickwin demo --tasks 10

    One run each: a first impression, and no evidence. quickwin measure none all gives that.

    Exit codes: 0 done, 1 the answers differ, 2 usage, 3 could not.
    """
    if current_project().command is not None:
        fail("the main job is the worked example's; this project runs its own command: quickwin run", USAGE)
    engine = open_database()
    parameters = {"tasks": tasks, "candidates": candidates}
    runs = [_run(engine, parameters, *asked) for asked in (("none", "cold"), ("all", "cold"), ("all", "warm"))]
    if as_json:
        print_json([{"id": run.run_id, **run.record.to_json()} for run in runs])
    else:
        click.echo(_summary([run.record for run in runs]))
    if len({run.record.results_fingerprint for run in runs}) != 1:
        fail("the answers differ: what is faster here is wrong", NO)


def _run(engine: Engine, parameters: Mapping[str, Any], wins: str, state: str) -> Executed:
    from services.running import Request, run_once

    label = f"{'baseline' if wins == 'none' else 'all wins'} {state}"
    config = current_project().config(wins)
    return run_once(engine, Request(config=config, parameters=parameters, cache_state=state, label=label), progress_bar)


def _summary(records: list[RunRecord]) -> str:
    from cli._text import percent, seconds
    from profiles.breakdown import overhead_share

    first = records[0]
    lines = [f"{'':<16}{'seconds':>10}{'speedup':>10}{'overhead':>10}  answers    cache hit rates"]
    for record in records:
        speedup = (first.wall_seconds or 0) / (record.wall_seconds or 1)
        same = "the same" if record.results_fingerprint == first.results_fingerprint else "DIFFERENT"
        rates = ", ".join(f"{cache.name} {percent(cache.hit_rate)}" for cache in record.caches if cache.lookups)
        share = percent(overhead_share(record))
        lines.append(
            f"{record.label:<16}{seconds(record.wall_seconds):>10}{speedup:>9.2f}x{share:>10}  {same:<10} {rates}"
        )
    solved = sum(bool(task.solved) for task in first.tasks)
    candidates = first.counts.get("candidates", 0)
    lines.append(
        f"{len(first.tasks)} tasks, {candidates:,} candidates, {solved} tasks solved; one run each, so no evidence yet."
    )
    return "\n".join(lines)
