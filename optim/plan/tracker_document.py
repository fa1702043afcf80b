"""A progress tracker as a document: what its headings, fields and lists hold, and how it is written down.

``write`` and ``optim.plan.tracker_parser.parse`` are inverse: ``parse(write(document)) == document`` for a document
whose texts are single lines (``one_line`` makes them so).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from optim.plan.tracker_places import in_place, in_win, own_sections
from optim.plan.tracker_text import (
    BUILT,
    CHECKLIST,
    CHECKPOINT,
    CUMULATIVE,
    DISAGREE,
    EACH,
    IMPORTED,
    INSIGHTS,
    NOTES,
    PERFORMANCE,
    SEQUENCE,
    SUCCESS,
    TIMELINE,
    one_line,
)

__all__ = [
    "BUILT",
    "CHECKLIST",
    "CHECKPOINT",
    "CUMULATIVE",
    "DISAGREE",
    "EACH",
    "IMPORTED",
    "INSIGHTS",
    "NOTES",
    "PERFORMANCE",
    "SEQUENCE",
    "SUCCESS",
    "TIMELINE",
    "Check",
    "Entry",
    "Group",
    "Leftover",
    "Pairs",
    "TextSection",
    "TrackerDocument",
    "WinSection",
    "format_lines",
    "one_line",
    "write",
]

Pairs = tuple[tuple[str, str], ...]

RECORD_HERE = "Record here as optimizations are implemented:"
FORMAT = (
    "Format:",
    "YYYY-MM-DD HH:MM: Quick Win #X - [Description]",
    "  Status: ✅ (if successful) or ❌ (if reverted)",
    "  Notes: [Any issues, side effects, or insights]",
)
_SECONDS_LINE = "  Before: Xs  After: Xs  Speedup: (X-Y)/X = Z%  Cumulative: Xs / (X/{}) speedup"
#: The line of the format that names the baseline's seconds, whichever they are.
SECONDS_LINE = re.compile(re.escape(_SECONDS_LINE).replace(r"\{\}", r"([\w.]+)"))


def format_lines(baseline: str) -> tuple[str, ...]:
    """How an entry is written; ``baseline`` are the baseline's seconds."""
    return (*FORMAT[:2], _SECONDS_LINE.format(baseline), *FORMAT[2:])


#: The fields on an entry's second line, in the order in which they are written.
ENTRY_FIELDS = ("Before", "After", "Speedup", "Saving", "Cumulative")


@dataclass(frozen=True, kw_only=True, slots=True)
class WinSection:
    """``### Quick Win #N: title``: its fields, what was built (list lines as they stand), and its checkpoint."""

    number: int
    title: str
    fields: Pairs = ()
    built: tuple[str, ...] = ()
    checkpoint: Pairs = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """``YYYY-MM-DD HH:MM: Quick Win #N - title`` and its lines; ``fields`` as in ENTRY_FIELDS."""

    moment: str
    number: int
    title: str
    fields: Pairs = ()
    status: str = ""
    notes: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A name and the fields listed below it."""

    name: str
    fields: Pairs


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A line of a checklist; ``evidence`` is what its tick rests on, empty where it says nothing."""

    group: str
    text: str
    ticked: bool
    evidence: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class TextSection:
    """A heading, perhaps below another one (``parent``), and the lines of its list."""

    parent: str = ""
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Leftover:
    """Lines that have no place in a tracker, verbatim; ``heading`` is the path of headings that they stood under."""

    heading: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TrackerDocument:
    """A whole tracker. ``leftovers`` hold everything that has no place in the rest.

    ``baseline_seconds`` stands in the explanation of the format.
    """

    title: str
    header: Pairs = ()
    baseline: Group | None = None
    wins: tuple[WinSection, ...] = ()
    entries: tuple[Entry, ...] = ()
    earlier: Pairs = ()
    progress: tuple[Group, ...] = ()
    checks: tuple[Check, ...] = ()
    texts: tuple[TextSection, ...] = ()
    leftovers: tuple[Leftover, ...] = field(default=())
    baseline_seconds: str = "baseline"

    def win(self, number: int) -> WinSection | None:
        """The section of that quick win; None where there is none."""
        return next((win for win in self.wins if win.number == number), None)


def write(document: TrackerDocument) -> str:
    """The document as Markdown, in the tracker's format."""
    placed, rest = _placed(document)
    sections, left = own_sections([(section.heading, section.text) for section in rest])
    parts = [
        _header(document),
        _timeline(document),
        _sequence(document, placed),
        _performance(document),
        _cumulative(document),
        _checklist(document),
        *(_texts(document, name, placed) for name in (INSIGHTS, SUCCESS, NOTES, DISAGREE)),
        sections,
        _leftovers(left),
    ]
    return "\n\n---\n\n".join(part for part in parts if part) + "\n"


def _header(document: TrackerDocument) -> str:
    return f"# {document.title}\n\n{_bold(document.header)}".rstrip("\n")


