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
#: What would work, in people's words; docs/formats.md has the list.
_WOULD_WORK = (
    "what would work: the text that a run printed (in a terminal, container or notebook, or on Kaggle), a table with a "
    "column of seconds, a profile (cProfile, pyinstrument, py-spy, line_profiler, speedscope, a Chrome trace), or a "
    "benchmark tool's results as JSON"
)
#: How files begin that people give by mistake, and what would be read instead.
_KINDS = (
    (b"\x7fELF", "a program"),
    (b"\x89PNG", "a picture; the text that it shows would work"),
    (b"\xff\xd8\xff", "a picture; the text that it shows would work"),
    (b"%PDF", "a PDF; the text in it, pasted, would work"),
    (b"SQLite format 3", "a database; a run's export would work"),
    (b"PAR1", "a Parquet file; the same table as CSV would work"),
    (b"\x93NUMPY", "an array; a table as CSV would work"),
    (b"MOJ", "austin's binary format; austin's text output would work"),
    (b"\x80\x04", "a pickle, which is never opened"),
    (b"\x80\x05", "a pickle, which is never opened"),
    (b"<", "a page or document of another program"),
    (b"{", "JSON of another program"),
    (b"[", "JSON of another program"),
)
_SHOWN = 30


@cache
def all_importers() -> tuple[Importer, ...]:
    """All importers by name. An error in importing one escapes: a format never disappears silently."""
    names = sorted(
        iter_module.name
        for iter_module in pkgutil.iter_modules(__path__)
        if iter_module.name[0] != "_" and iter_module.name != "base"
    )
    importers: list[Importer] = [importlib.import_module(f"{__name__}.{name}").IMPORTER for name in names]
    return tuple(sorted(importers, key=lambda importer: importer.name))


def recognize(source: Source) -> Importer:
    """The importer that is surest of ``source``.

    Raises:
        UnknownLogFormat: none is sure enough; the sentence says what the file looks like, and what would work.
    """
    importers = all_importers()
    sureness = [importer.recognize(source) for importer in importers]
    best = max(range(len(importers)), key=sureness.__getitem__)
    if sureness[best] < SURE_ENOUGH:
        raise UnknownLogFormat(f"this is {_looks_like(source)}; {_WOULD_WORK}")
    return importers[best]


def _looks_like(source: Source) -> str:
    """What a file that nothing reads looks like: a known kind, binary, or text with its beginning."""
    start = source.data[:4096].lstrip(b" \t\r\n")
    is_binary = "\0" in source.head[:200] or "\ufffd" in source.head[:200]
    kind = next((kind for mark, kind in _KINDS if start.startswith(mark)), None)
    if kind is not None:
        return kind
    if is_binary:
        return "no text and no profile that is known (a binary trace or table would have to be exported as JSON or CSV)"
    return f"text in which no times could be told apart; it begins with {source.head.lstrip()[:_SHOWN]!r}"
