"""How a config is written in the database: its name for people, its wins for good."""

from __future__ import annotations

from collections.abc import Iterable

#: The order in which a config's wins are named, which is the plan's (a test holds the two together).
WIN_ORDER = ("solver_body_cache", "validation_cache", "early_exit", "dsl_cache", "batch_validation")


def config_text(wins: Iterable[str] | None) -> str | None:
    """``none``, ``all``, or the wins joined by commas in the plan's order; None where unknown."""
    if wins is None:
        return None
    on = set(wins)
    if on == set(WIN_ORDER):
        return "all"
    return ",".join([win for win in WIN_ORDER if win in on] + sorted(on.difference(WIN_ORDER))) or "none"
