"""What the product's files use of Python 3.10 and 3.11, for a bundle on an older one; on a newer one it is the same."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from datetime import timezone
from itertools import zip_longest
from typing import Any

UTC = timezone.utc  # noqa: UP017  # datetime.UTC needs Python 3.11
_NOTHING = object()


def dataclass(**options: Any) -> Callable[[type], type]:
    """``dataclasses.dataclass``; where that does not know ``kw_only`` and ``slots``, fields with defaults go behind
    those without, and the names of the slots are kept."""
    if sys.version_info >= (3, 10):  # noqa: UP036  # a bundle runs on 3.9 too
        made: Callable[[type], type] = dataclasses.dataclass(**options)
        return made
    kw_only, slots = options.pop("kw_only", False), options.pop("slots", False)

    def decorate(cls: type) -> type:
        if kw_only:
            own = cls.__dict__.get("__annotations__", {})  # noqa: RUF063  # inspect has it from 3.10 on
            cls.__annotations__ = dict(sorted(own.items(), key=lambda item: _has_default(cls.__dict__, item[0])))
        result: type = dataclasses.dataclass(**options)(cls)
        if slots:
            result.__slots__ = tuple(field.name for field in dataclasses.fields(result))
        return result

    return decorate


def _has_default(values: Any, name: str) -> bool:
    value = values.get(name, dataclasses.MISSING)
    if isinstance(value, dataclasses.Field):
        return value.default is not dataclasses.MISSING or value.default_factory is not dataclasses.MISSING
    return value is not dataclasses.MISSING


def strict_zip(*parts: Any, strict: bool = True) -> Iterator[tuple[Any, ...]]:
    """``zip`` whose parts must be equally long where ``strict`` is true.

    Raises:
        ValueError: they are not.
    """
    if not strict:
        yield from zip(*parts)  # noqa: B905
        return
    for row in zip_longest(*parts, fillvalue=_NOTHING):
        if any(value is _NOTHING for value in row):
            raise ValueError("zip() arguments are not equally long")
        yield row
