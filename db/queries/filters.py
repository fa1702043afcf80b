"""Which runs a history shows: keyword filters to SQL conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, func, or_, select

from db.models import BlockRun, Run, Tag

Choice = str | Sequence[str] | None


class RunFilters(TypedDict, total=False):
    """Filters of the history; what is left out or None does not filter. A list means any of its values.

    An empty list does not filter either, but for ``ids``, of which it leaves none.

    ``text`` looks into label, key, config, note, file name and tags, and is a run's number when it is one; ``win`` is
    on in the config; ``since`` and ``until`` bound ``started_at`` (until excluded); ``deleted``: False (default) hides
    deleted runs, True shows them alone, None shows both.
    """

    text: str | None
    label: Choice
    config: Choice
    win: Choice
    source: Choice
    pipeline: Choice
    machine: Choice
    workload: Choice
    status: Choice
    cache_state: Choice
    tag: Choice
    since: datetime | None
    until: datetime | None
    measurement_id: int | None
    profiled: bool | None
    deleted: bool | None
    ids: Sequence[int] | None


_EQUAL = {
    "label": Run.label,
    "config": Run.config,
    "source": Run.source,
    "pipeline": Run.pipeline,
    "machine": Run.machine,
    "workload": Run.workload,
    "status": Run.status,
    "cache_state": Run.cache_state,
}


def conditions(filters: RunFilters) -> list[ColumnElement[bool]]:
    """The SQL conditions that ``filters`` ask for.

    Raises:
        TypeError: there is no filter of that name.
    """
    unknown = set(filters) - set(RunFilters.__annotations__)
    if unknown:
        known = ", ".join(RunFilters.__annotations__)
        raise TypeError(f"no filter is called {', '.join(sorted(unknown))}; known: {known}")
    given: dict[str, Any] = {name: value for name, value in filters.items() if _is_given(name, value)}
    clauses: list[ColumnElement[bool]] = [
        _EQUAL[name].in_(_several(value)) for name, value in given.items() if name in _EQUAL
    ]
    clauses += [make(given[name]) for name, make in _SPECIAL.items() if name in given]
    hidden = filters.get("deleted", False)
    if hidden is not None:
        clauses.append(Run.deleted_at.is_not(None) if hidden else Run.deleted_at.is_(None))
    return clauses


def _is_given(name: str, value: Any) -> bool:
    return value is not None and (name == "ids" or not hasattr(value, "__len__") or len(value) > 0)


def _several(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _text(text: str) -> ColumnElement[bool]:
    places = (Run.label, Run.key, Run.config, Run.note, Run.source_name)
    clauses = [place.icontains(text, autoescape=True) for place in places]
    clauses.append(Run.id.in_(select(Tag.run_id).where(Tag.tag.icontains(text, autoescape=True))))
    number = text.strip().removeprefix("#")
    if number.isascii() and number.isdigit() and len(number) < 10:
        clauses.append(Run.id == int(number))
    return or_(*clauses)


def _wins(value: str | Sequence[str]) -> ColumnElement[bool]:
    return or_(*(_win(name) for name in _several(value)))


def _win(win: str) -> ColumnElement[bool]:
    # Not LIKE, for which SQLite takes capitals and small letters to be the same.
    listed = "," + Run.config + ","
    return func.replace(listed, f",{win},", "") != listed


_SPECIAL: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "text": _text,
    "win": _wins,
    "tag": lambda value: Run.id.in_(select(Tag.run_id).where(Tag.tag.in_(_several(value)))),
    "since": lambda value: Run.started_at >= value,
    "until": lambda value: Run.started_at < value,
    "measurement_id": lambda value: Run.id.in_(select(BlockRun.run_id).where(BlockRun.measurement_id == value)),
    "profiled": lambda value: Run.profiled.is_(value),
    "ids": lambda value: Run.id.in_([int(run_id) for run_id in value]),
}
