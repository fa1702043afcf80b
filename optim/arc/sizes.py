"""How many bytes a value takes, about: good enough to bound what is held, and cheaper than the operation before."""

from __future__ import annotations

from sys import getsizeof
from typing import Any

#: What it costs to hold any value: its place in a dictionary and the entry that says how large it is.
PLACE = 160
_SMALL = frozenset({int, bool, float, type(None)})
_DEEPEST = 8


def approximate_bytes(value: Any) -> int:
    """Bytes of a value and what it holds. Shared parts count each time; of rows and cells the first stands for all."""
    kind = type(value)
    return PLACE if kind in _SMALL else PLACE + _bytes(value, kind, 0)


def _bytes(value: Any, kind: type, depth: int) -> int:
    if kind is not tuple and kind is not frozenset:
        # Functions hold what is held anyway; texts and bytes know their size.
        return getsizeof(value) if kind in (str, bytes) else PLACE
    own = getsizeof(value)
    if not value or depth == _DEEPEST:
        return own
    first = next(iter(value))
    if type(first) in _SMALL and (kind is frozenset or len(value) > 2 or type(value[-1]) in _SMALL):
        return own
    if type(first) is tuple and _is_flat(first):
        return own + len(value) * _bytes(first, tuple, depth + 1)
    return own + sum(0 if type(item) in _SMALL else _bytes(item, type(item), depth + 1) for item in value)


def _is_flat(value: tuple[Any, ...]) -> bool:
    """A row, a place, or a cell with its place: all beside it are about as large."""
    return not value or type(value[0]) in _SMALL
