"""What lies in a folder, taken once: files of one run as one run, also when they arrive one after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from services.elsewhere import sentences
from services.facts import Facts
from services.importing import Stored, read, store_measurements, store_run
from services.problems import USAGE, fail

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from profiles.intake.preview import File
    from profiles.intake.results import FilePreview, Preview

#: Of a folder so many files are read at most, each up to so many bytes.
MOST_FILES, MOST_BYTES = 2000, 200 << 20
#: How often a watched folder is looked at. A file that did not change in between is there as a whole.
SECONDS_BETWEEN = 2.0

#: When a file was last written, and its size.
State = tuple[int, int]


def paths_in(folder: Path) -> list[Path]:
    """The files below a folder by name, without hidden ones.

    Raises:
        Problem: it can not be read, or holds too many.
    """
    try:
        paths = sorted(path for path in folder.rglob("*") if path.is_file() and not _hidden(path, folder))
    except OSError as error:
        fail(f"{folder} can not be read: {error.strerror}")
    if len(paths) > MOST_FILES:
        fail(f"{folder} holds {len(paths):,} files, and {MOST_FILES:,} are read at once: name a folder in it", USAGE)
    return paths


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def content(path: Path, folder: Path | None = None) -> File:
    """A file's name (below ``folder``, where one is given) and bytes, one more than is read of a file that is too long.

    Raises:
        Problem: it can not be read.
    """
    try:
        with path.open("rb") as file:
            return (path.relative_to(folder).as_posix() if folder else path.name), file.read(MOST_BYTES + 1)
    except OSError as error:
        fail(f"{path} can not be read: {error.strerror}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """What one look at a watched folder brought: what was stored, the new files that hold no run, and what the
    measurements say whose blocks came, a sentence each."""

    stored: tuple[Stored, ...]
    refused: tuple[FilePreview, ...]
    measurements: tuple[str, ...] = ()


@dataclass(kw_only=True)
class Watch:
    """A folder that is looked at again and again. ``look`` takes what is new and whole by now."""

    engine: Engine
    folder: Path
    facts: Facts | None = None
    _before: dict[Path, State] = field(default_factory=dict)
    _taken: dict[Path, State] = field(default_factory=dict)

    def look(self) -> Arrived:
        """Takes the files that arrived and did not change since the look before.

        With a new file its neighbours in the same folder are read again, since it may tell of their run. What was
        there already and adds nothing is left out.
        """
        now = {path: _state(path) for path in paths_in(self.folder)}
        fresh = [path for path, state in now.items() if state == self._before.get(path) != self._taken.get(path)]
        self._before = {path: state for path, state in now.items() if state is not None}
        if not fresh:
            return Arrived(stored=(), refused=())
        places = {path.parent for path in fresh}
        files = [path for path in now if path.parent in places and (path in fresh or path in self._taken)]
        preview = read(self.engine, [content(path, self.folder) for path in files])
        names = {path.relative_to(self.folder).as_posix() for path in fresh}
        self._taken |= {path: self._before[path] for path in fresh}
        stored = tuple(self._store(preview, names))
        measured = sentences(self.engine, store_measurements(self.engine, preview)) if stored else []
        return Arrived(stored=stored, refused=_refused(preview, names), measurements=tuple(measured))

    def _store(self, preview: Preview, fresh: set[str]) -> Iterator[Stored]:
        for run in preview.runs:
            if any(_member_of(name, fresh) for name in run.files):
                stored = store_run(self.engine, run, facts=self.facts)
                if stored.outcome != "known" or stored.added:
                    yield stored


def _refused(preview: Preview, fresh: set[str]) -> tuple[FilePreview, ...]:
    return tuple(file for file in preview.refused if _member_of(file.name, fresh))


def _member_of(name: str, files: set[str]) -> bool:
    """Whether a name is one of the files, or of a member of one that is an archive."""
    return any(name in (file, file.removesuffix(".gz")) or name.startswith(f"{file}/") for file in files)


def _state(path: Path) -> State | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size


def watch(
    watching: Watch,
    tell: Callable[[Arrived], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
    looks: Sequence[int] | None = None,
) -> None:
    """Looks at the folder until it is interrupted, and tells what each look brought.

    Args:
        looks: for so many looks only.
    """
    rounds: Iterator[int] = iter(looks) if looks is not None else iter(int, 1)
    for _ in rounds:
        arrived = watching.look()
        if arrived.stored or arrived.refused:
            tell(arrived)
        sleep(SECONDS_BETWEEN)
