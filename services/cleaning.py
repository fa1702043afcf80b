"""What takes room here, with sizes, and its removal; what a living process uses, and what is nowhere else, stays."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from optim.pipelines.external.places import is_locked
from optim.project.command import OWN
from optim.project.file import FILE
from profiles.owned import owned_in, remove_left, size_of
from services.keeping import backups
from services.places import home
from services.project import current_project
from services.sweeping import folders_left, journals_that_are_stored

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: Kinds in the order in which they are told.
LEFT, JOURNAL, TREE, CACHE, OUTPUT, LOG, BACKUP = (
    "left by a process that is gone", "journal that is in the database", "worktree of a ref", "primed cache",
    "output of runs", "log of a measurement", "backup",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """Something that takes room. ``used_by`` says which process is at work with it, so that it stays."""

    kind: str
    path: Path
    bytes: int
    used_by: str | None = None

    @property
    def sentence(self) -> str:
        """One line of a list."""
        stays = f"; stays: {self.used_by}" if self.used_by else ""
        return f"{self.bytes / 1e6:9.1f} MB  {self.kind}: {self.path}{stays}"


def items(engine: Engine) -> list[Item]:
    """Everything that ``clean`` could remove, also what is in use."""
    used = _used_by()
    left = [Item(kind=LEFT, path=folder.path, bytes=size_of(folder.path)) for folder in folders_left()]
    journals = [Item(kind=JOURNAL, path=path, bytes=size_of(path)) for path in journals_that_are_stored(engine)]
    return [*left, *journals, *_trees(), *_kept(used), *_backups()]


def remove(chosen: Sequence[Item]) -> tuple[list[Item], list[str]]:
    """Removes what is not in use; gives what is gone, and a sentence for each thing that could not be removed."""
    gone, problems = [], []
    for item in chosen:
        if item.used_by or (item.kind in (CACHE, OUTPUT, LOG) and _used_by()):
            continue
        try:
            _remove(item)
            gone.append(item)
        except OSError as error:
            problems.append(f"{item.path} can not be removed: {error.strerror or error}")
    return gone, problems


def _used_by() -> str | None:
    """The run or measurement that is at work here, or may be as far as can be known."""
    at_work = [path for path in owned_in(home()) if not path.left]
    return f"process {at_work[0].pid} is at work here" if at_work else None


def _trees() -> Iterator[Item]:
    place = current_project().folder / OWN / "trees"
    if place.is_dir():
        used = "a run or measurement is under way in this folder" if is_locked(current_project().folder) else None
        yield Item(kind=TREE, path=place, bytes=size_of(place), used_by=used)


def _kept(used: str | None) -> Iterator[Item]:
    outputs = home() / "solvers"
    named = ((CACHE, [home() / "caches"]), (OUTPUT, _inside(outputs)), (LOG, _inside(home() / "logs")))
    for kind, paths in named:
        for path in paths:
            if path.exists():
                yield Item(kind=kind, path=path, bytes=size_of(path), used_by=used)


def _inside(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _backups() -> Iterator[Item]:
    own = current_project().folder / f"{FILE}.old"
    for path in [*([own] if own.is_file() else []), *backups()]:
        yield Item(kind=BACKUP, path=path, bytes=size_of(path))


def _remove(item: Item) -> None:
    if item.kind == LEFT:
        for path in owned_in(item.path.parent):
            if path.path == item.path and path.left:
                remove_left(path)
        return
    if item.path.is_dir() and not item.path.is_symlink():
        shutil.rmtree(item.path)
    else:
        item.path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        item.path.with_name(f"{item.path.name}.owner").unlink(missing_ok=True)
