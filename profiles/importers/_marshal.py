"""A reader for the few marshal types that a pstats file uses; it builds nothing but numbers, text and tuples.

``marshal.loads`` is "not intended to be secure against erroneous or maliciously constructed data", as its manual
says, and it can make code objects. This reader knows dict, tuple, list, text, int, long and float, in versions 0 to 5
of the format; it never believes a size that the bytes left can not hold, goes six levels deep, and refuses a value
that holds itself. Format: CPython, Python/marshal.c.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Any

#: A pstats file nests dict, entry, callers, caller, function, name.
DEEPEST = 6
_FLAG_REF = 0x80
#: A long of more digits (of 15 bits) than this is above 2**60.
_LONG_DIGITS = 5
_END_OF_DICT = object()
_UNFINISHED = object()


class MarshalProblem(ValueError):
    """The bytes are no marshalled value of the types read here; the message is a sentence without its subject."""


class MarshalReader:
    """Reads values one after the other from ``data``."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._refs: list[Any] = []

    def pairs(self) -> Iterator[tuple[Any, Any]]:
        """The keys and values of the dict that the bytes are, as they are read; nothing is hashed.

        Raises:
            MarshalProblem: what follows can not be read; what was yielded before is good.
        """
        code = self._byte()
        if code & ~_FLAG_REF != ord("{"):
            raise MarshalProblem("begins with something else than a dict")
        if code & _FLAG_REF:
            self._refs.append(_UNFINISHED)
        yield from self._pairs(1)

    def _pairs(self, depth: int) -> Iterator[tuple[Any, Any]]:
        while (key := self._value(depth, end_allowed=True)) is not _END_OF_DICT:
            yield key, self._value(depth)

    def _value(self, depth: int, *, end_allowed: bool = False) -> Any:
        code = self._byte()
        kind = chr(code & ~_FLAG_REF)
        if kind == "0" and end_allowed:
            return _END_OF_DICT
        if kind in "()[{":
            return self._container(kind, depth, flagged=bool(code & _FLAG_REF))
        read = _READERS.get(kind)
        if read is None:
            raise MarshalProblem(
                f"holds a value of type {kind!r}, which a pstats file never does, at byte {self._at - 1}"
            )
        value = read(self)
        if code & _FLAG_REF and kind != "r":
            self._refs.append(value)
        return value

    def _container(self, kind: str, depth: int, *, flagged: bool) -> Any:
        if depth >= DEEPEST:
            raise MarshalProblem(f"is nested deeper than a pstats file ever is, at byte {self._at - 1}")
        place = len(self._refs)
        if flagged:
            self._refs.append(_UNFINISHED)
        if kind == "{":
            value: Any = tuple(self._pairs(depth + 1))
        else:
            size = self._byte() if kind == ")" else self._size()
            self._check(size)
            value = tuple([self._value(depth + 1) for _ in range(size)])
        if flagged:
            self._refs[place] = value
        return value

    def _check(self, size: int) -> None:
        """Each element takes a byte at least, so a size beyond the bytes left is a lie; nothing is reserved for it."""
        left = len(self._data) - self._at
        if not 0 <= size <= left:
            raise MarshalProblem(f"claims {size:,} elements or bytes at byte {self._at}, where {left:,} bytes are left")

    def _take(self, size: int) -> bytes:
        self._check(size)
        self._at += size
        return self._data[self._at - size : self._at]

    def _byte(self) -> int:
        return self._take(1)[0]

    def _size(self) -> int:
        return int.from_bytes(self._take(4), "little", signed=True)

    def _long(self) -> int:
        size = self._size()
        digits = self._take(2 * abs(size))
        if abs(size) > _LONG_DIGITS:
            raise MarshalProblem(f"holds a whole number of {15 * abs(size):,} bits, which nothing counts up to")
        value: int = sum(digit << 15 * place for place, (digit,) in enumerate(struct.iter_unpack("<H", digits)))
        return -value if size < 0 else value

    def _ref(self) -> Any:
        place = self._size()
        if not 0 <= place < len(self._refs):
            raise MarshalProblem(f"refers to value {place:,} of {len(self._refs):,}")
        if self._refs[place] is _UNFINISHED:
            raise MarshalProblem("holds a value that holds itself")
        return self._refs[place]

    def _float_text(self) -> float:
        text = self._take(self._byte())
        try:
            return float(text)
        except ValueError:
            raise MarshalProblem(f"holds {text[:40]!r} as a number") from None


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")


_READERS: dict[str, Callable[[MarshalReader], Any]] = {
    "N": lambda reader: None,
    "T": lambda reader: True,
    "F": lambda reader: False,
    "i": lambda reader: reader._size(),
    "I": lambda reader: int.from_bytes(reader._take(8), "little", signed=True),
    "l": MarshalReader._long,
    "f": MarshalReader._float_text,
    "g": lambda reader: float(struct.unpack("<d", reader._take(8))[0]),
    "s": lambda reader: _decode(reader._take(reader._size())),
    "u": lambda reader: _decode(reader._take(reader._size())),
    "t": lambda reader: _decode(reader._take(reader._size())),
    "a": lambda reader: _decode(reader._take(reader._size())),
    "A": lambda reader: _decode(reader._take(reader._size())),
    "z": lambda reader: _decode(reader._take(reader._byte())),
    "Z": lambda reader: _decode(reader._take(reader._byte())),
    "r": MarshalReader._ref,
}
