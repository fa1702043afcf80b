"""A run record out of foreign JSON: every field is checked against the record's own types before it is believed.

What does not fit is left out and named; only a run without key or label, or one that can not be true, is refused.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from profiles.importers._names import clean
from profiles.importers.base import LOSSES_NAMED, ImportProblem, Loss
from profiles.records import PhaseTiming, RecordError, RunRecord, merge_phases

#: Above it a whole number can not be told from its neighbours in JSON elsewhere, nor be kept in every database.
LARGEST = 2**53
TEXT_CHARACTERS = 4_000
_SHOWN = 40

_T = TypeVar("_T")


class _Misfit(ValueError):
    """A value is not what its field holds; the message names both."""


def read_run(plain: object, form: str) -> tuple[RunRecord, tuple[Loss, ...]]:
    """The record in ``plain``, as ``RunRecord.to_json`` writes it, and what of it was left out.

    The record is marked as imported from ``form``, unless it was imported when it was written; it has no process any
    more, so a run that was still running counts as interrupted.

    Raises:
        ImportProblem: it is no run, or one that can not be true.
    """
    if not isinstance(plain, dict):
        raise ImportProblem(f"a run must be a JSON object, got {_show(plain)}")
    losses: list[str] = []
    values = {name: _field(kind, name, plain[name], losses) for name, kind in _kinds(RunRecord) if name in plain}
    values = {name: value for name, value in values.items() if value is not _Misfit}
    for name in ("key", "label"):
        if not values.get(name):
            raise ImportProblem(f"the run has no {name}, so it can not be told from others")
    try:
        record = RunRecord(**values)
    except RecordError as error:
        raise ImportProblem(f"the run can not be true: {error}") from error
    return _settle(record, form, losses), _name(losses)


def _settle(record: RunRecord, form: str, losses: list[str]) -> RunRecord:
    notes = record.notes
    if record.status == "running":
        notes = (*notes, "was still running when this was written")
    return record.replace(
        source=record.source if record.source.startswith("imported:") else f"imported:{form}",
        status="interrupted" if record.status == "running" else record.status,
        phases=_merged(record.phases, losses, "the run"),
        caches=_once(record.caches, lambda cache: cache.name, losses, "cache"),
        tasks=tuple(
            dataclasses.replace(task, phases=_merged(task.phases, losses, f"task {task.task_id!r}"))
            for task in _once(record.tasks, lambda row: str(row.index), losses, "task")
        ),
        notes=notes,
        pid=None,
    )


def _once(parts: tuple[_T, ...], name: Callable[[_T], str], losses: list[str], what: str) -> tuple[_T, ...]:
    """The parts without those that repeat an earlier one; others of the same name stay, and both are named."""
    known: dict[str, _T] = {}
    kept = []
    for part in parts:
        earlier = known.setdefault(name(part), part)
        if earlier is not part:
            same = earlier == part
            losses.append(f"{what} {name(part)!r} came twice, " + ("alike: one was left out" if same else "not alike"))
            if same:
                continue
        kept.append(part)
    return tuple(kept)


def _merged(phases: tuple[PhaseTiming, ...], losses: list[str], where: str) -> tuple[PhaseTiming, ...]:
    """The phases with each path once: what repeats another is left out, what differs is added up, and it is said."""
    distinct = tuple(dict.fromkeys(phases))
    merged = merge_phases(distinct)
    if len(distinct) < len(phases):
        losses.append(f"{len(phases) - len(distinct)} phases of {where} came twice, alike: one was left out")
    if len(merged) < len(distinct):
        losses.append(f"{len(distinct) - len(merged)} phases of {where} came twice, not alike, and were added up")
    return merged if len(merged) < len(distinct) else distinct


def _field(kind: Any, name: str, value: object, losses: list[str]) -> Any:
    """One field of the run; ``_Misfit`` itself where the value is left out, so that the default stays."""
    element = _element(kind)
    try:
        if element is None:
            return _fit(kind, value)
        if not isinstance(value, list | tuple):
            raise _Misfit(f"a list is needed, got {_show(value)}")
    except (_Misfit, RecordError) as error:
        losses.append(f"{name} was left out: {error}")
        return _Misfit
    return tuple(_elements(element, name, value, losses))


def _elements(kind: Any, name: str, values: list[Any] | tuple[Any, ...], losses: list[str]) -> list[Any]:
    kept = []
    for number, value in enumerate(values, start=1):
        try:
            kept.append(_fit(kind, value))
        except (_Misfit, RecordError) as error:
            losses.append(f"number {number} of {name} was left out: {error}")
    return kept


def _element(kind: Any) -> Any:
    """The type of the members where a field is a list whose members stand each for itself."""
    return get_args(kind)[0] if get_origin(kind) is tuple else None


def _fit(kind: Any, value: object) -> Any:
    """``value`` as ``kind``, a type that a record's field has; the depth is that of the types, not of the data."""
    check = _SCALARS.get(kind)
    if check is not None:
        return check(value)
    if get_origin(kind) in (Union, UnionType):
        return (
            None
            if value is None
            else _fit(next(get_arg for get_arg in get_args(kind) if get_arg is not NoneType), value)
        )
    if dataclasses.is_dataclass(kind):
        return _fit_dataclass(kind, value)
    if get_origin(kind) in (tuple, frozenset):
        if not isinstance(value, list | tuple):
            raise _Misfit(f"a list is needed, got {_show(value)}")
        return get_origin(kind)(_fit(get_args(kind)[0], item) for item in value)
    return _fit_mapping(get_args(kind)[1], value)


