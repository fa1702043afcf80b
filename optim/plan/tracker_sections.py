"""A Markdown text cut at its headings, as markdown-it finds them: not in fences, quotes or lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from optim.plan.tracker_text import one_line

_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]+(.*?))?[ \t]*$")


@dataclass(slots=True)
class Section:
    """A heading, its path from the title down, and the lines below it up to the next heading."""

    path: tuple[str, ...]
    level: int
    begin: int
    lines: list[str] = field(default_factory=list)
    fences: list[Token] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def parent(self) -> str:
        return self.path[-2] if len(self.path) > 2 else ""


def sections_of(text: str) -> Iterator[Section]:
    """The sections of ``text`` in order, the first without a heading. Line ends of any kind are read."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    lines = plain.split("\n")
    tokens = MarkdownIt("commonmark", {"html": False}).disable(["inline", "reference"]).parse(plain)
    marks = [(token, tokens[at + 1]) for at, token in enumerate(tokens) if token.type == "heading_open"]
    marks = [(token, inline) for token, inline in marks if token.level == 0]
    fences = [token for token in tokens if token.type == "fence" and token.level == 0]
    path: list[tuple[int, str]] = []
    current = Section((), 0, 0)
    for token, inline in marks:
        start, end = token.map or (0, 0)
        yield _closed(current, lines, fences, start)
        level = int(token.tag[1])
        path = [heading for heading in path if heading[0] < level] + [(level, _heading(token, inline, lines[start]))]
        current = Section(tuple(name for _, name in path), level, end)
    yield _closed(current, lines, fences, len(lines))


def _closed(section: Section, lines: list[str], fences: list[Token], end: int) -> Section:
    section.lines = lines[section.begin : end]
    section.fences = [token for token in fences if token.map and section.begin <= token.map[0] < end]
    return section


def _heading(token: Token, inline: Token, line: str) -> str:
    match = _HEADING.match(line) if token.markup.startswith("#") else None
    return one_line((match.group(1) or "") if match else inline.content)
