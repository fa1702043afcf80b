"""Names from foreign files, made harmless where they enter: one line, no controls, no tricks with direction."""

from __future__ import annotations

import re

#: Longer names are cut; no key, path or function name is that long.
NAME_CHARACTERS = 500
_LINE_BREAKS = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]")
_HARMFUL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def clean(text: str, limit: int = NAME_CHARACTERS) -> str:
    """``text`` on one line: breaks become spaces, what steers a terminal or the direction of writing U+FFFD.

    What a spreadsheet or browser would run (``=cmd()``, ``<script>``) stays as it is: that is text until it is
    written out, and whoever writes it out escapes it.
    """
    cut = text if len(text) <= limit else text[: limit - 1] + "\u2026"
    if cut.isascii() and cut.isprintable():
        return cut
    return _HARMFUL.sub("\ufffd", _LINE_BREAKS.sub(" ", cut))
