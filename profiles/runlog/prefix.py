"""What stands before (and behind) each line of a log: moment, level, logger, container, host.

No list of loggers: the lines whose own text is known (progress, final line, headings, timing keys) show what stands
before it. What two of them have before it in the same shape is stripped from every line from there on; lines that
begin with their own text are left alone. A shape keeps the punctuation, and lets figures, words and blanks vary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_OWN = (
    rb"(?:run_batt|batt|card|utils|expand_solver)\.py:\d{1,6}: "
    rb"|(?<!\w)\d{1,9} tasks - (?:\d{1,9} timeouts?\b|timeouts = \d)"
    rb"|Timing summary \(seconds\)|=== Cache Statistics ==="
    rb"|(?:  )?(?<![\w.])(?:main|run_batt|batt|utils|expand_solver)\.[\w.]{1,90} {2,60}\d{1,9}\.\d{3}(?!\d)"
)
_ANCHOR = re.compile(_OWN)
_OWN_START = re.compile(rb"\s{0,8}(?:" + _OWN + rb")").match
_TOKENS = re.compile(rb"[^\s]+|[ \t]+")
_SIGN = re.compile(rb"[A-Za-z0-9]")
#: A place in the source, or names with values, behind the text: rich and structlog write such.
_BEHIND = (
    re.compile(rb" +[\w<>/\\-]{1,60}(?:\.\w{1,8})?:\d{1,6}[ \t]*\Z"),
    re.compile(rb"(?:[ \t]+\[[\w.-]{1,60}\])?(?:[ \t]+[A-Za-z_]\w{0,40}=[^\s=]{1,80})+[ \t]*\Z"),
)
_QUOTED = re.compile(rb'((?:[^"\\]|\\.|"")*)"(?!")')
#: No prefix is longer, and no log has more shapes of them.
_LONGEST = 240
_MOST_SHAPES = 12
#: So many lines are held at most while it is not known whether the first known text had a prefix.
MOST_HELD = 400


class Prefix:
    """What stands around the lines of one file, learned while they come.

    ``is_learning`` is true between the first line that seems to have a prefix and the next that settles it: whoever
    feeds lines holds them back that long.
    """

    def __init__(self) -> None:
        self._shapes: dict[bytes, re.Pattern[bytes]] = {}
        self._candidates: dict[bytes, int] = {}
        self._behind: list[re.Pattern[bytes]] = []
        self._behind_seen = [0] * len(_BEHIND)

    @property
    def is_known(self) -> bool:
        return bool(self._shapes)

    def look_at(self, line: bytes) -> bool | None:
        """Learns from a line: True where its prefix is known now, False where it may be one, None where it has none."""
        match = _ANCHOR.search(line)
        if match is None or not match.start() or match.start() > _LONGEST or _OWN_START(line):
            return None
        before = line[: match.start()]
        if not _SIGN.search(before) or before[-1:].isalnum():
            return None
        self._look_behind(line)
        shape = _shape(before)
        if shape in self._shapes:
            return True
        self._candidates[shape] = self._candidates.get(shape, 0) + 1
        if self._candidates[shape] < 2 or len(self._shapes) >= _MOST_SHAPES:
            return False
        self._shapes[shape] = re.compile(shape)
        return True

    def _look_behind(self, line: bytes) -> None:
        for number, behind in enumerate(_BEHIND):
            if behind.search(line):
                self._behind_seen[number] += 1
                if self._behind_seen[number] == 2:
                    self._behind.append(behind)

    def split(self, line: bytes) -> tuple[bytes, bytes]:
        """What stands before the line, and the line without what stands around it; nothing stands before text that is
        known."""
        if _OWN_START(line):
            return b"", line
        for shape in self._shapes.values():
            match = shape.match(line)
            if match:
                return match[0], self._without_behind(_unquoted(match[0], line[match.end() :]))
        return b"", line

    def _without_behind(self, line: bytes) -> bytes:
        for behind in self._behind:
            line = behind.sub(b"", line, count=1)
        return line


def _unquoted(before: bytes, text: bytes) -> bytes:
    """The text without the quote that closes what the prefix opened (``msg="``), and what stands behind that."""
    if not before.rstrip(b" ").endswith(b'"') or not (match := _QUOTED.match(text)):
        return text
    return match[1].replace(b'\\"', b'"').replace(b'""', b'"')


def _shape(before: bytes) -> bytes:
    """A pattern for all prefixes like this one; a column may be blank where the one before it was the same."""
    *tokens, last = _TOKENS.findall(before) or [b""]
    if last[:1] not in b" \t":
        tokens, last = [*tokens, last], b""
    return b"".join(_token(token) for token in tokens) + _blanks(last)


def _blanks(last: bytes) -> bytes:
    return rb"(?:[ \t]{1,%d}|[ \t]*\Z)" % len(last) if last else b""


def _token(token: bytes) -> bytes:
    if token[:1] in b" \t":
        return rb"[ \t]{1,%d}" % (len(token) + 8)
    return rb"(?:%s| {%d})" % (b"".join(_pieces(token)), len(token))


_BRACKETS = rb"[\[\](){}<>|]"
_PARTS = re.compile(_BRACKETS + rb"|[^\[\](){}<>|]+")


def _pieces(token: bytes) -> Iterator[bytes]:
    """Figures, and words with figures in them, become any of their kind; other words any word; signs stay."""
    for part in _PARTS.findall(token):
        core = part.rstrip(b":;,.-=/>#\"'")
        if re.search(rb"\d", core):
            signs = b"".join(re.escape(bytes([sign])) for sign in sorted(set(core)) if not chr(sign).isalnum())
            letters = rb"A-Za-z" if re.search(rb"[A-Za-z]", core) else b""
            yield rb"[\d.,:+%s%s]{1,%d}" % (letters, signs, len(core) + 40)
        else:
            yield from _words(core)
        yield re.escape(part[len(core) :])


def _words(text: bytes) -> Iterator[bytes]:
    for part in re.findall(rb"[A-Za-z_]+|[^A-Za-z_]", text):
        yield rb"[A-Za-z_]{1,%d}" % (len(part) + 40) if part[:1].isalpha() or part[:1] == b"_" else re.escape(part)