def _bold(pairs: Pairs) -> str:
    # Two spaces at the end of a line are Markdown's line break, as the tracker has them.
    return "  \n".join(_pair(f"**{name}**", value) for name, value in pairs)


def _listed(pairs: Pairs, bold: bool = False) -> str:
    return "\n".join("- " + _pair(f"**{name}**" if bold else name, value) for name, value in pairs)


def _pair(name: str, value: str) -> str:
    return f"{name}: {value}".rstrip(" ")


def _timeline(document: TrackerDocument) -> str:
    base = document.baseline
    return "" if base is None else f"## {TIMELINE}\n\n### {base.name}\n{_listed(base.fields, bold=True)}".rstrip("\n")


Placed = dict[str, list[str]]


def _placed(document: TrackerDocument) -> tuple[Placed, list[Leftover]]:
    """The leftovers that can stand where they stood, by their section or win; and the others."""
    placed: Placed = {}
    rest = []
    numbers = {win.number for win in document.wins}
    for leftover in document.leftovers:
        number = in_win(leftover.heading, leftover.text)
        place = f"#{number}" if number in numbers else in_place(leftover.heading, leftover.text)
        if place:
            placed.setdefault(place, []).append(leftover.text)
        else:
            rest.append(leftover)
    return placed, rest


def _sequence(document: TrackerDocument, placed: Placed) -> str:
    wins = [_win(win, placed.get(f"#{win.number}", [])) for win in document.wins]
    return "\n\n---\n\n".join([f"## {SEQUENCE}\n\n{wins[0]}", *wins[1:]])


def _win(win: WinSection, remarks: list[str]) -> str:
    parts = [f"### Quick Win #{win.number}: {win.title}\n{_bold(win.fields)}".rstrip("\n"), *remarks]
    if win.built:
        parts.append(f"**{BUILT}**:\n" + "\n".join(win.built))
    if win.checkpoint:
        parts.append(f"**{CHECKPOINT}**:\n{_listed(win.checkpoint)}")
    return "\n\n".join(parts)


def _performance(document: TrackerDocument) -> str:
    parts = [
        f"## {PERFORMANCE}",
        f"### {EACH}",
        RECORD_HERE,
        _fence("\n".join(format_lines(document.baseline_seconds))),
    ]
    if document.entries:
        parts.append(_fence("\n\n".join(map(_entry, document.entries))))
    return "\n\n".join(parts)


def _fence(text: str) -> str:
    return f"```\n{text}\n```"


def _entry(entry: Entry) -> str:
    lines = [f"{entry.moment}: Quick Win #{entry.number} - {entry.title}"]
    lines += ["  " + "  ".join(_pair(name, value) for name, value in entry.fields)] if entry.fields else []
    lines += [f"  Status: {entry.status}"] if entry.status else []
    lines += [f"  Notes: {entry.notes}"] if entry.notes else []
    return "\n".join(lines)


def _cumulative(document: TrackerDocument) -> str:
    groups = [f"**{group.name}**:\n{_listed(group.fields)}" for group in document.progress]
    parts = [_bold(document.earlier), *groups]
    return "\n\n".join([f"## {CUMULATIVE}", *(part for part in parts if part)]) if any(parts) else ""


def _checklist(document: TrackerDocument) -> str:
    names = dict.fromkeys(check.group for check in document.checks)
    groups = [
        f"### {name}\n\n" + "\n".join(_check(tick) for tick in document.checks if tick.group == name) for name in names
    ]
    return "\n\n".join([f"## {CHECKLIST}", *groups]) if groups else ""


def _check(check: Check) -> str:
    line = f"- [{'x' if check.ticked else ' '}] {check.text}"
    return f"{line}\n  - Evidence: {check.evidence}" if check.evidence else line


def _texts(document: TrackerDocument, name: str, placed: Placed) -> str:
    own = [text for text in document.texts if text.name == name and not text.parent]
    below = [text for text in document.texts if text.parent == name]
    lists = [_list(text.lines, numbered=name == INSIGHTS) for text in own] + placed.get(name, [])
    lists += [f"### {text.name}\n{_list(text.lines)}" for text in below]
    return "\n\n".join([f"## {name}", *lists]) if lists else ""


def _list(lines: tuple[str, ...], numbered: bool = False) -> str:
    return "\n".join(f"{at}. {line}" if numbered else f"- {line}" for at, line in enumerate(lines, start=1))


def _leftovers(leftovers: list[tuple[str, str]]) -> str:
    # Fenced with tildes: what is inside may be any Markdown, and must not become part of this document's structure.
    parts = []
    for heading, text in leftovers:
        longest = max((len(run) for run in re.findall("~+", text)), default=0)
        mark = "~" * max(3, longest + 1)
        parts.append(f"{mark} {heading}\n{text}\n{mark}" if text else f"{mark} {heading}\n{mark}")
    return "\n\n".join([f"## {IMPORTED}", *parts]) if parts else ""
