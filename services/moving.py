"""Takes runs to another database of the same project, with all that belongs to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from db import queries, store
from db.problems import DatabaseProblem, UnknownRow, database_name
from services.places import project_engine
from services.problems import USAGE, fail
from services.wording import count, listed

if TYPE_CHECKING:
    from sqlalchemy import Engine


def move(
    engine: Engine,
    run_ids: Sequence[int],
    to: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[str, ...]:
    """Copies runs to another database, compares each copy, then hides them here until they are brought back.

    Tags, notes, statements and profiles go along, and measurements all of whose runs do. Killed in between, nothing is
    lost, and the same command goes on.

    Args:
        to: an address, or a SQLite file, which need not be there yet.
        progress: told how many of how many runs are there.

    Returns:
        What became of them, a sentence each.

    Raises:
        Problem: it is no other database of this project, or a run can not be taken there; nothing is hidden then.
    """
    _require_still(engine, run_ids)
    target = _target(engine, to)
    try:
        name = database_name(target.url)
        ids = _copied(engine, target, run_ids, name, progress)
        whole, parts = store.whole_measurements(engine, run_ids)
        numbers = [store.copy_measurement(engine, target, whole_id, {old: new.id for old, new in ids.items()}).id
                   for whole_id in whole]  # fmt: skip
        store.hide_moved(engine, run_ids, whole, name)
    except DatabaseProblem as problem:
        fail(f"{problem}; nothing is hidden here, and what was copied is not copied again")
    except KeyboardInterrupt:
        fail("interrupted; nothing is hidden here, and the same command goes on where it was")
    finally:
        target.dispose()
    return _sentences(ids, numbers, parts, name)


def _require_still(engine: Engine, run_ids: Sequence[int]) -> None:
    for run_id in run_ids:
        if queries.run(engine, run_id).status == "running":
            fail(f"run {run_id} is under way, so it can not be moved yet: wait until it is over", USAGE)
    whole, _ = store.whole_measurements(engine, run_ids)
    for measurement_id in whole:
        if queries.measurement(engine, measurement_id).status in store.UNDER_WAY:
            fail(f"measurement {measurement_id} is under way, so its runs can not be moved yet: stop it first", USAGE)


def _target(engine: Engine, to: str) -> Engine:
    target = project_engine(to if "://" in to else f"sqlite:///{to}")
    if _is_same(engine, target):
        target.dispose()
        fail(f"{to} is the database that the runs are in; name another one", USAGE)
    return target


def _is_same(engine: Engine, other: Engine) -> bool:
    if engine.dialect.name != other.dialect.name:
        return False
    if engine.dialect.name != "sqlite":
        return engine.url == other.url
    return _path(engine) == _path(other)


def _path(engine: Engine) -> Path:
    return Path(engine.url.database or "").resolve()


def _copied(
    engine: Engine, target: Engine, run_ids: Sequence[int], name: str, progress: Callable[[int, int], None]
) -> dict[int, store.Moved]:
    ids: dict[int, store.Moved] = {}
    for done, run_id in enumerate(run_ids, 1):
        try:
            ids[run_id] = store.copy_run(engine, target, run_id)
        except store.NotTheSame as problem:
            fail(
                f"{problem} in {name} has the key of run {run_id} and tells something else, so which is right is not "
                "known: leave it out, or delete one of them for good; nothing is hidden here"
            )
        except UnknownRow as problem:
            fail(str(problem), USAGE)
        progress(done, len(run_ids))
    return ids


def _sentences(
    ids: dict[int, store.Moved], measurements: Sequence[int], parts: Sequence[int], name: str
) -> tuple[str, ...]:
    known = sum(not copied.is_new for copied in ids.values())
    there = f", {known} of which {'was' if known == 1 else 'were'} there already" if known else ""
    lines = [f"{count(len(ids), 'run')} moved to {name}{there}; undo brings them back here too"]
    if measurements:
        lines.append(f"{count(len(measurements), 'measurement')} went along: {_named(measurements)} there")
    if parts:
        verb = "stays" if len(parts) == 1 else "stay"
        lines.append(f"measurement {_named(parts)} {verb} here, since not all runs of it were moved")
    return tuple(lines)


def _named(numbers: Sequence[int]) -> str:
    return listed(str(number) for number in numbers)
