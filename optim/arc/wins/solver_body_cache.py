"""Final inlined bodies kept, on disk across runs and in memory within one.

In memory the bodies are kept expression by expression: a mutant differs from its parent in one statement, and only what
depends on that statement is inlined again. On disk they are kept by the hash of the candidate's source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from time import perf_counter

from optim.arc.diskcache import DiskCache
from optim.arc.inline import InlineProblem
from optim.arc.parts import Bench, Parts
from optim.project.wins import Win

#: What a body from disk may consist of: names, calls, integers. Run without builtins, it can only call the DSL.
_HARMLESS = re.compile(r"[A-Za-z0-9_(), -]*")
#: Stands on disk for a program that can not be inlined.
_NOT_INLINABLE = ""


class KeptBodies:
    """Gives bodies from memory, then from disk, then from the expression graph."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._disk = DiskCache(bench.cache_file("solver_bodies"), bench.scope)
        self._known: dict[str, str | None] = {}
        self._cache = bench.recorder.cache("solver_body")

    def bodies(self, sources: Sequence[str]) -> list[str | None]:
        missing = [source for source in dict.fromkeys(sources) if source not in self._known]
        if missing:
            self._load(missing)
        self._cache.hit(len(sources) - len(missing))
        # What the next task does not ask for again is on disk: memory holds the bodies of one task.
        self._known = {source: self._known[source] for source in sources}
        self._cache.entries = len(self._known)
        return [self._known[source] for source in sources]

    def _load(self, sources: list[str]) -> None:
        keys = {hashlib.sha256(source.encode()).hexdigest(): source for source in sources}
        bodies = {key: body for key, body in self._disk.get(keys).items() if _HARMLESS.fullmatch(body)}
        for key, body in bodies.items():
            self._known[keys[key]] = body or None
        self._cache.hit(len(bodies))
        new = {key: source for key, source in keys.items() if key not in bodies}
        if new:
            self._make(new)

    def _make(self, sources: dict[str, str]) -> None:
        start = perf_counter()
        for source in sources.values():
            self._known[source] = self._inline(source)
        self._cache.miss((perf_counter() - start) / len(sources), n=len(sources))
        with self._bench.recorder.phase("cache", "io"):
            self._disk.put({key: self._known[source] or _NOT_INLINABLE for key, source in sources.items()})

    def _inline(self, source: str) -> str | None:
        try:
            return self._bench.graph.text(self._bench.graph.root(source))
        except InlineProblem:
            return None

    def close(self) -> None:
        self._disk.close()


def install(bench: Bench, parts: Parts) -> None:
    """Replaces the parts that this win is about."""
    parts.inliner = KeptBodies(bench)


WIN = Win(
    name="solver_body_cache",
    number=1,
    title="Inlining cache expansion",
    addresses=(("inline",),),
    persistent=True,
    label="Solver body cache",
    colour="#0077BB",
)
