"""Folders that belong to a process: gone at its end, and where it was killed, at the next start of another one.

Beside each lies a note with its owner (``profiles.processes``). The note is there before the folder and goes after it,
so that a kill at any moment leaves nothing without one. It is a symbolic link that points to the owner instead of a
file, as Emacs locks files: there is no moment at which it is there and empty. Nothing is judged by its age.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from profiles.processes import is_gone, owner_of

ENDING = ".owner"
#: How all that lies in a folder of many programs begins.
SHARED = "quickwin-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Owned:
    """A folder or file with an owner; ``path`` need not exist. ``left``: the owner is gone; None: not known here."""

    path: Path
    pid: int
    left: bool | None


@contextlib.contextmanager
def owned(path: Path) -> Iterator[Path]:
    """While this lasts, the path is this process's; what a path's owner left there is the next one's to sweep."""
    note = _note(path)
    text = f"{os.getpid()}|{owner_of(os.getpid())}"
    try:
        os.symlink(text, note)
    except OSError:
        note.write_text(text)  # where there are no such links
    try:
        yield path
    finally:
        note.unlink(missing_ok=True)


@contextlib.contextmanager
def owned_folder(prefix: str, place: Path) -> Iterator[Path]:
    """A new folder in ``place`` (made where it is missing), this process's and no other user's; gone afterwards."""
    place.mkdir(parents=True, exist_ok=True)
    with owned(place.resolve() / f"{prefix}{uuid.uuid4().hex[:12]}") as folder:
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def owned_in(place: Path, prefix: str = "") -> list[Owned]:
    """What of this user's has an owner in a folder."""
    folders = []
    for note in sorted(place.glob(f"{prefix}*{ENDING}")):
        with contextlib.suppress(OSError, ValueError):
            if hasattr(os, "getuid") and note.lstat().st_uid != os.getuid():
                continue
            text = os.readlink(note) if note.is_symlink() else note.read_text()
            pid, _, owner = text.partition("|")
            path = note.with_name(note.name.removesuffix(ENDING))
            folders.append(Owned(path=path, pid=int(pid), left=is_gone(int(pid), owner)))
    return folders


def remove_left(owned: Owned) -> int:
    """Removes what a gone process left, and then the note; gives the bytes that were freed."""
    freed = size_of(owned.path)
    if owned.path.is_dir() and not owned.path.is_symlink():
        shutil.rmtree(owned.path, ignore_errors=True)
    else:
        owned.path.unlink(missing_ok=True)
    if not os.path.lexists(owned.path):
        _note(owned.path).unlink(missing_ok=True)
    return freed


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; links are not followed."""
    with contextlib.suppress(OSError):
        if path.is_symlink() or not path.is_dir():
            return path.lstat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_size
    return total


def _note(path: Path) -> Path:
    return path.with_name(path.name + ENDING)
