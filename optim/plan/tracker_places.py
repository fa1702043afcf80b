"""Where text that has no field of its own stands in a tracker: where its writer put it, as far as it is read back so.

A text that would become something else there (a list's lines, a field, a heading) is no text for that place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from optim.plan.tracker_sections import sections_of
from optim.plan.tracker_text import (
    CHECKLIST,
    CUMULATIVE,
    DISAGREE,
    IMPORTED,
    INSIGHTS,
    NOTES,
    PERFORMANCE,
    SEQUENCE,
    SUCCESS,
    TIMELINE,
)

WIN = re.compile(r"Quick Win #(\d{1,3}): (\S.*)")
BOLD = re.compile(r"\*\*([^*:\s](?:[^*:]*[^*:\s])?)\*\*:(?:[ \t]+(.*))?$")
ITEM = re.compile(r"[-*+][ \t]+(\S.*)$")
NUMBERED = re.compile(r"\d{1,9}[.)][ \t]+(\S.*)$")
RULE = re.compile(r" {0,3}(?:-[ \t]*){3,}$")
#: Sections whose lines are a list; text without a list's marks can stand below it.
_LISTS = (INSIGHTS, SUCCESS, NOTES)
_KNOWN = (TIMELINE, SEQUENCE, PERFORMANCE, CUMULATIVE, CHECKLIST, INSIGHTS, SUCCESS, NOTES, DISAGREE, IMPORTED)
#: How many texts are looked at for a place of their own: each is tried beside those before it.
_MOST = 100


def trimmed(lines: Sequence[str]) -> str:
    """The lines as text, without white space and the rules between sections at both ends."""
    kept = [at for at, line in enumerate(lines) if line.strip() and not RULE.match(line)]
    return "\n".join(lines[kept[0] : kept[-1] + 1]) if kept else ""


def in_win(heading: str, text: str) -> int | None:
    """The number of the win in whose section a text can stand, before what was built; None where it can not."""
    match = WIN.fullmatch(heading.rsplit(" > ", 1)[-1])
    if match is None or not heading.startswith(f"{SEQUENCE} > ") or not _is_plain(text):
        return None
    return None if any(BOLD.match(line) for line in text.split("\n")) else int(match.group(1))


def in_place(heading: str, text: str) -> str | None:
    """The section below whose list a text can stand; None where it can not."""
    if heading not in _LISTS or not _is_plain(text):
        return None
    return None if any(ITEM.match(line) or NUMBERED.match(line) for line in text.split("\n")) else heading


def _is_plain(text: str) -> bool:
    """Whether no line of it is a heading, and what follows is not swallowed by it."""
    if not text or text != trimmed(text.split("\n")):
        return False
    return [(section.name, trimmed(section.lines)) for section in sections_of(f"{text}\n\n---\n\n# end")] == [
        ("", text),
        ("end", ""),
    ]


def own_sections(leftovers: Sequence[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """Those of (heading, text) that can be sections of their own, as Markdown; and the others."""
    parts: list[str] = []
    placed: list[tuple[str, str]] = []
    rest = []
    for heading, text in leftovers:
        part = _section(heading, text, placed)
        if part and len(placed) < _MOST and _read([*parts, part]) == [*placed, (heading, text)]:
            parts.append(part)
            placed.append((heading, text))
        else:
            rest.append((heading, text))
    return "\n\n".join(parts), rest


def _section(heading: str, text: str, before: Sequence[tuple[str, str]]) -> str:
    parent, _, name = heading.rpartition(" > ")
    if not name or (parent or name) in _KNOWN or WIN.fullmatch(name) or " > " in parent:
        return ""
    if parent and not any(above == parent for above, _ in before):
        return ""
    return f"{'###' if parent else '##'} {name}" + (f"\n\n{text}" if text else "")


def _read(parts: Sequence[str]) -> list[tuple[str, str]]:
    """What would be read of sections as they stand, and whether a section behind them would be."""
    text = "# title\n\n" + "\n\n".join(parts) + "\n\n---\n\n## end"
    sections = list(sections_of(text))[2:]
    if not sections or (sections[-1].level, sections[-1].name) != (2, "end"):
        return []
    return [(" > ".join(section.path[1:]), trimmed(section.lines)) for section in sections[:-1]]
