"""What people write into the tracker by hand: recognized in a document that comes back, and shown in the next one.

A field that nothing fills is the person's. One that the plan or the evidence fills stays as they say, and the person's
stands beside it: ``8-10% · by hand: 7-9%``. A win's status is the person's until it was measured or decided.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optim.plan.tracker_document import Check, Entry, Group, Pairs, TrackerDocument, WinSection
from optim.plan.tracker_merge import IMPORTED_MARK, TICKED_IN_FILE, is_pending
from optim.plan.tracker_text import BY_HAND, one_line
from optim.project.records import Plan

Key = tuple[str, str]
HEADER, BASELINE, WIN, PROGRESS, TICK, LINE, PLAN = "header", "baseline", "win", "progress", "tick", "line", "plan"
CHECKPOINT = "Checkpoint: "
TITLE, STATUS, NOTES, DELETED = "Title", "Status", "Notes", "Deleted"
TICKED, OPEN = "x", " "
#: What a win's section says when it was deleted from a document: the plan still has the win.
GONE = "from the tracker by hand; the plan still has it"
TICKED_HERE = "ticked by hand, no evidence here"
#: Words that only the evidence writes: a document that holds them was printed from evidence, perhaps an older one.
_GENERATED = re.compile(
    r"(?:✅ KEPT|❌ REVERTED|⏳ MEASURED|reverted: not part of it|\d+ of \d+ quick wins measured)"
    r"|\b(?:measurement|run) \d+\b|projected|without a measurement|^measured here on another pipeline"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class HandEdit:
    """What a person wrote into a field of a place (``win NAME``, ``tick GROUP``, ``line NAME`` ...); None: taken back.

    ``origin`` is the file that it came from, empty where it was typed here.
    """

    place: str
    name: str
    value: str | None
    origin: str = ""
    who: str = ""

    @property
    def key(self) -> Key:
        """What it is of."""
        return self.place, self.name


@dataclass(frozen=True, kw_only=True, slots=True)
class Recognized:
    """What a document brings: edits, and where they meet what the evidence says, a sentence each."""

    edits: tuple[HandEdit, ...]
    conflicts: tuple[str, ...]


def newest(log: Iterable[HandEdit]) -> dict[Key, HandEdit]:
    """What counts of a log, oldest first: the newest of each field."""
    return {edit.key: edit for edit in log}


def is_generated(value: str) -> bool:
    """Whether it is a text that evidence wrote."""
    return _GENERATED.search(value) is not None


def recognize(
    plan: Plan, own: TrackerDocument, unfilled: TrackerDocument, shown: TrackerDocument, other: TrackerDocument
) -> Recognized:
    """The edits that ``other`` brings against ``shown``, the tracker as it would be printed now.

    ``own`` is the tracker of plan and evidence, ``unfilled`` that of the plan alone: what equals one of them is no edit
    but older, or takes one back.
    """
    now, base, bare = (_fields(plan, state) for state in (shown, own, unfilled))
    edits, conflicts = [], []
    theirs = _fields(plan, other)
    for key, value in theirs.items():
        if _is_older(key, theirs, base) and base.get(key, "") != bare.get(key, ""):
            continue
        edit = _edit(key, value, now.get(key, ""), base.get(key, ""), bare.get(key, ""))
        if edit is None:
            continue
        edits.append(edit)
        if edit.value is not None and base.get(key, "") != bare.get(key, "") and not is_pending(base.get(key, "")):
            conflicts.append(_conflict(plan, edit, base[key]))
    edits += _gone(plan, shown, other)
    return Recognized(edits=tuple(edits), conflicts=tuple(conflicts))


def _is_older(key: Key, theirs: Mapping[Key, str], base: Mapping[Key, str]) -> bool:
    """Whether a checkpoint's field was printed from another measurement than the one that speaks now."""
    place, name = key
    printed, now = (fields.get((place, f"{CHECKPOINT}Evidence"), "") for fields in (theirs, base))
    return name.startswith(CHECKPOINT) and is_generated(printed) and not _same(printed, now)


def _edit(key: Key, value: str, shown: str, base: str, bare: str) -> HandEdit | None:
    place, name = key
    if _same(value, shown) or (is_pending(value) and is_pending(shown)):
        return None
    typed = value.split(BY_HAND, 1)[1] if BY_HAND in value else value
    was_typed = not _same(shown, base)
    if _same(typed, base) or _same(typed, bare) or is_pending(typed):
        return HandEdit(place=place, name=name, value=None) if was_typed else None
    if place.startswith(TICK) and typed == OPEN and base == TICKED:
        return None
    return None if is_generated(typed) else HandEdit(place=place, name=name, value=_unmarked(typed))


