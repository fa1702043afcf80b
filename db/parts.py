"""Long lists of values in parts: a database takes a limited number of them in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

#: SQLite takes 999 before version 3.32 and 32,766 since then, PostgreSQL 65,535.
MOST = 900


def parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in their order, at most ``MOST`` at a time; nothing of none."""
    for start in range(0, len(values), MOST):
        yield values[start : start + MOST]
