"""Keeping the tracker: what people write into it (status, notes, checkpoint, ticks, dated lines), and what they change
of the plan. Each change stands in a log with its time and who made it; the plan's go into the project file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from db import queries, store
from optim.plan.tracker_document import TrackerDocument, one_line
from optim.plan.tracker_edits import (
    CHECKPOINT,
    DELETED,
    LINE,
    NOTES,
    PLAN,
    STATUS,
    TICK,
    TICKED,
    TITLE,
    WIN,
    HandEdit,
    newest,
    place_name,
)
from optim.plan.tracker_text import BY_HAND
from optim.project.fields import Range
from optim.project.writing import Edit
from services.account import hand_edits
from services.people import current_user
from services.places import require_writable
from services.planning import edit_plan
from services.problems import USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from optim.project.wins import Win
    from services.project import Project

_RANGE = re.compile(r"(\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d+)?))?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
#: What can be changed of a win's plan, and how it is read.
WIN_PLAN = ("title", "target_percent", "hours", "hypothesis", "implementation")
#: What can be changed of the plan as a whole.
WHOLE_PLAN = ("target.seconds",)
_RANGES = ("target_percent", "hours", "target.seconds")
_LONGEST = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change of the tracker by a person; an empty ``value`` takes back what was there.

    ``field``: ``status``, ``notes``, ``checkpoint NAME``, ``line`` or ``line YYYY-MM-DD HH:MM`` (of a win), ``tick
    TEXT`` (of the checklist, ``win`` None; any value ticks), or a field of ``WIN_PLAN`` or ``WHOLE_PLAN``.
    """

    field: str
    value: str
    win: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """An edit as the log has it; ``sentence`` says it in words. Plan fields have the place ``plan``."""

    made_at: datetime
    who: str
    place: str
    name: str
    value: str | None
    origin: str
    sentence: str


def history(engine: Engine, project: Project, win: str | None = None) -> tuple[Logged, ...]:
    """Everything that was written by hand, the newest first; of one win where it is named."""
    rows = queries.tracking(engine)
    entries = [_logged(project, row) for row in rows.astype(object).where(rows.notna(), None).to_dict("records")]
    return tuple(entry for entry in entries if win is None or _is_of(entry, win))


def _is_of(entry: Logged, win: str) -> bool:
    return entry.place.partition(" ")[2] == win or (entry.place == PLAN and entry.name.startswith(f"{win}."))


