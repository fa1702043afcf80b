"""``measure``: is one config faster than another?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli._common import config_of
from cli._measuring_options import continued_spec, measuring_options, spec_from
from profiles.configs import stored_text
from services.places import open_database
from services.problems import USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from optim.evidence.spec import Spec


@click.command()
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option(
    "--ref", "refs", multiple=True, help="Twice: two branches or commits, measured against each other; . is the folder."
)
@click.option("--from-runs", multiple=True, metavar="RUNS", help="Judge runs that are there: ids, spans, labels.")
@click.option("--against", multiple=True, metavar="RUNS", help="The runs of the other config, for --from-runs.")
@measuring_options
def COMMAND(
    before: str | None,
    after: str | None,
    refs: tuple[str, ...],
    from_runs: tuple[str, ...],
    against: tuple[str, ...],
    **options: Any,
) -> None:
    """Measure config AFTER against config BEFORE: interleaved blocks until it is clear which one is faster.

    \b
    quickwin measure none NAME
    quickwin measure none all --warm --tasks 20 --minutes 10
    quickwin measure none all --set rows=1000      a project's own command, with a parameter
    quickwin measure --ref main --ref topic        two commits of it, in worktrees
    quickwin measure --ref main --ref .            what is not committed yet, against main
    quickwin measure all-NAME all            what NAME adds to the others
    quickwin measure none none               what the noise looks like
    quickwin measure none NAME --duet        both at once, a core for each: for small effects beside other work
    quickwin measure --continue 7 --blocks 40
    quickwin measure --continue 7 --min-blocks 12   a narrower interval
    quickwin measure --from-runs 3-7 --against 8-12   imported runs: the first ones before, the others after

    A block runs both configs twice, each run in a fresh process, in an order that a coin gives: before, after, after,
    before or the other way round. What lies between them is one trial; the 95% interval stays valid however often one
    looks. It stops when that interval settles it, or when the budget (20 blocks, 30 minutes) is spent. Ctrl-C stops it;
    it can be continued. A run that dies is an outcome, and counted.

    --from-runs takes runs that are there, imported ones too: pairs where their starts alternate, else two samples. Its
    grade is "separate runs": it may say faster, slower or unresolved, never the same.

    Exit codes: 0 faster; 1 slower, the same, wrong, not comparable or unresolved; 2 usage, or a budget that can
    never resolve it; 3 stopped or given up.
    """
    from cli._measuring import execute

    continued = options.pop("continued")
    engine = open_database()
    if from_runs or against:
        from cli._from_runs import from_runs as judged  # late: it needs the database

        if before is not None or continued is not None or refs:
            fail("--from-runs judges runs that are there: give no configs, no --ref and no --continue beside it", USAGE)
        raise SystemExit(judged(engine, from_runs, against, options["as_json"]))
    if continued is not None:
        if before is not None or refs:
            fail("--continue goes on with the configs of that measurement: give no others", USAGE)
        spec = continued_spec(engine, continued, options, "pair")
    else:
        spec = _new(engine, before, after, refs, options)
    raise SystemExit(execute(engine, spec, continued, options["as_json"]))


def _new(engine: Engine, before: str | None, after: str | None, refs: tuple[str, ...], options: dict[str, Any]) -> Spec:
    from optim.evidence.spec import pair_arms

    if refs:
        return _of_refs(engine, before, after, refs, options)
    if before is None or after is None:
        fail("two configs are needed, for example: quickwin measure none all", USAGE)
    arms = pair_arms(stored_text(config_of(before, engine)), stored_text(config_of(after, engine)))
    return spec_from(options, kind="pair", arms=arms)


def _of_refs(
    engine: Engine, before: str | None, after: str | None, refs: tuple[str, ...], options: dict[str, Any]
) -> Spec:
    """Two commits with the same config: none, or the one that was named."""
    from optim.evidence.spec import pair_arms
    from services.pipelines import commits

    if len(refs) != 2 or after is not None:
        fail(
            "--ref is given twice, with at most one config: measure --ref main --ref topic, or measure all --ref ...",
            USAGE,
        )
    config = stored_text(config_of(before or "none", engine))
    one, other = commits(refs)
    arms = pair_arms(config, config, (one, other))
    return spec_from({**options, "label": options["label"] or f"{refs[0]} against {refs[1]}"}, kind="pair", arms=arms)
