"""What people change about runs: what they state of them, tags, label, note, deleted or not. Each act gives a sentence.

Errors are ``Problem``s: exit code 2 for what can not be, 3 for a run that is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from db import queries, store
from db.problems import UnknownRow
from services.facts import QUESTIONS, Facts, shown, spoken
from services.people import current_user
from services.problems import NO, USAGE, fail
from services.run_marks import MARKS
from services.wording import count

if TYPE_CHECKING:
    from sqlalchemy import Engine


def _runs(ids: Sequence[int]) -> str:
    return f"run {ids[0]}" if len(ids) == 1 else count(len(ids), "run")


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except UnknownRow as problem:
        fail(str(problem))
    except ValueError as problem:
        fail(str(problem), USAGE)


def state(engine: Engine, run_ids: Sequence[int], facts: Facts, who: str | None = None) -> tuple[str, ...]:
    """Keeps what a person says of runs; gives what it changed, a clause each: ``machine Kaggle``.

    What was read of a run stays; what contradicts it is kept beside it without effect, and said. A role is a tag too.
    """
    with _problems():
        before = _stated(engine, run_ids)
        store.state_facts(engine, run_ids, facts.values, who or current_user())
        if "role" in facts.values:
            _mark(engine, run_ids, facts.get("role"))
    after = _stated(engine, run_ids)
    return tuple(
        clause
        for name in QUESTIONS
        if name in facts.values
        and (
            clause := _clause(
                name, facts.get(name), [(before[run_id].get(name), after[run_id].get(name)) for run_id in run_ids]
            )
        )
    )


Statement = tuple[str, bool]


def _stated(engine: Engine, run_ids: Sequence[int]) -> dict[int, dict[str, Statement]]:
    """Per run and fact the statement, and whether it counts; a role counts always."""
    stated: dict[int, dict[str, Statement]] = {run_id: {} for run_id in run_ids}
    for row in queries.stated_fact_rows(engine, run_ids):
        stated[int(row["run_id"])][str(row["name"])] = (str(row["value"]), bool(row["counts"]) or row["name"] == "role")
    return stated


def _clause(name: str, value: str | None, changes: list[tuple[Statement | None, Statement | None]]) -> str | None:
    if all(before == after for before, after in changes):
        return None
    if value is None:
        return f"{spoken(name)} no longer stated"
    idle = sum(after is not None and not after[1] for _, after in changes)
    if idle == len(changes) and name == "machine":
        return f"{spoken(name)} {shown(name, value)} kept beside the one that was recorded, by which it is compared"
    if idle == len(changes):
        return f"{spoken(name)} {shown(name, value)} kept aside: the log itself says it"
    beside = f" (kept aside for {idle} whose log says it itself)" if idle else ""
    return f"{spoken(name)} {shown(name, value)}{beside}"


def _mark(engine: Engine, run_ids: Sequence[int], role: str | None) -> None:
    for run_id in run_ids:
        for mark in MARKS:
            (store.tag_run if mark == role else store.untag_run)(engine, run_id, mark)


def assign(engine: Engine, run_ids: Sequence[int], facts: Facts, who: str | None = None) -> str:
    """States facts of runs that are there; ``baseline`` and ``final`` for one run at a time."""
    if not facts.values:
        fail("nothing is stated: give --config, --machine, --caches, --date, --workload, --pipeline or --as", USAGE)
    if facts.get("role") in MARKS and len(run_ids) > 1:
        fail(f"{facts.get('role')} is the role of one run, and these are {len(run_ids)}: assign it to one", USAGE)
    changes = state(engine, run_ids, facts, who)
    stated = f"stated {', '.join(changes)}" if changes else "all of it was stated already, nothing changed"
    return f"{_runs(run_ids)}: {stated}"


def tag(engine: Engine, run_ids: Sequence[int], name: str, who: str | None = None) -> str:
    """Puts a tag on runs. ``baseline`` and ``final`` are roles, and stated as such."""
    name = _tag(name)
    if name in MARKS:
        assign(engine, run_ids, Facts(values={"role": name}), who)
    else:
        _each(run_ids, lambda run_id: store.tag_run(engine, run_id, name))
    return f"{count(len(run_ids), 'run')} tagged {name}"


def untag(engine: Engine, run_ids: Sequence[int], name: str) -> str:
    """Takes a tag off runs; those that do not have it stay as they are."""
    name = _tag(name)
    if name in MARKS:
        stated = [number for number, facts in _stated(engine, run_ids).items() if facts.get("role", ("",))[0] == name]
        store.state_facts(engine, stated, {"role": None})
    _each(run_ids, lambda run_id: store.untag_run(engine, run_id, name))
    return f"{name} taken off {count(len(run_ids), 'run')}"


def _tag(name: str) -> str:
    if not name.strip():
        fail("the tag is empty; a word such as nightly would work", USAGE)
    return name.strip()


def rename(engine: Engine, run_id: int, label: str) -> str:
    """Gives a run another label."""
    _each([run_id], lambda number: store.rename_run(engine, number, label))
    return f"run {run_id} is called {label.strip()}"


def note(engine: Engine, run_id: int, text: str) -> str:
    """Replaces the note that people keep on a run; empty takes it away."""
    _each([run_id], lambda number: store.note_run(engine, number, text))
    return f"the note on run {run_id} is {'kept' if text.strip() else 'gone'}"


def delete(engine: Engine, run_ids: Sequence[int]) -> str:
    """Hides runs until they are brought back."""
    with _problems():
        hidden = store.delete_runs(engine, run_ids)
    return f"{count(hidden, 'run')} deleted; undo brings them back"


def undo(engine: Engine, run_ids: Sequence[int]) -> str:
    """Brings deleted runs back."""
    with _problems():
        back = store.undelete_runs(engine, run_ids)
    return f"{count(back, 'run')} brought back"


def last_deleted(engine: Engine) -> list[int]:
    """The runs that were deleted last, together; exit code 1 where none is."""
    deleted = queries.runs(engine, sort="deleted_at", deleted=True, limit=1000)
    if deleted.empty:
        fail("no run is deleted, so there is nothing to bring back", NO)
    return [int(run_id) for run_id in deleted.loc[deleted["deleted_at"] == deleted["deleted_at"].iloc[0], "id"]]


def _each(run_ids: Sequence[int], write: Callable[[int], None]) -> None:
    with _problems():
        for run_id in run_ids:
            write(run_id)
