"""Reading a plan's tables field by field: each value checked where it enters, what nobody asked for refused.

Errors:
    PlanProblem (a ValueError): one sentence that names the file, the field, what was given, and what would work.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn, TypeVar

_REQUIRED: Any = object()
Value = TypeVar("Value")


class PlanProblem(ValueError):
    """A plan can not be read; the sentence says where and what would work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """From ``low`` to ``high``, both included."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:g}-{self.high:g}"


class Fields:
    """One table of a plan's file. ``where`` is its dotted name, empty for the whole file."""

    def __init__(self, file: str, where: str, table: Mapping[str, Any]) -> None:
        self.file, self.where = file, where
        self._left = dict(table)
        self._names: list[str] = []

    def refuse(self, name: str, given: object, wanted: str) -> NoReturn:
        """Ends the reading with one sentence about the field ``name``."""
        shown = given if isinstance(given, str) and given.startswith("nothing") else _short(given)
        raise PlanProblem(f"{self.file}: {self._full(name)} must be {wanted}, got {shown}")

    def _full(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def _take(self, name: str, default: Value, wanted: str) -> Any:
        self._names.append(name)
        value = self._left.pop(name, default)
        if value is _REQUIRED:
            self.refuse(name, "nothing (the field is missing)", wanted)
        return value

    def text(self, name: str, default: str = _REQUIRED, lines: bool = False) -> str:
        """Text of one line, or of several where ``lines``; never empty unless that is the default."""
        wanted = 'text in quotes, such as "early exit"' if lines else 'one line of text, such as "early exit"'
        is_given = name in self._left
        value = self._take(name, default, wanted)
        if not is_given:
            return str(default)
        return self._line(name, value, wanted, "\n" if lines else "")

    def _line(self, name: str, value: object, wanted: str, allowed: str = "") -> str:
        good = isinstance(value, str) and value.strip() and all(c.isprintable() or c in allowed for c in value)
        if not good:
            self.refuse(name, value, wanted)
        return str(value).strip("\n" if allowed else None)

    def texts(self, name: str, default: Any = _REQUIRED) -> tuple[str, ...]:
        """A list of lines of text."""
        wanted = 'a list of one-line texts, such as ["early exit"]'
        value = self._take(name, default, wanted)
        if value is default:
            return tuple(default)
        if not isinstance(value, list):
            self.refuse(name, value, wanted)
        return tuple(self._line(name, text, wanted) for text in value)

    def one_of(self, name: str, known: Collection[str], what: str, default: Any = _REQUIRED) -> Any:
        """One of the texts in ``known``."""
        wanted = f"{what}, one of {', '.join(known)}"
        value = self._take(name, default, wanted)
        if value is default:
            return default
        if not isinstance(value, str) or value not in known:
            self.refuse(name, value, wanted)
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false."""
        value = self._take(name, default, "true or false")
        if not isinstance(value, bool):
            self.refuse(name, value, "true or false")
        return value

    def number(self, name: str, above: float = 0, below: float = 1e12, default: Any = _REQUIRED) -> Any:
        """A finite number in (``above``, ``below``)."""
        wanted = _bounds("a number", above, below)
        value = self._take(name, default, wanted)
        if value is default:
            return default
        if not _is_number(value) or not above < value < below:
            self.refuse(name, value, wanted)
        return float(value)

    def whole(self, name: str, least: int = 0, most: int = 10**12, default: Any = _REQUIRED) -> Any:
        """A whole number from ``least`` to ``most``."""
        wanted = f"a whole number from {least} to {most}"
        value = self._take(name, default, wanted)
        if value is default:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(name, value, wanted)
        return value

    def range(self, name: str, above: float = 0, below: float = 1e12, default: Any = _REQUIRED) -> Any:
        """A pair [low, high] of numbers in (``above``, ``below``), low not above high."""
        wanted = f"a range [low, high] of two {_bounds('numbers', above, below)}, low first"
        value = self._take(name, default, wanted)
        if value is default:
            return default
        if not isinstance(value, list) or len(value) != 2 or not all(_is_number(bound) for bound in value):
            self.refuse(name, value, wanted)
        if not above < value[0] <= value[1] < below:
            self.refuse(name, value, wanted)
        return Range(low=float(value[0]), high=float(value[1]))

    def day(self, name: str, default: Any = _REQUIRED) -> Any:
        """A date without a time."""
        wanted = "a date such as 2025-10-17, without quotes"
        value = self._take(name, default, wanted)
        if value is default:
            return default
        if not isinstance(value, date) or isinstance(value, datetime):
            self.refuse(name, value, wanted)
        return value

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """An optional table of one-line texts, in its order."""
        wanted = 'a table of one-line texts, such as "Unit tests" = "4/4"'
        value = self._take(name, {}, wanted)
        if not isinstance(value, dict):
            self.refuse(name, value, wanted)
        return tuple((self._key(name, key), self._line(f"{name}.{key}", text, wanted)) for key, text in value.items())

    def _key(self, name: str, key: str) -> str:
        good = key == key.strip() and key and all(c.isprintable() and c not in ":*`[]" for c in key)
        if not good:
            self.refuse(name, key, "a table whose names are words without any of : * ` [ ]")
        return key

    def table(self, name: str) -> Fields:
        """A table of its own."""
        value = self._take(name, _REQUIRED, f"a table: [{self._full(name)}] and its fields below")
        if not isinstance(value, dict):
            self.refuse(name, value, f"a table: [{self._full(name)}] and its fields below")
        return Fields(self.file, self._full(name), value)

    def optional_table(self, name: str) -> Fields | None:
        """A table of its own; None where there is none."""
        if name in self._left:
            return self.table(name)
        self._names.append(name)
        return None

    def raw(self, name: str, default: Any = None) -> Any:
        """Whatever stands there, for a record that checks it; lists are tuples."""
        value = self._take(name, default, "")
        return tuple(value) if isinstance(value, list) else value

    def peek(self, name: str) -> Mapping[str, Any]:
        """What a table holds, without taking it; empty where there is none."""
        value = self._left.get(name)
        return value if isinstance(value, dict) else {}

    def tables(self, name: str, default: Any = _REQUIRED) -> list[Fields]:
        """One table or more of the same kind."""
        wanted = f"one table or more: [[{self._full(name)}]] and its fields below"
        value = self._take(name, default, wanted)
        if value is default:
            return []
        if not isinstance(value, list) or not value or not all(isinstance(table, dict) for table in value):
            self.refuse(name, value, wanted)
        return [Fields(self.file, f"{self._full(name)}[{at}]", table) for at, table in enumerate(value, start=1)]

    def done(self) -> None:
        """Refuses what nobody asked for, so that a misspelt field never passes in silence."""
        if self._left:
            name = next(iter(self._left))
            raise PlanProblem(
                f"{self.file}: {self._full(_short(name))} is not a field; known here: "
                f"{', '.join(dict.fromkeys(self._names))}"
            )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _bounds(what: str, above: float, below: float) -> str:
    return f"{what} above {above:g}" + (f" and below {below:g}" if below < 1e12 else "")


def _short(value: object) -> str:
    try:
        shown = value if isinstance(value, str) else repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__} too large to show"
    shown = repr(shown) if isinstance(value, str) and not shown.isidentifier() else shown
    return shown if len(shown) <= 60 else shown[:57] + "..."
