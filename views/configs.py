"""Configs for people: short where there is little room, the same on every page."""

from __future__ import annotations

from profiles.configs import WIN_NAMES
from views import palette
from views.text import escape, one_line

UNKNOWN = "unknown config"


def short(config: str | None) -> str:
    """``none``, ``all``, ``DSL cache``, ``#2 + #4``, ``all but Early exit``; anything else as it is, on one line."""
    if not config:
        return UNKNOWN
    wins = config.split(",")
    if not set(wins) <= set(WIN_NAMES):
        return one_line(config, 40)
    if len(wins) == 1:
        return palette.win(wins[0]).label
    if len(wins) == len(WIN_NAMES) - 1:
        return f"all but {palette.win((set(WIN_NAMES) - set(wins)).pop()).label}"
    return " + ".join(palette.win(win).sign for win in wins)


def typed(config: str | None) -> str:
    """A config as short as it can be typed: ``none``, ``all``, ``dsl_cache``, ``all-dsl_cache``; others as they are."""
    off = set(WIN_NAMES) - set((config or "").split(","))
    if config and len(off) == 1 and len(config.split(",")) == len(WIN_NAMES) - 1:
        return f"all-{off.pop()}"
    return one_line(config, 120) if config else UNKNOWN


def named(config: str | None) -> str:
    """``short`` as Markdown, with the names of wins that it gives by number in brackets."""
    text = short(config)
    if config and "#" in text and "," in config:
        return f"{escape(text)} ({', '.join(palette.win(win).label for win in config.split(','))})"
    return escape(text)
