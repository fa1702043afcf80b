"""What a command prints, kept up to a bound: its beginning and its end, and where answers need it, a file of it all."""

from __future__ import annotations

from typing import BinaryIO

#: Bytes of each stream that are kept: so much of its beginning, and so much of its end.
HEAD_BYTES, TAIL_BYTES = 1 << 20, 3 << 20
#: A file of all output grows no further than this.
SPOOL_BYTES = 4 << 30
SHOWN_LINES, SHOWN_CHARACTERS = 12, 1500


class Output:
    """One stream. ``spool`` takes it whole; ``overflowed`` says that it did not."""

    def __init__(self, spool: BinaryIO | None = None) -> None:
        self._head, self._tail = bytearray(), bytearray()
        self._spool = spool
        self.size = 0
        self.overflowed = False

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        self.size += len(chunk)
        room = max(0, HEAD_BYTES - len(self._head))
        self._head += chunk[:room]
        self._tail += chunk[room:]
        if len(self._tail) > 2 * TAIL_BYTES:
            del self._tail[:-TAIL_BYTES]
        self._to_file(chunk)

    def _to_file(self, chunk: bytes) -> None:
        if self._spool is None or self.overflowed:
            return
        self.overflowed = self.size > SPOOL_BYTES
        self._spool.write(chunk)

    @property
    def kept(self) -> bytes:
        """What is kept; where something is missing in the middle, a line says how much."""
        tail = bytes(self._tail[-TAIL_BYTES:])
        missing = self.size - len(self._head) - len(tail)
        gap = f"\n[... {missing:,} bytes left out ...]\n".encode() if missing else b""
        return bytes(self._head) + gap + tail

    @property
    def last_lines(self) -> str:
        """The last lines, short enough to be shown."""
        text = self.kept[-65536:].decode("utf-8", "replace")
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        return "\n".join(lines[-SHOWN_LINES:])[-SHOWN_CHARACTERS:]
