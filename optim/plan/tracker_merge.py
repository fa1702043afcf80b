"""Trackers that were read in, beside plan and evidence: nothing of them is lost, nothing of them counts as measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

from optim.plan.tracker_document import (
    DISAGREE,
    Check,
    Entry,
    Group,
    Pairs,
    TextSection,
    TrackerDocument,
    WinSection,
)
from optim.project.records import Plan

#: Stands behind what an imported tracker says, and beside a line that it ticks.
IMPORTED_MARK = "(imported)"
TICKED_IN_FILE = "ticked by hand in an imported tracker, no evidence here"


def merge(plan: Plan, document: TrackerDocument, imported: Iterable[TrackerDocument]) -> TrackerDocument:
    """``document`` with what the ``imported`` ones hold beyond it: what is pending in it is filled in and marked as
    imported, fields, wins, entries and lines that it lacks are added; where both say something, ``document`` stands.
    """
    by_evidence = {item.text for group in plan.checklists for item in group.items if item.needs != "person"}
    for other in imported:
        document = TrackerDocument(
            title=document.title,
            header=_more(document.header, other.header),
            baseline=_groups((document.baseline,), (other.baseline,))[0] if document.baseline else other.baseline,
            wins=_wins(document.wins, other.wins),
            entries=_entries(document.entries, other.entries),
            earlier=_more(document.earlier, other.earlier),
            progress=_groups(document.progress, other.progress),
            checks=_checks(document.checks, other.checks, by_evidence),
            texts=_texts(document.texts, other.texts),
            leftovers=tuple(dict.fromkeys((*document.leftovers, *other.leftovers))),
            baseline_seconds=document.baseline_seconds,
        )
    return document


def differences(own: TrackerDocument, other: TrackerDocument) -> Iterator[str]:
    """A sentence for each statement of the plan that ``other`` makes differently; the plan stands till it is edited."""
    parts = [("the header", own.header, other.header)]
    if own.baseline and other.baseline:
        parts.append(("the baseline", own.baseline.fields, other.baseline.fields))
    for win in other.wins:
        mine = own.win(win.number)
        if mine is not None:
            title = (("Title", win.title),)
            parts.append((f"Quick Win #{win.number}", (("Title", mine.title), *mine.fields), (*title, *win.fields)))
    for where, ours, theirs in parts:
        known = dict(ours)
        for name, value in theirs:
            if name != "Status" and name in known and known[name] != value:
                yield f'{where}: {name} is "{value}" in the document and "{known[name]}" in the plan, which stands'


def is_pending(value: str) -> bool:
    """Whether a field waits for something to be filled in."""
    return value.startswith("(pending") or not value


def _marked(value: str) -> str:
    return value if value.endswith(IMPORTED_MARK) else f"{value} {IMPORTED_MARK}"


def _more(own: Pairs, other: Pairs) -> Pairs:
    """The own fields, pending ones filled from the other's, then the other's that have no own."""
    theirs = {name: value for name, value in other if not is_pending(value)}
    filled = ((name, _marked(theirs[name]) if is_pending(value) and name in theirs else value) for name, value in own)
    names = {name for name, _ in own}
    return (*filled, *((name, value) for name, value in other if name not in names))


def _wins(own: tuple[WinSection, ...], other: tuple[WinSection, ...]) -> tuple[WinSection, ...]:
    theirs = {win.number: win for win in other}
    merged = [_win(win, theirs[win.number]) if win.number in theirs else win for win in own]
    numbers = {win.number for win in own}
    return (*merged, *(win for win in other if win.number not in numbers))


def _win(own: WinSection, other: WinSection) -> WinSection:
    return dataclasses.replace(
        own,
        fields=_more(own.fields, other.fields),
        built=tuple(dict.fromkeys((*own.built, *other.built))),
        checkpoint=_more(own.checkpoint, other.checkpoint),
    )


def _entries(own: tuple[Entry, ...], other: tuple[Entry, ...]) -> tuple[Entry, ...]:
    known = {(entry.moment, entry.number) for entry in own}
    added = [
        dataclasses.replace(entry, notes=_marked(entry.notes).strip())
        for entry in other
        if (entry.moment, entry.number) not in known
    ]
    return tuple(sorted((*own, *added), key=lambda entry: entry.moment))


def _groups(own: tuple[Group | None, ...], other: tuple[Group | None, ...]) -> tuple[Group, ...]:
    theirs = {group.name: group for group in other if group is not None}
    mine = [group for group in own if group is not None]
    merged = [
        dataclasses.replace(group, fields=_more(group.fields, theirs[group.name].fields))
        if group.name in theirs
        else group
        for group in mine
    ]
    return (*merged, *(their for name, their in theirs.items() if name not in {group.name for group in mine}))


def _checks(own: tuple[Check, ...], other: tuple[Check, ...], by_evidence: set[str]) -> tuple[Check, ...]:
    theirs = {(check.group, check.text): check for check in other}
    merged = [_check(check, theirs.get((check.group, check.text)), by_evidence) for check in own]
    names = {(check.group, check.text) for check in own}
    return (*merged, *(check for check in other if (check.group, check.text) not in names))


def _check(own: Check, other: Check | None, by_evidence: set[str]) -> Check:
    if own.ticked or other is None or not (other.ticked or TICKED_IN_FILE in other.evidence):
        return own
    if own.text not in by_evidence:
        return dataclasses.replace(own, ticked=True, evidence=other.evidence or "ticked by hand")
    if TICKED_IN_FILE in own.evidence:
        return own
    return dataclasses.replace(own, evidence=f"{own.evidence}; {TICKED_IN_FILE}" if own.evidence else TICKED_IN_FILE)


def _texts(own: tuple[TextSection, ...], other: tuple[TextSection, ...]) -> tuple[TextSection, ...]:
    merged = {(text.parent, text.name): text for text in own}
    for text in other:
        # What disagreed in another plan is no statement about this one.
        if text.name != DISAGREE:
            mine = merged.setdefault((text.parent, text.name), text)
            lines = tuple(dict.fromkeys((*mine.lines, *text.lines)))
            merged[text.parent, text.name] = dataclasses.replace(mine, lines=lines)
    return tuple(merged.values())