def _conflict(plan: Plan, edit: HandEdit, base: str) -> str:
    where = place_name(plan, edit.place)
    return f'{where}: {edit.name} is "{edit.value}" in the document and "{base}" by the evidence; both stand'


def place_name(plan: Plan, place: str) -> str:
    """A place as people call it."""
    kind, _, name = place.partition(" ")
    if kind in (WIN, LINE):
        win = next((win for win in plan.wins if win.name == name), None)
        return f"Quick Win #{win.number}" if win else name
    return {HEADER: "the header", BASELINE: "the baseline", PLAN: "the plan"}.get(kind, name)


def _gone(plan: Plan, shown: TrackerDocument, other: TrackerDocument) -> list[HandEdit]:
    """A win whose section is not there any more was deleted; one that is back was not."""
    there = {win.number for win in other.wins}
    edits = []
    for win in plan.planned:
        section, back = shown.win(win.number or 0), other.win(win.number or 0)
        was_deleted = section is not None and DELETED in dict(section.fields)
        if win.number not in there and not was_deleted:
            edits.append(HandEdit(place=f"{WIN} {win.name}", name=DELETED, value=GONE))
        elif was_deleted and back is not None and DELETED not in dict(back.fields):
            edits.append(HandEdit(place=f"{WIN} {win.name}", name=DELETED, value=None))
    return edits


def _same(one: str, other: str) -> bool:
    return _unmarked(one).removesuffix(" ✅") == _unmarked(other).removesuffix(" ✅")


def _unmarked(value: str) -> str:
    return value.removesuffix(IMPORTED_MARK).rstrip() if value != OPEN else value


def _fields(plan: Plan, document: TrackerDocument) -> dict[Key, str]:
    """All fields of a document that a person can write into, by their keys."""
    fields = {(HEADER, name): value for name, value in document.header}
    fields |= {(BASELINE, name): value for name, value in (document.baseline.fields if document.baseline else ())}
    for win in plan.wins:
        if section := document.win(win.number or 0):
            place = f"{WIN} {win.name}"
            fields[place, TITLE] = section.title
            fields |= {(place, name): value for name, value in section.fields}
            fields |= {(place, CHECKPOINT + name): value for name, value in section.checkpoint}
    for group in document.progress:
        fields |= {(f"{PROGRESS} {group.name}", name): value for name, value in group.fields}
    fields |= {
        (f"{TICK} {check.group}", check.text): _ticked(check) for check in document.checks if _is_planned(plan, check)
    }
    numbers = {win.number: win.name for win in plan.wins}
    for entry in document.entries:
        if entry.number in numbers:
            fields[f"{LINE} {numbers[entry.number]}", entry.moment] = entry_text(entry)
    return fields


def _is_planned(plan: Plan, check: Check) -> bool:
    return any(
        (group.name, item.text) == (check.group, check.text) for group in plan.checklists for item in group.items
    )


def _ticked(check: Check) -> str:
    by_hand = TICKED_HERE in check.evidence or TICKED_IN_FILE in check.evidence
    return TICKED if check.ticked or by_hand else OPEN


def entry_text(entry: Entry) -> str:
    """What a line of the timeline says, as one text: the description, then what stands below it."""
    below = [f"{name}: {value}".rstrip() for name, value in entry.fields]
    below += [f"Status: {entry.status}"] if entry.status else []
    below += [f"Notes: {_unmarked(entry.notes)}"] if _unmarked(entry.notes) else []
    return "\n".join([entry.title, *below])


def _entry(number: int, moment: str, text: str, origin: str) -> Entry:
    title, *below = text.split("\n")
    values = dict(line.partition(": ")[::2] for line in below)
    status, notes = values.pop("Status", ""), values.pop("Notes", "")
    notes = f"{notes} {IMPORTED_MARK}".strip() if origin else notes
    return Entry(moment=moment, number=number, title=title, fields=tuple(values.items()), status=status, notes=notes)


def apply(plan: Plan, document: TrackerDocument, log: Iterable[HandEdit]) -> TrackerDocument:
    """``document``, the tracker of plan and evidence, with what people wrote."""
    edits = {key: edit for key, edit in newest(log).items() if edit.value is not None}
    if not edits:
        return document
    of_place: dict[str, list[HandEdit]] = {}
    for edit in edits.values():
        of_place.setdefault(edit.place, []).append(edit)
    names = {win.number: win.name for win in plan.wins}
    changes: dict[str, Any] = {
        "header": _written(document.header, of_place.get(HEADER, ())),
        "wins": tuple(_win(win, of_place.get(f"{WIN} {names.get(win.number)}", ())) for win in document.wins),
        "progress": tuple(_group(group, of_place.get(f"{PROGRESS} {group.name}", ())) for group in document.progress),
        "checks": tuple(
            _check(check, edits.get((f"{TICK} {check.group}", check.text)), plan) for check in document.checks
        ),
        "entries": _entries(plan, document.entries, of_place),
    }
    if document.baseline is not None:
        changes["baseline"] = _group(document.baseline, of_place.get(BASELINE, ()))
    return dataclasses.replace(document, **changes)


