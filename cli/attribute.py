"""``attribute``: which win brings how much, and which get in each other's way?"""

from __future__ import annotations

from typing import Any

import click

from cli._common import config_of
from cli._measuring_options import continued_spec, measuring_options, spec_from
from services.places import open_database
from services.problems import USAGE, fail
from services.project import current_project


@click.command()
@click.option("--wins", default="all", show_default=True, help="Which wins: all, or names joined by commas.")
@click.option("--half", is_flag=True, help="Half of the configs, of 5 wins or more.")
@measuring_options
def COMMAND(wins: str, half: bool, **options: Any) -> None:
    """Attribute what all wins save together to each of them: every combination, in blocks.

    \b
    quickwin attribute
    quickwin attribute --half --warm
    quickwin attribute --wins NAME,NAME --blocks 5
    quickwin attribute --continue 9 --blocks 6

    A block runs every config once (2 to the power of the wins; of more than six a fraction), each in a fresh process,
    in random order; 3 blocks and 90 minutes unless other budgets are given. With one block nothing shows how sure the
    seconds are. --half measures half of them, and all but each win in any case; what it leaves out comes from a model,
    whose misfit widens the intervals. Ctrl-C stops it so that it can be continued.

    Exit codes: 0 attributed; 1 wrong answers, or runs that are not comparable; 2 usage; 3 stopped or given up.
    """
    from cli._measuring import execute
    from optim.evidence.factorial import DesignError
    from optim.evidence.spec import attribution_arms

    continued = options.pop("continued")
    engine = open_database()
    if continued is not None:
        spec = continued_spec(engine, continued, options, "attribution")
    else:
        chosen = config_of(wins, engine)
        try:
            arms = attribution_arms([win for win in current_project().names if win in chosen], half)
        except DesignError as problem:
            fail(str(problem), USAGE)
        if len(arms) < 2:
            fail("an attribution needs a win or more, got none of them", USAGE)
        budget = {"max_blocks": 3, "max_minutes": 90.0}
        spec = spec_from(options, kind="attribution", arms=arms, **budget)
    raise SystemExit(execute(engine, spec, continued, options["as_json"]))
