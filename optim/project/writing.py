"""Writes edited fields back into a project file: comments, order and everything else stay as they are.

Errors:
    EditProblem (a ValueError): there is no such field to edit; the sentence says which there are.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, Array

from optim.project.fields import PlanProblem, Range

#: What may be edited of the plan, by the name of its table and field.
PLAN_FIELDS = (
    *("project.name", "project.title", "project.phase", "project.status"),
    *("reference.machine", "origin.seconds"),
    *("baseline.name", "baseline.date", "baseline.seconds", "baseline.tasks", "baseline.solvers", "baseline.errors"),
    *("baseline.overhead_percent", "baseline.saving_percent"),
    *("target.seconds", "target.speedup", "target.saving_percent"),
)
#: What may be edited of a win.
WIN_FIELDS = (
    *("number", "title", "label", "colour", "sign", "addresses", "target_percent", "hours"),
    *("implementation", "hypothesis", "cache", "status", "built"),
)


class EditProblem(ValueError):
    """A field can not be edited; the sentence says why and what would work."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """A field and its new value; None takes it away. ``win`` names the win that it is of, None for the plan itself.

    ``value`` is a text, a number, a date, a ``Range`` or a sequence of texts.
    """

    field: str
    value: Any
    win: str | None = None

    def __post_init__(self) -> None:
        known = PLAN_FIELDS if self.win is None else WIN_FIELDS
        if self.field not in known:
            raise EditProblem(f"{self.field} is no field that can be edited here; there are {', '.join(known)}")


def edited(text: str, edits: Sequence[Edit], file: str) -> str:
    """The text of a project file with some fields changed; the result still has to be read.

    Raises:
        PlanProblem: the text is no TOML.
        EditProblem: a field is not where its table should be.
    """
    try:
        document = tomlkit.parse(text)
        for edit in edits:
            _apply(document, edit, file)
        return tomlkit.dumps(document)
    except TOMLKitError as error:
        raise PlanProblem(f"{file}: not TOML: {error}; docs/project-file.md shows the form") from error


def _apply(document: tomlkit.TOMLDocument, edit: Edit, file: str) -> None:
    if edit.win is not None:
        table: Any = _win_table(document, edit.win, file, create=edit.value is not None)
        name = edit.field
    else:
        part, _, name = edit.field.partition(".")
        table = _table(document, part, file, create=edit.value is not None)
    if table is None:
        return
    if edit.value is None:
        table.pop(name, None)
    elif name not in table or table[name] != _plain(edit.value):
        _set(table, name, edit.value)


def _set(table: MutableMapping[str, Any], name: str, value: Any) -> None:
    """Sets a field; the comment behind the old value stays behind the new one."""
    item = tomlkit.item(_plain(value))
    if isinstance(item, Array):
        item.multiline(False)
    old = table.get(name)
    if old is not None and hasattr(old, "trivia"):
        item.trivia.comment, item.trivia.comment_ws = old.trivia.comment, old.trivia.comment_ws
        item.trivia.trail = old.trivia.trail
    table[name] = item


def _plain(value: Any) -> Any:
    """As TOML holds it: a range is two numbers, whole ones without a point."""
    if isinstance(value, Range):
        return [_number(value.low), _number(value.high)]
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    return _number(value)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _table(document: tomlkit.TOMLDocument, name: str, file: str, *, create: bool) -> Any:
    table = document.get(name)
    if table is None and create:
        table = tomlkit.table()
        document.append(name, table)
        table = document[name]
    if table is not None and not isinstance(table, Mapping):
        raise EditProblem(f"{file}: {name} is not a table there, so that nothing in it can be edited")
    return table


def _win_table(document: tomlkit.TOMLDocument, win: str, file: str, *, create: bool) -> Any:
    """The table of a win; one that has none yet gets one behind the others."""
    tables = document.get("win")
    for table in tables or ():
        if isinstance(table, Mapping) and table.get("name") == win:
            return table
    if not create:
        return None
    if tables is None:
        tables = tomlkit.aot()
        document.append("win", tables)
        tables = document["win"]
    if not isinstance(tables, AoT):
        raise EditProblem(f"{file}: the wins stand in one list, so that {win} can not be added; use [[win]] tables")
    table = tomlkit.table()
    table["name"] = win
    tables.append(table)
    return tables[-1]