def _written(own: Pairs, edits: Sequence[HandEdit]) -> Pairs:
    typed = {edit.name: edit for edit in edits}
    filled = [(name, _shown(name, value, typed.pop(name)) if name in typed else value) for name, value in own]
    return (*filled, *((name, one_line(edit.value or "")) for name, edit in typed.items()))


def _shown(name: str, own: str, edit: HandEdit) -> str:
    value = one_line(edit.value or "")
    if _same(own, value):
        return own
    if is_pending(own):
        return f"{value} {IMPORTED_MARK}" if edit.origin else value
    if name == STATUS and not is_generated(own):
        return value
    return f"{own}{BY_HAND}{value}"


def _group(own: Group, edits: Sequence[HandEdit]) -> Group:
    return dataclasses.replace(own, fields=_written(own.fields, edits))


def _win(own: WinSection, edits: Sequence[HandEdit]) -> WinSection:
    title = next((_shown(TITLE, own.title, edit) for edit in edits if edit.name == TITLE), own.title)
    below = [edit for edit in edits if edit.name.startswith(CHECKPOINT)]
    fields = [edit for edit in edits if edit not in below and edit.name != TITLE]
    checkpoint = [dataclasses.replace(text, name=text.name.removeprefix(CHECKPOINT)) for text in below]
    return dataclasses.replace(
        own, title=title, fields=_written(own.fields, fields), checkpoint=_written(own.checkpoint, checkpoint)
    )


def _check(own: Check, edit: HandEdit | None, plan: Plan) -> Check:
    if edit is None or edit.value != TICKED or own.ticked:
        return own
    by_evidence = any(
        item.needs != "person" and (group.name, item.text) == (own.group, own.text)
        for group in plan.checklists
        for item in group.items
    )
    if not by_evidence:
        who = f" by {edit.who}" if edit.who else ""
        return dataclasses.replace(own, ticked=True, evidence=one_line(f"ticked by hand{who}"))
    remark = TICKED_IN_FILE if edit.origin else TICKED_HERE
    return dataclasses.replace(own, evidence=f"{own.evidence}; {remark}" if own.evidence else remark)


def _entries(plan: Plan, own: tuple[Entry, ...], of_place: Mapping[str, list[HandEdit]]) -> tuple[Entry, ...]:
    known = {(entry.moment, entry.number) for entry in own}
    typed = [
        _entry(win.number or 0, edit.name, edit.value or "", edit.origin)
        for win in plan.wins
        for edit in of_place.get(f"{LINE} {win.name}", ())
        if (edit.name, win.number) not in known
    ]
    return tuple(sorted((*own, *typed), key=lambda entry: entry.moment))


def without(plan: Plan, document: TrackerDocument, keys: Iterable[Key]) -> TrackerDocument:
    """An imported document without the fields that the log of edits speaks of: the log is newer, whatever it says."""
    spoken = set(keys)
    names = {win.number: win.name for win in plan.wins}

    def left(place: str, pairs: Pairs, before: str = "") -> Pairs:
        return tuple(pair for pair in pairs if (place, before + pair[0]) not in spoken)

    def win(win_section: WinSection) -> WinSection:
        place = f"{WIN} {names.get(win_section.number)}"
        checkpoint = left(place, win_section.checkpoint, CHECKPOINT)
        return dataclasses.replace(win_section, fields=left(place, win_section.fields), checkpoint=checkpoint)

    return dataclasses.replace(
        document,
        header=left(HEADER, document.header),
        wins=tuple(map(win, document.wins)),
        entries=tuple(
            entry for entry in document.entries if (f"{LINE} {names.get(entry.number)}", entry.moment) not in spoken
        ),
        progress=tuple(
            Group(name=group.name, fields=left(f"{PROGRESS} {group.name}", group.fields)) for group in document.progress
        ),
        checks=tuple(check for check in document.checks if (f"{TICK} {check.group}", check.text) not in spoken),
        baseline=None
        if document.baseline is None
        else dataclasses.replace(document.baseline, fields=left(BASELINE, document.baseline.fields)),
    )
