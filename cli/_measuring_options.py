"""The options that ``measure`` and ``attribute`` share, and the spec that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from cli._common import json_option
from cli._parameters import given_parameters, parameter_options
from optim.evidence.spec import Spec, SpecError
from services.problems import USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine


def _share(context: click.Context, parameter: click.Parameter, text: str | None) -> float | None:
    """A margin as ``1%`` or ``0.01``."""
    if text is None:
        return None
    try:
        share = float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise click.BadParameter(f"a share such as 1% or 0.01 is meant, got {text!r}")
    return share


_OPTIONS = (
    click.option("--cold", "cache_state", flag_value="cold", help="Empty caches for every run (the default)."),
    click.option("--warm", "cache_state", flag_value="warm", help="Caches primed by a run that does not count."),
    click.option(
        "--min-blocks", type=click.IntRange(1), help="Go on for so many blocks, settled or not.  [default: 6]"
    ),
    click.option("--blocks", "max_blocks", type=click.IntRange(1), help="Stop after so many blocks in all."),
    click.option("--minutes", "max_minutes", type=float, help="Begin no block after so many minutes."),
    click.option("--margin", callback=_share, metavar="SHARE", help="What counts as the same.  [default: 1%]"),
    click.option(
        "--metric",
        type=click.Choice(("wall", "cpu")),
        help="What settles it: wall-clock or CPU seconds.  [default: wall]",
    ),
    click.option(
        "--duet",
        is_flag=True,
        default=None,
        help="Both configs at once, a core for each: for small effects under load.",
    ),
    click.option("--order-seed", type=int, help="Seed of the order of the runs.  [default: drawn]"),
    click.option("--label", help="What the runs are called in the history."),
    click.option("--continue", "continued", type=int, metavar="ID", help="Go on with a measurement."),
    json_option,
)


def measuring_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that ``measure`` and ``attribute`` share."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return parameter_options(command)


def spec_from(options: Mapping[str, Any], **fixed: Any) -> Spec:
    """A new measurement's spec from the options that were given; ``fixed`` come before them.

    Raises:
        Problem: it can not be; exit code 2.
    """
    from services.pipelines import current_pipeline, margin, parameters

    names = set(Spec.__slots__) & set(options)
    given = {name: options[name] for name in names if options[name] is not None}
    pipeline = current_pipeline()
    own = {"pipeline": pipeline.name, "parameters": parameters(given_parameters(options)), "margin": margin()}
    try:
        return Spec(**{**own, **fixed, **given})
    except SpecError as problem:
        fail(str(problem), USAGE)


def continued_spec(engine: Engine, measurement_id: int, options: Mapping[str, Any], kind: str) -> Spec:
    """The stored spec with a new budget or margin where one was given.

    Raises:
        Problem: there is no such measurement, or something else was asked to change.
    """
    from db import queries
    from services.continuing import obstacle

    try:
        measurement = queries.measurement(engine, measurement_id)
    except queries.UnknownRow as problem:
        fail(f"{problem}; quickwin measure A B begins one", USAGE)
    if measurement.kind != kind:
        fail(f"measurement {measurement_id} is of the kind {measurement.kind}: continue it with its own command", USAGE)
    if against := obstacle(measurement_id, measurement.spec, len(queries.blocks(engine, measurement_id))):
        raise against
    fixed = {
        name: options[name] for name in ("cache_state", "metric", "duet", "order_seed") if options.get(name) is not None
    }
    if changed := [*fixed, *given_parameters(options)]:
        fail(f"a measurement that goes on keeps its {', '.join(changed)}: leave that out, or begin a new one", USAGE)
    budget = {
        name: options[name]
        for name in ("min_blocks", "max_blocks", "max_minutes", "margin")
        if options[name] is not None
    }
    return Spec.from_json(measurement.spec).replace(**budget).in_balance()
