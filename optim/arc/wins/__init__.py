"""The quick wins, one file each, found by themselves: each declares ``WIN``.

A win replaces some of the parts that a task is processed with; any subset of the wins gives the same answers.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

from optim.arc.parts import Bench, Parts
from profiles.configs import WIN_NAMES


@dataclass(frozen=True, slots=True)
class Win:
    """One quick win.

    ``addresses`` are the phases whose time it can take away (the bound of its prediction), ``warm_addresses`` those
    that it can take away besides when its cache is primed; ``persistent`` says that it keeps something across runs;
    ``install`` replaces parts. Wins are installed in the order of ``WIN_NAMES``.
    """

    name: str
    title: str
    addresses: tuple[tuple[str, ...], ...]
    persistent: bool
    install: Callable[[Bench, Parts], None]
    warm_addresses: tuple[tuple[str, ...], ...] = ()

    def addressed(self, cache_state: str) -> tuple[tuple[str, ...], ...]:
        """The phases whose time it can take away in a run with cold or warm caches."""
        return self.addresses + (self.warm_addresses if cache_state == "warm" else ())


def all_wins() -> dict[str, Win]:
    """All wins by name, in the plan's order. An import error in one escapes."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    ordered = sorted(names, key=lambda name: (WIN_NAMES.index(name) if name in WIN_NAMES else len(WIN_NAMES), name))
    return {name: importlib.import_module(f"{__name__}.{name}").WIN for name in ordered}


def install(bench: Bench, parts: Parts) -> None:
    """Installs the wins that the settings switch on."""
    for win in all_wins().values():
        if win.name in bench.settings.wins:
            win.install(bench, parts)
