"""What a terminal shows of a line: without colours, links, zero bytes and what a carriage return wrote over."""

from __future__ import annotations

import re

#: Colours and movements, links and titles, and choices of a character set.
_ESCAPES = re.compile(
    rb"\x1b(?:\[[0-9;:?]{0,40}[ -/]{0,2}[@-~]|\][^\x07\x1b]{0,400}(?:\x07|\x1b\\)|[()][0-9A-Za-z]|[=>78cDEHM])"
)
#: ``50%|#####     | 1/2 [00:01<00:01, 1.2s/it]``, as tqdm draws it; text may stand right behind.
_BAR = re.compile(
    rb"(?:[^|\r]{0,80}: )?[ ]{0,3}\d{1,3}%\|[^|\r]{0,400}\|"
    rb"[ ]{0,3}[\d.,kMGTB?]{1,20}/[\d.,kMGTB?]{1,20}(?: \[[^\]\r]{0,80}\])?"
)
_FINAL = re.compile(rb"\d tasks - (?:\d{1,9} timeout|timeouts = )").search


def shown(line: bytes) -> list[bytes]:
    """The pieces of a line that a reader can see, in order; progress bars are none.

    What came before a carriage return stays, unless it is the same again or a final line that a later one replaced.
    """
    pieces: list[bytes] = []
    for piece in _ESCAPES.sub(b"", line).replace(b"\0", b"").split(b"\r"):
        text = _BAR.sub(b"", piece, count=1) if b"%|" in piece else piece
        if text.strip() and (not pieces or text != pieces[-1]):
            pieces.append(text)
    last = max((number for number, piece in enumerate(pieces) if _FINAL(piece)), default=-1)
    return [piece for number, piece in enumerate(pieces) if number >= last or not _FINAL(piece)]
