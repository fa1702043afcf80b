"""Bytes to UTF-8 lines: UTF-8 with or without damage, UTF-16 with or without its mark."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Iterator

#: How many bytes are looked at to tell the encoding.
SAMPLE_BYTES = 4096
#: A line above this many bytes is cut in ``lines``; nothing that an importer reads by line is that long.
LINE_BYTES = 4 << 20
PROGRESS_BYTES = 1 << 20
PIECE_BYTES = 1 << 16
_CHUNK = 1 << 20


def encoding_of(data: bytes) -> str:
    """``utf-8``, ``utf-16-le`` or ``utf-16-be``, by mark or, without one, by where the zero bytes lie."""
    if data.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if data.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    sample = data[:SAMPLE_BYTES]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(len(sample) // 2, 1)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return "utf-8"


def to_utf8(data: bytes) -> bytes:
    """The same text as UTF-8 without a mark; damage inside UTF-8 is left where it is."""
    encoding = encoding_of(data)
    if encoding == "utf-8":
        return data[3:] if data.startswith(codecs.BOM_UTF8) else data
    return data.decode(encoding, "replace").lstrip("\ufeff").encode("utf-8", "replace")


def damaged_lines(utf8: bytes) -> Iterator[int]:
    """Numbers, from 1, of the lines that hold bytes which are not UTF-8; costs one fast pass where none does."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(utf8), _CHUNK):
            decoder.decode(utf8[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        yield from (number for number, line in enumerate(io.BytesIO(utf8), 1) if not _is_utf8(line))


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def pieces(utf8: bytes, progress: Callable[[int], None]) -> Iterator[tuple[int, bytes]]:
    """Pairs of the number, from 1, of the first line and a piece of whole lines with their ends.

    The last piece may end within a line. ``progress`` hears the bytes done now and then. A piece at a time is faster
    than line by line, and never holds all lines at once.
    """
    number, position = 1, 0
    while position < len(utf8):
        end = utf8.find(b"\n", min(position + PIECE_BYTES, len(utf8) - 1)) + 1 or len(utf8)
        piece = utf8[position:end]
        yield number, piece
        number += piece.count(b"\n")
        if end // PROGRESS_BYTES > position // PROGRESS_BYTES:
            progress(end)
        position = end


def lines(utf8: bytes, progress: Callable[[int], None]) -> Iterator[tuple[int, bytes]]:
    """Pairs of line number, from 1, and line without its end; ``progress`` hears the bytes done now and then."""
    for first, piece in pieces(utf8, progress):
        for number, line in enumerate((piece[:-1] if piece.endswith(b"\n") else piece).split(b"\n"), first):
            yield number, line[:LINE_BYTES].rstrip(b"\r")
