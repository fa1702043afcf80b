"""Configs: which wins are on, and how a person writes that down.

A config is a frozenset of win names. Written: ``none``, ``all``, ``kept``, names joined by commas or ``+``
(``early_exit,dsl_cache``), and ``all-dsl_cache`` for all but some.
"""

from __future__ import annotations

from collections.abc import Iterable

#: The five wins in the order of the plan. Each is one module of the same name in ``optim.arc.wins``.
WIN_NAMES = ("solver_body_cache", "validation_cache", "early_exit", "dsl_cache", "batch_validation")

Config = frozenset[str]


class UnknownConfig(ValueError):
    """A config was written in a way that names no set of wins."""


def parse_config(text: str, kept: Iterable[str] = ()) -> Config:
    """The config that ``text`` names; ``kept`` are the wins that were decided to be kept.

    Raises:
        UnknownConfig: a name in it is no win, with the names that would work.
    """
    base, *without = text.replace(" ", "").split("-")
    return _names(base, frozenset(kept)) - frozenset().union(*(_names(one, frozenset(kept)) for one in without))


def _names(text: str, kept: Config) -> Config:
    known = {"none": frozenset[str](), "all": frozenset(WIN_NAMES), "kept": kept}
    parts = [part for part in text.replace("+", ",").split(",") if part]
    unknown = [part for part in parts if part not in known and part not in WIN_NAMES]
    if unknown or not parts:
        raise UnknownConfig(
            f"no win is called {', '.join(unknown) or repr(text)}; known: none, all, kept, {', '.join(WIN_NAMES)}, "
            "several joined by commas, and all-NAME for all but one"
        )
    return frozenset().union(*(known.get(part, frozenset({part})) for part in parts))


def config_name(config: Iterable[str]) -> str:
    """The one way a config is written: ``none``, ``all``, or its wins in the plan's order joined by commas."""
    wins = frozenset(config)
    if not wins:
        return "none"
    if wins == frozenset(WIN_NAMES):
        return "all"
    return ",".join(sorted(wins, key=_order))


def _order(win: str) -> tuple[int, str]:
    return (WIN_NAMES.index(win) if win in WIN_NAMES else len(WIN_NAMES), win)


def all_configs() -> list[Config]:
    """All 32 subsets of the five wins, ``none`` first, in binary counting order of ``WIN_NAMES``."""
    return [
        frozenset(win for bit, win in enumerate(WIN_NAMES) if number >> bit & 1)
        for number in range(1 << len(WIN_NAMES))
    ]
