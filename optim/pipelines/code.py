"""The code that is measured, as a fingerprint of its files: equal ones are the same program, committed or not."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

#: A folder without git is read up to so many files and bytes; of a larger one nothing is known.
MOST_FILES, MOST_BYTES = 5_000, 64 << 20
#: What is made from code, or only tells of it; and databases, the history's own above all.
_NO_CODE = {".pyc", ".md", ".rst", ".log"}
_DATABASES = {f"{kind}{part}" for kind in (".db", ".sqlite", ".sqlite3") for part in ("", "-wal", "-shm", "-journal")}


def is_code(path: str) -> bool:
    """Whether a file may change what a program does: no bytecode, prose or database, nothing in a hidden folder."""
    *folders, name = Path(path).parts
    return not any(map(_is_hidden, folders)) and _may_be_code(name)


def _is_hidden(folder: str) -> bool:
    return folder.startswith(".") or folder == "__pycache__"


def _may_be_code(name: str) -> bool:
    return os.path.splitext(name)[1] not in _NO_CODE | _DATABASES


def fingerprint(parts: Mapping[str, object]) -> str:
    """A hash over what the code is made of: 16 hexadecimal digits."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def contents(folder: Path, files: Iterable[Path]) -> dict[str, str]:
    """A hash of each file's contents, by its path below the folder."""
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def files_below(folder: Path) -> Iterator[Path]:
    """Files of code below a folder, in order. What this process has open itself is none."""
    held = held_open()
    files = (Path(entry.path) for entry in _entries(folder) if _may_be_code(entry.name) and entry.is_file())
    for path in sorted(files):
        if identity(path) not in held:
            yield path


def _entries(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    """What is no folder, below a folder; hidden ones, such as an environment's, are not looked into."""
    try:
        with os.scandir(folder) as listed:
            entries = list(listed)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            yield entry
        elif not _is_hidden(entry.name):
            yield from _entries(entry.path)


def identity(path: Path) -> tuple[int, int]:
    """Device and number of a file."""
    state = path.stat()
    return state.st_dev, state.st_ino


def held_open() -> set[tuple[int, int]]:
    """The files that this process has open, where the system tells.

    A database among them may have any name. To open and close it once more by hand would drop all locks that this
    process has on it (2.2 of sqlite.org/howtocorrupt.html), and what it commits from then on can be lost.
    """
    files = set()
    for name in os.listdir("/dev/fd") if os.path.isdir("/dev/fd") else ():
        try:
            state = os.fstat(int(name))
        except (OSError, ValueError):
            continue
        files.add((state.st_dev, state.st_ino))
    return files
