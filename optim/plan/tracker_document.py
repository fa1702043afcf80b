"""A progress tracker as a document: what its headings, fields and lists hold, and how it is written down.

``write`` and ``optim.plan.tracker_parser.parse`` are inverse: ``parse(write(document)) == document`` for a document
whose texts are single lines (``one_line`` makes them so).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Pairs = tuple[tuple[str, str], ...]

TIMELINE, SEQUENCE = "Optimization Timeline", "Optimization Sequence"
PERFORMANCE, EACH = "Performance Tracking", "After Each Optimization"
CUMULATIVE, CHECKLIST = "Cumulative Progress", "Testing Checklist"
INSIGHTS, SUCCESS, NOTES = "Key Insights", "Success Looks Like", "Notes"
DISAGREE, IMPORTED = "Where the Plan's Numbers Disagree", "Notes (imported)"
BUILT, CHECKPOINT = "What We Built", "Checkpoint"

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


def one_line(text: str) -> str:
    """``text`` with every run of white space, line ends included, as one space, and nothing unprintable."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def write(document: TrackerDocument) -> str:
    """The document as Markdown, in the tracker's format."""
    parts = [
        _header(document),
        _timeline(document),
        _sequence(document),
        _performance(document),
        _cumulative(document),
        _checklist(document),
        *(_texts(document, name) for name in (INSIGHTS, SUCCESS, NOTES, DISAGREE)),
        _leftovers(document),
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


def _sequence(document: TrackerDocument) -> str:
    return "\n\n---\n\n".join([f"## {SEQUENCE}\n\n{_win(document.wins[0])}", *map(_win, document.wins[1:])])


def _win(win: WinSection) -> str:
    parts = [f"### Quick Win #{win.number}: {win.title}\n{_bold(win.fields)}".rstrip("\n")]
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
        f"### {name}\n\n" + "\n".join(_check(one) for one in document.checks if one.group == name) for name in names
    ]
    return "\n\n".join([f"## {CHECKLIST}", *groups]) if groups else ""


def _check(check: Check) -> str:
    line = f"- [{'x' if check.ticked else ' '}] {check.text}"
    return f"{line}\n  - Evidence: {check.evidence}" if check.evidence else line


def _texts(document: TrackerDocument, name: str) -> str:
    own = [one for one in document.texts if one.name == name and not one.parent]
    below = [one for one in document.texts if one.parent == name]
    lists = [_list(one.lines, numbered=name == INSIGHTS) for one in own]
    lists += [f"### {one.name}\n{_list(one.lines)}" for one in below]
    return "\n\n".join([f"## {name}", *lists]) if lists else ""


def _list(lines: tuple[str, ...], numbered: bool = False) -> str:
    return "\n".join(f"{at}. {line}" if numbered else f"- {line}" for at, line in enumerate(lines, start=1))


def _leftovers(document: TrackerDocument) -> str:
    # Fenced with tildes: what is inside may be any Markdown, and must not become part of this document's structure.
    parts = []
    for one in document.leftovers:
        longest = max((len(run) for run in re.findall("~+", one.text)), default=0)
        mark = "~" * max(3, longest + 1)
        parts.append(f"{mark} {one.heading}\n{one.text}\n{mark}" if one.text else f"{mark} {one.heading}\n{mark}")
    return "\n\n".join([f"## {IMPORTED}", *parts]) if parts else ""