def _fit_dataclass(kind: Any, value: object) -> Any:
    if not isinstance(value, dict):
        raise _Misfit(f"an object is needed, got {_show(value)}")
    missing = [name for name in _required(kind) if name not in value]
    if missing:
        raise _Misfit(f"{', '.join(missing)} is missing")
    return kind(**{name: _named(name, wanted, value[name]) for name, wanted in _kinds(kind) if name in value})


def _named(name: str, kind: Any, value: object) -> Any:
    try:
        return _fit(kind, value)
    except _Misfit as error:
        raise _Misfit(f"{name}: {error}") from None


def _fit_mapping(kind: Any, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Misfit(f"an object is needed, got {_show(value)}")
    return {clean(str(name)): _fit(kind, item) for name, item in value.items()}


@cache
def _kinds(kind: Any) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in dataclasses.fields(kind))


@cache
def _required(kind: Any) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _Misfit(f"a text is needed, got {_show(value)}")
    return clean(value, TEXT_CHARACTERS)


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        raise _Misfit(f"a whole number up to 2**53 is needed, got {_show(value)}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
        raise _Misfit(f"a number up to 2**53 is needed, got {_show(value)}")
    return value


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Misfit(f"true or false is needed, got {_show(value)}")
    return value


def _moment(value: object) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Misfit(f"a moment like 2026-11-23T18:00:00+00:00 is needed, got {_show(value)}") from None


_SCALARS: dict[Any, Callable[[object], Any]] = {
    str: _text,
    int: _whole,
    float: _number,
    bool: _truth,
    datetime: _moment,
}


def _show(value: object) -> str:
    """The value as a message shows it; huge and deep values are not written out."""
    if isinstance(value, str | bytes):
        return repr(value[:_SHOWN])
    if isinstance(value, int) and abs(value) > LARGEST:
        return f"one of {value.bit_length():,} bits"
    return repr(value) if isinstance(value, int | float | None) else f"a {type(value).__name__}"


def _name(losses: list[str]) -> tuple[Loss, ...]:
    named = [Loss(reason=clean(reason)) for reason in losses[:LOSSES_NAMED]]
    if len(losses) > LOSSES_NAMED:
        named.append(Loss(reason=f"{len(losses) - LOSSES_NAMED:,} more parts of the run were left out"))
    return tuple(named)
