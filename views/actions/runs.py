"""Writes about runs: tags, labels, notes, deleting and bringing back. Each gives a sentence that says what was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from db import store
from db.problems import UnknownRow
from views.data.connection import engine, forget
from views.problems import ActionProblem
from views.text import count


def tag(run_ids: Sequence[int], name: str) -> str:
    """Puts a tag on runs.

    Raises:
        ActionProblem: the tag is empty or too long, or a run is gone.
    """
    _each(run_ids, lambda run_id: store.tag_run(engine(), run_id, _tag(name)))
    return f"{count(len(run_ids), 'run')} tagged {_tag(name)}."


def untag(run_ids: Sequence[int], name: str) -> str:
    """Takes a tag off runs; those that do not have it stay as they are. Raises ActionProblem."""
    _each(run_ids, lambda run_id: store.untag_run(engine(), run_id, _tag(name)))
    return f"{_tag(name)} taken off {count(len(run_ids), 'run')}."


def _tag(name: str) -> str:
    if not name.strip():
        raise ActionProblem("the tag is empty; a word such as baseline would work")
    return name.strip()


def edit(run_id: int, label: str, note: str) -> str:
    """Gives a run its label and note. Raises ActionProblem: the label is empty, or the run is gone."""

    def write(one: int) -> None:
        store.rename_run(engine(), one, label)
        store.note_run(engine(), one, note)

    _each([run_id], write)
    return f"Run {run_id} is saved."


def delete(run_ids: Sequence[int]) -> str:
    """Hides runs until they are undeleted or purged."""
    hidden = store.delete_runs(engine(), run_ids)
    forget("runs")
    return f"{count(hidden, 'run')} deleted."


def undelete(run_ids: Sequence[int]) -> str:
    """Brings deleted runs back."""
    back = store.undelete_runs(engine(), run_ids)
    forget("runs")
    return f"{count(back, 'run')} brought back."


def _each(run_ids: Sequence[int], write: Callable[[int], None]) -> None:
    try:
        for run_id in run_ids:
            write(run_id)
    except (UnknownRow, ValueError) as problem:
        raise ActionProblem(str(problem)) from problem
    finally:
        forget("runs")
