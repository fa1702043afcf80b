"""Statements are compiled once in this process, and not once for each of the hundreds of databases of its tests.

SQLAlchemy keeps what it compiled with each engine, for its own dialect. Two of one kind compile alike.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

#: By kind of dialect, and what SQLAlchemy tells statements apart by.
_KEPT = LRUCache[Any, Any](2000)


class _Statements(dict[Any, Any]):
    """What an engine looks its statements up in."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return _KEPT.get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        _KEPT[(type(key[0]), *key[1:])] = compiled


def share() -> None:
    """From here on in this process."""
    begin = Engine.__init__

    def begin_with_statements(engine: Engine, *given: Any, **options: Any) -> None:
        begin(engine, *given, **options)
        engine._compiled_cache = _Statements()

    Engine.__init__ = begin_with_statements
