"""One file per log or profile format, each declaring ``IMPORTER``; they are found by themselves.

A module whose name begins with an underscore is a helper and so is ``base``; every other module must declare one.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from profiles.importers.base import Importer, ImportProblem, Loss, Parsed, Source, UnknownLogFormat

__all__ = ["ImportProblem", "Importer", "Loss", "Parsed", "Source", "UnknownLogFormat", "all_importers", "recognize"]

#: A source that no importer is at least this sure of is not guessed at.
SURE_ENOUGH = 0.3
_FIRST_BYTES = 24


@cache
def all_importers() -> tuple[Importer, ...]:
    """All importers by name. An error in importing one escapes: a format never disappears silently."""
    names = sorted(one.name for one in pkgutil.iter_modules(__path__) if one.name[0] != "_" and one.name != "base")
    importers: list[Importer] = [importlib.import_module(f"{__name__}.{name}").IMPORTER for name in names]
    return tuple(sorted(importers, key=lambda one: one.name))


def recognize(source: Source) -> Importer:
    """The importer that is surest of ``source``.

    Raises:
        UnknownLogFormat: none is sure enough; the sentence shows the first bytes and the known formats.
    """
    importers = all_importers()
    sureness = [one.recognize(source) for one in importers]
    best = max(range(len(importers)), key=sureness.__getitem__)
    if sureness[best] < SURE_ENOUGH:
        known = ", ".join(one.name for one in importers)
        first = source.data[:_FIRST_BYTES]
        raise UnknownLogFormat(f"no importer recognizes this file (first bytes: {first!r}); known formats: {known}")
    return importers[best]
