"""Configs: the sets of wins that are on, and the two ways to write one down.

Stored, a config is its names, sorted and joined by commas (``config_text``; ``none`` for the empty set), so that it
means the same whichever wins a project has later. A person may write ``all``, ``kept`` or ``all-NAME``: that is
resolved once, where it enters (``parse_config``), and shown again by ``config_label``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

Config = frozenset[str]

#: What stands for the empty config, wherever one is written.
NONE = "none"
#: What a person may write instead of names; no win may be called so.
WORDS = (NONE, "all", "kept")


class UnknownConfig(ValueError):
    """A config was written in a way that names no set of wins."""


def config_text(wins: Iterable[str] | None) -> str | None:
    """The one stored text of a config: its names sorted and joined by ``,``, ``none`` when empty; None where unknown.

    A comma inside a foreign name becomes a semicolon: it would be read back as two names.
    """
    if wins is None:
        return None
    return ",".join(sorted(name.replace(",", ";") for name in wins)) or NONE


def stored_text(wins: Iterable[str]) -> str:
    """``config_text`` of a config that is known."""
    return config_text(wins) or NONE


@lru_cache(maxsize=4096)
def read_config(text: str | None) -> Config | None:
    """The config whose ``config_text`` this is; None for None."""
    if text is None:
        return None
    return frozenset() if text in ("", NONE) else frozenset(text.split(","))


def parse_config(text: str, wins: Sequence[str], kept: Iterable[str] = ()) -> Config:
    """The config that a person wrote: names joined by ``,`` or ``+``, ``none``, ``all``, ``kept``, ``all-NAME``.

    Args:
        wins: the names of the project's wins, which is what ``all`` means; a name may hold hyphens.
        kept: the wins that were decided to be kept.

    Raises:
        UnknownConfig: a name in it is no win, with the names that would work.
    """
    known = {NONE: Config(), "all": Config(wins), "kept": Config(kept), **{name: Config({name}) for name in wins}}
    base, *without = _groups("".join(text.split()), known, wins)
    return base.difference(*without)


def _groups(text: str, known: Mapping[str, Config], wins: Sequence[str]) -> list[Config]:
    """The configs between the minus signs. A hyphen inside a known name is no minus: the longest name is taken."""
    names = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
    tokens = re.compile(rf"({names})(?=[,+-]|$)|[,+]|(-)")
    groups: list[list[Config]] = [[]]
    place = 0
    while place < len(text):
        token = tokens.match(text, place)
        if token is None:
            raise _unknown(re.split(r"[,+]", text[place:])[0], wins)
        if token[1]:
            groups[-1].append(known[token[1]])
        elif token[2]:
            groups.append([])
        place = token.end()
    if not all(groups):
        raise _unknown(text, wins)
    return [Config().union(*group) for group in groups]


def _unknown(text: str, wins: Sequence[str]) -> UnknownConfig:
    return UnknownConfig(
        f"no win is called {text or repr(text)}; known: {', '.join((*WORDS, *wins))}, "
        "several joined by commas, and all-NAME for all but one"
    )


def config_label(config: Iterable[str] | None, wins: Sequence[str]) -> str:
    """A config as short as a person writes it: ``none``, ``all``, ``all-NAME``, or its names in the project's order.

    What is no win of the project comes last. ``parse_config`` reads it back where there are none of those.
    """
    if config is None:
        return "unknown config"
    on = frozenset(config)
    if not on:
        return NONE
    off = [name for name in wins if name not in on]
    if len(wins) > 1 and on <= frozenset(wins) and len(off) < 2 <= len(wins) - len(off):
        return f"all-{off[0]}" if off else "all"
    return ",".join([name for name in wins if name in on] + sorted(on.difference(wins)))
