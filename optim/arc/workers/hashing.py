"""Functions hash by the line where they are written, not by their address: sets that hold some have one order.

Programs put functions into sets, and the answer of some depends on the order in which a set gives what is in it. By
their addresses, as CPython hashes them, functions stand elsewhere in each process; the closures that a program makes
even in each call. A value around them (a tuple, a frozenset) hashes by what is in it, and is settled with them. Equal
are functions as ever: each to itself only. What else hashes by its address is left alone: ``None`` before Python 3.12,
which many a dict holds that nobody can list, and objects of classes of the DSL's own that do not say their hash.

No setting of Python's says so, and a class of our own around each function would not be one: DSLs ask functions for
their code. So it is told to the type of functions itself, in this process, as a class tells it with ``__hash__``.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import sys
from collections.abc import Iterator
from functools import cache
from types import FunctionType
from typing import Any

#: The number that CPython's stable interface gives to the slot of a type's hash.
_TP_HASH = 59
_WORD = ctypes.sizeof(ctypes.c_void_p)
#: What a class is laid out by.
_LAYOUT: type = type


class _Hashed:
    """A class that says its hash itself: its slot is what the type of functions gets."""

    def __hash__(self) -> int:
        return 0


def _line(function: Any) -> int:
    line: int = function.__code__.co_firstlineno
    return line


@cache
def hash_functions_by_line() -> bool:
    """From now on, for good; gives whether it is so.

    Dicts and sets that hold functions already are filled anew (``typing`` has one). Where a type is not laid out as
    expected, in another Python, nothing is changed.
    """
    place = _hash_place() if sys.implementation.name == "cpython" else None
    if place is None:
        return False
    with _filled_anew():
        (attributes,) = gc.get_referents(FunctionType.__dict__)
        attributes["__hash__"] = _line
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(FunctionType))
        _word(FunctionType, place).value = _word(_Hashed, place).value
    return hash(_line) == _line(_line)


def _hash_place() -> int | None:
    """Where in a type its hash is: the one word that ``_Hashed`` has there, and functions have from ``object``."""
    slot = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_int)(("PyType_GetSlot", ctypes.pythonapi))
    own, inherited = slot(_Hashed, _TP_HASH), slot(object, _TP_HASH)
    places = [place for place in range(0, _LAYOUT.__basicsize__, _WORD) if _word(_Hashed, place).value == own]
    is_one = len(places) == 1 and all(_word(kind, places[0]).value == inherited for kind in (FunctionType, object))
    return places[0] if is_one else None


def _word(kind: type, place: int) -> ctypes.c_void_p:
    return ctypes.c_void_p.from_address(id(kind) + place)


@contextlib.contextmanager
def _filled_anew() -> Iterator[None]:
    held: list[tuple[Any, list[Any]]] = []
    for holder in _holders():
        held.append((holder, list(holder.items() if type(holder) is dict else holder)))
        holder.clear()
    yield
    for holder, parts in held:
        holder.update(parts)


def _holders() -> list[Any]:
    candidates: list[Any] = [part for part in gc.get_objects() if type(part) in (dict, set)]
    return [holder for holder in candidates if FunctionType in set(map(type, holder))]
