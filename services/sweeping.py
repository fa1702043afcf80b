"""What killed processes left is taken away at the next start: folders of theirs, and journals that are in the database.

Only what belongs to a process that is gone: an owner says so, never an age. A user's own caches come back first.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db import queries, store
from db.problems import DatabaseProblem, UnknownRow
from profiles.completeness import same_figures
from profiles.journal import JournalError, read_journal
from profiles.owned import SHARED, Owned, owned_in, remove_left, size_of
from services.places import home, put_back
from services.scratch import MEMORY
from services.wording import count

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from profiles.records import RunRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class Swept:
    """What was taken away, and how many bytes that freed."""

    folders: int = 0
    journals: int = 0
    bytes: int = 0

    @property
    def sentence(self) -> str | None:
        """What was done; None where there was nothing."""
        counts = ((self.folders, "folder"), (self.journals, "journal"))
        what = [count(number, noun) for number, noun in counts if number]
        return f"removed what killed runs left: {', '.join(what)} ({self.bytes / 1e6:.1f} MB)" if what else None


def sweep(engine: Engine, tell: Callable[[str], None] = lambda text: None) -> Swept:
    """Takes away what processes that are gone left here, in the folders of temporary files and in memory.

    Args:
        tell: hears what was removed, where there was something.
    """
    put_back()
    left = list(folders_left())
    freed = [remove_left(scrap) for scrap in left]
    gone = [_remove(path) for path in journals_that_are_stored(engine)]
    swept = Swept(folders=len(left), journals=len(gone), bytes=sum(freed) + sum(gone))
    if swept.sentence:
        tell(swept.sentence)
    return swept


def folders_left() -> Iterator[Owned]:
    """Folders, wherever they are made, whose process is gone."""
    places = {home(): "", Path(tempfile.gettempdir()): SHARED, MEMORY: SHARED}
    for place, prefix in places.items():
        yield from (path for path in owned_in(place, prefix) if path.left)


def journals_that_are_stored(engine: Engine) -> Iterator[Path]:
    """Journals of runs that are over and whole in the database, or that a gone process left without a task.

    What the journal of a gone process tells more than the database (a finished task may be nowhere else for a moment)
    is stored first.
    """
    folder = home() / "journals"
    left = {owned.path for owned in owned_in(folder) if owned.left}
    for path in sorted(folder.glob("*.jsonl")):
        with contextlib.suppress(DatabaseProblem, UnknownRow, OSError):
            if _is_stored(engine, path, path in left):
                yield path


def _is_stored(engine: Engine, path: Path, is_left: bool) -> bool:
    try:
        record = read_journal(path)
    except JournalError:
        return is_left  # killed before its first line was whole
    run = queries.run_of_key(engine, record.key)
    if run is None:
        return is_left and not record.tasks
    if run.status == "running":
        return False
    if is_left and not run.deleted:
        store.import_run(engine, record)
    return _is_whole(queries.run(engine, run.id), record)


def _is_whole(stored: RunRecord, journal: RunRecord) -> bool:
    """Whether the database tells all that the journal does."""
    known = {(task.task_id, task.index) for task in stored.tasks}
    if not {(task.task_id, task.index) for task in journal.tasks} <= known:
        return False
    return journal.status != "finished" or (stored.status == "finished" and same_figures(stored, journal))


def _remove(path: Path) -> int:
    size = size_of(path)
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.owner").unlink(missing_ok=True)
    return size
