"""The quick wins, one file each, found by themselves: each declares ``WIN`` and a function ``install``.

``install(bench, parts)`` replaces some of the parts that a task is processed with; any subset of the wins gives the
same answers. They are installed by number, then by name.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from optim.project.wins import Win, in_order

if TYPE_CHECKING:
    from optim.arc.parts import Bench, Parts


def win_names() -> tuple[str, ...]:
    """The names of all wins, sorted, without importing them."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def all_wins() -> dict[str, Win]:
    """All wins by name, in order. An import error in one escapes."""
    return {win.name: win for win in in_order(_module(name).WIN for name in win_names())}


def install(bench: Bench, parts: Parts) -> None:
    """Installs the wins that the settings switch on."""
    for name in all_wins():
        if name in bench.settings.wins:
            _module(name).install(bench, parts)


def _module(name: str) -> ModuleType:
    return importlib.import_module(f"{__name__}.{name}")
