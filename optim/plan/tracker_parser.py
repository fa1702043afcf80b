"""Reading a progress tracker back: every field that has a place is placed, everything else kept verbatim.

Errors:
    NotATracker (a ValueError): the text is no tracker; one sentence says what was missing.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from optim.plan.tracker_document import (
    BUILT,
    CHECKLIST,
    CHECKPOINT,
    CUMULATIVE,
    DISAGREE,
    ENTRY_FIELDS,
    FORMAT,
    IMPORTED,
    INSIGHTS,
    NOTES,
    PERFORMANCE,
    RECORD_HERE,
    SECONDS_LINE,
    SEQUENCE,
    SUCCESS,
    TIMELINE,
    Check,
    Entry,
    Group,
    Leftover,
    TextSection,
    TrackerDocument,
    WinSection,
    one_line,
)
from optim.plan.tracker_places import BOLD, ITEM, NUMBERED, WIN, trimmed
from optim.plan.tracker_sections import Section, sections_of

MOST_CHARACTERS = 1_000_000

_FIELD = re.compile(r"(\*\*)?([^*:\s](?:[^*:]*[^*:\s])?)(?(1)\*\*):(?:[ \t]+(.*))?$")
_CHECK = re.compile(r"[-*+] \[([ xX])\][ \t]+(\S.*)$")
_EVIDENCE = re.compile(r"[ \t]+[-*+] Evidence: (\S.*)$")
_ENTRY = re.compile(r"(\d{4}-\d{2}-\d{2} \d{2}:\d{2}): Quick Win #(\d{1,3}) - (\S.*)$")
_ENTRY_NUMBERS = re.compile(rf"(?:^|(?<=[ \t]))({'|'.join(ENTRY_FIELDS)}):(?=[ \t]|$)")


class NotATracker(ValueError):
    """The text is no progress tracker; the sentence says what was missing."""


def parse(text: str) -> TrackerDocument:
    """The tracker that the Markdown ``text`` holds.

    Raises:
        NotATracker: it is too long, or lacks the title or every ``Quick Win #N: ...`` heading.
    """
    if len(text) > MOST_CHARACTERS:
        raise NotATracker(f"not a tracker: {len(text):,} characters, more than the {MOST_CHARACTERS:,} that are read")
    sections = list(sections_of(text))
    title = next((section.name for section in sections if section.level == 1 and section.name), "")
    if not title:
        raise NotATracker('not a tracker: it has no title, a first line such as "# Optimization Progress Tracker"')
    if not any(WIN.fullmatch(section.name) for section in sections):
        raise NotATracker(
            f'not a tracker: none of its {len(sections)} headings is a quick win, such as "### Quick Win #1: Title"'
        )
    return _Reader(title).read(sections)


class _Reader:
    """Places sections one after the other."""

    def __init__(self, title: str) -> None:
        self._document = TrackerDocument(title=title)
        self._titled = False

    def read(self, sections: list[Section]) -> TrackerDocument:
        for section in sections:
            place = self._place_of(section)
            text = trimmed(section.lines if place is None else place(self, section))
            if text or (place is None and section.path):
                self._add("leftovers", Leftover(heading=" > ".join(section.path[1:]) or section.name, text=text))
        return self._document

    def _place_of(self, section: Section) -> Place | None:
        match = WIN.fullmatch(section.name)
        if match:
            # A second section about the same win has no place of its own, least of all as a baseline's name.
            return _Reader._win if self._document.win(int(match.group(1))) is None else None
        if section.level == 1 and section.name == self._document.title and not self._titled:
            return _Reader._header
        if len(section.path) == 2:
            return _PLACES.get(section.name)
        return _PLACES_BELOW.get(section.parent)

    def _add(self, name: str, *values: object) -> None:
        changes: dict[str, Any] = {name: (*getattr(self._document, name), *values)}
        self._document = dataclasses.replace(self._document, **changes)

    def _header(self, section: Section) -> list[str]:
        self._titled = True
        left = []
        for line in section.lines:
            match = BOLD.match(line)
            if match and match.group(2):
                self._add("header", (one_line(match.group(1)), one_line(match.group(2))))
            else:
                left.append(line)
        return left

    def _baseline(self, section: Section) -> list[str]:
        if self._document.baseline is not None:
            return section.lines
        pairs, left = _pairs(section.lines)
        self._document = dataclasses.replace(self._document, baseline=Group(name=section.name, fields=tuple(pairs)))
        return left

    def _win(self, section: Section) -> list[str]:
        number, title = section.name.removeprefix("Quick Win #").split(": ", 1)
        fields, built, checkpoint, left = [], [], [], []
        part = ""
        for line in section.lines:
            bold, item = BOLD.match(line), ITEM.match(line)
            pair = _FIELD.match(item.group(1)) if item else None
            if bold and bold.group(1) in (BUILT, CHECKPOINT) and not (bold.group(2) or "").strip():
                part = bold.group(1)
            elif bold and not part:
                fields.append((one_line(bold.group(1)), one_line(bold.group(2) or "")))
            elif part == BUILT and re.match(r"[ \t]*[-*+] \S", line):
                built.append(line.rstrip())
            elif part == CHECKPOINT and pair:
                checkpoint.append((one_line(pair.group(2)), one_line(pair.group(3) or "")))
            else:
                left.append(line)
        lists: dict[str, Any] = {"fields": tuple(fields), "built": tuple(built), "checkpoint": tuple(checkpoint)}
        self._add("wins", WinSection(number=int(number), title=title, **lists))
        return left

    def _entries(self, section: Section) -> list[str]:
        left: list[str] = []
        entry: Entry | None = None
        for line in section.lines:
            if match := _ENTRY.match(line):
                self._add("entries", *([entry] if entry else []))
                entry = Entry(moment=match.group(1), number=int(match.group(2)), title=one_line(match.group(3)))
            elif entry and (more := _entry_line(entry, line)):
                entry = more
            else:
                left.append(line)
        self._add("entries", *([entry] if entry else []))
        boilerplate = {*FORMAT, RECORD_HERE, "```"}
        named = [match[1] for line in left if (match := SECONDS_LINE.fullmatch(line.rstrip()))]
        if named:
            self._document = dataclasses.replace(self._document, baseline_seconds=named[0])
        return [line for line in left if line.rstrip() not in boilerplate and not SECONDS_LINE.fullmatch(line.rstrip())]

    def _cumulative(self, section: Section) -> list[str]:
        left: list[str] = []
        groups: list[tuple[str, list[tuple[str, str]]]] = []
        for line in section.lines:
            bold, item = BOLD.match(line), ITEM.match(line)
            pair = _FIELD.match(item.group(1)) if item else None
            if bold and (bold.group(2) or "").strip() and not groups:
                self._add("earlier", (one_line(bold.group(1)), one_line(bold.group(2))))
            elif bold and not (bold.group(2) or "").strip():
                groups.append((one_line(bold.group(1)), []))
            elif pair and groups:
                groups[-1][1].append((one_line(pair.group(2)), one_line(pair.group(3) or "")))
            else:
                left.append(line)
        self._add("progress", *(Group(name=name, fields=tuple(fields)) for name, fields in groups))
        return left

    def _checks(self, section: Section) -> list[str]:
        left: list[str] = []
        checks: list[Check] = []
        follows = False
        for line in section.lines:
            match, evidence = _CHECK.match(line), _EVIDENCE.match(line)
            if match:
                ticked = match.group(1) in "xX"
                checks.append(Check(group=section.name, text=one_line(match.group(2)), ticked=ticked))
            elif evidence and follows and checks:
                checks[-1] = dataclasses.replace(checks[-1], evidence=one_line(evidence.group(1)))
            else:
                left.append(line)
            follows = match is not None
        self._add("checks", *checks)
        return left

    def _text(self, section: Section) -> list[str]:
        lines, left = [], []
        for line in section.lines:
            match = ITEM.match(line) or NUMBERED.match(line)
            if match:
                lines.append(one_line(match.group(1)))
            else:
                left.append(line)
        parent = section.parent if len(section.path) > 2 else ""
        before = next(
            (text for text in self._document.texts if (text.parent, text.name) == (parent, section.name)), None
        )
        if before is not None:
            more = dataclasses.replace(before, lines=(*before.lines, *lines))
            texts = tuple(more if text is before else text for text in self._document.texts)
            self._document = dataclasses.replace(self._document, texts=texts)
        elif lines:
            self._add("texts", TextSection(parent=parent, name=section.name, lines=tuple(lines)))
        return left

    def _imported(self, section: Section) -> list[str]:
        inside: set[int] = set()
        for token in section.fences:
            if token.markup.startswith("~"):
                start, end = token.map or (0, 0)
                inside.update(range(start - section.begin, end - section.begin))
                self._add("leftovers", Leftover(heading=one_line(token.info), text=trimmed(token.content.split("\n"))))
        return [line for at, line in enumerate(section.lines) if at not in inside]

    def _nothing(self, section: Section) -> list[str]:
        return section.lines


def _pairs(lines: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    pairs, left = [], []
    for line in lines:
        item = ITEM.match(line)
        match = _FIELD.match(item.group(1)) if item else None
        if match:
            pairs.append((one_line(match.group(2)), one_line(match.group(3) or "")))
        else:
            left.append(line)
    return pairs, left


def _entry_line(entry: Entry, line: str) -> Entry | None:
    text = line.strip()
    for name in ("status", "notes"):
        label = name.title() + ":"
        if text.startswith(label) and not getattr(entry, name):
            changes: dict[str, Any] = {name: one_line(text.removeprefix(label))}
            return dataclasses.replace(entry, **changes)
    marks = list(_ENTRY_NUMBERS.finditer(text))
    if not marks or marks[0].start() or entry.fields:
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    pairs = ((mark.group(1), one_line(text[mark.end() : end])) for mark, end in zip(marks, ends, strict=True))
    return dataclasses.replace(entry, fields=tuple(pairs))


Place = Callable[[_Reader, Section], list[str]]
_PLACES: dict[str, Place] = {
    TIMELINE: _Reader._nothing,
    SEQUENCE: _Reader._nothing,
    PERFORMANCE: _Reader._entries,
    CUMULATIVE: _Reader._cumulative,
    CHECKLIST: _Reader._nothing,
    INSIGHTS: _Reader._text,
    SUCCESS: _Reader._text,
    NOTES: _Reader._text,
    DISAGREE: _Reader._text,
    IMPORTED: _Reader._imported,
}
_PLACES_BELOW: dict[str, Place] = {
    TIMELINE: _Reader._baseline,
    PERFORMANCE: _Reader._entries,
    CHECKLIST: _Reader._checks,
    SUCCESS: _Reader._text,
}
