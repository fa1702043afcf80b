"""The answers of a run as a fingerprint: of files, of its standard output, or of another command's.

Numbers with a point or an exponent are rounded to ``digits`` significant digits where that is asked for; whole numbers
stay as they are. Lines of a journal on standard output are no answers.
"""

from __future__ import annotations

import fnmatch
import glob
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from optim.project.command import OWN
from profiles.recorder import ECHO_PREFIX

_NUMBER = re.compile(rb"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+(?=[eE]))(?:[eE][-+]?\d+)?(?![\w.])")
_CHUNK = 1 << 20
_JOURNAL = ECHO_PREFIX.encode()

#: When a file was written: its modification in nanoseconds, its inode, its size.
Stamp = tuple[int, int, int]


def matches(folder: Path, patterns: Iterable[str]) -> list[Path]:
    """The files that patterns name, sorted; patterns are relative to the folder, ``**`` goes down any depth."""
    paths, own = set[Path](), folder / OWN
    for pattern in patterns:
        matched = _expanded(folder, Path(pattern).parts)
        paths.update(path for path in matched if path.parts[: len(own.parts)] != own.parts)
    return sorted(path for path in paths if path.is_file())


def _expanded(place: Path, parts: Sequence[str]) -> Iterator[Path]:
    """What a pattern's parts name below a place, hidden files too; ``**`` is any number of folders, also none."""
    if not parts:
        yield place
    elif parts[0] == "**":
        if not place.is_dir():
            return
        yield from _expanded(place, parts[1:])
        for entry in _entries(place):
            if entry.is_dir():
                yield from _expanded(entry, parts)
            elif len(parts) == 1:
                yield entry
    elif glob.has_magic(parts[0]):
        for entry in _entries(place):
            if fnmatch.fnmatchcase(entry.name, parts[0]):
                yield from _expanded(entry, parts[1:])
    else:
        yield from _expanded(place / parts[0], parts[1:])


def _entries(place: Path) -> list[Path]:
    try:
        return list(place.iterdir())
    except OSError:
        return []


def stamps(folder: Path, patterns: Iterable[str]) -> dict[Path, Stamp]:
    """When each of the files was written."""
    by_path: dict[Path, Stamp] = {}
    for path in matches(folder, patterns):
        stat = path.stat()
        by_path[path] = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
    return by_path


def files_fingerprint(folder: Path, paths: Sequence[Path], digits: int | None) -> str:
    """A hash of the files' names, relative to the folder, and contents."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            digest.update(_name(folder, path) + b"\0" + stream_digest(file, digits) + b"\0")
    return digest.hexdigest()[:32]


def _name(folder: Path, path: Path) -> bytes:
    try:
        return path.relative_to(folder).as_posix().encode("utf-8", "surrogateescape")
    except ValueError:
        return str(path).encode("utf-8", "surrogateescape")


def output_fingerprint(file: BinaryIO, digits: int | None) -> str:
    """A hash of what a program printed, without the lines of a journal."""
    return stream_digest(file, digits, journal=True).hex()[:32]


def stream_digest(file: BinaryIO, digits: int | None, journal: bool = False) -> bytes:
    """The SHA-256 of a stream; as text it is read line by line, as anything else (it holds a zero byte) as it is."""
    digest, first = hashlib.sha256(), file.read(8192)
    file.seek(0)
    journal = journal and _holds(file, _JOURNAL)
    if b"\0" in first or (digits is None and not journal):
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        return digest.digest()
    for line in _without_journal(file) if journal else file:
        digest.update(line if digits is None else rounded(line, digits))
    return digest.digest()


def _holds(file: BinaryIO, text: bytes) -> bool:
    """Whether the text is in the rest of the stream, which is then where it was."""
    start, end = file.tell(), b""
    while chunk := file.read(_CHUNK):
        if text in end + chunk:
            break
        end = chunk[-len(text) :]
    file.seek(start)
    return bool(chunk)


def _without_journal(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines without those of a journal, and without the empty one that stands before each of those."""
    held = b""
    for line in lines:
        if line.startswith(_JOURNAL):
            held = b""
            continue
        yield held
        held = line if line == b"\n" else b""
        if not held:
            yield line
    yield held


def rounded(text: bytes, digits: int) -> bytes:
    """The text with each number that has a point or an exponent rounded to so many significant digits."""

    def shorter(match: re.Match[bytes]) -> bytes:
        value = float(match[0]) + 0.0  # no minus before a zero
        return f"{value if value else 0.0:.{digits}g}".encode()

    return _NUMBER.sub(shorter, text)


def stale(before: dict[Path, Stamp], after: dict[Path, Stamp]) -> list[Path]:
    """The files that were there before a run and were not written by it."""
    return [path for path, stamp in after.items() if before.get(path) == stamp]


def parameters_fingerprint(*parts: Any) -> str:
    """A hash over JSON-ready parts."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
