"""The wins of the built-in pipeline, for tests that drive it."""

from __future__ import annotations

from optim.arc.wins import all_wins
from optim.evidence.factorial import subsets
from optim.project.plan import load_plan
from profiles.configs import Config, parse_config, stored_text

WIN_NAMES = tuple(all_wins())
#: Its wins one by one, in the order of their numbers, for tests that need any and not a certain one.
FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH, *_ = WIN_NAMES
#: Those that the worked example's plan speaks of.
PLANNED = tuple(win.name for win in load_plan().wins)
ALL = stored_text(WIN_NAMES)
config_name = stored_text


def all_configs() -> list[Config]:
    """All subsets of the wins, the empty one first."""
    return subsets(WIN_NAMES)


def config_of(text: str) -> Config:
    """The config that a person writes so."""
    return parse_config(text, WIN_NAMES)
