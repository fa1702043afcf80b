"""What people change about runs: name, note, tags, deleted or not; and the profile that is kept with a run."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from db.engine import writing
from db.models import BlockRun, Profile, Run, Tag
from db.problems import UnknownRow
from db.rows import clean
from db.store.measurements import bring_back


def rename_run(engine: Engine, run_id: int, label: str) -> None:
    """Gives the run another label.

    Raises:
        ValueError: the label is empty.
        UnknownRow: there is no such run.
    """
    if not label.strip():
        raise ValueError("a run's label must hold at least one character")
    _change(engine, run_id, {"label": clean(label.strip())})


def note_run(engine: Engine, run_id: int, note: str) -> None:
    """Replaces the note that people keep on the run; empty takes it away. Raises UnknownRow."""
    _change(engine, run_id, {"note": clean(note)})


def _change(engine: Engine, run_id: int, values: dict[str, Any]) -> None:
    with writing(engine) as connection:
        if connection.execute(update(Run).where(Run.id == run_id).values(values)).rowcount == 0:
            raise UnknownRow(f"there is no run {run_id}")


def tag_run(engine: Engine, run_id: int, tag: str) -> None:
    """Puts a tag on the run; one that it has already changes nothing.

    Raises:
        ValueError: the tag is empty or holds a comma.
        UnknownRow: there is no such run.
    """
    tag = clean(tag).strip()
    if not tag or "," in tag:
        raise ValueError(f"a tag must be a word or more without a comma, got {tag!r}")
    with writing(engine) as connection:
        _require_run(connection, run_id)
        connection.execute(delete(Tag).where(Tag.run_id == run_id, Tag.tag == tag))
        connection.execute(insert(Tag), [{"run_id": run_id, "tag": tag}])


def untag_run(engine: Engine, run_id: int, tag: str) -> None:
    """Takes a tag off the run; one that it does not have changes nothing."""
    with writing(engine) as connection:
        connection.execute(delete(Tag).where(Tag.run_id == run_id, Tag.tag == tag))


def delete_runs(engine: Engine, run_ids: Iterable[int]) -> int:
    """Hides the runs until they are undeleted or purged; gives how many were not hidden before."""
    return _mark(engine, run_ids, datetime.now(UTC))


def undelete_runs(engine: Engine, run_ids: Iterable[int]) -> int:
    """Brings hidden runs back, and measurements that were moved away with them; gives how many runs were hidden."""
    return _mark(engine, run_ids, None)


def _mark(engine: Engine, run_ids: Iterable[int], moment: datetime | None) -> int:
    before = Run.deleted_at.is_(None) if moment else Run.deleted_at.is_not(None)
    ids = [int(run_id) for run_id in run_ids]
    with writing(engine) as connection:
        if moment is None:
            bring_back(connection, ids)
        chosen = Run.id.in_(ids)
        return connection.execute(update(Run).where(chosen, before).values(deleted_at=moment)).rowcount


def discard_run(engine: Engine, run_id: int) -> None:
    """Removes a run that came to nothing, for good."""
    with writing(engine) as connection:
        connection.execute(delete(Run).where(Run.id == run_id))


def purge_deleted(engine: Engine) -> int:
    """Removes hidden runs for good, but for those that a measurement stands on; gives how many went."""
    evidence = select(BlockRun.run_id).where(BlockRun.run_id == Run.id).exists()
    with writing(engine) as connection:
        return connection.execute(delete(Run).where(Run.deleted_at.is_not(None), ~evidence)).rowcount


def save_profile(engine: Engine, run_id: int, session: str) -> None:
    """Keeps a pyinstrument session (its JSON text) with the run, in place of an earlier one. Raises UnknownRow."""
    body = zlib.compress(session.encode(), 6)
    with writing(engine) as connection:
        _require_run(connection, run_id)
        connection.execute(delete(Profile).where(Profile.run_id == run_id))
        connection.execute(insert(Profile), [{"run_id": run_id, "body": body}])


def _require_run(connection: Connection, run_id: int) -> None:
    if connection.scalar(select(Run.id).where(Run.id == run_id)) is None:
        raise UnknownRow(f"there is no run {run_id}")
