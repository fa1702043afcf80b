"""``measure``: is one config faster than another?"""

from __future__ import annotations

from typing import Any

import click

from cli._common import config_of
from cli._from_runs import from_runs as judged
from cli._measuring_options import continued_spec, measuring_options, spec_from
from profiles.configs import stored_text
from services.places import open_database
from services.problems import USAGE, fail


@click.command()
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--from-runs", multiple=True, metavar="RUNS", help="Judge runs that are there: ids, spans, labels.")
@click.option("--against", multiple=True, metavar="RUNS", help="The runs of the other config, for --from-runs.")
@measuring_options
def COMMAND(
    before: str | None, after: str | None, from_runs: tuple[str, ...], against: tuple[str, ...], **options: Any
) -> None:
    """Measure config AFTER against config BEFORE: interleaved blocks until it is clear which one is faster.

    \b
    python -m optim measure none NAME
    python -m optim measure none all --warm --tasks 20 --minutes 10
    python -m optim measure all-NAME all            what NAME adds to the others
    python -m optim measure none none               what the noise looks like
    python -m optim measure --continue 7 --blocks 40
    python -m optim measure --continue 7 --min-blocks 12   a narrower interval
    python -m optim measure --from-runs 3-7 --against 8-12   imported runs: the first ones before, the others after

    A block runs each config twice, in fresh processes: BEFORE AFTER AFTER BEFORE, or the other way round, by a fair
    coin. Per block the ratio of their mean log seconds is one trial; the 95% interval stays valid however often one
    looks. It stops when that interval settles it, or when the budget (20 blocks, 30 minutes) is spent. Ctrl-C stops it;
    it can be continued.
    The solvers that its runs accept go to memory where there is a folder for it, and are gone afterwards.

    --from-runs takes runs that are there, imported ones too: pairs where their starts alternate, else two samples. Its
    grade is "separate runs": it may say faster, slower or unresolved, never the same.

    Exit codes: 0 faster; 1 slower, the same, wrong, not comparable or unresolved; 2 usage, or a budget that can
    never resolve it; 3 stopped or given up.
    """
    from cli._measuring import execute
    from optim.evidence.spec import pair_arms

    continued = options.pop("continued")
    engine = open_database()
    if from_runs or against:
        if before is not None or continued is not None:
            fail("--from-runs judges runs that are there: give no configs and no --continue beside it", USAGE)
        raise SystemExit(judged(engine, from_runs, against, options["as_json"]))
    if continued is not None:
        if before is not None:
            fail("--continue goes on with the configs of that measurement: give no others", USAGE)
        spec = continued_spec(engine, continued, options, "pair")
    elif before is None or after is None:
        fail("two configs are needed, for example: python -m optim measure none all", USAGE)
    else:
        arms = pair_arms(stored_text(config_of(before, engine)), stored_text(config_of(after, engine)))
        spec = spec_from(options, kind="pair", arms=arms)
    raise SystemExit(execute(engine, spec, continued, options["as_json"]))