def _logged(project: Project, row: Mapping[Any, Any]) -> Logged:
    edit = HandEdit(place=row["place"], name=row["name"], value=row["value"])
    source = f", from {row['origin']}" if row["origin"] else ""
    who = f" by {row['who']}" if row["who"] else ""
    return Logged(
        made_at=row["made_at"].to_pydatetime(),
        who=row["who"] or "",
        place=edit.place,
        name=edit.name,
        value=edit.value,
        origin=row["origin"] or "",
        sentence=f"{row['made_at']:%Y-%m-%d %H:%M}{who}{source}: {_clause(project, edit)}",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Editable:
    """What can be edited of a win or, without one, of the plan: per field of ``Change`` the text that stands there.

    ``lines`` are the dated lines about the win that people wrote; those of measurements and decisions are evidence's.
    """

    values: Mapping[str, str]
    lines: tuple[str, ...] = ()


def editable(engine: Engine, project: Project, win: Win | None) -> Editable:
    """What can be edited now, and what stands there."""
    written = newest(hand_edits(engine))
    typed: dict[tuple[str, str], str] = {key: edit.value for key, edit in written.items() if edit.value is not None}
    if win is None:
        target = project.plan.target
        return Editable(values={"target.seconds": "" if target is None else str(target.seconds)})
    place = f"{WIN} {win.name}"
    values: dict[str, str] = {
        "status": typed.get((place, STATUS), win.status or ""),
        "notes": typed.get((place, NOTES), ""),
        **{f"checkpoint {name}": typed.get((place, CHECKPOINT + name), "") for name in _checkpoint_names(win, typed)},
        **{name: str(getattr(win, name) or "") for name in WIN_PLAN},
    }
    lines = [f"{name}: {value}" for (where, name), value in typed.items() if where == f"{LINE} {win.name}"]
    return Editable(values=values, lines=tuple(sorted(lines)))


def _checkpoint_names(win: Win, typed: Iterable[tuple[str, str]]) -> list[str]:
    own = [name for name, _ in win.checkpoint] or ["Date", "Wall-clock", "Cumulative speedup"]
    place = f"{WIN} {win.name}"
    more = [name.removeprefix(CHECKPOINT) for where, name in typed if where == place and name.startswith(CHECKPOINT)]
    return list(dict.fromkeys((*own, "Result", *more)))


def ticked_by_hand(engine: Engine) -> frozenset[str]:
    """The lines of the checklist that people ticked."""
    return frozenset(
        name
        for (place, name), edit in newest(hand_edits(engine)).items()
        if place.startswith(f"{TICK} ") and edit.value == TICKED
    )


def track(engine: Engine, project: Project, changes: Sequence[Change], who: str | None = None) -> tuple[str, ...]:
    """Makes changes; gives a clause for each that changed something.

    Raises:
        Problem: a field that there is not, or a value that it can not have (exit code 2); nothing is changed then.
    """
    planned = [change for change in changes if change.field in (*WIN_PLAN, *WHOLE_PLAN)]
    written = [_hand_edit(project, change) for change in changes if change not in planned]
    clauses = change_plan(engine, project, planned, who)
    return (*clauses, *log_edits(engine, project, written, who=who))


def _hand_edit(project: Project, change: Change) -> HandEdit:
    value = _checked(change)
    kind, _, rest = change.field.partition(" ")
    if kind == "tick" and change.win is None:
        return _tick(project, rest, value)
    if change.win is None or kind not in ("status", "notes", "checkpoint", "line"):
        fail(
            f"{change.field} is nothing that can be tracked; there are status, notes, checkpoint NAME, line, "
            f"{', '.join(WIN_PLAN)} of a win, tick TEXT and {', '.join(WHOLE_PLAN)}",
            USAGE,
        )
    if kind == "line":
        return _line(change.win, rest, value)
    if kind == "checkpoint" and not rest.strip():
        fail("a checkpoint field needs a name, such as Wall-clock", USAGE)
    name = {"status": STATUS, "notes": NOTES}.get(kind, CHECKPOINT + rest.strip())
    return HandEdit(place=f"{WIN} {change.win}", name=name, value=value or None)


def _checked(change: Change) -> str:
    value = one_line(change.value)
    if len(value) > _LONGEST or BY_HAND.strip() in value:
        fail(f"{change.field} must be at most {_LONGEST:,} characters, without {BY_HAND.strip()!r}", USAGE)
    if any(mark in change.field for mark in "\n*") or ":" in change.field.split(" ")[0]:
        fail(f"{change.field!r} can not be the name of a field; letters and digits would do", USAGE)
    return value


def _line(win: str, moment: str, value: str) -> HandEdit:
    when = moment.strip() or f"{datetime.now(UTC):%Y-%m-%d %H:%M}"
    if not _MOMENT.fullmatch(when):
        fail(f"a line's time must be as 2026-11-25 14:05, got {when!r}", USAGE)
    return HandEdit(place=f"{LINE} {win}", name=when, value=value or None)


def _tick(project: Project, text: str, value: str) -> HandEdit:
    lines = [(group.name, item.text) for group in project.plan.checklists for item in group.items]
    matches = [pair for pair in lines if pair[1] == text] or [
        pair for pair in lines if text and text.lower() in pair[1].lower()
    ]
    if len(matches) != 1:
        many = "several lines" if matches else "no line"
        known = "; ".join(pair[1] for pair in matches or lines) or "the plan has no checklist"
        fail(f"{many} of the checklist match {text!r}: {known}", USAGE)
    group, line = matches[0]
    return HandEdit(place=f"{TICK} {group}", name=line, value=TICKED if value else None)


def log_edits(
    engine: Engine, project: Project, edits: Iterable[HandEdit], *, origin: str = "", who: str | None = None
) -> tuple[str, ...]:
    """Appends what people wrote to the log, as far as it changes anything; gives a clause for each."""
    written = newest(hand_edits(engine))
    fresh = [edit for edit in edits if (written[edit.key].value if edit.key in written else None) != edit.value]
    name = who or current_user()
    store.track(
        engine,
        [
            store.TrackedEdit(place=edit.place, name=edit.name, value=edit.value, origin=origin or None, who=name)
            for edit in fresh
        ],
    )
    return tuple(_clause(project, edit) for edit in fresh)


def _clause(project: Project, edit: HandEdit) -> str:
    where, kind = place_name(project.plan, edit.place), edit.place.split(" ")[0]
    if kind == TICK:
        return f"{edit.name}: {'ticked by hand' if edit.value == TICKED else 'the tick by hand is taken back'}"
    if edit.name == DELETED:
        return f"{where}: {'deleted ' + edit.value if edit.value else 'back in the tracker'}"
    name = f"line of {edit.name}" if kind == LINE else edit.name
    value = None if edit.value is None else edit.value.split("\n")[0]
    return f"{where}: {name}" + (f" {value}" if value is not None else " taken back")


def change_plan(
    engine: Engine, project: Project, changes: Sequence[Change], who: str | None = None, origin: str = ""
) -> tuple[str, ...]:
    """Writes changes of the plan into the project file, and into the log; gives a clause for each, and one on the file.

    Raises:
        Problem: a value can not be what was given (exit code 2), or the file can not be written.
    """
    if not changes:
        return ()
    require_writable(engine)
    edits = [Edit(field=change.field, win=change.win, value=_plan_value(change)) for change in changes]
    sentence = edit_plan(*edits)
    written = [
        HandEdit(place=PLAN, name=_plan_name(change), value=one_line(change.value) or None) for change in changes
    ]
    return (*log_edits(engine, project, written, origin=origin, who=who), sentence)


def _plan_name(change: Change) -> str:
    return f"{change.win}.{change.field}" if change.win else change.field


def _plan_value(change: Change) -> Range | str | None:
    text = one_line(change.value)
    if not text:
        return None
    return read_range(text, change.field) if change.field in _RANGES else text


def read_range(text: str, field: str) -> Range:
    """A range as people write it: ``5-10``, ``12 to 14``, ``8``.

    Raises:
        Problem: it is none (exit code 2).
    """
    match = _RANGE.fullmatch(text.strip().rstrip("%s ").strip())
    if match is None:
        fail(f"{field} must be a range such as 5-10, got {text!r}", USAGE)
    low = float(match.group(1))
    return Range(low=low, high=float(match.group(2) or low))


def adopt_plan(engine: Engine, project: Project, document: TrackerDocument, who: str | None = None) -> tuple[str, ...]:
    """Takes what a tracker says of the plan into the project file; gives a clause for each change."""
    changes = [change for win in project.wins for change in _of_win(win, document)]
    target = dict(document.header).get("Target", "").split(BY_HAND)[-1]
    seconds = re.search(r"(\d+(?:\.\d+)?(?:\s*[-–]\s*\d+(?:\.\d+)?)?)s?(?:\s*\(.*\))?$", target)
    own = project.plan.target
    if seconds and own is not None and read_range(seconds.group(1), "target") != own.seconds:
        changes.append(Change(field="target.seconds", value=seconds.group(1)))
    return change_plan(engine, project, changes, who)


def _of_win(win: Win, document: TrackerDocument) -> list[Change]:
    section = document.win(win.number or 0)
    if section is None or not win.planned:
        return []
    fields = {TITLE: section.title, **dict(section.fields)}
    typed = {name: value.split(BY_HAND)[-1] for name, value in fields.items()}
    changes = [("title", typed[TITLE], win.title), ("implementation", typed.get("Implementation"), win.implementation)]
    for field, name in (("target_percent", "Target"), ("hours", "Estimated time")):
        text, own = typed.get(name), getattr(win, field)
        number = None if text is None else re.match(r"\d[\d.\s–-]*", text)
        changes.append((field, number.group().strip(" –-.") if number else None, str(own or "")))
    return [Change(win=win.name, field=name, value=new) for name, new, own in changes if new and new != own]
